"""Histograms, sums and shares, the judge's tests alone, planned looks, and the classic judge, as Python calls them."""

import math
import pickle
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import numpy as np
import pytest
from story import NOON

from rampgate import Arms, Interval, RampgateError, canary, classic, group_sequential, ms
from rampgate.observe import Counts, Events, Fractions, Histogram, Moments, Session, Tally

PLAN = {"alpha": 0.025, "spending": "obrien_fleming", "looks": [0.5, 1.0]}
HUGE = 10**5_000


def latencies(first: int, count: int = 2_000) -> Histogram:
    histogram = Histogram()
    for n in range(count):
        histogram.record(ms(first) + n * 50_000)
    return histogram


def sums(values: range, step: int = 1) -> Moments:
    moments = Moments()
    for value in values:
        moments.record(value * step, value % 7)
    return moments


def test_histograms_merge_exactly() -> None:
    one, other, all_of_it = latencies(20, 100), latencies(90, 50), latencies(20, 100)
    for n in range(50):
        all_of_it.record(np.int64(ms(90) + n * 50_000), 1)
    assert one != other
    one.merge(other)
    assert one == all_of_it
    assert (one.units, one.counts[0]) == (150, Histogram.bin_of(ms(20)))
    one.merge(one)
    assert one.units == 300
    assert Histogram().quantile("50%") is None
    top = Histogram()
    top.record(2**64 - 1, times=2**64 - 1)
    top.record(0, times=0)
    last = top.quantile("100%")
    assert last is not None
    assert (last.at_least, last.below, top.units) == (Histogram.lower_edge(Histogram.BINS - 1), None, 2**64 - 1)
    assert repr(one) == "<rampgate.observe.Histogram of 300 values>"


def test_sums_and_shares_merge_exactly() -> None:
    moments = sums(range(10))
    moments.merge(sums(range(10, 20)))
    assert moments == sums(range(20))
    assert (moments.units, moments.mean, moments.variance) == (20, 9.5, 35.0)
    assert (Moments().mean, Moments().companion_mean, Moments().variance) == (None, None, None)
    fractions, more = Fractions(), Fractions()
    fractions.record(0, 12)
    more.record(1, 100)
    fractions.merge(more)
    assert (fractions.units, fractions.mean, fractions.counts) == (2, 1 / 32, (1, 1, *[0] * 15))
    assert (repr(fractions), repr(Moments())) == (
        "<rampgate.observe.Fractions of 2 units, mean 0.03125>",
        "<rampgate.observe.Moments of 0 units, mean None>",
    )
    assert repr(Session()) == "<rampgate.observe.Session: 0 of 0 requests failed>"


def test_a_tally_has_a_series_of_each_kind() -> None:
    tally = Tally(("rate", "fraction", "count", "distribution", "mean"))
    tally.record(NOON, [0], measured=[(1, "fraction", 1, 2), (2, "count", 3, 4), (3, "distribution", 5), (4, "mean", 6, 7)])
    assert tally.series(0) == Counts(1, 1)
    assert tally.series(2) == Events(1, 3, 4)
    assert (Counts(0, 0).rate, Counts(4, 1).rate, Events(0, 0, 0).rate, Events(1, 3, 4).rate) == (None, 0.25, None, 0.75)
    kept = [tally.series(position) for position in (1, 3, 4)]
    assert [type(series) for series in kept] == [Fractions, Histogram, Moments]
    assert isinstance(kept[1], Histogram)
    kept[1].record(7)  # a copy: the tally keeps its own
    assert tally.units == 1
    assert tally.newest == datetime.fromtimestamp(NOON / 1_000, timezone.utc)
    assert tally.series(99) is None
    assert repr(tally) == "<rampgate.observe.Tally of 1 units, 5 metrics>"
    before = tally.json
    with pytest.raises(RampgateError):
        tally.merge(Tally(["rate"]))
    assert tally.json == before
    tally.merge(tally)
    assert tally.units == 2


