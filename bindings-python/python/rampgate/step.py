"""What a step did: events to keep, decisions to act on, and the numbers behind them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias, cast

from ._text import moment, share, tagged
from .report import Lack, Report
from .slo import GateReport

__all__ = ["Action", "Decision", "DecisionReason", "Event", "Gap", "Hold", "Phase", "PhaseName", "Replay", "SharedStep", "Step"]

Action: TypeAlias = Literal[
    "schedule",
    "advance",
    "hold",
    "continue",
    "restart",
    "approve",
    "promote",
    "request",
    "revise",
    "pause",
    "resume",
    "bake",
    "complete",
    "roll_back",
    "confirm_rollback",
    "fail_rollback",
    "cancel",
    "expire",
    "retry",
    "observe",
    "ignore",
]
"""What may be decided. Exposure rises with `advance` alone."""

PhaseName: TypeAlias = Literal[
    "draft",
    "scheduled",
    "ramping",
    "holding",
    "baking",
    "completed",
    "rolling_back",
    "rollback_failed",
    "rolled_back",
    "expired",
]
"""Where a release may be on its way."""

Hold: TypeAlias = Literal[
    "paused",
    "not_before",
    "unreported",
    "not_in_force",
    "invalid",
    "insufficient",
    "inconclusive",
    "budget",
    "calendar",
    "approval",
    "approval_lapsed",
]
"""What may stand in the way of the next rise."""

Gap: TypeAlias = Literal["new_missing", "new_beyond", "old_beyond", "unavailable"]
"""What a fleet may lack for an exposure to be in force."""


def _held(form: Any) -> tuple[Any, Lack | None, Gap | None]:
    """A hold, and the lack or the gap that belongs to it."""
    hold, more = tagged(form)
    return hold, cast(Any, more) if hold == "insufficient" else None, cast(Any, more) if hold == "not_in_force" else None


@dataclass(frozen=True)
class Phase:
    """Where a release is on its way. `str()` says it in words."""

    name: PhaseName
    stage: int | None
    """The stage, from 0, while ramping, holding or expired."""
    hold: Hold | None
    """What stands in the way, while holding."""
    lack: Lack | None
    """What is lacking, where the hold is `insufficient`."""
    gap: Gap | None = field(default=None, kw_only=True)
    """What the fleet lacks first, where the hold is `not_in_force`."""
    text: str = field(repr=False, compare=False)
    """The phase in words."""

    def __str__(self) -> str:
        """The phase in words."""
        return self.text

    @classmethod
    def _of(cls, text: str, words: str) -> Phase:
        return cls._read(json.loads(text), words)

    @classmethod
    def _read(cls, form: str | dict[str, Any], words: str) -> Phase:
        name, place = tagged(form)
        place = place or {}
        hold, lack, gap = _held(place["reason"]) if "reason" in place else (None, None, None)
        return cls(name=name, stage=place.get("stage"), hold=hold, lack=lack, gap=gap, text=words)


@dataclass(frozen=True)
class Event:
    """One line of the log from which everything can be replayed: append its `json` to yours."""

    seq: int
    at: datetime
    """When, in UTC."""
    kind: str
    """`judged`, `tick`, `fleet`, or the operator's command."""
    details: Mapping[str, Any]
    """What came with it, in the form of the JSON text: who gave the command and why, or the finding."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str) -> Event:
        form = json.loads(text)
        kind, details = tagged(form["kind"])
        return cls(seq=form["seq"], at=moment(form["at"]), kind=kind, details=details or {}, json=text)


@dataclass(frozen=True)
class DecisionReason:
    """Why a decision was taken, with the numbers it was taken by. `str()` says it in words."""

    kind: str
    """Such as `harm`, `dwell`, `freeze`."""
    details: Mapping[str, Any]
    """Its numbers, in the form of the JSON text: `{"have": 3.41, "need": 2.99}`."""
    text: str = field(compare=False)
    """The reason in words."""

    def __str__(self) -> str:
        """The reason in words."""
        return self.text


@dataclass(frozen=True)
class Decision:
    """One line of the decision log: what was decided, what holds now, and why. `str()` says it in words."""

    seq: int
    """The event that led to it."""
    at: datetime
    """When, in UTC."""
    attempt: int
    """The attempt that holds now, from 1."""
    revision: str | None
    """What is released now, if anyone replaced the version of the document."""
    action: Action
    exposure: float
    """The exposure that holds now, 0.0 to 1.0."""
    actual: float | None
    """The share of the traffic that meets the new version now, where a fleet decides and was reported; None while no replica is ready."""
    phase: Phase
    """The phase that holds now."""
    reasons: tuple[DecisionReason, ...]
    """Never empty, the weightiest first."""
    text: str = field(repr=False, compare=False)
    """The decision in words."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    def __str__(self) -> str:
        """The decision in words."""
        return self.text

    @classmethod
    def _of(cls, text: str, words: str, phase: str, reasons: list[str]) -> Decision:
        form = json.loads(text)
        told = zip(map(tagged, form.pop("reasons")), reasons)
        return cls(
            at=moment(form.pop("at")),
            exposure=share(form.pop("exposure")),
            actual=share(form.pop("actual")) if "actual" in form else None,
            revision=form.pop("revision", None),
            phase=Phase._read(form.pop("phase"), phase),
            reasons=tuple(DecisionReason(kind, details or {}, text) for (kind, details), text in told),
            text=words,
            json=text,
            **form,
        )


