"""What a host tells a release at one moment. Each gives the plain form, which may be written by hand as well.

>>> start(by="ana")
{'start': {'by': 'ana'}}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, Union

__all__ = [
    "Signal",
    "abort",
    "approve",
    "confirm",
    "fleet",
    "pause",
    "promote",
    "request",
    "resume",
    "retry",
    "revise",
    "rollback_failed",
    "source_error",
    "start",
    "tick",
]

Signal: TypeAlias = Union[str, Mapping[str, Mapping[str, str]], Mapping[str, Mapping[str, int]]]
"""`"tick"`, `"confirm"`, or one command with who gave it and why, or what was counted."""


def tick() -> Signal:
    """Time has passed: look at the evidence and the budget, and go on if the plan allows."""
    return "tick"


def fleet(ready_new: int = 0, not_ready_new: int = 0, ready_old: int = 0, not_ready_old: int = 0, stopping: int = 0) -> Signal:
    """The replicas of the spec's fleet as they were counted: look as at a tick, by what they expose. The step has the next batch.

    >>> fleet(ready_new=1, ready_old=7)["fleet"]["ready_old"]
    7
    """
    counts = {"ready_new": ready_new, "not_ready_new": not_ready_new, "ready_old": ready_old}
    return {"fleet": {**counts, "not_ready_old": not_ready_old, "stopping": stopping}}


def source_error(why: str) -> Signal:
    """The source of outcomes failed, so what is missing since the last look is not silence."""
    return {"source_error": {"why": why}}


def start(by: str) -> Signal:
    """Begin: a draft becomes scheduled, or ramps at once."""
    return {"start": {"by": by}}


def approve(by: str) -> Signal:
    """Approve the present stage."""
    return {"approve": {"by": by}}


def pause(by: str) -> Signal:
    """Stop the clock of the stage. Evidence still counts, and harm still rolls back."""
    return {"pause": {"by": by}}


def resume(by: str) -> Signal:
    """Let the clock of the stage run again."""
    return {"resume": {"by": by}}


def abort(by: str, why: str) -> Signal:
    """Back to nobody, now."""
    return {"abort": {"by": by, "why": why}}


def promote(by: str) -> Signal:
    """Waive the rest of the stage's dwell, units and approval; never the verdict, the calendar or the budget."""
    return {"promote": {"by": by}}


def request(by: str) -> Signal:
    """Ask again for an approval that nobody gave in time, where the plan lets it lapse."""
    return {"request": {"by": by}}


def revise(by: str, revision: str) -> Signal:
    """Replace the new version itself: what was found of the old one is void, and the schedule begins anew."""
    return {"revise": {"by": by, "revision": revision}}


def retry(by: str) -> Signal:
    """Begin a new attempt after a rollback or an expiry. Everything the old attempt had shown is void."""
    return {"retry": {"by": by}}


def confirm() -> Signal:
    """The rollback is in force everywhere."""
    return "confirm"


def rollback_failed(why: str) -> Signal:
    """The rollback could not be put in force."""
    return {"rollback_failed": {"why": why}}