def test_evidence_of_harm_and_of_safety_are_two_questions() -> None:
    cells = [(0.5, 60, 30)]
    assert canary.rate_evidence(cells, tolerated=1.0) > math.log(20) > canary.rate_evidence(cells, margin=2.0)
    for given in ({}, {"tolerated": 1.0, "margin": 2.0}):
        with pytest.raises(TypeError, match="give one of `tolerated`"):
            canary.rate_evidence(cells, **given)
    assert canary.rate_evidence((), tolerated=1) == 0.0
    assert canary.rate_evidence([(1.0, 5, 0), (0, 0, 7)], tolerated=1) == 0.0  # an arm without a share is compared with nothing
    assert canary.ratio_interval([]) == Interval(None, None)


def test_latencies_differ_by_shape() -> None:
    reference = canary.Reference.from_histogram(latencies(20))
    assert reference is not None
    assert canary.Reference.from_histogram(latencies(20, 99)) is None
    found = canary.distribution_evidence([(0.5, latencies(35), latencies(20), reference)], tolerated=1)
    assert (found.ln_evidence > math.log(20), found.ratio, str(found.shape)) == (True, 1.0, "shift")
    assert canary.distribution_evidence([(0.5, latencies(35), latencies(20), None)], tolerated=1).shape is not None
    empty = Histogram()
    assert canary.distribution_evidence([(0.5, empty, empty, None)], margin=1.1).shape is None
    band = canary.quantile_band(latencies(20), "50%")
    assert band.at_least is not None and band.below is not None and band.at_least < ms(70) < band.below
    ratio = canary.quantile_ratio(latencies(35), latencies(20), "50%", 0.01)
    assert ratio.lower is not None and ratio.upper is not None and ratio.lower < 85 / 70 < ratio.upper
    tail = canary.Shape._of("worst 0.1%")
    assert (tail.kind, tail.tail, str(tail)) == ("tail", 0.001, "worst 0.1%")


def test_means_that_cannot_be_compared_say_why() -> None:
    fine, few, flat = sums(range(400)), sums(range(99)), sums(range(1, 2))
    for _ in range(399):
        flat.record(1)
    assert isinstance(canary.mean_evidence([(fine, fine)], tolerated=0.1), float)
    assert canary.mean_evidence([(few, fine)], tolerated=0.1) == canary.mean_difference([]) == "too_few_units"
    assert canary.mean_evidence([(flat, fine)], margin=0.1, worse="lower") == "no_variance"
    negative = sums(range(400), -1)
    assert canary.mean_evidence([(fine, negative)], tolerated=0.1) == "not_positive"
    assert canary.mean_evidence([(fine, negative)], tolerated=100, change="absolute") != "not_positive"
    difference = canary.mean_difference([(fine, fine)], companion="covariate")
    assert isinstance(difference, canary.MeanDifference)
    assert difference.difference == 0.0
    assert difference.relative == pytest.approx(0.0, abs=1e-9)
    assert pickle.loads(pickle.dumps(difference)) == difference


def test_a_design_says_when_to_stop() -> None:
    design = group_sequential.Design({**PLAN, "futility": {"spending": "obrien_fleming", "power": 0.9}})
    assert (design.alpha, design.sides, design.power) == (0.025, 1, 0.9)
    first = design.analyse([1.0])
    assert (first.decision, first.conclusion) == ("continue", None)
    assert first.repeated_interval.lower == pytest.approx((1 - 2.963) / 0.5**0.5, abs=1e-3)
    end = design.analyse((1.0, 3.0))
    assert (end.decision, end.look, end.information) == ("efficacy", 2, 1.0)
    assert end.conclusion is not None
    assert end.conclusion.p_value < 0.025
    assert end.conclusion.interval.lower is not None and 0 < end.conclusion.interval.lower < end.conclusion.estimate
    assert design.observed([0.3]).looks[0].alpha_spent < design.concluded([0.3]).looks[0].alpha_spent
    assert design == group_sequential.Design(design_text()) != design.observed([0.3])
    rise = group_sequential.Comparison({"rates": {"control": 0.01, "ratio": 2}, "share": "10%"})
    planned = rise.planned(design, 0.9)
    assert planned.fixed == rise.units(0.025, 0.9)
    assert planned.largest.canary > planned.fixed.canary > planned.expected_effect.canary
    assert planned.fixed.control == pytest.approx(9 * planned.fixed.canary)
    assert repr(design) == "<rampgate.group_sequential.Design: 2 looks, alpha 0.025>"


