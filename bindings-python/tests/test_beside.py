"""Releases that spend from one budget: the vectors of `core/testdata/beside.json`, and what is refused."""

import json
from typing import Any

import pytest
from story import TESTDATA

import rampgate
from rampgate import Release, SharedStep


def vectors() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((TESTDATA / "beside.json").read_text())
    return found


def test_golden_steps_beside_others() -> None:
    given = vectors()
    releases = {spec["name"]: Release(spec, replica=1) for spec in given["specs"]}
    for told in given["steps"]:
        release = releases[told["release"]]
        for unit, failed in told["outcomes"]:
            release.record(release.assign(unit), told["at"], failed=["errors"] if failed else [])
        signal = None if told["signal"] == "tick" else told["signal"]
        step = release.step_beside(told["at"], told["reservations"], told["newest"], signal)
        assert json.loads(step.json) == told["step"]
        assert (step.held_ppm, step.reserve_ppm, step.keep_ppm) == tuple(told["step"][name] for name in ("held_ppm", "reserve_ppm", "keep_ppm"))
        assert [decision.action for decision in step.decisions] == [decision["action"] for decision in told["step"]["decisions"]]
    assert {name: release.phase.name for name, release in releases.items()} == {"api": "rolled_back", "page": "completed"}


def test_what_is_no_state_and_no_message_is_refused_and_changes_nothing() -> None:
    told = vectors()["steps"][-1]
    release = Release(vectors()["specs"][0], replica=1)
    before = release.state()

    def refused(path: str, reservations: Any, newest: Any) -> None:
        with pytest.raises(rampgate.RampgateError) as caught:
            release.step_beside(0, reservations, newest)
        assert caught.value.path == path
        assert release.state() == before

    good, message = told["reservations"], told["newest"]
    refused("reservations.limit", {**good, "limit": -1}, message)
    refused("reservations.term", {name: value for name, value in good.items() if name != "term"}, message)
    refused("reservations.grants", {**good, "grants": {}}, message)
    refused("message.sequence", good, {**message, "sequence": "1"})
    refused("message.wish", good, {**message, "wish": "more"})
    refused("reservations", "[", message)
    assert isinstance(release.step_beside(0, json.dumps(good), json.dumps(message)), SharedStep)


def test_a_release_without_an_objective_has_nothing_to_share() -> None:
    told = vectors()["steps"][0]
    spec = {name: value for name, value in vectors()["specs"][0].items() if name != "objective"}
    with pytest.raises(rampgate.RampgateError) as caught:
        Release(spec, replica=1).step_beside(0, told["reservations"], told["newest"])
    assert caught.value.code == "missing"