_Told = tuple[str, str, str, list[str]]


@dataclass(frozen=True)
class Step:
    """What one step did."""

    events: tuple[Event, ...]
    """Append them to your log: the plan and the events give the same decisions again, anywhere."""
    decisions: tuple[Decision, ...]
    """What changed, with reasons. Empty where nothing did."""
    report: Report | None
    """What the judge saw; None where there was nothing to be judged."""
    gate: GateReport | None
    """What the budget allowed; None without an objective, or where there was nothing to be judged."""
    fleet: Mapping[str, Any] | None
    """How far the fleet has come (`actual`) and the batch to carry out next (`orders`); None without a fleet, or a report of its replicas."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str, events: list[str], decisions: list[_Told], report: str | None, gate: str | None) -> Step:
        return cls(
            events=tuple(map(Event._of, events)),
            decisions=tuple(Decision._of(*told) for told in decisions),
            report=None if report is None else Report._of(report),
            gate=None if gate is None else GateReport._of(gate),
            fleet=json.loads(text).get("fleet"),
            json=text,
        )


@dataclass(frozen=True)
class SharedStep:
    """What one step did on a budget that other releases spend from too. Amounts are parts per million of the budget."""

    events: tuple[Event, ...]
    """Append them to your log. Their clearance already holds what the reservations said, so the log replays without them."""
    decisions: tuple[Decision, ...]
    """What changed, with reasons. Empty where nothing did."""
    report: Report | None
    """What the judge saw; None where there was no look."""
    gate: dict[str, Any] | None
    """What the budget allowed beside what others hold, as `rampgate.slo.gate` gives it with `beside`; None where there was no look."""
    held_ppm: int
    """What the release could count on in this step."""
    reserve_ppm: int | None
    """Reserve at least this much (more while a larger exposure is still in force somewhere), and step again once it is granted; while the
    answer is out, send the same message again rather than another. None where what is held is enough."""
    keep_ppm: int | None
    """What the exposure that was decided may spend at most before it is noticed: once every replica follows it, the reservation may be lowered
    to this, and at 0 released or settled. None while a rollback is not confirmed: then lower nothing."""
    fleet: Mapping[str, Any] | None
    """How far the fleet has come and the next batch, as in `Step`."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str, events: list[str], decisions: list[_Told], report: str | None) -> SharedStep:
        form = json.loads(text)
        return cls(
            events=tuple(map(Event._of, events)),
            decisions=tuple(Decision._of(*told) for told in decisions),
            report=None if report is None else Report._of(report),
            gate=form["gate"],
            held_ppm=form["held_ppm"],
            reserve_ppm=form["reserve_ppm"],
            keep_ppm=form["keep_ppm"],
            fleet=form.get("fleet"),
            json=text,
        )


@dataclass(frozen=True)
class Replay:
    """Where a log of events leads, and every decision on the way."""

    phase: Phase
    hold: Hold | None
    """What stands in the way, in any phase that can wait: scheduled, holding or baking."""
    lack: Lack | None
    """What is lacking, where the hold is `insufficient`."""
    gap: Gap | None
    """What the fleet lacks first, where the hold is `not_in_force`."""
    exposure: float
    """The exposure in the end, 0.0 to 1.0."""
    attempt: int
    cohort: int
    decisions: tuple[Decision, ...]

    @classmethod
    def _of(cls, state: str, phase: Phase, decisions: list[_Told]) -> Replay:
        form = json.loads(state)
        hold, lack, gap = (None, None, None) if form["hold"] is None else _held(form["hold"])
        return cls(
            phase=phase,
            hold=hold,
            lack=lack,
            gap=gap,
            exposure=share(form["exposure"]),
            attempt=form["attempt"],
            cohort=form["cohort"],
            decisions=tuple(Decision._of(*told) for told in decisions),
        )