def design_text() -> str:
    return '{"alpha": 0.025, "spending": "obrien_fleming", "looks": 2, "futility": {"spending": "obrien_fleming", "power": 0.9}}'


def test_a_classic_report_has_its_numbers() -> None:
    config = {"metrics": [{"name": "m", "groups": ["all"], "direction": "increase"}, {"name": "n", "groups": ["all"], "muted": True}]}
    data = {"metrics": [{"name": "n", "canary": [], "control": []}, {"name": "m", "canary": (9, 8, 9, 7), "control": [1, 2, 1.5, None]}]}
    report = classic.judge(config, data)
    measured, muted = report.metrics
    assert (measured.name, measured.points, muted.muted, muted.class_, muted.interval) == ("m", Arms(4, 4), True, "nodata", None)
    assert measured.interval is not None and measured.interval.lower is not None
    assert report.groups == (classic.GroupReport("all", 100.0, 100.0 if measured.class_ == "pass" else 0.0),)
    assert pickle.loads(pickle.dumps(report)) == report


Call = Callable[[], object]

WRONG_TYPE: list[tuple[Call, str]] = [
    (lambda: Histogram().record(1.5), "`value` must be a whole number, got float"),  # type: ignore[arg-type]
    (lambda: Histogram().record(True), "`value` must be a whole number, got bool"),
    (lambda: Histogram().merge(Moments()), "`other` must be a Histogram, got Moments"),  # type: ignore[arg-type]
    (lambda: Histogram().quantile(0.95), '`level` must be a share as a str, such as "25%", got float'),  # type: ignore[arg-type]
    (lambda: Histogram.from_counts(0, "12"), "`counts` must be a list of whole numbers, got str"),  # type: ignore[arg-type]
    (lambda: Histogram.from_counts(0, [1, 2.0]), "`counts[1]` must be a whole number, got float"),  # type: ignore[list-item]
    (lambda: Histogram.from_json({}), "`json` must be a str, got dict"),  # type: ignore[arg-type]
    (lambda: Moments().record(19.99), "`value` must be a whole number of thousandths"),  # type: ignore[arg-type]
    (lambda: Moments().merge(Histogram()), "`other` must be Moments, got Histogram"),  # type: ignore[arg-type]
    (lambda: Fractions().record(0.5, 1), "`failed` must be a whole number, got float"),  # type: ignore[arg-type]
    (lambda: Fractions().merge(None), "`other` must be Fractions, got NoneType"),  # type: ignore[arg-type]
    (lambda: Session().add(1, 1), "`failed` must be a bool, got int"),  # type: ignore[arg-type]
    (lambda: Session().add(False, 0.5), "`latency` must be a whole number, got float"),  # type: ignore[arg-type]
    (lambda: Tally("rate"), "`measures` must be a list of measures, got str"),  # type: ignore[arg-type]
    (lambda: Tally([]).record(0, "0"), "`failed` must be a list of positions, got str"),  # type: ignore[arg-type]
    (lambda: Tally([]).record(0, ["0"]), "`failed[0]` must be a whole number, got str"),  # type: ignore[list-item]
    (lambda: Tally([]).record(0, measured={0: 1}), "`measured` must be a list of measurements, got dict"),  # type: ignore[arg-type]
    (lambda: Tally([]).record(0, measured=[3]), "`measured[0]` must be (position, measure, …), got int"),  # type: ignore[list-item]
    (lambda: Tally([]).record(0, measured=[(0, "mean", 1, 0.5)]), "`measured[0].companion` must be a whole number of"),  # type: ignore[list-item]
    (lambda: Tally([]).merge({}), "`other` must be a Tally, got dict"),  # type: ignore[arg-type]
    (lambda: Tally.from_bytes("00"), "`data` must be bytes, got str"),  # type: ignore[arg-type]
    (lambda: canary.rate_evidence({}, tolerated=1), "`cells` must be a list of (rho, canary failures, control failures), got dict"),  # type: ignore[arg-type]
    (lambda: canary.rate_evidence([0.5], tolerated=1), "`cells[0]` must be (rho, canary failures, control failures), got float"),  # type: ignore[list-item]
    (lambda: canary.rate_evidence([("0.5", 1, 2)], tolerated=1), "`cells[0][0]` must be a number, got str"),  # type: ignore[list-item]
    (lambda: canary.rate_evidence([(0.5, 1.0, 2)], tolerated=1), "`cells[0][1]` must be a whole number, got float"),  # type: ignore[list-item]
    (lambda: canary.rate_evidence([], tolerated=True), "`tolerated` must be a number, got bool"),
    (lambda: canary.rate_evidence([], margin="2"), "`margin` must be a number, got str"),  # type: ignore[arg-type]
    (lambda: canary.rate_evidence([], margin=np.True_), "`margin` must be a number, got bool"),  # type: ignore[arg-type]
    (lambda: canary.fraction_evidence([(0.5, [0] * 17, [0] * 17)], tolerated=1), "`cells[0][1]` must be Fractions, got list"),  # type: ignore[list-item]
    (lambda: canary.mean_evidence([(1, 2)], tolerated=1), "`epochs[0][0]` must be Moments, got int"),  # type: ignore[list-item]
    (lambda: canary.distribution_evidence([(0.5, Histogram(), Histogram(), {})], tolerated=1), "`cells[0][3]` must be a Reference or None"),  # type: ignore[list-item]
    (lambda: canary.quantile_band(Histogram(), 0.5), '`level` must be a share as a str, such as "25%", got float'),  # type: ignore[arg-type]
    (lambda: canary.confidence_sequence(10, 1, "5%"), "`alpha` must be a number, got str"),  # type: ignore[arg-type]
    (lambda: canary.Reference.from_quantiles({"50%": 1}), "`quantiles` must be a list of (share, value), got dict"),  # type: ignore[arg-type]
    (lambda: canary.NormalMixture("1"), "`prior` must be a number, got str"),  # type: ignore[arg-type]
    (lambda: group_sequential.Design([]), "`design` must be a JSON text or a mapping, got list"),  # type: ignore[arg-type]
    (lambda: group_sequential.Design(PLAN).analyse(1.0), "`z` must be a list of numbers, got float"),  # type: ignore[arg-type]
    (lambda: group_sequential.Design(PLAN).analyse([None]), "`z[0]` must be a number, got NoneType"),  # type: ignore[arg-type]
    (lambda: group_sequential.Comparison({"means": {"difference": 1, "sd": 1}}).planned({}, 0.9), "`design` must be a Design, got dict"),  # type: ignore[arg-type]
    (lambda: classic.compare([1, 2]), "`question` must be a JSON text or a mapping, got list"),  # type: ignore[arg-type]
]

