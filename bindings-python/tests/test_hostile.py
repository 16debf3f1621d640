"""Input that is wrong, in every way that Python allows: one clear error that names the argument, and nothing has changed."""

import math
import pickle
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from story import NOON, SPEC, started

import rampgate
from rampgate import Flag, Placement, Problem, RampgateError, Release

NAIVE = datetime(2026, 11, 24, 12)
HUGE = 10**5_000
PLAN = {"stages": [{"exposure": "5%", "min_dwell": "1h"}]}

Call = Callable[[Release], object]


class Broken(Mapping[str, Any]):
    """A mapping that fails."""

    def __getitem__(self, key: str) -> object:
        raise RuntimeError("no such luck")

    def __iter__(self) -> Iterator[str]:
        return iter(["rampgate"])

    def __len__(self) -> int:
        return 1


class Index:
    """An integer that fails."""

    def __index__(self) -> int:
        raise RuntimeError("no such luck")


def placed(**given: Any) -> Call:
    return lambda release: release.record(**{"placement": Placement(0), "at": NOON, **given})


def spec(**given: Any) -> Call:
    return lambda release: Release({**SPEC, **given}, 1)


WRONG_TYPE: list[tuple[Call, str]] = [
    (lambda r: r.assign_all(7), "`unit` must be"),  # type: ignore[arg-type]
    (lambda r: rampgate.fleet.Fleet({"replicas": 4}).counts(math.nan), "`exposure` must be a share"),  # type: ignore[arg-type]
    (lambda r: rampgate.fleet.Fleet([]), "`fleet` must be"),  # type: ignore[arg-type]
    (lambda r: rampgate.fleet.Fleet({"replicas": 4}).batches("1%"), "`exposures` must be"),
    (lambda r: rampgate.BurnRatePolicy({"target": "99.9%", "preset": "pyrra"}).evaluate(7, 0, "{}"), "`counter` must be a Counter"),  # type: ignore[arg-type]
    (lambda r: Release(b"{}", 1), "`spec` must be a JSON text or a mapping, got bytes"),  # type: ignore[arg-type]
    (lambda r: Release([], 1), "`spec` must be a JSON text or a mapping, got list"),  # type: ignore[arg-type]
    (lambda r: Release(None, 1), "`spec` must be a JSON text or a mapping, got NoneType"),  # type: ignore[arg-type]
    (lambda r: Release(SPEC, True), "`replica` must be a whole number, got bool"),
    (lambda r: Release(SPEC, 1.0), "`replica` must be a whole number, got float"),  # type: ignore[arg-type]
    (lambda r: Release(SPEC, "1"), "`replica` must be a whole number, got str"),  # type: ignore[arg-type]
    (lambda r: Release(SPEC, None), "`replica` must be a whole number, got NoneType"),  # type: ignore[arg-type]
    (lambda r: r.step(True), "`at` must be Unix milliseconds (an int) or an aware datetime, got bool"),
    (lambda r: r.step(np.True_), "`at` must be Unix milliseconds (an int) or an aware datetime, got bool"),  # type: ignore[arg-type]
    (lambda r: r.step(1e12), "`at` must be Unix milliseconds (an int) or an aware datetime, got float"),  # type: ignore[arg-type]
    (lambda r: r.step(math.nan), "`at` must be Unix milliseconds (an int) or an aware datetime, got float"),  # type: ignore[arg-type]
    (lambda r: r.step(NAIVE.date()), "`at` must be Unix milliseconds (an int) or an aware datetime, got date"),  # type: ignore[arg-type]
    (lambda r: r.step("now"), "`at` must be Unix milliseconds (an int) or an aware datetime, got str"),  # type: ignore[arg-type]
    (placed(placement="canary"), "`placement` must be an Assignment or a Placement, got str"),
    (placed(placement={"cohort": 0, "arm": None}), "`placement` must be an Assignment or a Placement, got dict"),
    (placed(failed="errors"), "`failed` must be a list of guardrail names, got str"),
    (placed(failed=True), "`failed` must be a list of guardrail names, got bool"),
    (placed(failed=[0]), "`failed[0]` must be a guardrail's name, got int"),
    (placed(missing=["errors", b"errors"]), "`missing[1]` must be a guardrail's name, got bytes"),
    (lambda r: r.record_requests(NOON, 1.5, 0), "`good` must be a whole number, got float"),  # type: ignore[arg-type]
    (lambda r: r.record_requests(NOON, 1, False), "`bad` must be a whole number, got bool"),
    (lambda r: r.merge("RGT1"), "`delta` must be bytes, got str"),  # type: ignore[arg-type]
    (lambda r: r.follow(None), "`directive` must be bytes, got NoneType"),  # type: ignore[arg-type]
    (lambda r: Release.resume(SPEC, [1], 2), "`state` must be bytes, got list"),  # type: ignore[arg-type]
    (lambda r: r.seal("2"), "`replica` must be a whole number, got str"),  # type: ignore[arg-type]
    (lambda r: Placement(0.0), "`cohort` must be a whole number, got float"),  # type: ignore[arg-type]
    (lambda r: Placement(0, 1), "`arm` must be a str, got int"),  # type: ignore[arg-type]
    (lambda r: rampgate.slot("exposure", "salt", b"unit"), "`unit` must be a str, got bytes"),  # type: ignore[arg-type]
    (lambda r: rampgate.allocation_ends("12"), "`weights` must be a list of whole numbers, got str"),  # type: ignore[arg-type]
    (lambda r: rampgate.allocation_ends(5), "`weights` must be a list of whole numbers, got int"),  # type: ignore[arg-type]
    (lambda r: rampgate.allocation_ends([1, True]), "`weights[1]` must be a whole number, got bool"),
    (lambda r: rampgate.reading(3_600, "1h", 1, 0), '`window` must be a span as a str, such as "1h30m", or a timedelta, got int'),  # type: ignore[arg-type]
    (lambda r: rampgate.ask_gate(5, None, "0%", "1%"), "`gate` must be a JSON text or a mapping, got int"),  # type: ignore[arg-type]
    (lambda r: rampgate.read_budget("99%", "1d", {}), "`reading` must be a Reading"),  # type: ignore[arg-type]
    (lambda r: rampgate.Counter().merge(7), "`other` must be a Counter, got int"),  # type: ignore[arg-type]
]

