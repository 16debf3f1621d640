"""Questions about error budgets, as Python asks them. Their vectors are replayed in test_golden.py."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest

from rampgate import BurnRatePolicy, Counter, RampgateError, slo

NOON = 1_795_521_600_000
MOMENT = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
POLICY = {"target": "99.9%", "preset": "workbook_4"}
ASKED: list[Callable[[Any], Any]] = [
    slo.slices,
    slo.account,
    slo.period,
    slo.cohorts,
    slo.composite,
    slo.scrapes,
    slo.reservations,
    slo.gate,
    slo.policy,
    slo.burn_rate,
    slo.closed_forms,
    slo.replay,
    slo.openslo,
]


def test_every_question_has_its_function() -> None:
    functions = {name for name in slo.__all__ if name[0].islower()}
    assert functions == {"answer", *(ask.__name__ for ask in ASKED)}


@pytest.mark.parametrize("ask", ASKED)
def test_what_is_no_question_is_refused(ask: Callable[[Any], Any]) -> None:
    cycle: list[Any] = []
    cycle += [cycle, cycle]
    for of in (7, None, True, cycle, {"x": cycle}, {"x": object()}, {1: 2}, {"x": float("nan")}):
        with pytest.raises(RampgateError) as caught:
            ask(of)
        assert caught.value.path.startswith(ask.__name__)


@pytest.mark.parametrize("ask", ASKED)
@pytest.mark.parametrize("text", ["", "{", "x", "{}}", "{},{}", '{}, "gate": {}', '{"now": 1, "now": 2}', '{"now": NaN}', "\ud800"])
def test_a_text_is_read_by_the_core_alone(ask: Callable[[Any], Any], text: str) -> None:
    with pytest.raises(RampgateError) as caught:
        ask(text)
    # two questions in one are a document that is none; all else is no JSON, or has a key twice
    assert caught.value.path == ("document" if "gate" in text and ask is not slo.gate else "question")


@pytest.mark.parametrize(
    ("ask", "of", "path", "code"),
    [
        (slo.period, {"now": NOON, "of": {"rolling": "1x"}}, "period.of.rolling", "syntax"),
        (slo.cohorts, {"target": "99.9%", "period": "30d", "canary": {}, "control": {}}, "cohorts.canary.window", "missing"),
        (slo.scrapes, [{"at": NOON, "good": -1, "bad": 0}], "scrapes[0].good", "range"),
        (slo.policy, {**POLICY, "wrong": 1}, "policy.wrong", "unknown"),
        (slo.closed_forms, {"policy": POLICY, "failing": 1}, "closed_forms.failing", "type"),
        (slo.replay, {"policies": [POLICY], "samples": [[NOON, 1]]}, "replay.samples[0]", "type"),
    ],
)
def test_errors_have_the_path_of_what_is_wrong(ask: Callable[[Any], Any], of: Any, path: str, code: str) -> None:
    for form in (of, json.dumps(of)):
        with pytest.raises(RampgateError) as caught:
            ask(form)
        assert (caught.value.path, caught.value.code) == (path, code)


def test_instants_may_be_aware_datetimes() -> None:
    asked = {"now": NOON, "of": {"calendar": "month", "offsets": [{"since": NOON, "minutes": 60}]}}
    same = {"now": MOMENT, "of": {"calendar": "month", "offsets": ({"since": MOMENT, "minutes": 60},)}}
    assert slo.period(asked) == slo.period(same) == slo.period(MappingProxyType(same)) == json.loads(slo.answer({"period": same}))
    for moment in (MOMENT.astimezone(timezone(timedelta(hours=-5))), MOMENT + timedelta(microseconds=999)):
        assert slo.period({**asked, "now": moment}) == slo.period(asked)
    for none in (MOMENT.replace(tzinfo=None), MOMENT - timedelta(days=25_000), date(2026, 11, 24), timedelta(1)):
        with pytest.raises(RampgateError) as caught:
            slo.period({**asked, "now": none})
        assert caught.value.path == "period.now"


def test_spans_may_be_timedeltas() -> None:
    asked = {"now": NOON, "of": {"rolling": "1h30m"}}
    assert slo.period({**asked, "of": {"rolling": timedelta(minutes=90)}}) == slo.period(asked)
    for span in (timedelta(microseconds=1_500), timedelta(-1), timedelta.max, MOMENT):
        with pytest.raises(RampgateError) as caught:
            slo.period({**asked, "of": {"rolling": span}})
        assert caught.value.path == "period.of.rolling"


def test_openslo_takes_what_yaml_makes_of_a_local_time() -> None:
    def asked(start: object) -> dict[str, Any]:
        calendar = {"startTime": start, "timeZone": "America/New_York"}
        return {
            "apiVersion": "openslo/v1",
            "kind": "SLO",
            "metadata": {"name": "pages"},
            "spec": {
                "service": "shop",
                "indicatorRef": "errors",
                "budgetingMethod": "Occurrences",
                "timeWindow": [{"duration": "1M", "isRolling": False, "calendar": calendar}],
                "objectives": [{"target": 0.99}],
            },
        }

    found = slo.openslo(asked(datetime(2022, 1, 1, 12)))
    assert found == slo.openslo(asked("2022-01-01 12:00:00"))
    assert found["budgets"][0]["window"]["calendar"]["start_time"] == "2022-01-01 12:00:00"
    with pytest.raises(RampgateError) as caught:
        slo.openslo([asked(MOMENT)])
    assert caught.value.path == "openslo[0].spec.timeWindow[0].calendar.startTime"


def test_a_policy_over_a_live_counter() -> None:
    policy, counter = BurnRatePolicy(POLICY), Counter()
    before = policy.start()
    first = policy.evaluate(counter, MOMENT, before)
    assert first == policy.evaluate(counter, NOON, json.loads(before))
    assert (first.decision["alert"], json.loads(first.json)) == ("insufficient_data", first.decision)
    for state, path in (("{", "state"), ({"rows": []}, "state.drops"), ({"rows": [], "drops": []}, "state.rows")):
        with pytest.raises(RampgateError) as caught:
            policy.evaluate(counter, NOON, state)
        assert caught.value.path == path
    for arguments, name in (((1, NOON, before), "counter"), ((counter, 1.5, before), "now"), ((counter, NOON, 1), "state")):
        with pytest.raises(TypeError, match=f"^`{name}` must be"):
            policy.evaluate(*arguments)
