"""One release, from the start to its end."""

import copy
import json
import pickle
from datetime import datetime, timedelta, timezone

import pytest
from story import MINUTE, NOON, SPEC, serve, started

import rampgate
from rampgate import Arms, Phase, Placement, Release, signals


def test_a_bad_release_is_rolled_back_and_retried() -> None:
    release = Release(SPEC, replica=1)
    assert (release.name, release.variants, release.guardrails) == ("checkout v2", ("v1", "v2"), ("errors", "timeouts"))
    assert (release.exposure, release.cohort, release.phase.name) == (0.0, 0, "draft")

    step = release.step(NOON, signals.start(by="ana"))
    (decision,) = step.decisions
    assert (decision.action, decision.exposure, decision.phase.stage) == ("advance", 0.5, 0)
    assert str(decision).startswith("2026-11-24T12:00:00Z advance to 50%, ramping in stages[0]: ana started it; ")
    assert decision.at == datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
    assert [reason.kind for reason in decision.reasons] == ["started", "clear"]
    assert (decision.reasons[0].details, str(decision.reasons[0])) == ({"by": "ana"}, "ana started it")
    assert [(event.seq, event.kind, event.details) for event in step.events] == [(1, "start", {"by": "ana"})]
    assert repr(release) == "<rampgate.Release 'checkout v2': ramping in stages[0], exposure 50%>"

    serve(release, range(2_000))
    step = release.step(NOON + MINUTE)
    (decision,) = step.decisions
    assert (decision.action, decision.exposure, decision.phase.name) == ("roll_back", 0.0, "rolling_back")
    assert decision.reasons[0].kind == "harm"
    assert decision.reasons[0].details["have"] >= decision.reasons[0].details["need"]
    assert release.exposure == 0.0

    report = step.report
    assert report is not None
    assert (report.finding.verdict, report.finding.lack) == ("harm", None)
    errors, timeouts = report.guardrails
    assert (errors.name, errors.culprit, timeouts.culprit) == ("errors", True, False)
    assert (errors.measure, errors.guarantee, errors.required, timeouts.required) == ("rate", "exact", True, False)
    assert errors.counts is not None and errors.comparison is not None
    assert errors.units.canary + errors.units.control == 2_000
    assert errors.units == Arms(errors.counts.canary.units, errors.counts.control.units)
    assert errors.comparison.estimates.canary == errors.counts.canary.rate
    assert errors.comparison.ratio_interval.lower is not None and errors.comparison.ratio_interval.lower > 1
    assert (errors.quantiles, errors.shape, errors.lack, errors.more_units_to_harm) == ((), None, None, 0)
    assert step.gate is None

    release.step(NOON + 2 * MINUTE, signals.confirm())
    assert release.phase.name == "rolled_back"
    release.step(NOON + 3 * MINUTE, signals.retry(by="ana"))
    assert (release.exposure, str(release.phase)) == (0.5, "ramping in stages[0]")


def test_a_good_release_completes() -> None:
    release = started()
    for minute in range(1, 12):
        serve(release, range(minute * 1_000, (minute + 1) * 1_000), at=NOON + minute * MINUTE, harmless=True)
        step = release.step(NOON + minute * MINUTE)
    assert [decision.action for decision in step.decisions] == ["complete"]
    assert release.phase == Phase(name="completed", stage=None, hold=None, lack=None, text="")


def test_the_json_of_a_step_is_that_of_its_parts() -> None:
    spec = {**SPEC, "objective": {"metric": "errors", "target": "99%", "period": "1d", "detection_delay": "5m", "on_missing_data": "allow"}}
    release = started(spec=spec)
    serve(release, range(500))
    step = release.step(NOON + MINUTE)
    assert step.report is not None and step.gate is not None
    parts = [",".join(part.json for part in parts) for parts in (step.events, step.decisions)]
    events, decisions = parts
    assert step.json == (
        f'{{"events":[{events}],"decisions":[{decisions}],"report":{step.report.json},"gate":{step.gate.json}}}'
    )
    assert step.gate.json.endswith(f'"budget":{step.gate.budget.json}}}')
    assert json.loads(step.gate.json)["detection_delay"] == "5m"
    assert step.gate.detection_delay == timedelta(minutes=5)
    assert step.gate.budget.objective == 0.99


def test_what_holds_a_release_is_told_apart() -> None:
    release = started()
    for minute in range(12):
        serve(release, range(minute * 20, minute * 20 + 20), at=NOON + minute * MINUTE, harmless=True)
        release.step(NOON + minute * MINUTE)
    assert (release.phase.name, release.phase.hold, release.phase.lack) == ("holding", "inconclusive", None)
    step = release.step(NOON + 12 * MINUTE, signals.source_error(why="metrics endpoint answered 503"))
    assert (release.phase.name, release.phase.hold, release.phase.lack) == ("holding", "insufficient", "source_error")
    assert step.report is not None
    assert (step.report.finding.verdict, step.report.finding.lack) == ("insufficient", "source_error")
    release.step(NOON + 12 * MINUTE, signals.pause(by="ben"))
    assert (release.phase.hold, release.phase.lack) == ("paused", None)


