"""Whether bucketing does for one's own ids what it promises for all. What cannot be said is None, never NaN."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

__all__ = ["FoundSalt", "Independence", "Uniformity"]


@dataclass(frozen=True)
class Uniformity:
    """How evenly a key spreads units over its slots."""

    units: int
    """How many different units there are."""
    deciles: tuple[int, ...]
    """How many of them stand in each tenth of the slots."""
    chi_square: float | None
    """Pearson's statistic against a tenth in each, 9 degrees of freedom. None without units."""
    p_value: float | None
    """The chance of a statistic at least as large if every slot is equally likely. None for fewer than 50 units."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str) -> Uniformity:
        form = json.loads(text)
        return cls(deciles=tuple(form.pop("deciles")), json=text, **form)


@dataclass(frozen=True)
class Independence:
    """Whether where a unit stands under one key says anything about where it stands under another."""

    units: int
    """How many different units there are."""
    halves: tuple[tuple[int, int], tuple[int, int]]
    """Units by their half of the slots under the first key, and then under the second."""
    z: float | None
    """Standard normal for independent keys; above zero the halves meet more often than by chance. None where a half has no units."""
    p_value_of_z: float | None
    """The chance of a `z` at least as far from zero, for independent keys."""
    chi_square: float | None
    """Pearson's statistic of tenths by tenths, 81 degrees of freedom. None where a tenth has no units."""
    p_value: float | None
    """The chance of a `chi_square` at least as large, for independent keys. None for fewer than 500 units."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str, p_value_of_z: float | None) -> Independence:
        form = json.loads(text)
        (a, b), (c, d) = form.pop("halves")
        return cls(halves=((a, b), (c, d)), p_value_of_z=p_value_of_z, json=text, **form)


@dataclass(frozen=True)
class FoundSalt:
    """The salt that splits units best among the candidates."""

    salt: str
    """The salt."""
    imbalance: float
    """The largest |z| of any variant's number of units and of its mean of anything known from before."""
    base_imbalance: float
    """The same of the first candidate, which is the base itself."""
    candidates: int
    """How many salts were tried."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str) -> FoundSalt:
        return cls(json=text, **json.loads(text))
