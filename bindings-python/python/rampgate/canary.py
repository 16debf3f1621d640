"""The judge's tests alone, on counts and sums from anywhere: evidence, and confidence sequences.

Evidence is the natural logarithm of an e-value. It may be read after every unit: `ln(1 / alpha)` or more is a decision at
level alpha, whenever that happens (Ville 1939). Each test answers one of two questions: with `tolerated`, whether the canary is worse than
that; with `margin`, whether it is less bad than that. Both count how many times worse, unless a function says otherwise.

A *cell* or *epoch* is a time in which the shares of both arms were constant. `rho` is the canary's share of the compared units; cells in
which an arm has no share are left out. Each end of an interval holds at level `alpha`, 0.05 if not given, at every moment at once.

>>> from math import log
>>> half = [(0.5, 60, 30)]  # half of the units are the canary's: 60 of its units failed, and 30 of the control's
>>> rate_evidence(half, tolerated=1) > log(1 / 0.05)
True
>>> ends = ratio_interval(half)
>>> print(f"{ends.lower:.3f} to {ends.upper:.3f}")
1.094 to 3.828

When each of them holds is said in `core/spec/canary.md`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from ._native import (
    NormalMixture,
    Reference,
    confidence_sequence,
    count_evidence,
    count_interval,
    count_ratio_interval,
    difference_evidence,
    difference_interval,
    distribution_evidence,
    fraction_evidence,
    fraction_ratio_interval,
    high_rate_evidence,
    judge,
    ln_evidence_below,
    ln_evidence_of_mismatch,
    mean_difference,
    mean_evidence,
    quantile_band,
    quantile_ratio,
    rate_evidence,
    ratio_interval,
)
from .report import Interval, MeanLack, Shape

__all__ = [
    "Companion",
    "DistributionEvidence",
    "Interval",
    "MeanDifference",
    "MeanLack",
    "NormalMixture",
    "Reference",
    "Shape",
    "Worse",
    "confidence_sequence",
    "count_evidence",
    "count_interval",
    "count_ratio_interval",
    "difference_evidence",
    "difference_interval",
    "distribution_evidence",
    "fraction_evidence",
    "fraction_ratio_interval",
    "high_rate_evidence",
    "judge",
    "ln_evidence_below",
    "ln_evidence_of_mismatch",
    "mean_difference",
    "mean_evidence",
    "quantile_band",
    "quantile_ratio",
    "rate_evidence",
    "ratio_interval",
]

Worse: TypeAlias = Literal["higher", "lower"]
"""Which way a measure gets worse."""

Companion: TypeAlias = Literal["ignored", "covariate", "denominator"]
"""How a unit's companion is used: not at all, as a covariate known before the exposure, or as the denominator of a ratio."""


@dataclass(frozen=True)
class MeanDifference:
    """How far the canary's mean lies from the control's, over all epochs."""

    difference: float
    """Canary less control, in thousandths (for a ratio in its own unit)."""
    standard_error: float
    interval: Interval
    """Where the difference lies."""
    relative: float | None
    """The difference as a part of the control's mean; None where that is not above 0."""
    relative_interval: Interval
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str) -> MeanDifference:
        form: dict[str, Any] = json.loads(text)
        interval, relative = Interval(**form.pop("interval")), Interval(**form.pop("relative_interval"))
        return cls(interval=interval, relative_interval=relative, json=text, **form)


@dataclass(frozen=True)
class DistributionEvidence:
    """Evidence on the values of two arms."""

    ln_evidence: float
    ratio: float
    """The ratio that was tested: what was asked, rounded towards caution to whole bins of 1.0109."""
    shape: Shape | None
    """What of the distribution shows the difference, where something does."""

    @classmethod
    def _of(cls, ln_evidence: float, ratio: float, shape: str | None) -> DistributionEvidence:
        return cls(ln_evidence, ratio, None if shape is None else Shape._of(shape))
