"""What a rebalance moved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

__all__ = ["Move", "Movement", "Target", "keep", "new", "nobody", "remove"]

Target: TypeAlias = Mapping[str, Any]
"""What becomes of a variant, or of the slots that nobody owns: see `keep`, `new`, `remove` and `nobody`."""


def keep(was: int, weight: int) -> Target:
    """The variant that was at this position goes on under this weight.

    >>> keep(0, 40)
    {'keep': 0, 'weight': 40}
    """
    return {"keep": was, "weight": weight}


def new(weight: int) -> Target:
    """A variant that was not there before."""
    return {"new": True, "weight": weight}


def remove(was: int) -> Target:
    """The variant that was at this position ends: all of its slots go to others."""
    return {"remove": was}


def nobody(weight: int) -> Target:
    """The part that nobody is to own; a weight of zero gives all of it to the variants."""
    return {"nobody": True, "weight": weight}


@dataclass(frozen=True)
class Move:
    """How many slots went from one owner to another. None is nobody."""

    before: int | None
    """Position before, of the variant that gave them up."""
    after: int | None
    """Position after, of the variant that has them now."""
    slots: int
    """As many units in a million change their variant this way."""


@dataclass(frozen=True)
class Movement:
    """Everything that a rebalance moved. What is not in it stayed where it was."""

    total: float
    """The share of slots that changed owner, 0.0 to 1.0: the least that any rebalance could move."""
    moves: tuple[Move, ...]
    """By `before` and then `after`, nobody first."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str, total: float) -> Movement:
        moves = tuple(Move(form["from"], form["to"], form["slots"]) for form in json.loads(text))
        return cls(total=total, moves=moves, json=text)
