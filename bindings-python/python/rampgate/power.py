"""Power: how many units a guardrail's test needs, how soon it finds an effect, which effect a number of units is enough for.

A sequential test has no sample size, it has a time at which it stops. So nothing here is a formula: a `Trial` plays a release many
times with the judge that a real one has, and the times at which it decided are the answer. The same seed gives the same figures in every
language.

>>> trial = Trial(
...     {
...         "guardrail": {"name": "errors"},
...         "baseline": {"rate": 0.01},
...         "stages": [{"canary": "50%", "control": "50%", "units": 60_000}],
...     }
... )
>>> doubled = trial.detection(2, seed=1, runs=200)
>>> doubled.found > 0.99, 3_000 < doubled.median < 8_000
(True, True)
>>> trial.units_needed(2, 0.8, seed=1, runs=200).value >= doubled.median
True
>>> 1 < trial.smallest_effect(0.8, seed=1, runs=100).value < 2
True

Units are analysed units of both arms together. The error of a share that was found is at most 1/2 by the root of the runs: 1.6% with 1,000.
Of a guardrail alone: of n guardrails of equal weight each decides at n times the evidence, so give the policy alpha/n.

**Holds when** the release that is planned is like the trial: units independent of each other, the same baseline all along, looks as often.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from ._native import Trial

__all__ = ["Detection", "Estimate", "Simulated", "Trial"]

T = TypeVar("T", int, float)


@dataclass(frozen=True)
class Simulated:
    """That a figure was made by releases that were played with the judge itself, how often, and from which seed."""

    runs: int
    seed: int


@dataclass(frozen=True)
class Detection:
    """How often and how soon the judge decided. Units are counted from the moment at which the effect began."""

    method: Simulated
    ratio: float
    """How many times worse the canary was."""
    found: float
    """Share of the runs in which the judge decided, after the effect began and within the trial's units."""
    found_error: float
    """Standard error of that share."""
    median: int | None
    """Units that half of the runs needed at most; None where half of them found nothing."""
    p90: int | None
    """Units that nine in ten runs needed at most; None where more than one in ten found nothing."""
    mean: float
    """Units that a run spends on average: until the judge decided, or all that the trial has."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str) -> Detection:
        form: dict[str, Any] = json.loads(text)
        return cls(method=_method(form.pop("method")), json=text, **form)


@dataclass(frozen=True)
class Estimate(Generic[T]):
    """A number that was looked for by simulation: of units an int, of an effect a float."""

    method: Simulated
    value: T | None
    """The number; None where the trial's units are not enough for any."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str) -> Estimate[T]:
        form: dict[str, Any] = json.loads(text)
        return cls(method=_method(form.pop("method")), json=text, **form)


def _method(form: dict[str, Any]) -> Simulated:
    return Simulated(**form["simulated"])