WRONG_VALUE: list[tuple[Call, str, str]] = [
    # integers
    (lambda r: Release(SPEC, -1), "replica", "range"),
    (lambda r: Release(SPEC, 2**64), "replica", "range"),
    (lambda r: Release(SPEC, HUGE), "replica", "range"),
    (lambda r: r.step(-1), "at", "range"),
    (lambda r: r.step(2**64), "at", "range"),
    (lambda r: r.step(HUGE), "at", "range"),
    (lambda r: r.step(253_402_300_800_000), "at", "range"),
    (lambda r: r.record_requests(NOON, -1, 0), "good", "range"),
    (lambda r: r.record_requests(NOON, 0, 2**64), "bad", "range"),
    (lambda r: r.seal(-5), "replica", "range"),
    (lambda r: Placement(2**32), "cohort", "range"),
    (lambda r: Placement(0, "both"), "arm", "unknown"),  # type: ignore[arg-type]
    (lambda r: rampgate.allocation_ends([2**32]), "weights[0]", "range"),
    # times
    (lambda r: r.step(NAIVE), "at", "type"),
    (lambda r: r.step(datetime(1969, 12, 31, tzinfo=timezone.utc)), "at", "range"),
    (lambda r: r.step(datetime.min.replace(tzinfo=timezone.utc)), "at", "range"),
    (lambda r: r.step(0), "event.at", "order"),
    # names
    (placed(failed=["error"]), "failed[0]", "unknown"),
    (placed(missing=["errors", ""]), "missing[1]", "unknown"),
    (placed(placement=Placement(7)), "placement.cohort", "range"),
    (lambda r: rampgate.slot("units", "salt", "unit"), "domain", "unknown"),  # type: ignore[arg-type]
    (lambda r: rampgate.slot("exposure", "salt", ""), "unit", "range"),
    (lambda r: rampgate.slot("exposure", "\ud800", "unit"), "salt", "syntax"),
    # signals
    (lambda r: r.step(NOON, "stop"), "signal", "unknown"),
    (lambda r: r.step(NOON, {"start": {}}), "signal.start.by", "missing"),
    (lambda r: r.step(NOON, {"start": {"by": "ana", "why": "?"}}), "signal.start.why", "unknown"),
    (lambda r: r.step(NOON, {"start": {"by": 7}}), "signal.start.by", "type"),
    (lambda r: r.step(NOON, {"start": {"by": b"ana"}}), "signal.start.by", "type"),  # type: ignore[arg-type]
    (lambda r: r.step(NOON, 7), "signal", "type"),  # type: ignore[arg-type]
    # documents
    (lambda r: Release("{", 1), "spec", "syntax"),
    (lambda r: Release("", 1), "spec", "syntax"),
    (lambda r: Release("[]", 1), "document", "type"),
    (lambda r: Release("\ud800", 1), "spec", "syntax"),
    (spec(stages={1, 2}), "stages", "type"),
    (spec(stages=[{"exposure": "5%", "min_dwell": timedelta(hours=1)}]), "stages[0].min_dwell", "type"),
    (spec(guardrails=[{"name": "errors", "weight": math.nan}]), "guardrails[0].weight", "range"),
    (spec(guardrails=[{"name": "errors", "weight": math.inf}]), "guardrails[0].weight", "range"),
    (spec(guardrails=[{"name": "errors", "weight": HUGE}]), "guardrails[0].weight", "range"),
    (spec(guardrails=[{"name": "errors", "weight": -(2**63) - 1}]), "guardrails[0].weight", "range"),
    (spec(guardrails=[{"name": "errors", "weight": np.float32(2)}]), "guardrails[0].weight", "type"),
    (spec(guardrails=[{"name": b"errors"}]), "guardrails[0].name", "type"),
    (spec(name="\udfff"), "name", "syntax"),
    (spec(flag={"key": "k", "control": "a", "canary": "b", "overrides": {"u v": 1j}}), 'flag.overrides["u v"]', "type"),
    (lambda r: Release({1: 2}, 1), "spec", "type"),  # type: ignore[dict-item]
    (lambda r: Release({"\ud800": 2}, 1), "spec", "syntax"),
    # parts
    (lambda r: rampgate.parse_objective("100%"), "objective", "range"),
    (lambda r: rampgate.reading("1x", "1h", 1, 0), "window", "syntax"),
    (lambda r: rampgate.reading(timedelta(hours=-1), "1h", 1, 0), "window", "range"),
    (lambda r: rampgate.reading(timedelta(microseconds=1), "1h", 1, 0), "window", "range"),
    (lambda r: rampgate.reading(timedelta.max, "1h", 1, 0), "window", "range"),
    (lambda r: Flag({"key": "k"}), "variants", "missing"),
    (lambda r: rampgate.Counter.from_bytes(b""), "data", "corrupt"),
    (lambda r: rampgate.Counter.from_bytes(bytes(8)), "data", "corrupt"),
    (lambda r: rampgate.Counter().read("9s", NOON), "window", "range"),
    (lambda r: rampgate.fleet.Fleet({"replicas": 0}), "replicas", "range"),
    (lambda r: rampgate.fleet.Fleet({"replicas": 4, "max_surge": 0}), "max_surge", "conflict"),
    (lambda r: rampgate.fleet.Fleet({"replicas": 4}).counts("101%"), "exposure", "range"),
    (lambda r: rampgate.fleet.Fleet({"replicas": 4}).next({"ready_new": -1}, "1%"), "ready_new", "range"),
    (lambda r: rampgate.fleet.Fleet({"replicas": 4}).batches(["1%", "two"]), "exposures[1]", "syntax"),
    (lambda r: rampgate.planner.plan({}), "traffic", "missing"),
    (lambda r: rampgate.planner.plan("{"), "goal", "syntax"),
    (lambda r: rampgate.simulation.simulate({"spec": 7}), "spec", "type"),
    (lambda r: rampgate.slo.answer({"slices": {}, "period": {}}), "document", "type"),
    (lambda r: rampgate.BurnRatePolicy({"target": "99.9%", "preset": "best"}), "preset", "unknown"),
    (lambda r: rampgate.BurnRatePolicy({"target": "99.9%", "preset": "pyrra"}).evaluate(rampgate.Counter(), 0, "{"), "state", "syntax"),
    (lambda r: rampgate.import_plan("spinnaker", {}), "source", "unknown"),  # type: ignore[arg-type]
    (lambda r: rampgate.import_plan("flagger", "{"), "flagger", "syntax"),
    (lambda r: rampgate.import_plan("flagger", [{"kind": math.nan}]), "[0].kind", "range"),
    (lambda r: rampgate.replay_rollout(PLAN, [{"seq": 1}]), "events[0]", "syntax"),
    (lambda r: rampgate.replay_rollout(PLAN, ["?"]), "events[0]", "syntax"),
    (lambda r: rampgate.replay_rollout(PLAN, [{"seq": 1, "at": math.nan, "kind": "tick"}]), "events[0].at", "range"),
]



