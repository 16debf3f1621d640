"""What the judge saw at one look: the evidence behind a decision."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from ._text import share, tagged

__all__ = [
    "Arms",
    "Comparison",
    "Counts",
    "Finding",
    "Guarantee",
    "GuardrailReport",
    "Interval",
    "Lack",
    "MeanLack",
    "Measure",
    "QuantileReport",
    "Report",
    "Shape",
    "ShapeKind",
    "Verdict",
]

Verdict: TypeAlias = Literal["harm", "safe", "inconclusive", "insufficient", "invalid"]
"""What the judge may say of a stage. `insufficient` is never a pass and never a failure."""

Lack: TypeAlias = Literal["no_data", "missing_metric", "stale", "source_error"]
"""Why there is nothing to judge by."""

Measure: TypeAlias = Literal["rate", "fraction", "count", "distribution", "mean"]
"""What a guardrail measures of a unit: whether it failed, which share of its requests failed, how many events it had, one value whose
whole distribution matters, or one whose mean does."""

Guarantee: TypeAlias = Literal["exact", "asymptotic"]
"""What a guardrail's error rates rest on: the assignment alone, or the normal approximation as well."""

MeanLack: TypeAlias = Literal["too_few_units", "no_variance", "not_positive"]
"""Why means cannot be compared yet. Never a pass."""

ShapeKind: TypeAlias = Literal["shift", "stretch", "tail", "anywhere"]
"""Where a distribution differs: everywhere alike, ever more towards its worse values, only in its worst, or at a place that no reference
chose."""

T = TypeVar("T")


@dataclass(frozen=True)
class Counts:
    """Units with an outcome, and how many of them failed."""

    units: int
    failures: int

    @property
    def rate(self) -> float | None:
        """Share of units that failed, 0.0 to 1.0; None without units."""
        return self.failures / self.units if self.units else None


@dataclass(frozen=True)
class Interval:
    """The two ends of a confidence sequence; None is an end that nothing bounds yet."""

    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Arms(Generic[T]):
    """The same thing of both arms."""

    canary: T
    control: T


@dataclass(frozen=True)
class Finding:
    """A verdict with the numbers that a rollout decides by. Evidence is the natural logarithm of an e-value."""

    verdict: Verdict
    lack: Lack | None
    """What is lacking, where the verdict is `insufficient`."""
    units: int
    """Units of the canary with an outcome, in the stage judged."""
    ln_harm: float
    ln_harm_needed: float
    """The harm evidence at which the release is rolled back, ln(1/alpha)."""
    ln_safety: float
    ln_safety_needed: float
    """The safety evidence that every required guardrail needs, ln(1/beta)."""

    @classmethod
    def _of(cls, form: dict[str, Any]) -> Finding:
        verdict, lack = tagged(form.pop("verdict"))
        return cls(verdict=verdict, lack=lack, **form)


@dataclass(frozen=True)
class Shape:
    """What of a distribution shows a difference. `str()` says it as the core does: `worst 1%`."""

    kind: ShapeKind
    tail: float | None
    """The share of the worst values, 0.0 to 1.0, where the kind is `tail`."""
    text: str = field(repr=False, compare=False)

    def __str__(self) -> str:
        """The shape in words."""
        return self.text

    @classmethod
    def _of(cls, text: str) -> Shape:
        if text.startswith("worst "):
            return cls("tail", share(text.removeprefix("worst ")), text)
        kind: Any = text
        return cls(kind, None, text)


@dataclass(frozen=True)
class Comparison:
    """A quantity of both arms, and how they compare. Each end of an interval holds at level alpha, at every moment at once."""

    estimates: Arms[float | None]
    """A failure rate, a mean share, events by exposure, a mean in thousandths, or a ratio; None where nothing was seen."""
    intervals: Arms[Interval]
    """Where it lies in each arm, if it does not drift; no ends for means."""
    ratio_interval: Interval
    """Canary over control."""
    difference_interval: Interval
    """Canary less control; no ends for counts and shares."""

    @classmethod
    def _of(cls, form: dict[str, Any]) -> Comparison:
        return cls(
            estimates=Arms(**form["estimates"]),
            intervals=_intervals(form["intervals"]),
            ratio_interval=Interval(**form["ratio_interval"]),
            difference_interval=Interval(**form["difference_interval"]),
        )


@dataclass(frozen=True)
class QuantileReport:
    """One quantile of a distribution, in thousandths of the metric's unit."""

    level: float
    """The share of values that are at most the quantile, 0.0 to 1.0."""
    bands: Arms[Interval]
    """Where it lies in each arm: at least the lower end and below the upper one."""
    ratio_interval: Interval
    """Canary over control."""

    @classmethod
    def _of(cls, form: dict[str, Any]) -> QuantileReport:
        return cls(share(form["level"]), _intervals(form["bands"]), Interval(**form["ratio_interval"]))


def _intervals(form: dict[str, Any]) -> Arms[Interval]:
    return Arms(canary=Interval(**form["canary"]), control=Interval(**form["control"]))


@dataclass(frozen=True)
class GuardrailReport:
    """What one guardrail shows. Quantities and intervals are over the attempt; safety is over the present stage alone."""

    name: str
    measure: Measure
    guarantee: Guarantee
    required: bool
    """Whether promotion needs its proof of safety."""
    units: Arms[int]
    """Units that it observed in this attempt."""
    counts: Arms[Counts] | None
    """Counts of a rate, for showing only: the tests keep each share apart. None for other measures."""
    comparison: Comparison | None
    """How the arms compare; None for a distribution."""
    quantiles: tuple[QuantileReport, ...]
    """The median, the 95th and the 99th percentile of a distribution; empty for other measures."""
    shape: Shape | None
    """What of a distribution shows the harm, where something does."""
    ln_harm: float
    """Evidence of harm, over the attempt."""
    ln_safety: float
    """Evidence of safety, over the present stage."""
    culprit: bool
    """Whether it is named as a cause of a rollback."""
    lack: MeanLack | None
    """Why a mean cannot be judged in this stage."""
    more_units_to_safety: int | None
    """About how many more units of both arms until safety is shown, if they are like those of this stage; None where they never would show it."""
    more_units_to_harm: int | None
    """About how many more units of both arms until it rolls back by itself, if they are like those of this attempt; None where they never
    would."""

    @classmethod
    def _of(cls, form: dict[str, Any]) -> GuardrailReport:
        counts, comparison, shape = form.pop("counts"), form.pop("comparison"), form.pop("shape")
        if counts is not None:
            counts = Arms(**{arm: Counts(**of_arm) for arm, of_arm in counts.items()})
        return cls(
            units=Arms(**form.pop("units")),
            counts=counts,
            comparison=None if comparison is None else Comparison._of(comparison),
            quantiles=tuple(map(QuantileReport._of, form.pop("quantiles"))),
            shape=None if shape is None else Shape._of(shape),
            **form,
        )


@dataclass(frozen=True)
class Report:
    """What the judge saw, and what it says."""

    finding: Finding
    units: Arms[int]
    """Units of both arms in this attempt."""
    ln_mismatch: float
    """Evidence of a sample-ratio mismatch."""
    ln_mismatch_needed: float
    guardrails: tuple[GuardrailReport, ...]
    """In the order of the spec."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str) -> Report:
        form = json.loads(text)
        guardrails = tuple(map(GuardrailReport._of, form.pop("guardrails")))
        finding, units = Finding._of(form.pop("finding")), Arms(**form.pop("units"))
        return cls(finding=finding, units=units, guardrails=guardrails, json=text, **form)
