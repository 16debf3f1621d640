"""What the judge saw at one look: the evidence behind a decision."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from ._text import tagged

__all__ = ["Arms", "Counts", "Finding", "GuardrailReport", "Interval", "Lack", "Report", "Verdict"]

Verdict: TypeAlias = Literal["harm", "safe", "inconclusive", "insufficient", "invalid"]
"""What the judge may say of a stage. `insufficient` is never a pass and never a failure."""

Lack: TypeAlias = Literal["no_data", "missing_metric", "stale", "source_error"]
"""Why there is nothing to judge by."""

T = TypeVar("T")


@dataclass(frozen=True)
class Counts:
    """Units with an outcome, and how many of them failed."""

    units: int
    failures: int


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
class GuardrailReport:
    """What one guardrail shows. Rates and intervals are over the attempt; safety is over the present stage alone."""

    name: str
    counts: Arms[Counts]
    rates: Arms[float | None]
    """Share of units that failed; None where no unit has an outcome."""
    rate_intervals: Arms[Interval]
    """Where each arm's rate lies, at level alpha."""
    ratio_interval: Interval
    """Ratio of the rates, canary over control; one-sided at level alpha at each end."""
    ln_harm: float
    ln_safety: float
    culprit: bool
    """Whether it is named as a cause of a rollback."""

    @classmethod
    def _of(cls, form: dict[str, Any]) -> GuardrailReport:
        counts = {arm: Counts(**counts) for arm, counts in form.pop("counts").items()}
        intervals = {arm: Interval(**ends) for arm, ends in form.pop("rate_intervals").items()}
        return cls(
            counts=Arms(**counts),
            rates=Arms(**form.pop("rates")),
            rate_intervals=Arms(**intervals),
            ratio_interval=Interval(**form.pop("ratio_interval")),
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