@pytest.mark.parametrize(("call", "told"), WRONG_TYPE, ids=lambda part: part if isinstance(part, str) else "")
def test_a_wrong_type_is_a_type_error_that_names_the_argument(call: Call, told: str) -> None:
    release = started()
    before = release.state()
    with pytest.raises(TypeError) as caught:
        call(release)
    assert str(caught.value).startswith(told)
    assert release.state() == before


@pytest.mark.parametrize(("call", "path", "code"), WRONG_VALUE)
def test_a_wrong_value_is_an_error_with_its_path(call: Call, path: str, code: str) -> None:
    release = started()
    before = release.state()
    with pytest.raises(RampgateError) as caught:
        call(release)
    assert (caught.value.path, caught.value.code) == (path, code), caught.value
    assert f"invalid `{path}`: " in str(caught.value)
    assert len(str(caught.value)) < 700
    assert release.state() == before


def test_a_document_that_holds_itself_or_is_very_deep_ends() -> None:
    loop: list[Any] = []
    loop.append(loop)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for stages in (loop, deep):
        with pytest.raises(RampgateError, match="nested more than 100 deep") as caught:
            Release({**SPEC, "stages": stages}, 1)
        assert caught.value.path.startswith("stages[0][0]")
    while deep:  # 100,000 levels let go at once would overflow the interpreter's own stack
        deep = deep[0]
    with pytest.raises(RampgateError, match="recursion limit"):
        Release("[" * 100_000, 1)


