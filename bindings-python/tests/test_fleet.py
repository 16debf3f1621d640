"""A release whose exposure replicas bring about, led by a controller's loop."""

import pytest
from story import MINUTE, NOON, SPEC

import rampgate
from rampgate import Release, signals

STAGES = [{"exposure": "25%", "min_dwell": "5m", "requires": "unmonitored"}, {"exposure": "100%", "min_dwell": "5m", "requires": "unmonitored"}]
FLEET = {**SPEC, "stages": STAGES, "fleet": {"replicas": 4, "max_surge": 1}}


def carried_out(there: dict[str, int], orders: dict[str, int]) -> dict[str, int]:
    new = there.get("ready_new", 0) + orders["start_new"] - orders["stop_new"]
    return {"ready_new": new, "ready_old": there.get("ready_old", 0) + orders["start_old"] - orders["stop_old"]}


def test_a_loop_of_counting_stepping_and_carrying_out_reaches_everybody() -> None:
    release, there = Release(FLEET, replica=1), {"ready_old": 4}
    actions: list[str] = []
    exposures: list[tuple[float, float | None]] = []
    assert release.fleet is None
    release.step(NOON, signals.start(by="ana"))
    for minute in range(60):
        step = release.step(NOON + minute * MINUTE, signals.fleet(**there))
        assert step.fleet is not None and step.fleet == release.fleet
        actions += [decision.action for decision in step.decisions]
        exposures += [(decision.exposure, decision.actual) for decision in step.decisions]
        there = carried_out(there, step.fleet["orders"])
    assert release.phase.name == "completed" and there == {"ready_new": 4, "ready_old": 0}
    assert [action for action in actions if action != "observe"] == ["advance", "advance", "complete"]
    assert exposures[0] == (0.25, 0.0) and exposures[-1] == (1.0, 1.0) and (1.0, 0.4) in exposures


def test_a_stuck_fleet_holds_and_a_rollback_is_confirmed_once_it_is_gone() -> None:
    release = Release(FLEET, replica=1)
    release.step(NOON, signals.start(by="ana"))
    assert (release.step(NOON, signals.fleet(ready_old=3)).decisions[0].phase.name, release.exposure) == ("scheduled", 0.0)
    release.step(NOON, signals.fleet(ready_old=4))
    step = release.step(NOON + 20 * MINUTE, signals.fleet(ready_old=4, not_ready_new=1))
    (decision,) = step.decisions
    assert (decision.phase.hold, decision.phase.gap, decision.actual) == ("not_in_force", "new_missing", 0.0)
    assert decision.reasons[0].details["gaps"][0] == {"new_missing": {"ready": 0, "need": 1}}
    release.step(NOON + 21 * MINUTE, signals.abort(by="bob", why="pager"))
    (decision,) = release.step(NOON + 21 * MINUTE, signals.confirm()).decisions
    assert (decision.action, decision.reasons[0].kind) == ("ignore", "unreported")
    assert release.fleet is not None and release.fleet["orders"]["stop_new"] == 1
    release.step(NOON + 22 * MINUTE, signals.fleet(ready_old=4))
    release.step(NOON + 22 * MINUTE, signals.confirm())
    assert release.phase.name == "rolled_back"


def test_nobody_is_drawn_by_a_hash_and_placements_are_of_the_version_that_served() -> None:
    release = Release(FLEET, replica=1)
    release.step(NOON, signals.start(by="ana"))
    release.step(NOON, signals.fleet(ready_old=4))
    release.step(NOON, signals.fleet(ready_new=1, ready_old=3))
    units = [f"user-{n}" for n in range(200)]
    assert {release.assign(unit).arm for unit in units} == {None}
    assert set(release.assign(units)) == {0}
    placement = release.served("canary")
    assert (placement.cohort, placement.arm) == (release.cohort, "canary")
    release.record(placement, NOON, failed=["errors"])
    with pytest.raises(rampgate.RampgateError) as caught:
        Release(SPEC, replica=1).served("canary")
    assert (caught.value.path, caught.value.code) == ("spec.fleet", "missing")
    with pytest.raises(rampgate.RampgateError) as caught:
        release.step(NOON, {"fleet": {"ready_new": -1}})
    assert caught.value.path == "signal.fleet.ready_new"