def test_every_signal_has_a_helper_that_the_core_understands() -> None:
    told = {
        "tick": signals.tick(),
        "source_error": signals.source_error(why="503"),
        "start": signals.start(by="ana"),
        "approve": signals.approve(by="ana"),
        "pause": signals.pause(by="ana"),
        "resume": signals.resume(by="ana"),
        "abort": signals.abort(by="ana", why="a hunch"),
        "promote": signals.promote(by="ana"),
        "request": signals.request(by="ana"),
        "revise": signals.revise(by="ana", revision="r2"),
        "retry": signals.retry(by="ana"),
        "confirm": signals.confirm(),
        "fleet": signals.fleet(ready_new=1, ready_old=3),
        "rollback_failed": signals.rollback_failed(why="503"),
    }
    assert set(told) == set(signals.__all__) - {"Signal"}
    for name, signal in told.items():
        assert signal == name or list(signal) == [name]
        spec = {**SPEC, "fleet": {"replicas": 4}} if name == "fleet" else SPEC
        Release(spec, 1).step(NOON, signal)


def test_times_are_milliseconds_or_aware_datetimes() -> None:
    summer = timezone(timedelta(hours=2))
    for moment in (NOON, datetime(2026, 11, 24, 14, tzinfo=summer), datetime(2026, 11, 24, 12, 0, 0, 999, timezone.utc)):
        step = Release(SPEC, 1).step(moment, signals.start(by="ana"))
        assert step.json == Release(SPEC, 1).step(NOON, signals.start(by="ana")).json
    last = datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=timezone.utc)
    assert Release(SPEC, 1).step(last, signals.start(by="ana")).decisions[0].at == last


def test_a_spec_is_a_text_or_any_mapping_and_its_layout_does_not_count() -> None:
    from types import MappingProxyType

    state = Release(SPEC, 1).state()
    backwards = MappingProxyType(dict(reversed(SPEC.items())))
    for spec in (json.dumps(SPEC, indent=4), backwards, {**SPEC, "stages": tuple(SPEC["stages"])}):
        assert Release(spec, 1).state() == state
        assert Release.resume(spec, state, 2).name == "checkout v2"


def test_a_release_goes_on_from_its_state_under_a_new_name() -> None:
    release = started()
    serve(release, range(900))
    resumed = Release.resume(SPEC, release.state(), replica=2)
    for one in (release, resumed):
        serve(one, range(900, 2_000))
    assert resumed.step(NOON + MINUTE).json == release.step(NOON + MINUTE).json
    with pytest.raises(rampgate.RampgateError, match="must be new") as caught:
        Release.resume(SPEC, release.state(), replica=1)
    assert caught.value.path == "replica"


def test_a_release_is_neither_copied_nor_pickled_but_placements_are() -> None:
    release = started()
    for copying in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match=r"save `state\(\)`"):
            copying(release)
    placement = release.assign("user-1").placement
    assert pickle.loads(pickle.dumps(placement)) == placement
    step = release.step(NOON + MINUTE)
    assert pickle.loads(pickle.dumps(step)) == step


def test_outcomes_belong_to_the_cohort_of_their_assignment() -> None:
    release = started()
    early = release.assign("user-1")
    release.step(NOON, signals.abort(by="ana", why="a hunch"))
    assert release.assign("user-1").cohort > early.cohort
    release.record(early, NOON)
    release.record(Placement(cohort=early.cohort, arm=early.arm), NOON)
    with pytest.raises(rampgate.RampgateError) as caught:
        release.record(Placement(cohort=9, arm="canary"), NOON)
    assert caught.value.path == "placement.cohort"


def test_failures_missing_notes_and_requests_are_counted_apart() -> None:
    spec = {**SPEC, "objective": {"metric": "errors", "target": "99%", "period": "1d", "detection_delay": "5m", "on_missing_data": "allow"}}
    release = started(spec=spec)
    canary = Placement(cohort=release.cohort, arm="canary")
    release.record(canary, NOON, failed={"errors"}, missing=("errors", "timeouts"))  # a failure that was seen beats a note
    release.record(canary, NOON, missing=iter(["errors"]))
    release.record_outcome(canary, NOON, failed=["timeouts"])
    release.record_requests(NOON, good=97, bad=2)
    step = release.step(NOON + MINUTE)
    assert step.report is not None and step.gate is not None
    errors, timeouts = (guardrail.counts for guardrail in step.report.guardrails)
    assert errors is not None and timeouts is not None
    assert (errors.canary.units, errors.canary.failures) == (2, 1)
    assert (timeouts.canary.units, timeouts.canary.failures) == (2, 1)
    assert (step.gate.budget.reading.good, step.gate.budget.reading.bad) == (97, 3)