WRONG_VALUE: list[tuple[Call, str, str]] = [
    (lambda: Histogram().record(-1), "value", "range"),
    (lambda: Histogram().record(1, 2**64), "times", "range"),
    (lambda: Histogram.from_counts(2_030, [1] * 9), "counts", "range"),
    (lambda: Histogram.from_counts(HUGE, [1]), "first", "range"),
    (lambda: Histogram.from_counts(2**64 - 1, [1]), "counts", "range"),
    (lambda: Histogram.from_counts(0, [2**64 - 1, 1]), "counts", "range"),
    (lambda: Histogram.from_json("{}"), "json", "corrupt"),
    (lambda: Histogram.from_json('{"first": 2034, "counts": [1]}'), "json", "corrupt"),
    (lambda: Histogram.lower_edge(Histogram.BINS), "bin", "range"),
    (lambda: Histogram().quantile("101%"), "level", "range"),
    (lambda: Moments().record(2**40 + 1), "value", "range"),
    (lambda: Moments().record(0, -(2**40) - 1), "companion", "range"),
    (lambda: Moments().record(HUGE), "value", "range"),
    (lambda: Moments.from_json('{"units": 1}'), "json", "corrupt"),
    (lambda: Fractions().record(2, 1), "failed", "range"),
    (lambda: Fractions().record(0, 0), "requests", "range"),
    (lambda: Fractions.from_counts([0] * 16), "counts", "corrupt"),
    (lambda: Fractions.from_counts([-1] * 17), "counts[0]", "range"),
    (lambda: Session().add(False, -1), "latency", "range"),
    (lambda: Tally(["rate"] * 33), "measures", "range"),
    (lambda: Tally(["rate", "median"]), "measures[1]", "unknown"),  # type: ignore[list-item]
    (lambda: Tally(["rate"]).record(-1), "at", "range"),
    (lambda: Tally(["rate"]).record(0, [32]), "failed[0]", "range"),
    (lambda: Tally(["rate"]).record(0, None, [2**64]), "missing[0]", "range"),
    (lambda: Tally(["mean"]).record(0, measured=[(0, "mean", 1)]), "measured[0]", "syntax"),  # type: ignore[list-item]
    (lambda: Tally(["mean"]).record(0, measured=[(0, "median", 1)]), "measured[0]", "syntax"),  # type: ignore[list-item]
    (lambda: Tally(["mean"]).record(0, measured=[(0,)]), "measured[0]", "range"),  # type: ignore[list-item]
    (lambda: Tally(["mean"]).record(0, measured=[(-1, "mean", 1, 2)]), "measured[0][0]", "range"),
    (lambda: Tally(["distribution"]).record(0, measured=[(0, "distribution", -1)]), "measured[0]", "range"),
    (lambda: Tally.from_json("[]"), "json", "corrupt"),
    (lambda: Tally.from_bytes(b"\x00" * 99), "data", "corrupt"),
    (lambda: canary.rate_evidence([(math.nan, 1, 2)], tolerated=1), "cells[0][0]", "range"),
    (lambda: canary.rate_evidence([(-0.1, 1, 2)], tolerated=1), "cells[0][0]", "range"),
    (lambda: canary.rate_evidence([(1.1, 1, 2)], tolerated=1), "cells[0][0]", "range"),
    (lambda: canary.rate_evidence([(HUGE, 1, 2)], tolerated=1), "cells[0][0]", "range"),
    (lambda: canary.rate_evidence([(0.5, 1, -2)], tolerated=1), "cells[0][2]", "range"),
    (lambda: canary.rate_evidence([(0.5, 1)], tolerated=1), "cells[0]", "range"),  # type: ignore[list-item]
    (lambda: canary.rate_evidence([], tolerated=0), "tolerated", "range"),
    (lambda: canary.rate_evidence([], tolerated=math.nan), "tolerated", "range"),
    (lambda: canary.rate_evidence([], margin=math.inf), "margin", "range"),
    (lambda: canary.rate_evidence([], margin=HUGE), "margin", "range"),
    (lambda: canary.high_rate_evidence([], 0.6, margin=2), "reference", "conflict"),
    (lambda: canary.high_rate_evidence([], 1, margin=1.1), "reference", "range"),
    (lambda: canary.high_rate_evidence([(0.5, 1, 2, 3, 4)], 0.3, margin=1.1), "cells[0][2]", "range"),
    (lambda: canary.difference_evidence([], tolerated=1), "tolerated", "range"),
    (lambda: canary.difference_evidence([], tolerated=0, reference=0), "reference", "range"),
    (lambda: canary.count_evidence([(1, 2, 3, 2**64)], tolerated=1), "epochs[0][3]", "range"),
    (lambda: canary.mean_evidence([], tolerated=-0.1), "tolerated", "range"),
    (lambda: canary.mean_evidence([], margin=1, worse="lower"), "margin", "range"),
    (lambda: canary.mean_evidence([], margin=1, worse="down"), "worse", "unknown"),  # type: ignore[arg-type]
    (lambda: canary.mean_evidence([], margin=1, change="both"), "change", "unknown"),  # type: ignore[arg-type]
    (lambda: canary.mean_difference([], companion="yes"), "companion", "unknown"),  # type: ignore[arg-type]
    (lambda: canary.distribution_evidence([], tolerated=0.9), "tolerated", "range"),
    (lambda: canary.quantile_band(Histogram(), "50"), "level", "syntax"),
    (lambda: canary.quantile_band(Histogram(), "50%", 0), "alpha", "range"),
    (lambda: canary.quantile_ratio(Histogram(), Histogram(), "50%", math.nan), "alpha", "range"),
    (lambda: canary.count_interval(-1, 1), "events", "range"),
    (lambda: canary.confidence_sequence(1, 2), "failures", "range"),
    (lambda: canary.ln_evidence_below(0, 1, 1), "ceiling", "range"),
    (lambda: canary.ln_evidence_of_mismatch(math.nan, 1, 1), "rho", "range"),
    (lambda: canary.Reference.from_quantiles([("50%", 5)]), "quantiles", "range"),
    (lambda: canary.Reference.from_quantiles([("50%", 5), ("40%", 6)]), "quantiles[1]", "range"),
    (lambda: canary.Reference.from_quantiles([("50%", 5), ("x", 6)]), "quantiles[1][0]", "syntax"),
    (lambda: canary.Reference.from_json('{"edges": [], "counts": [9]}'), "json", "corrupt"),
    (lambda: canary.NormalMixture(0), "prior", "range"),
    (lambda: canary.NormalMixture.tuned(math.inf, 0.05), "at", "range"),
    (lambda: canary.NormalMixture(1).ln_evidence(math.nan, 1), "sum", "range"),
    (lambda: canary.NormalMixture(1).ln_two_sided(0, -1), "variance", "range"),
    (lambda: canary.NormalMixture(1).bound(math.inf, 0.05), "variance", "range"),
    (lambda: group_sequential.Design({**PLAN, "looks": math.nan}), "looks", "range"),
    (lambda: group_sequential.Design(PLAN).observed([math.nan]), "looks[0]", "range"),
    (lambda: group_sequential.Design(PLAN).crossings(math.nan), "drift", "range"),
    (lambda: group_sequential.Design(PLAN).inflation(0.01), "power", "range"),
    (lambda: group_sequential.Design(PLAN).drift_for(1), "power", "range"),
    (lambda: group_sequential.Comparison({"means": {"difference": 1, "sd": 1}}).units(0.05, 0.8, 3), "sides", "range"),
    (lambda: group_sequential.Comparison({"means": {"difference": 1, "sd": 1}}).power(0, 0.05), "total", "range"),
    (lambda: classic.compare({"canary": [math.nan], "control": [1]}), "canary[0]", "range"),
    (lambda: classic.judge({"metrics": []}, {}), "metrics", "missing"),
]


