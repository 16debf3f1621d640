"""Replays the golden vectors of the core, which every language replays."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from story import TESTDATA

import rampgate
from rampgate import Reading, bucketing


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
    assert files == {"bucketing.json", "flags.json", "slo.json", "rollout.json", "release", "vendors"}
    lists = {
        "bucketing.json": {
            "slots",
            "allocations",
            "invalid_allocations",
            "invalid_ranges",
            "rebalances",
            "invalid_targets",
            "layer",
        },
        "flags.json": {"sets"},
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


def owned(allocation: rampgate.Allocation) -> list[list[int]]:
    """The ranges as the vectors have them, by their start."""
    ranges = enumerate(allocation.ranges)
    return sorted(([variant, *run] for variant, runs in ranges for run in runs), key=lambda run: run[1])


def targets(case: dict[str, Any]) -> list[bucketing.Target]:
    """Targets as the functions make them."""
    made = []
    for target in case["targets"]:
        kind = next(kind for kind in ("keep", "new", "remove", "nobody") if kind in target)
        place = [] if target[kind] is True else [target[kind]]
        made.append(getattr(bucketing, kind)(*place, *([target["weight"]] if "weight" in target else [])))
    assert made == case["targets"]
    return made


@pytest.mark.parametrize("case", cases("bucketing.json", "rebalances"))
def test_rebalances(case: dict[str, Any]) -> None:
    before = rampgate.Allocation.from_ranges(case["variants"], case["before"])
    after, movement = rampgate.rebalance(before, targets(case))
    assert owned(after) == sorted(case["after"], key=lambda run: run[1])
    assert json.loads(movement.json) == case["moves"]
    told = [{"from": move.before, "to": move.after, "slots": move.slots} for move in movement.moves]
    assert told == case["moves"]
    assert round(movement.total * 1_000_000) == sum(move.slots for move in movement.moves)


@pytest.mark.parametrize("case", cases("bucketing.json", "invalid_ranges"))
def test_invalid_ranges(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as caught:
        rampgate.Allocation.from_ranges(case["variants"], case["ranges"])
    assert [problem.path for problem in caught.value.problems] == case["paths"]


@pytest.mark.parametrize("case", cases("bucketing.json", "invalid_targets"))
def test_invalid_targets(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as caught:
        rampgate.rebalance(rampgate.Allocation.by_weights(case["weights"]), targets(case))
    assert [problem.path for problem in caught.value.problems] == case["paths"]


def test_layer() -> None:
    layer = rampgate.Layer("layer")
    for case in json.loads((TESTDATA / "bucketing.json").read_text(encoding="utf-8"))["layer"]:
        given = [case["name"]]
        if case.get("slots") is not None:
            given.append(f"{Decimal(case['slots']) / 10_000}%")
        before = layer.json
        try:
            getattr(layer, case["call"])(*given)
        except rampgate.RampgateError:
            assert case["refused"]
            assert layer.json == before
        else:
            assert not case["refused"]
        sets = {name: [list(run) for run in runs] for name, runs in layer.claims.items()}
        assert sets == case["sets"]
        assert rampgate.Layer.from_json(layer.json).json == layer.json


def test_holdouts() -> None:
    case = json.loads((TESTDATA / "bucketing.json").read_text(encoding="utf-8"))["holdouts"]
    holdouts = rampgate.Holdouts(case["holdouts"])
    assert case["units"]
    for unit in case["units"]:
        assert holdouts.held(unit["unit"], unit["tags"]) == unit["held"]


VENDORS = json.loads((TESTDATA / "vendors" / "vendor_cases.json").read_text(encoding="utf-8"))
DOCUMENTED = [case for case in VENDORS["cases"] if "document" in case and "assigned" in case]


@pytest.mark.parametrize("case", DOCUMENTED, ids=lambda case: case["document"]["scheme"])
def test_vendors(case: dict[str, Any]) -> None:
    scheme = rampgate.Scheme(case["document"])
    units = VENDORS["units"]
    expected = [-1 if digit == "." else int(digit, 36) for digit in case["assigned"]]
    assert scheme.name == case["document"]["scheme"]
    assert scheme.assign(units).tolist() == expected
    assert [-1 if position is None else position for position in map(scheme.assign, units)] == expected
    assert scheme.assign(np.array(units, dtype=object)).tolist() == expected


def test_every_scheme_has_cases() -> None:
    assert {case["document"]["scheme"] for case in DOCUMENTED} | {"rampgate-1"} == set(rampgate.Scheme.names())


def attribute(value: Any) -> Any:
    """An attribute as Python has it: times are datetimes."""
    if isinstance(value, list):
        return [attribute(item) for item in value]
    if isinstance(value, dict):
        return datetime.fromisoformat(value["time"].replace("Z", "+00:00"))
    return value


@pytest.mark.parametrize("case", cases("flags.json", "sets"))
def test_flags(case: dict[str, Any]) -> None:
    flags = rampgate.FlagSet(case["document"])
    assert flags.version == case["document"]["version"]
    assert flags.keys == tuple(case["document"]["flags"])
    for asked in case["cases"]:
        context = asked["context"]
        given: dict[str, Any] = {
            "unit": context["unit"],
            "attributes": {name: attribute(value) for name, value in context["attributes"].items()},
            "now": attribute({"time": context["now"]}) if "now" in context else None,
            "sticky": dict(reversed(context.get("sticky", []))),
        }
        every = flags.evaluate_all(**given)
        for key, expected in asked["outcomes"].items():
            outcome = flags.evaluate(key, **given)
            exposure = outcome.exposure
            told = {"variant": outcome.variant, "reason": json.loads(outcome.reason.json)}
            told |= {} if outcome.rule is None else {"rule": outcome.rule}
            told |= {} if exposure is None else {"dedupe": f"{exposure.dedupe:016x}"}
            assert told == expected, (key, context)
            explanation = flags.explain(key, **given)
            assert explanation.outcome == outcome == every[key]
            assert explanation.steps[-1].kind == "decided"
            assert explanation.steps[-1].details == {"flag": key, "variant": outcome.variant, "reason": told["reason"]}


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
