"""Two schemes side by side: what would move if the one replaced the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

__all__ = ["Moved", "Shadow"]


@dataclass(frozen=True)
class Moved:
    """A unit that the two schemes treat differently."""

    unit: str
    """The unit."""
    before: int | None
    """Position of its variant under the old scheme; None: it has none."""
    after: int | None
    """Position of its variant under the new one."""


@dataclass(frozen=True)
class Shadow:
    """A comparison of two schemes over a list of units. One that is in the list twice counts twice."""

    units: int
    """How many were compared."""
    moved: int
    """How many of them move."""
    cells: Mapping[tuple[int | None, int | None], int]
    """How many go from one position to another, or stay: those that are not zero, by `(before, after)`."""
    moves: tuple[Moved, ...]
    """The first units that move, as many as were asked for."""

    @classmethod
    def _of(
        cls,
        units: int,
        moved: int,
        cells: list[tuple[int | None, int | None, int]],
        moves: list[tuple[str, int | None, int | None]],
    ) -> Shadow:
        matrix = {(before, after): count for before, after, count in cells}
        return cls(units, moved, MappingProxyType(matrix), tuple(Moved(*move) for move in moves))

    def __reduce__(self) -> tuple[Any, ...]:
        """Shadows cross process boundaries, which a read-only mapping does not."""
        cells = [(before, after, count) for (before, after), count in self.cells.items()]
        moves = [(move.unit, move.before, move.after) for move in self.moves]
        return Shadow._of, (self.units, self.moved, cells, moves)
