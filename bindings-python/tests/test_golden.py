"""Replays the golden vectors of the core, which every language replays."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from story import TESTDATA

import rampgate
from rampgate import Interval, Reading, bucketing, canary, classic, fleet, group_sequential, planner, power, simulation, slo
from rampgate._text import span
from rampgate.observe import Counts, Events, Fractions, Histogram, Measured, Moments, Quantile, Session, Tally


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
    lists = {
        "classic.json": {"comparisons", "published", "canaries", "refused", "refused_questions"},
        "distribution.json": {"shifts", "references", "statements", "evidence", "bands"},
        "group_sequential.json": {
            "designs",
            "not_matched",
            "inflations",
            "crossings",
            "observed",
            "analyses",
            "units",
            "powers",
            "invalid_designs",
            "invalid_comparisons",
            "invalid_looks",
            "invalid_statistics",
        },
        "fleet.json": {"limits", "refused", "exposures", "counts", "reviews", "next", "actual", "batches"},
        "budgets.json": {
            "slices",
            "accounts",
            "periods",
            "cohorts",
            "composites",
            "scrapes",
            "reservations",
            "gates",
            "openslo",
            "refused",
            "not_matched",
        },
        "burn_rate.json": {"policies", "invalid_policies", "traces", "forms", "burn_rates", "published_times", "not_matched"},
        "plans.json": {"cases", "invalid"},
        "together.json": {"cases"},
        "rings.json": {"releases", "refused"},
        "beside.json": {"specs", "steps"},
        "simulation.json": {"answers", "refused"},
        "imports.json": {"imports", "refused", "not_matched"},
        "judge.json": {"cases", "invalid"},
        "power.json": {"cases"},
        "observe.json": {"bins", "tallies", "sessions", "invalid_outcomes", "invalid_series", "invalid_bytes"},
        "tests.json": {
            "rate",
            "fraction",
            "count",
            "high_rate",
            "difference",
            "proportion",
            "mismatch",
            "mean",
            "normal_mixture",
            "two_sided",
        },
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
        "rollout.json": {"runs", "growths", "refused_plans", "refused_logs"},
    }
    elsewhere = {"log", "release", "vendors"}  # test_log.py, test_parity.py, and test_vendors
    # incidents as recorded, which an example of the core replays
    recorded = {"recordings"}
    assert files == {*lists, *elsewhere, *recorded}
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
        more = replay.lack or replay.gap
        hold = replay.hold if more is None else {replay.hold: more}
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


def test_values_fall_into_their_bins() -> None:
    found = json.loads((TESTDATA / "observe.json").read_text(encoding="utf-8"))["bins"]
    assert len(found) > 800
    for case in found:
        bin = Histogram.bin_of(int(case["value"]))
        assert (bin, Histogram.lower_edge(bin)) == (case["bin"], int(case["edge"])), case


def measurements(unit: dict[str, Any]) -> list[Measured]:
    """The measurements of an outcome, whose numbers are texts."""
    made: list[Any] = [(position, kind, *map(int, numbers)) for position, kind, *numbers in unit["measured"]]
    return made


def recorded(kinds: list[Any], units: list[dict[str, Any]]) -> Tally:
    tally = Tally(kinds)
    for unit in units:
        tally.record(unit["at"], unit["failed"], unit["missing"], measured=measurements(unit))
    return tally


def derived(series: object, expected: dict[str, Any]) -> dict[str, Any]:
    """What follows from a series, as the vectors have it."""
    if isinstance(series, Counts | Events):
        return {"rate": series.rate}
    if isinstance(series, Fractions):
        return {"mean": series.mean}
    if isinstance(series, Moments):
        return {name: getattr(series, name) for name in ("mean", "companion_mean", "variance")}
    assert isinstance(series, Histogram)
    quantiles = []
    for ppm, _ in expected["quantiles"]:
        found = series.quantile(percent(ppm))
        quantiles.append([ppm, None if found is None else {"at_least": found.at_least, "below": found.below}])
    return {"quantiles": quantiles}


def percent(ppm: int) -> str:
    return f"{Decimal(ppm) / 10_000:f}%"


def holds(found: Any, expected: Any, *, relative: float = 0.0, absolute: float = 0.0, name: str = "") -> None:
    """Everything that is expected is there; numbers within a tolerance, all else equal."""
    if isinstance(expected, dict):
        for field, value in expected.items():
            holds(found[field], value, relative=relative, absolute=absolute, name=f"{name}.{field}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), name
        for position, value in enumerate(expected):
            holds(found[position], value, relative=relative, absolute=absolute, name=f"{name}[{position}]")
    elif isinstance(expected, float | int) and not isinstance(expected, bool):
        assert found == pytest.approx(expected, rel=relative, abs=absolute), name
    else:
        assert found == expected, name


@pytest.mark.parametrize("case", cases("observe.json", "tallies"))
def test_tallies(case: dict[str, Any]) -> None:
    parts = [recorded(case["kinds"], units) for units in case["parts"]]
    forth, back = Tally(case["kinds"]), Tally(case["kinds"])
    for part in parts:
        forth.merge(part)
    for part in reversed(parts):
        back.merge(part)
    assert forth == back
    assert forth.json == back.json == case["json"]
    assert forth.to_bytes().hex() == back.to_bytes().hex() == case["bytes"]
    assert Tally.from_json(case["json"]) == Tally.from_bytes(bytes.fromhex(case["bytes"])) == forth
    assert forth.measures == tuple(case["kinds"])
    for position, expected in enumerate(case["derived"]):
        series = forth.series(position)
        holds(derived(series, expected), expected, relative=1e-14)
        if isinstance(series, Histogram):
            assert Histogram.from_counts(*series.counts) == Histogram.from_json(series.json) == series
        elif isinstance(series, Moments):
            assert Moments.from_json(series.json) == series
        elif isinstance(series, Fractions):
            assert Fractions.from_counts(series.counts) == series
    assert forth.series(len(case["kinds"])) is None


@pytest.mark.parametrize("case", cases("observe.json", "sessions"))
def test_sessions(case: dict[str, Any]) -> None:
    session = Session()
    for failed, latency in case["requests"]:
        session.add(failed, int(latency))
    assert session.requests == len(case["requests"])
    assert (session.failed, session.worst, session.geometric_mean) == (case["failed"], case["worst"], case["geometric_mean"])


@pytest.mark.parametrize("case", cases("observe.json", "invalid_outcomes"))
def test_invalid_outcomes(case: dict[str, Any]) -> None:
    tally, outcome = Tally(case["kinds"]), case["outcome"]
    with pytest.raises(rampgate.RampgateError) as caught:
        tally.record(0, outcome["failed"], outcome["missing"], measured=measurements(outcome))
    assert (caught.value.path, caught.value.code) == (case["path"], case["kind"])
    assert (tally.units, tally.newest) == (0, None)


@pytest.mark.parametrize("case", cases("observe.json", "invalid_series"))
def test_invalid_series(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as caught:
        Tally.from_json(f'{{"units":10,"metrics":[{case["json"]}],"newest":0}}')
    assert (caught.value.path, caught.value.code) == ("json", "corrupt")


@pytest.mark.parametrize("case", cases("observe.json", "invalid_bytes"))
def test_invalid_bytes(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as caught:
        Tally.from_bytes(bytes.fromhex(case["bytes"]))
    assert (caught.value.path, caught.value.code) == ("data", "corrupt")


TOLERANCE = json.loads((TESTDATA / "tests.json").read_text(encoding="utf-8"))["tolerance"]


def near(found: Any, expected: Any) -> None:
    """To the tolerance of `tests.json`, relative to the larger of 1 and what is expected."""
    if isinstance(found, Interval):
        found = [found.lower, found.upper]
    holds(found, expected, relative=TOLERANCE, absolute=TOLERANCE)


def both(test: Any, cells: Any, case: dict[str, Any], *given: Any, **named: Any) -> None:
    """Evidence of harm and of safety."""
    near(test(cells, *given, tolerated=float(case["tolerated"]), **named), case["ln_harm"])
    near(test(cells, *given, margin=float(case["margin"]), **named), case["ln_safety"])


@pytest.mark.parametrize("case", cases("tests.json", "rate"))
def test_rates(case: dict[str, Any]) -> None:
    cells = [(float(rho), *failures) for rho, *failures in case["cells"]]
    both(canary.rate_evidence, cells, case)
    near(canary.ratio_interval(cells, float(case["alpha"])), case["ratio"])


@pytest.mark.parametrize("case", cases("tests.json", "fraction"))
def test_fractions(case: dict[str, Any]) -> None:
    cells = [(float(rho), *map(Fractions.from_counts, arms)) for rho, *arms in case["cells"]]
    both(canary.fraction_evidence, cells, case)
    near(canary.fraction_ratio_interval(cells, float(case["alpha"])), case["ratio"])  # type: ignore[arg-type]


@pytest.mark.parametrize("case", cases("tests.json", "count"))
def test_counts(case: dict[str, Any]) -> None:
    epochs: list[Any] = [tuple(epoch) for epoch in case["epochs"]]
    alpha = float(case["alpha"])
    both(canary.count_evidence, epochs, case)
    near(canary.count_ratio_interval(epochs, alpha), case["ratio"])
    near(canary.count_interval(epochs[0][0], epochs[0][1], alpha), case["rate_of_first"])


@pytest.mark.parametrize("case", cases("tests.json", "high_rate"))
def test_high_rates(case: dict[str, Any]) -> None:
    cells = [(float(rho), *counts) for rho, *counts in case["cells"]]
    both(canary.high_rate_evidence, cells, case, float(case["reference"]))


@pytest.mark.parametrize("case", cases("tests.json", "difference"))
def test_differences(case: dict[str, Any]) -> None:
    cells = [(float(rho), *counts) for rho, *counts in case["cells"]]
    reference = None if case["reference"] is None else float(case["reference"])
    both(canary.difference_evidence, cells, case, reference=reference)
    interval = canary.difference_interval(cells, float(case["alpha"]), reference=reference)
    near(interval, case["interval"])


@pytest.mark.parametrize("case", cases("tests.json", "proportion"))
def test_proportions(case: dict[str, Any]) -> None:
    units, failures = case["units"], case["failures"]
    near(canary.confidence_sequence(units, failures, float(case["alpha"])), case["interval"])
    near(canary.ln_evidence_below(float(case["ceiling"]), units, failures), case["ln_below_ceiling"])


@pytest.mark.parametrize("case", cases("tests.json", "mismatch"))
def test_mismatches(case: dict[str, Any]) -> None:
    near(canary.ln_evidence_of_mismatch(float(case["rho"]), case["canary"], case["control"]), case["ln_evidence"])


@pytest.mark.parametrize("case", cases("tests.json", "mean"))
def test_means(case: dict[str, Any]) -> None:
    sums = [[Moments.from_json(json.dumps(arm)) for arm in arms] for arms in case["epochs"]]
    epochs = [(arms[0], arms[1]) for arms in sums]
    how: dict[str, Any] = {"worse": case["worse"], "companion": case["companion"]}
    relative, absolute = float(case["relative"]), float(case["absolute"])
    near(canary.mean_evidence(epochs, tolerated=relative, **how), case["ln_harm_relative"])
    near(canary.mean_evidence(epochs, margin=relative, change="relative", **how), case["ln_safety_relative"])
    near(canary.mean_evidence(epochs, tolerated=absolute, change="absolute", **how), case["ln_harm_absolute"])
    found = canary.mean_difference(epochs, float(case["alpha"]), companion=case["companion"])
    assert isinstance(found, canary.MeanDifference)
    near([found.difference, found.standard_error], [case["difference"], case["standard_error"]])
    near(found.interval, case["interval"])
    near(found.relative, case["relative_difference"])
    near(found.relative_interval, case["relative_interval"])


@pytest.mark.parametrize("case", cases("tests.json", "normal_mixture"))
def test_normal_mixtures(case: dict[str, Any]) -> None:
    tuned = canary.NormalMixture.tuned
    near(tuned(100, 0.1).ln_evidence(case["sum"], case["variance"]), case["one_sided"])
    near(tuned(100, 0.05).ln_two_sided(case["sum"], case["variance"]), case["two_sided"])


@pytest.mark.parametrize("case", cases("tests.json", "two_sided"))
def test_two_sided_bounds(case: dict[str, Any]) -> None:
    units, alpha = case["units"], float(case["alpha"])
    bound = canary.NormalMixture.tuned(case["tuning"], alpha).two_sided_bound(units, alpha)
    near(bound * case["standard_error"] / units**0.5, case["radius"])


def histogram(form: dict[str, Any]) -> Histogram:
    return Histogram.from_counts(form["first"], form["counts"])


@pytest.mark.parametrize("case", cases("distribution.json", "shifts"))
def test_shifts(case: dict[str, Any]) -> None:
    assert canary.distribution_evidence([], tolerated=case["ratio"]).ratio == case["harm"]
    if case["safety"] == 1.0:
        with pytest.raises(rampgate.RampgateError, match="at least one bin") as caught:
            canary.distribution_evidence([], margin=case["ratio"])
        assert caught.value.path == "margin"
    else:
        assert canary.distribution_evidence([], margin=case["ratio"]).ratio == case["safety"]


@pytest.mark.parametrize("case", cases("distribution.json", "references"))
def test_references(case: dict[str, Any]) -> None:
    reference = canary.Reference.from_histogram(histogram(case["past"]))
    assert reference is not None
    assert json.loads(reference.json) == case["reference"]
    assert canary.Reference.from_json(reference.json) == reference


@pytest.mark.parametrize("case", cases("distribution.json", "statements"))
def test_stated_references(case: dict[str, Any]) -> None:
    reference = canary.Reference.from_quantiles([(percent(ppm), value) for ppm, value in case["quantiles"]])
    assert json.loads(reference.json) == case["reference"]


@pytest.mark.parametrize("case", cases("distribution.json", "evidence"))
def test_evidence_of_distributions(case: dict[str, Any]) -> None:
    cells = []
    for cell in case["cells"]:
        stated = cell["reference"]
        reference = None if stated is None else canary.Reference.from_json(json.dumps(stated))
        cells.append((cell["rho"], histogram(cell["canary"]), histogram(cell["control"]), reference))
    asked = {"tolerated" if case["test"] == "harm" else "margin": case["ratio"]}
    found = canary.distribution_evidence(cells, worse=case["worse"], **asked)
    assert found.ln_evidence == pytest.approx(case["ln_evidence"], rel=1e-11, abs=1e-11)
    assert (None if found.shape is None else str(found.shape)) == case["leading_shape"]


@pytest.mark.parametrize("case", cases("distribution.json", "bands"))
def test_bands(case: dict[str, Any]) -> None:
    band = canary.quantile_band(histogram(case["histogram"]), percent(case["level_ppm"]), case["alpha"])
    assert band == Quantile(**case["band"])


@pytest.mark.parametrize("case", cases("judge.json", "cases"))
def test_whole_looks(case: dict[str, Any]) -> None:
    report, expect = canary.judge(case["judge"], case["look"]), case["report"]
    verdict = expect["verdict"]
    lack = verdict["insufficient"] if isinstance(verdict, dict) else None
    assert (report.finding.verdict, report.finding.lack) == ("insufficient" if lack else verdict, lack)
    assert [guardrail.culprit for guardrail in report.guardrails] == expect["culprits"]
    assert [guardrail.ln_harm for guardrail in report.guardrails] == pytest.approx(expect["harm"], rel=1e-9, abs=1e-9)
    assert [guardrail.ln_safety for guardrail in report.guardrails] == pytest.approx(expect["safety"], rel=1e-9, abs=1e-9)
    assert report.ln_mismatch == pytest.approx(expect["ln_mismatch"], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("case", cases("judge.json", "invalid"))
def test_looks_that_cannot_be(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as caught:
        canary.judge(case["judge"], case["look"])
    assert caught.value.path == case["path"]


@pytest.mark.parametrize("case", cases("power.json", "cases"))
def test_power(case: dict[str, Any]) -> None:
    question = dict(case["question"])
    played = {name: question.pop(name) for name in ("runs", "seed")}
    ((asked, given),) = question.pop("ask").items()
    found = getattr(power.Trial(question), asked)(**given, **played)
    # numbers are read exactly, so equal values are equal bits
    assert json.loads(found.json) == case["answer"]
    told = {name: getattr(found, name) for name in case["answer"] if name != "method"}
    assert {"method": {"simulated": vars(found.method)}, **told} == case["answer"]


@pytest.mark.parametrize("case", cases("classic.json", "comparisons"))
def test_classic_comparisons(case: dict[str, Any]) -> None:
    found = classic.compare(case["question"])
    holds(json.loads(found.json), case["expect"], relative=case["relative"])
    assert [found.u, found.p_value, found.estimate, found.cles] == [
        json.loads(found.json)[name] for name in ("u", "p_value", "estimate", "cles")
    ]


@pytest.mark.parametrize("case", cases("classic.json", "published"))
def test_classic_comparisons_that_others_published(case: dict[str, Any]) -> None:
    found, theirs = classic.compare(json.dumps(case["question"])), case["published"]
    assert found.p_value == pytest.approx(theirs["p_value"], rel=1e-12, abs=0)
    holds([found.interval.lower, found.interval.upper], [theirs["lower"], theirs["upper"]], absolute=case["within"])
    low, high = case["stretch"]
    assert low <= found.estimate <= high


@pytest.mark.parametrize("case", cases("classic.json", "canaries"))
def test_classic_canaries(case: dict[str, Any]) -> None:
    report = classic.judge(case["config"], case["data"])
    form = json.loads(report.json)
    holds(form, case["expect"], relative=case["relative"])
    assert (report.verdict, report.score, report.reason) == (form["verdict"], form["score"], form["reason"])
    for metric, of_form in zip(report.metrics, form["metrics"], strict=True):
        assert (metric.name, metric.class_, metric.critical) == (of_form["name"], of_form["class"], of_form["critical"])
    assert [group.score for group in report.groups] == [group["score"] for group in form["groups"]]
    if all(metric.class_ in ("nodata", "error") for metric in report.metrics):
        assert report.verdict not in ("pass", "marginal")


@pytest.mark.parametrize("case", cases("classic.json", "refused"))
def test_classic_refused(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as caught:
        classic.judge(case["config"], case.get("data", {"metrics": []}))
    assert (caught.value.path, caught.value.code) == (case["path"], case["kind"])


@pytest.mark.parametrize("case", cases("classic.json", "refused_questions"))
def test_classic_refused_questions(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as caught:
        classic.compare(case["question"])
    assert (caught.value.path, caught.value.code) == (case["path"], case["kind"])


def test_a_classic_report_is_the_same_bytes_everywhere() -> None:
    data = {"metrics": [{"name": "m", "canary": [6, 6], "control": [5, 5, 5]}]}
    assert classic.judge({"metrics": [{"name": "m", "groups": ["all"]}]}, data).json == (
        '{"verdict":"fail","score":0.0,"reason":"the score 0 is below 75",'
        '"groups":[{"name":"all","weight":100.0,"score":0.0}],"metrics":[{"name":"m","class":"high",'
        '"critical":false,"muted":false,"reason":"high: the interval 1 to 1 is above the tolerance 0.25; '
        'the effect is 1.2","points":{"canary":2,"control":3},"interval":{"lower":1.0,"upper":1.0},'
        '"estimate":1.0,"tolerance":0.25,"effect":1.2}]}'
    )


def seen(design: group_sequential.Design, expect: dict[str, Any]) -> dict[str, Any]:
    """A design with what its looks hold in one list each. Other tools leave out the last futility bound, which is the efficacy bound."""
    found: dict[str, Any] = json.loads(design.json)
    for name in ("efficacy", "futility", "nominal_p", "alpha_spent"):
        found[name] = [getattr(look, name) for look in design.looks]
        found[f"last_{name}"] = found[name][-1]
    if "futility" in expect and len(expect["futility"]) == len(design.looks) - 1:
        assert found["futility"].pop() == found["efficacy"][-1]
    return found


@pytest.mark.parametrize("case", cases("group_sequential.json", "designs"))
def test_designs(case: dict[str, Any]) -> None:
    design = group_sequential.Design(case["design"])
    holds(seen(design, case["expect"]), case["expect"], absolute=case["tolerance"])
    form = json.loads(design.json)
    assert [form[name] for name in ("alpha", "sides", "power", "drift")] == [design.alpha, design.sides, design.power, design.drift]


@pytest.mark.parametrize("case", cases("group_sequential.json", "not_matched"))
def test_designs_that_must_not_be_matched(case: dict[str, Any]) -> None:
    ours = seen(group_sequential.Design(case["design"]), {})["efficacy"]
    away = [abs(theirs - our) for our, theirs in zip(ours, case["theirs"], strict=True) if theirs is not None]
    assert max(away) >= case["at_least"], case["why"]


@pytest.mark.parametrize("case", cases("group_sequential.json", "inflations"))
def test_inflations(case: dict[str, Any]) -> None:
    inflation = group_sequential.Design(case["design"]).inflation(case["power"])
    holds(json.loads(inflation.json), case["expect"], absolute=case["tolerance"])
    assert inflation.drift == group_sequential.Design(case["design"]).drift_for(case["power"])


@pytest.mark.parametrize("case", cases("group_sequential.json", "crossings"))
def test_crossings(case: dict[str, Any]) -> None:
    crossings = group_sequential.Design(case["design"]).crossings(case["drift"])
    holds(json.loads(crossings.json), case["expect"], absolute=case["tolerance"])
    assert crossings.total_above == pytest.approx(sum(crossings.above), rel=1e-15)


@pytest.mark.parametrize("case", cases("group_sequential.json", "observed"))
def test_observed_looks(case: dict[str, Any]) -> None:
    design = group_sequential.Design(case["design"])
    taken = design.concluded if case["concluded"] else design.observed
    holds(seen(taken(case["fractions"]), case["expect"]), case["expect"], absolute=case["tolerance"])


@pytest.mark.parametrize("case", cases("group_sequential.json", "analyses"))
def test_analyses(case: dict[str, Any]) -> None:
    analysis = group_sequential.Design(case["design"]).analyse(case["z"])
    form = json.loads(analysis.json)
    given = {**(form["conclusion"] or {}), "decision": analysis.decision}
    holds(given, case["expect"], absolute=case["tolerance"])
    assert (analysis.look, analysis.z) == (len(case["z"]), case["z"][-1])
    assert (analysis.conclusion is None) == (form["conclusion"] is None)


@pytest.mark.parametrize("case", cases("group_sequential.json", "units"))
def test_units(case: dict[str, Any]) -> None:
    units = group_sequential.Comparison(case["comparison"]).units(case["alpha"], case["power"], case["sides"])
    holds({"canary": units.canary, "control": units.control}, case["expect"], absolute=case["tolerance"])


@pytest.mark.parametrize("case", cases("group_sequential.json", "powers"))
def test_powers(case: dict[str, Any]) -> None:
    right, wrong = group_sequential.Comparison(case["comparison"]).power(case["total"], case["alpha"], case["sides"])
    holds({"both_directions": right + wrong}, case["expect"], absolute=case["tolerance"])


@pytest.mark.parametrize("case", cases("group_sequential.json", "invalid_designs"))
def test_invalid_designs(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as caught:
        group_sequential.Design(case["design"])
    assert codes(caught.value) == case["problems"]


@pytest.mark.parametrize("case", cases("group_sequential.json", "invalid_comparisons"))
def test_invalid_comparisons(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as caught:
        group_sequential.Comparison(case["comparison"])
    assert codes(caught.value) == case["problems"]


@pytest.mark.parametrize("case", cases("group_sequential.json", "invalid_looks"))
def test_invalid_looks(case: dict[str, Any]) -> None:
    design = group_sequential.Design(case["design"])
    for taken in (design.observed, design.concluded):
        with pytest.raises(rampgate.RampgateError) as caught:
            taken(case["fractions"])
        assert caught.value.path == case["path"]


@pytest.mark.parametrize("case", cases("group_sequential.json", "invalid_statistics"))
def test_invalid_statistics(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as caught:
        group_sequential.Design(case["design"]).analyse(case["z"])
    assert caught.value.path == case["path"]


@pytest.mark.parametrize("case", cases("imports.json", "imports"))
def test_imports(case: dict[str, Any]) -> None:
    document = json.loads(case["document"])
    imported = rampgate.import_plan(case["source"], document)
    assert imported == rampgate.import_plan(case["source"], case["document"])
    assert (imported.source, imported.name, imported.plan) == (case["source"], case["imported_name"], case["plan"])
    assert json.loads(imported.json) == imported.plan
    notes = [{"path": note.path, "value": note.value, "fate": note.fate} for note in imported.notes]
    proposed = [{"guardrail": note.guardrail} if note.guardrail else {} for note in imported.notes]
    assert [{**note, **guardrail} for note, guardrail in zip(notes, proposed, strict=True)] == case["notes"]
    assert all(note.why for note in imported.notes)
    assert list(imported.carried) == case["carried"]
    assert rampgate.replay_rollout(imported.plan, []).phase.name == "draft"


@pytest.mark.parametrize("case", cases("imports.json", "refused"))
def test_refused_imports(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as caught:
        rampgate.import_plan(case["source"], case["document"])
    assert codes(caught.value) == case["problems"]


@pytest.mark.parametrize("case", cases("imports.json", "not_matched"))
def test_imports_that_are_known_to_differ(case: dict[str, Any]) -> None:
    imported = rampgate.import_plan(case["source"], case["document"])
    assert [stage["min_dwell"] for stage in imported.plan["stages"]] == case["ours"]


@pytest.mark.parametrize("case", cases("plans.json", "cases"))
def test_plans(case: dict[str, Any]) -> None:
    answer = planner.plan(case["question"])
    assert json.loads(answer.json) == case["answer"]
    assert (answer.plan, answer.refusal) == (case["answer"].get("plan"), case["answer"].get("refusal"))


@pytest.mark.parametrize("case", cases("plans.json", "invalid"))
def test_goals_that_are_none(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as refused:
        planner.plan(case["question"])
    assert (refused.value.path, refused.value.code) == (case["path"], case["code"])


@pytest.mark.parametrize("case", cases("simulation.json", "answers"))
def test_simulations(case: dict[str, Any]) -> None:
    assert json.loads(simulation.simulate(case["question"]).json) == case["answer"]


@pytest.mark.parametrize("case", cases("simulation.json", "refused"))
def test_simulations_that_are_refused(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as refused:
        simulation.simulate(case["question"])
    assert [problem.path for problem in refused.value.problems] == case["paths"]


EXPOSURES = json.loads((TESTDATA / "fleet.json").read_text(encoding="utf-8"))["exposures"]


def fleet_of(case: dict[str, Any]) -> fleet.Fleet:
    return fleet.Fleet(case["fleet"])


@pytest.mark.parametrize("case", cases("fleet.json", "limits"))
def test_limits_of_fleets(case: dict[str, Any]) -> None:
    assert (fleet_of(case).most, fleet_of(case).least_ready) == (case["most"], case["least_ready"])
    assert fleet_of(case).replicas == case["fleet"]["replicas"]


@pytest.mark.parametrize("case", cases("fleet.json", "refused"))
def test_refused_fleets(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as refused:
        fleet_of(case)
    assert codes(refused.value) == case["problems"]


@pytest.mark.parametrize("case", cases("fleet.json", "counts"))
def test_counts_of_fleets(case: dict[str, Any]) -> None:
    assert [fleet_of(case).counts(exposure) for exposure in EXPOSURES] == case["counts"]
    around = [[float(Decimal(end[:-1]) / 100) for end in ends] for ends in case["around"]]
    assert [list(fleet_of(case).around(exposure)) for exposure in EXPOSURES] == around


@pytest.mark.parametrize("case", cases("fleet.json", "reviews"))
def test_reviews_of_fleets(case: dict[str, Any]) -> None:
    assert fleet_of(case).review(case["exposures"], case["tolerance"]) == case["warnings"]


@pytest.mark.parametrize("case", cases("fleet.json", "next"))
def test_next_batches(case: dict[str, Any]) -> None:
    assert fleet_of(case).next(case["observed"], case["exposure"]) == case["orders"]


@pytest.mark.parametrize("case", cases("fleet.json", "actual"))
def test_actual_exposures(case: dict[str, Any]) -> None:
    assert fleet_of(case).actual(case["observed"], case["exposure"]) == case["actual"]


@pytest.mark.parametrize("case", cases("fleet.json", "batches"))
def test_batches(case: dict[str, Any]) -> None:
    batches = fleet_of(case).batches(case["exposures"], limit=1_000_000)
    assert batches == case["batches"]
    assert fleet_of(case).batches(case["exposures"], limit=1) == batches[:1]


@pytest.mark.parametrize("case", cases("together.json", "cases"))
def test_several_flags(case: dict[str, Any]) -> None:
    release = rampgate.Release(case["spec"], replica=1)
    release.step(0, {"start": {"by": "ann"}})
    for expected in case["units"]:
        found = release.assign_all(expected["unit"])
        flags = {key: [one.variant, json.loads(one.reason.json)] for key, one in found.items()}
        assert flags == expected["flags"]
        assert {one.arm for one in found.values()} == {expected["arm"]}
        assert release.assign(expected["unit"]) == next(iter(found.values()))
    assert release.assign_all(None) == release.assign_all("")


@pytest.mark.parametrize("case", cases("rings.json", "releases"))
def test_rings(case: dict[str, Any]) -> None:
    release, moments = rampgate.Release(case["spec"], replica=1), case["moments"]
    assert release.rings == tuple(ring["name"] for ring in case["spec"]["rings"])
    for number, moment in enumerate(moments):
        if number == 1:
            release.step(number, {"start": {"by": "ann"}})
        elif number == len(moments) - 1:
            release.step(number, {"abort": {"by": "ann", "why": "a test"}})
        elif number > 0:
            release.step(number)
        assert round(release.exposure * 1e6) == round(float(moment["exposure"].removesuffix("%")) * 1e4)
        for expected in moment["units"]:
            unit, ring = expected["unit"], expected["ring"]
            found = release.assign_all(unit, ring=ring)
            assert {key: [one.variant, json.loads(one.reason.json)] for key, one in found.items()} == expected["flags"]
            assert {one.arm for one in found.values()} == {expected["arm"]}
            first = release.assign(unit, ring=ring)
            assert first == next(iter(found.values()))
            assert release.variants[release.assign([unit], ring=ring)[0]] == first.variant
    assert {release.exposure_in(ring) for ring in release.rings} == {0.0}
    for ring in (None, "", "Staff"):
        for call in (release.assign, release.assign_all):
            with pytest.raises(rampgate.RampgateError) as caught:
                call("u", ring=ring)
            assert (caught.value.path, caught.value.value) == ("ring", ring or "")
    with pytest.raises(rampgate.RampgateError, match="invalid `ring`"):
        release.exposure_in("Staff")
    with pytest.raises(TypeError, match="ring"):
        release.assign("u", ring=5)  # type: ignore[call-overload]


@pytest.mark.parametrize("case", cases("rings.json", "refused"))
def test_refused_rings(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as caught:
        rampgate.Release(case["spec"], replica=1)
    assert [str(caught.value)] == case["problems"]


def contains(expected: Any, given: Any, path: str) -> None:
    """That each field that is expected is there: of objects, more may be; lists are compared item by item."""
    if isinstance(expected, dict) and isinstance(given, dict):
        for name, value in expected.items():
            assert name in given, f"{path}.{name}"
            contains(value, given[name], f"{path}.{name}")
    elif isinstance(expected, list) and isinstance(given, list):
        assert len(expected) == len(given), path
        for number, (value, found) in enumerate(zip(expected, given, strict=True)):
            contains(value, found, f"{path}[{number}]")
    else:
        assert given == expected, path


QUESTIONS = [
    case
    for part in ("slices", "accounts", "periods", "cohorts", "composites", "scrapes", "reservations", "gates", "openslo")
    for case in cases("budgets.json", part)
]


@pytest.mark.parametrize("case", QUESTIONS)
def test_questions_about_budgets(case: dict[str, Any]) -> None:
    text = slo.answer(case["question"])
    contains(case["expect"], json.loads(text), "answer")
    assert slo.answer(json.dumps(case["question"])) == text
    [(name, of)] = case["question"].items()
    assert getattr(slo, name)(of) == getattr(slo, name)(json.dumps(of)) == json.loads(text)


@pytest.mark.parametrize("case", cases("budgets.json", "refused"))
def test_questions_that_are_refused(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as refused:
        slo.answer(json.dumps(case["question"]))
    assert codes(refused.value) == case["problems"]


@pytest.mark.parametrize("case", cases("budgets.json", "not_matched"))
def test_budgets_of_others_that_are_wrong(case: dict[str, Any]) -> None:
    assert json.loads(slo.answer(case["question"]))[case["field"]] == case["ours"] != case["theirs"], case["why"]


@pytest.mark.parametrize("case", cases("burn_rate.json", "policies"))
def test_policies(case: dict[str, Any]) -> None:
    built = rampgate.BurnRatePolicy(case["policy"])
    assert json.loads(built.json)["rows"] == case["rows"]
    assert slo.policy(case["policy"]) == json.loads(built.json)
    assert built == rampgate.BurnRatePolicy(json.dumps(case["policy"]))


@pytest.mark.parametrize("case", cases("burn_rate.json", "invalid_policies"))
def test_policies_that_are_none(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as refused:
        rampgate.BurnRatePolicy(case["policy"])
    assert codes(refused.value) == case["problems"]


def same_decision(given: Any, expected: Any) -> None:
    """All alike but for the logarithms of evidence, whose last digits differ between libraries."""
    for ours, theirs in zip(given["rows"], expected["rows"], strict=True):
        if theirs["evidence"] is not None:
            for name in ("ln_odds", "needed"):
                assert ours["evidence"][name] == pytest.approx(theirs["evidence"][name], abs=1e-9)
            ours, theirs = ({**row, "evidence": {**row["evidence"], "ln_odds": 0, "needed": 0}} for row in (ours, theirs))
        assert ours == theirs
    assert {**given, "rows": []} == {**expected, "rows": []}


@pytest.mark.parametrize("case", cases("burn_rate.json", "traces"))
def test_burn_rates_over_time(case: dict[str, Any]) -> None:
    policy, counter = rampgate.BurnRatePolicy(case["policy"]), rampgate.Counter()
    state, decisions = policy.start(), []
    for step in case["steps"]:
        for first, every, count, good, bad in step["runs"]:
            for n in range(count):
                counter.record(first + n * every, good, bad)
        for now, expected in zip(step["asked"], step["decisions"], strict=True):
            after = policy.evaluate(counter, now, state)
            same_decision(after.decision, expected)
            state = after.state
            decisions.append(after.decision)
    steps = [{"runs": step["runs"], "asked": step["asked"]} for step in case["steps"]]
    whole = slo.burn_rate({"policy": case["policy"], "steps": steps})
    assert (whole["decisions"], whole["state"]) == (decisions, json.loads(state))


def millis(text: str | None) -> int | None:
    return None if text is None else span(text) // timedelta(milliseconds=1)


@pytest.mark.parametrize("case", cases("burn_rate.json", "forms"))
def test_closed_forms(case: dict[str, Any]) -> None:
    forms = slo.closed_forms({"policy": case["policy"], "failing": case["failing"], "spend": "2%", "delay": "15m", "exposure": "5%"})
    rows = [{"fires": millis(row["time_to_fire"]), "resets": millis(row["time_to_reset"])} for row in forms["rows"]]
    assert rows == case["rows"]
    found = millis(forms["time_to_spend"]), forms["largest_exposure"], millis(forms["longest_delay"])
    assert found == (case["exhausted"], case["exposure"], case["delay"])


@pytest.mark.parametrize("case", cases("burn_rate.json", "published_times"))
def test_published_times(case: dict[str, Any]) -> None:
    forms = slo.closed_forms({"policy": case["policy"], "failing": case["failing"]})
    first = forms["rows"][0]
    ours = {"fires": first["time_to_fire"], "resets": first["time_to_reset"], "exhausted": forms["time_to_spend"]}
    found = millis(ours[case["form"]])
    assert found is not None and abs(found - case["published"]) <= case["within"], case["says"]


@pytest.mark.parametrize("case", [*cases("burn_rate.json", "burn_rates"), *cases("burn_rate.json", "not_matched")])
def test_burn_rates(case: dict[str, Any]) -> None:
    rows = [{"factor": "1", "long": "1h", "short": "1h", "severity": "page"}]
    policy = {"target": case["target"], "period": "30d", "rows": rows}
    window = {"window": "1h", "watched": "1h", "good": case["good"], "bad": case["bad"]}
    asked = slo.burn_rate({"policy": policy, "readings": [window], "now": 1_795_478_400_000})
    found = asked["decisions"][0]["rows"][0]["long"]["burn_rate_ppm"]
    assert found == case.get("ppm", case.get("ours_ppm"))
    assert found != case.get("theirs_ppm"), case.get("why")


@pytest.mark.parametrize("case", cases("rollout.json", "growths"))
def test_growths(case: dict[str, Any]) -> None:
    spec = {"rampgate": 1, "name": "n", "flag": {"key": "k", "control": "a", "canary": "b"}, "guardrails": [{"name": "e", "ceiling": "5%"}]}
    bake = {"bake": "1h"} if "blue_green" in case["stages"] else {}
    assert rampgate.Release({**spec, **bake, "stages": case["stages"]}, replica=1)


def test_a_replay_of_an_outage() -> None:
    start = 1_795_478_400_000
    down = range(600, 660)
    samples = [[start + 60_000 * n, 0 if n in down else 1_000, 1_000 if n in down else 0] for n in range(1_440)]
    incident = [start + 60_000 * down.start, start + 60_000 * down.stop]
    [outcome] = slo.replay(
        {"policies": [{"target": "99.9%", "preset": "workbook_4"}], "samples": samples, "incidents": [incident], "at_least": "page"}
    )
    assert (outcome["alerts"], outcome["precision_ppm"], outcome["recall_ppm"]) == (1, 1_000_000, 1_000_000)
    assert outcome["incidents"][0]["detected_after"] == "1m"