@pytest.mark.parametrize(("call", "told"), WRONG_TYPE, ids=lambda part: part if isinstance(part, str) else "")
def test_a_wrong_type_is_a_type_error_that_names_the_argument(call: Call, told: str) -> None:
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value).startswith(told)


@pytest.mark.parametrize(("call", "path", "code"), WRONG_VALUE)
def test_a_wrong_value_is_an_error_with_its_path(call: Call, path: str, code: str) -> None:
    with pytest.raises(RampgateError) as caught:
        call()
    assert (caught.value.path, caught.value.code) == (path, code), caught.value
    assert len(str(caught.value)) < 700


def test_numbers_of_numpy_are_numbers() -> None:
    cells: Any = [(np.float64(0.5), np.int64(60), np.uint8(30))]
    assert canary.rate_evidence(cells, tolerated=np.int64(1)) == canary.rate_evidence([(0.5, 60, 30)], tolerated=1.0)


def test_what_the_callers_own_objects_raise_comes_through() -> None:
    class Broken:
        """A number that fails."""

        def __index__(self) -> int:
            raise RuntimeError("no such luck")

    broken: Any = Broken()
    for call in (lambda: Histogram().record(broken), lambda: Moments().record(broken), lambda: canary.NormalMixture(broken)):
        with pytest.raises(RuntimeError, match="no such luck"):
            call()


def test_the_compiled_types_are_final() -> None:
    for final in (Histogram, Moments, Fractions, Session, Tally, canary.NormalMixture, group_sequential.Design):
        with pytest.raises(TypeError, match="not an acceptable base type"):
            type("Mine", (final,), {})
    with pytest.raises(TypeError, match="No constructor|cannot create"):
        canary.Reference()
    with pytest.raises(TypeError, match="unhashable"):
        hash(Histogram())
