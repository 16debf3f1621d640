"""Kayenta's judge, for teams that come from it: rank tests of time series, classes, a score.

It exists so that a migration can compare verdicts. It guarantees nothing under repeated looks: do not stop early by it, that is
what a `Release` is for.

>>> answer = compare({"canary": [1, 2, 3], "control": [4, 5, 6], "method": "exact"})
>>> answer.u, answer.estimate, round(answer.p_value, 12)
(0.0, -3.0, 0.1)
>>> config = {"metrics": [{"name": "errors", "groups": ["health"], "direction": "increase"}]}
>>> report = judge(config, {"metrics": [{"name": "errors", "canary": [9, 8, 9, 7, None, 9], "control": [1, 2, 1, 0, 1, 2]}]})
>>> report.verdict, report.metrics[0].class_
('pass', 'pass')
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from ._native import classic_compare as compare
from ._native import classic_judge as judge
from .report import Arms, Interval

__all__ = ["Class", "Comparison", "GroupReport", "MetricReport", "Report", "Verdict", "compare", "judge"]

Class: TypeAlias = Literal["pass", "high", "low", "nodata", "nodata_fail_metric", "error"]
"""What one metric shows."""

Verdict: TypeAlias = Literal["pass", "marginal", "fail", "nodata", "error"]
"""What the judge says of a canary. Only `pass` is a pass."""


@dataclass(frozen=True)
class Comparison:
    """What the rank test of Mann and Whitney says of two arms."""

    u: float
    """Pairs in which the canary's point is larger, ties counted half."""
    p_value: float
    estimate: float
    """The median of all differences, canary less control."""
    interval: Interval
    """Shifts that the test does not exclude."""
    cles: float
    """The share of pairs in which the canary's point is larger, ties counted half."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str) -> Comparison:
        form = json.loads(text)
        return cls(interval=Interval(**form.pop("interval")), json=text, **form)


@dataclass(frozen=True)
class GroupReport:
    """The score of one group of metrics."""

    name: str
    weight: float
    """Its part of the whole score, in percent."""
    score: float | None
    """Percentage of its metrics that pass; None where none has data."""


@dataclass(frozen=True)
class MetricReport:
    """What one metric shows; numbers that were not computed are None."""

    name: str
    class_: Class
    critical: bool
    """Whether it fails the whole canary."""
    muted: bool
    """Whether it is shown and not counted."""
    reason: str
    points: Arms[int]
    """Points that were compared, after gaps and outliers."""
    interval: Interval | None
    """Shifts that are not excluded at 98%."""
    estimate: float | None
    tolerance: float | None
    """What the interval must clear."""
    effect: float | None

    @classmethod
    def _of(cls, form: dict[str, Any]) -> MetricReport:
        interval = form.pop("interval")
        return cls(
            class_=form.pop("class"),
            points=Arms(**form.pop("points")),
            interval=None if interval is None else Interval(**interval),
            **form,
        )


@dataclass(frozen=True)
class Report:
    """What the classic judge says, and why."""

    verdict: Verdict
    score: float
    """From 0 to 100."""
    reason: str
    groups: tuple[GroupReport, ...]
    metrics: tuple[MetricReport, ...]
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str) -> Report:
        form = json.loads(text)
        groups = tuple(GroupReport(**group) for group in form.pop("groups"))
        return cls(groups=groups, metrics=tuple(map(MetricReport._of, form.pop("metrics"))), json=text, **form)
