"""Planned looks: designs for questions whose looks are few and known beforehand, and how many units a comparison needs.

>>> design = Design({"alpha": 0.025, "spending": "obrien_fleming", "looks": 5})
>>> [round(look.efficacy, 3) for look in design.looks if look.efficacy is not None]
[4.877, 3.357, 2.68, 2.29, 2.031]
>>> design.analyse([1.4, 3.6]).decision
'efficacy'
>>> rise = Comparison({"rates": {"control": 0.10, "canary": 0.11}})
>>> round(rise.planned(design, 0.9).largest.canary / rise.units(0.025, 0.9).canary, 3)
1.023

The documents' fields are in `core/spec/group_sequential.md`. Where anyone may look at any time, use a `Release`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from ._native import Comparison, Design
from .report import Interval

__all__ = [
    "Analysis",
    "Bound",
    "Comparison",
    "Conclusion",
    "Crossings",
    "Decision",
    "Design",
    "Inflation",
    "PlannedUnits",
    "Units",
]

Decision: TypeAlias = Literal["efficacy", "futility", "continue"]
"""What a look says."""


@dataclass(frozen=True)
class Bound:
    """When a look stops the trial, on the scale of the standardised statistic."""

    information: float
    """Share of the planned information."""
    efficacy: float | None
    """At least this shows the effect; None where no error may be spent yet."""
    futility: float | None
    """At most this stops for futility."""
    nominal_p: float | None
    """The p-value that a look by itself would have at the efficacy bound."""
    alpha_spent: float
    """Error spent up to and with this look."""

    @classmethod
    def _all(cls, text: str) -> tuple[Bound, ...]:
        return tuple(cls(**bound) for bound in json.loads(text))


@dataclass(frozen=True)
class Conclusion:
    """Inference after a trial with looks has ended, by the stagewise ordering."""

    p_value: float
    estimate: float
    """The median-unbiased estimate of the drift."""
    interval: Interval
    """The interval of the drift."""


@dataclass(frozen=True)
class Analysis:
    """What a look says, with what is known about the effect."""

    look: int
    """Which look this is, from 1."""
    information: float
    z: float
    decision: Decision
    repeated_interval: Interval
    """Holds at all looks at once, whether the trial stops or not."""
    conclusion: Conclusion | None
    """The inference after the end, once the trial has ended."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str) -> Analysis:
        form: dict[str, Any] = json.loads(text)
        end = form.pop("conclusion")
        if end is not None:
            end = Conclusion(interval=Interval(**end.pop("interval")), **end)
        return cls(repeated_interval=Interval(**form.pop("repeated_interval")), conclusion=end, json=text, **form)


@dataclass(frozen=True)
class Crossings:
    """Where a trial ends under a drift, futility bounds obeyed."""

    drift: float
    above: tuple[float, ...]
    """Probability of ending at each look at or above its efficacy bound."""
    below: tuple[float, ...]
    """Probability of ending at each look below."""
    total_above: float
    total_below: float
    expected_information: float
    """Mean share of the planned information at the end."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str) -> Crossings:
        form = json.loads(text)
        return cls(above=tuple(form.pop("above")), below=tuple(form.pop("below")), json=text, **form)


@dataclass(frozen=True)
class Inflation:
    """What the looks cost and save, in sizes of the trial with one look that has the same error and power."""

    drift: float
    """The drift at which the design has the power asked for."""
    largest: float
    """Size when the trial goes on to its end."""
    expected_null: float
    """Mean size when there is no effect."""
    expected_effect: float
    """Mean size at the drift."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str) -> Inflation:
        return cls(json=text, **json.loads(text))


@dataclass(frozen=True)
class Units:
    """Units of each arm, not rounded: round each up."""

    canary: float
    control: float

    @classmethod
    def _of(cls, text: str) -> Units:
        return cls(**json.loads(text))


@dataclass(frozen=True)
class PlannedUnits:
    """Units of a design with planned looks."""

    fixed: Units
    """With one look at the end."""
    largest: Units
    """When the trial goes on to its last look."""
    expected_null: Units
    """On average, without an effect."""
    expected_effect: Units
    """On average, with the effect."""

    @classmethod
    def _of(cls, text: str) -> PlannedUnits:
        return cls(**{name: Units(**units) for name, units in json.loads(text).items()})
