"""What is left of an error budget, and the exposure that it allows. All of it in integers, so the same everywhere."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, TypeAlias

from ._text import objective, share, span, tagged

__all__ = ["Answer", "Budget", "BudgetState", "GateReport", "GateRule", "Reading"]

BudgetState: TypeAlias = Literal["ok", "at_risk", "exhausted", "insufficient_data"]
"""How an error budget stands. `insufficient_data` is neither met nor exhausted."""

Answer: TypeAlias = Literal["allow", "cap", "hold", "roll_back"]
"""What the budget says of the next exposure."""

GateRule: TypeAlias = Literal["no_rise", "exhausted", "missing_data", "within_risk", "beyond_risk"]
"""The rule that decided an answer."""


def _text(form: dict[str, Any]) -> str:
    """The canonical JSON text: texts and integers alone, so Python writes the bytes that Rust does."""
    return json.dumps(form, separators=(",", ":"))


@dataclass(frozen=True)
class Reading:
    """What was counted in one window, and how much of the window anybody was counting."""

    window: timedelta
    resolution: timedelta
    """Width of the buckets that were read: counts may reach that much beyond either end of the window."""
    watched: timedelta
    """How much of the window lies after the oldest event known."""
    coverage: float
    """The share of the window that was watched, 0.0 to 1.0."""
    good: int
    bad: int
    late: int
    """Events that came too late to count, over the counter's whole life."""
    ahead: int
    """Events stamped later than the end of the window. More than a few say that a clock is wrong."""
    rejected: int
    """Events stamped too far in the future to be held at all."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str) -> Reading:
        form = json.loads(text)
        form.update({name: span(form[name]) for name in ("window", "resolution", "watched")})
        return cls(coverage=share(form.pop("coverage")), json=text, **form)


@dataclass(frozen=True)
class Budget:
    """What a reading spent of an error budget, in parts per million of it; negative once overspent, None without events.

    By events, the traffic that was not seen is taken to fail as the traffic seen did; by time, not to fail.
    """

    state: BudgetState
    """How it stands, by time."""
    objective: float
    """Share of events that must be good, 0.0 to 1.0."""
    period: timedelta
    at_risk: float
    """The share at which, and below which, what remains is called at risk."""
    consumed_by_events_ppm: int | None
    remaining_by_events_ppm: int | None
    consumed_by_time_ppm: int | None
    remaining_by_time_ppm: int | None
    reading: Reading
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str) -> Budget:
        form = json.loads(text)
        return cls(
            objective=objective(form.pop("objective")),
            period=span(form.pop("period")),
            at_risk=share(form.pop("at_risk")),
            reading=Reading._of(_text(form.pop("reading"))),
            json=text,
            **form,
        )


@dataclass(frozen=True)
class GateReport:
    """A gate's answer with its arithmetic: `spend_ppm` is compared with `allowed_ppm`, `asked` with `largest`."""

    answer: Answer
    cap: float | None
    """The exposure that the budget pays for, where the answer is `cap`."""
    rule: GateRule
    current: float
    asked: float
    largest: float
    """The largest exposure whose worst-case spend is allowed."""
    spend_ppm: int
    """What the exposure asked for may spend before it is noticed, in parts per million of the whole budget."""
    allowed_ppm: int
    """What one step may spend, in the same unit."""
    presumed_whole: bool
    """Whether the budget was taken to be whole for want of data."""
    assumed_failure: float
    detection_delay: timedelta
    risk: float
    budget: Budget
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str) -> GateReport:
        form = json.loads(text)
        answer, cap = tagged(form.pop("answer"))
        shares = ("current", "asked", "largest", "assumed_failure", "risk")
        form.update({name: share(form[name]) for name in shares})
        return cls(
            answer=answer,
            cap=None if cap is None else share(cap),
            detection_delay=span(form.pop("detection_delay")),
            budget=Budget._of(_text(form.pop("budget"))),
            json=text,
            **form,
        )
