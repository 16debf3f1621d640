"""What is left of an error budget, and the exposure that it allows. All of it in integers, so the same everywhere.

The functions of this module take a question as a mapping or JSON text, and give plain values, named as in the JSON of every language.
`core/spec/budgets.md` and `core/spec/burn_rate.md` say what each field is. Intervals are `[from, to, good, bad]`, samples `[at, good, bad]`, incidents
`[from, to]`; instants Unix milliseconds, aware datetimes or texts; spans texts or timedeltas; shares texts, such as `25%`.

>>> from rampgate import slo
>>> report = slo.composite(
...     {
...         "target": "98%",
...         "composite": "serial",
...         "members": [{"name": "api", "good": 990, "bad": 10}, {"name": "store", "good": 980, "bad": 20}],
...     }
... )
>>> report["state"]  # between 20 and 30 of a thousand failed: it depends on whether they failed together
'undecided'
>>> forms = slo.closed_forms({"policy": {"target": "99.9%", "preset": "workbook_4"}, "failing": "5%"})
>>> forms["rows"][0]["time_to_fire"]
'17m16s800ms'
>>> from datetime import datetime, timedelta, timezone
>>> noon = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
>>> slo.period({"now": noon, "of": {"rolling": timedelta(days=1)}})
{'from': 1795435200000, 'to': 1795521600000}
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeAlias

from ._native import slo_answer
from ._text import millis, objective, share, span, tagged

__all__ = [
    "AlertEvaluation",
    "Answer",
    "Budget",
    "BudgetState",
    "GateReport",
    "GateRule",
    "Reading",
    "account",
    "answer",
    "burn_rate",
    "closed_forms",
    "cohorts",
    "composite",
    "gate",
    "openslo",
    "period",
    "policy",
    "replay",
    "reservations",
    "scrapes",
    "slices",
]

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


@dataclass(frozen=True)
class AlertEvaluation:
    """A burn-rate policy's decision, and what its alerts remember after it."""

    decision: Mapping[str, Any]
    """The alert, with each row's and rule's status and the numbers of its windows."""
    state: str
    """What the alerts remember, as JSON text: for the next evaluation."""
    json: str = field(repr=False, compare=False)
    """The decision's JSON text, the same in every language."""

    @classmethod
    def _of(cls, decision: str, state: str) -> AlertEvaluation:
        return cls(json.loads(decision), state, decision)


def answer(question: Mapping[str, Any] | str) -> str:
    """The answer to a question as JSON text, the same in every language. The question is an object of one field, which names it like the functions below."""
    return slo_answer(_plain(question))


_DEEPEST = 100
_MILLISECOND = timedelta(milliseconds=1)


def _ask(name: str, of: Any) -> Any:
    # a text is read by the core alone, which refuses what Python's parser lets pass, such as a key that is there twice
    return json.loads(slo_answer(f'{{"{name}":{of}}}' if isinstance(of, str) else _plain({name: of})))


def _plain(question: Any) -> Any:
    """The same with instants and spans in the form of the JSON. All else is left as it is, for the core to refuse by its path."""
    try:
        return _written(question, 0)
    except RecursionError:
        return question


def _written(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        raise RecursionError  # most likely it holds itself
    if isinstance(value, Mapping):
        return {name: _written(part, depth + 1) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_written(part, depth + 1) for part in value]
    if isinstance(value, datetime):
        # without a zone it is no instant, but the local time that YAML makes of an OpenSLO calendar's start
        return value.isoformat(" ") if value.utcoffset() is None else millis(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        whole, rest = divmod(value, _MILLISECOND)
        return f"{value / _MILLISECOND}ms" if rest else f"{whole}ms"
    return value


def slices(of: Mapping[str, Any] | str) -> dict[str, Any]:
    """Budgets by events, by ratio slices and by binary slices, and how far they disagree."""
    return _ask("slices", of)  # type: ignore[no-any-return]


def account(of: Mapping[str, Any] | str) -> dict[str, Any]:
    """What was promised and what was spent of a period, with exclusions, changes of the objective and adjustments."""
    return _ask("account", of)  # type: ignore[no-any-return]


def period(of: Mapping[str, Any] | str) -> dict[str, Any]:
    """The instants of a rolling, calendar or fixed period."""
    return _ask("period", of)  # type: ignore[no-any-return]


def cohorts(of: Mapping[str, Any] | str) -> dict[str, Any]:
    """What the canary and the control spent, and what the canary spent beyond the control."""
    return _ask("cohorts", of)  # type: ignore[no-any-return]


def composite(of: Mapping[str, Any] | str) -> dict[str, Any]:
    """The budget of several services together: exact where joint counts are known, else bounds."""
    return _ask("composite", of)  # type: ignore[no-any-return]


def scrapes(of: Sequence[Mapping[str, Any]] | str) -> list[dict[str, Any]]:
    """What running totals come to, with resets told from decreases."""
    return _ask("scrapes", of)  # type: ignore[no-any-return]


def reservations(of: Mapping[str, Any] | str) -> dict[str, Any]:
    """What a new authority answers to requests of several releases against one budget, and what it holds after them."""
    return _ask("reservations", of)  # type: ignore[no-any-return]


def gate(of: Mapping[str, Any] | str) -> dict[str, Any]:
    """What a gate says of a rise; with `beside`, next to what other releases have reserved."""
    return _ask("gate", of)  # type: ignore[no-any-return]


def policy(of: Mapping[str, Any] | str) -> dict[str, Any]:
    """A burn-rate policy with its checked rows."""
    return _ask("policy", of)  # type: ignore[no-any-return]


def burn_rate(of: Mapping[str, Any] | str) -> dict[str, Any]:
    """The decisions of a policy over recorded events or over readings, and the state after them. For a live counter: `rampgate.BurnRatePolicy`."""
    return _ask("burn_rate", of)  # type: ignore[no-any-return]


def closed_forms(of: Mapping[str, Any] | str) -> dict[str, Any]:
    """What a policy does under a steady failure: when it fires and resets, what is spent until then, how long the budget lasts."""
    return _ask("closed_forms", of)  # type: ignore[no-any-return]


def replay(of: Mapping[str, Any] | str) -> list[dict[str, Any]]:
    """What policies would have told of a recorded series with incidents: precision, recall, times to detect and to reset, spend."""
    return _ask("replay", of)  # type: ignore[no-any-return]


def openslo(of: Mapping[str, Any] | Sequence[Any] | str) -> dict[str, Any]:
    """What is honoured of OpenSLO v1 documents, and a list of everything that is not."""
    return _ask("openslo", of)  # type: ignore[no-any-return]