def test_what_the_callers_own_objects_raise_comes_through() -> None:
    for call in (lambda: Release(Broken(), 1), lambda: Release(SPEC, Index()), lambda: started().step(Index())):
        with pytest.raises(RuntimeError, match="no such luck"):
            call()


def test_the_callers_own_objects_may_call_back() -> None:
    release = started()

    class Clock:
        """A time that looks at the release first."""

        def __index__(self) -> int:
            release.record(release.assign("user-1"), NOON)
            assert release.step(NOON).events
            return NOON

    release.step(Clock())
    release.record(release.assign("user-1"), Clock(), failed=(name for name in release.guardrails))


def test_all_problems_of_a_spec_are_told_together() -> None:
    stages = [{"exposure": "5%", "min_dwell": "1h"}, {"exposure": "140%", "min_dwell": "1h"}]
    with pytest.raises(RampgateError) as caught:
        Release({**SPEC, "stages": stages, "speed": 9, "name": ""}, 1)
    error = caught.value
    assert isinstance(error, ValueError)
    assert [(problem.path, problem.code, problem.value) for problem in error.problems] == [
        ("name", "range", ""),
        ("stages[1].exposure", "range", "140%"),
        ("speed", "unknown", "9"),
    ]
    assert (error.path, error.code, error.value) == ("name", "range", "")
    assert str(error).startswith("3 problems:\n  invalid `name`: must be 1 to 200 bytes")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.problems) == (RampgateError, str(error), error.problems)


def test_an_error_has_a_problem() -> None:
    problem = Problem("at", "range", "must be later", None)
    assert RampgateError("invalid", [problem]).problems == (problem,)
    with pytest.raises(ValueError, match="at least one"):
        RampgateError("invalid", [])


def test_numbers_of_numpy_are_whole_numbers() -> None:
    release = Release(SPEC, np.uint64(2**64 - 1))
    release.step(np.int64(NOON), "tick")


def test_the_types_that_calls_give_cannot_be_made_by_hand() -> None:
    for made in (rampgate.Allocation, rampgate.Assignment, rampgate.Evaluation, rampgate.Outcome, rampgate.Reason):
        with pytest.raises(TypeError, match="No constructor|cannot create"):
            made()
    for final in (Release, Flag, Placement, rampgate.FlagSet, rampgate.Layer, rampgate.Scheme, rampgate.SignedFlags):
        with pytest.raises(TypeError, match="not an acceptable base type"):
            type("Mine", (final,), {})
