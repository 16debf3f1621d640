"""Replays the golden vectors of the core, which every language replays."""

import json
from typing import Any

import pytest
from story import TESTDATA

import rampgate
from rampgate import Reading


def cases(file: str, part: str) -> list[Any]:
    """The cases of one list, each with a name for the message of a failure."""
    found = json.loads((TESTDATA / file).read_text(encoding="utf-8"))[part]
    assert found, f"{part} is empty"
    return [pytest.param(case, id=f"{number} {case.get('name', '')}") for number, case in enumerate(found)]


def integers(value: Any) -> Any:
    """The same with each text that is a whole number as the number it stands for: those above 2^53 are texts."""
    if isinstance(value, dict):
        return {name: integers(part) for name, part in value.items()}
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def given(case: dict[str, Any]) -> Reading:
    return rampgate.reading(case["window"], case["watched"], int(case["good"]), int(case["bad"]))


def codes(error: rampgate.RampgateError) -> list[dict[str, str]]:
    return [{"path": problem.path, "kind": problem.code} for problem in error.problems]


def test_every_file_is_replayed() -> None:
    files = {path.name for path in TESTDATA.iterdir() if path.suffix in ("", ".json")}
    # what has no Python surface yet is replayed in Rust alone
    without_surface = {"flags.json", "vendors"}
    assert files == {"bucketing.json", "slo.json", "rollout.json", "release"} | without_surface
    lists = {
        "bucketing.json": {
            "slots",
            "allocations",
            "invalid_allocations",
            # without a Python surface
            "invalid_ranges",
            "rebalances",
            "invalid_targets",
            "layer",
        },
        "slo.json": {
            "objectives",
            "invalid_objectives",
            "counters",
            "invalid_counters",
            "invalid_readings",
            "budgets",
            "gates",
            "invalid_gates",
            "not_matched",
        },
        "rollout.json": {"runs", "refused_plans", "refused_logs"},
    }
    for file, replayed in lists.items():
        vectors = json.loads((TESTDATA / file).read_text(encoding="utf-8"))
        assert {name for name, value in vectors.items() if isinstance(value, list)} == replayed


@pytest.mark.parametrize("case", cases("bucketing.json", "slots"))
def test_slots(case: dict[str, Any]) -> None:
    where = case["domain"], case["salt"], case["unit"]
    assert f"{rampgate.unit_hash(*where):016x}" == case["hash"]
    assert rampgate.slot(*where) == case["slot"]


@pytest.mark.parametrize("case", cases("bucketing.json", "allocations"))
def test_allocations(case: dict[str, Any]) -> None:
    assert rampgate.allocation_ends(case["weights"]) == case["ends"]


@pytest.mark.parametrize("case", cases("bucketing.json", "invalid_allocations"))
def test_invalid_allocations(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as caught:
        rampgate.allocation_ends(case["weights"])
    assert caught.value.path == case["path"]


@pytest.mark.parametrize("case", cases("slo.json", "objectives"))
def test_objectives(case: dict[str, Any]) -> None:
    assert rampgate.parse_objective(case["text"]) == (case["allowed_parts_per_billion"], case["shown"])


@pytest.mark.parametrize("case", cases("slo.json", "invalid_objectives"))
def test_invalid_objectives(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as caught:
        rampgate.parse_objective(case["text"])
    assert (caught.value.code, caught.value.value) == (case["kind"], case["text"])


@pytest.mark.parametrize("case", cases("slo.json", "counters"))
def test_counters(case: dict[str, Any]) -> None:
    counter = rampgate.Counter()
    for run in case["runs"]:
        first, every, count, good, bad = map(int, run)
        for n in range(count):
            counter.record(first + n * every, good, bad)
    stored = bytes.fromhex(case["bytes"])
    assert counter.to_bytes() == stored
    for read in case["reads"]:
        for one in (counter, rampgate.Counter.from_bytes(stored)):
            reading = one.read(read["window"], read["now"])
            assert json.loads(reading.json) == integers(read["reading"])


@pytest.mark.parametrize("case", cases("slo.json", "invalid_counters"))
def test_invalid_counters(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError):
        rampgate.Counter.from_bytes(bytes.fromhex(case["bytes"]))


@pytest.mark.parametrize("case", cases("slo.json", "invalid_readings"))
def test_invalid_readings(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as caught:
        given(case)
    assert caught.value.path == case["path"]


@pytest.mark.parametrize("case", cases("slo.json", "budgets"))
def test_budgets(case: dict[str, Any]) -> None:
    budget = rampgate.read_budget(case["target"], case["period"], given(case["reading"]), case["at_risk"])
    assert json.loads(budget.json).items() >= case["expect"].items()
    for name, value in case["expect"].items():
        assert getattr(budget, name) == value, name
    if "published" in case:
        published = case["published"]
        assert abs(getattr(budget, published["measure"]) - published["ppm"]) <= published["within_ppm"]


@pytest.mark.parametrize("case", cases("slo.json", "gates"))
def test_gates(case: dict[str, Any]) -> None:
    report = rampgate.ask_gate(case["gate"], given(case["reading"]), case["current"], case["asked"])
    assert json.loads(report.json) == integers(case["report"])
    if "published" in case:
        assert json.loads(report.json)[case["published"]["field"]] == case["published"]["value"]


@pytest.mark.parametrize("case", cases("slo.json", "invalid_gates"))
def test_invalid_gates(case: dict[str, Any]) -> None:
    untouched = rampgate.reading("30d", "30d", 1, 0)
    with pytest.raises(rampgate.RampgateError) as caught:
        rampgate.ask_gate(case["json"], untouched, "0%", "1%")
    assert codes(caught.value) == case["problems"]


@pytest.mark.parametrize("case", cases("slo.json", "not_matched"))
def test_not_matched(case: dict[str, Any]) -> None:
    budget = rampgate.read_budget(case["target"], case["period"], given(case["reading"]))
    assert getattr(budget, case["measure"]) == case["ours"] != case["theirs"], case["why"]


@pytest.mark.parametrize("case", cases("rollout.json", "runs"))
def test_rollouts(case: dict[str, Any]) -> None:
    lines = [json.dumps(event) for event in case["events"]]
    for events in (case["events"], tuple(lines)):
        replay = rampgate.replay_rollout(case["plan"], events)
        assert [json.loads(decision.json) for decision in replay.decisions] == case["decisions"]
        if "lines" in case:
            assert [str(decision) for decision in replay.decisions] == case["lines"]
        end = case["end"]
        hold = replay.hold if replay.lack is None else {"insufficient": replay.lack}
        assert (hold, replay.attempt, replay.cohort) == (end["hold"], end["attempt"], end["cohort"])
        assert f"{replay.exposure * 100:.4f}".rstrip("0").rstrip(".") + "%" == end["exposure"]
        phase = end["phase"] if isinstance(end["phase"], str) else next(iter(end["phase"]))
        assert replay.phase.name == phase


@pytest.mark.parametrize("case", cases("rollout.json", "refused_plans"))
def test_refused_plans(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as caught:
        rampgate.replay_rollout(json.dumps(case["plan"]), [])
    assert codes(caught.value) == case["problems"]


@pytest.mark.parametrize("case", cases("rollout.json", "refused_logs"))
def test_refused_logs(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as caught:
        rampgate.replay_rollout(case["plan"], case["events"])
    assert (caught.value.path, caught.value.code) == (case["path"], case["kind"])
