"""A release whose guardrails measure more than failures, as Python calls it."""

import json
import math
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from story import MINUTE, NOON, SPEC, started

import rampgate
from rampgate import Placement, RampgateError, Release, duration, ms, seconds, thousandths
from rampgate.observe import Measurement, Session

GUARDRAILS = [
    {"name": "errors"},
    {"name": "requests", "measure": "fraction"},
    {"name": "crashes", "measure": "count"},
    {"name": "latency", "measure": "distribution", "margin_ratio": 1.2, "reference": {"50%": ms(80), "95%": ms(98)}},
    {"name": "revenue", "measure": "mean", "worse": "lower", "margin_ratio": 1.5},
    {"name": "clicks", "measure": "mean", "companion": "denominator", "required": False},
]
MEASURED: dict[str, Any] = {**SPEC, "guardrails": GUARDRAILS}
GOOD: dict[str, Any] = {
    "requests": (0, 12),
    "crashes": (1, 30),
    "latency": ms(80),
    "revenue": thousandths(19.99),
    "clicks": (3_000, 40_000),
}
CANARY = Placement(1, "canary")


def test_every_measure_has_one_form() -> None:
    release = started(spec=MEASURED)
    assert release.measures == ("rate", "fraction", "count", "distribution", "mean", "mean")
    for n in range(3_000):
        assignment = release.assign(f"user-{n}")
        slow = 1.6 if assignment.variant == "v2" else 1.0
        measured: dict[str, Measurement] = {
            "requests": (n % 3, 12),
            "crashes": (int(n % 9 == 0), 30),
            "latency": ms(slow * (60 + n % 41)),
            "revenue": thousandths(10 + n % 7),
            "clicks": (thousandths(n % 5), thousandths(40)),
        }
        release.record(assignment, NOON, failed=["errors"] if n % 50 == 0 else [], measured=measured)
    step = release.step(NOON + MINUTE)
    assert step.decisions[0].action == "roll_back"
    report = step.report
    assert report is not None
    by_name = {guardrail.name: guardrail for guardrail in report.guardrails}
    assert [(guardrail.name, guardrail.measure) for guardrail in report.guardrails] == list(zip(by_name, release.measures))
    assert [name for name, guardrail in by_name.items() if guardrail.culprit] == ["latency"]
    assert all(guardrail.units.canary + guardrail.units.control == 3_000 for guardrail in report.guardrails)
    assert [name for name, guardrail in by_name.items() if guardrail.guarantee == "asymptotic"] == ["revenue", "clicks"]

    latency = by_name["latency"]
    assert (latency.counts, latency.comparison) == (None, None)
    assert [quantile.level for quantile in latency.quantiles] == [0.5, 0.95, 0.99]
    median = latency.quantiles[0].bands.control
    assert median.lower is not None and median.upper is not None
    assert median.lower <= ms(80) < median.upper
    ratio = latency.quantiles[0].ratio_interval
    assert ratio.lower is not None and ratio.upper is not None and ratio.lower < 1.6 < ratio.upper
    assert latency.shape is not None
    assert (latency.shape.kind, latency.shape.tail, str(latency.shape)) == ("stretch", None, "stretch")

    revenue = by_name["revenue"].comparison
    assert revenue is not None and revenue.estimates.canary is not None
    assert 12_000 < revenue.estimates.canary < 14_000
    assert (revenue.intervals.canary.lower, by_name["revenue"].lack) == (None, None)
    crashes = by_name["crashes"].comparison
    assert crashes is not None and crashes.estimates.control == pytest.approx(1 / 9 / 30, rel=0.2)
    clicks, requests = by_name["clicks"].comparison, by_name["requests"].comparison
    assert clicks is not None and clicks.estimates.control == pytest.approx(2 / 40, rel=0.1)
    # a third of the units each failed none, one (2 of 16 rounded up) and two (3 of 16) of their 12 requests
    assert requests is not None and requests.estimates.control == pytest.approx(5 / 48, rel=0.1)
    assert by_name["errors"].more_units_to_safety is None or by_name["errors"].more_units_to_safety >= 0

    form = json.loads(report.json)
    for guardrail, of_form in zip(report.guardrails, form["guardrails"], strict=True):
        for name in ("required", "ln_harm", "ln_safety", "lack", "more_units_to_safety", "more_units_to_harm"):
            assert getattr(guardrail, name) == of_form[name]


def test_a_report_of_few_units_says_what_is_lacking() -> None:
    release = started(spec=MEASURED)
    release.record(CANARY, NOON, measured=GOOD)
    release.record(CANARY, NOON)  # nothing but the rate was observed
    step = release.step(NOON + MINUTE)
    assert step.report is not None
    units = {guardrail.name: guardrail.units.canary for guardrail in step.report.guardrails}
    assert units == {"errors": 2, "requests": 1, "crashes": 1, "latency": 1, "revenue": 1, "clicks": 1}
    assert [guardrail.lack for guardrail in step.report.guardrails][-2:] == ["too_few_units"] * 2


def test_measurements_travel_and_come_back() -> None:
    controller, edge = started(spec=MEASURED), Release(MEASURED, 2)
    edge.follow(controller.directive())
    alone = started(spec=MEASURED)
    for n in range(200):
        for release in (edge, alone):
            release.record(CANARY, NOON, measured={**GOOD, "latency": ms(n)})
    controller.merge(edge.take_delta())
    assert controller.step(NOON + MINUTE).json == alone.step(NOON + MINUTE).json
    assert Release.resume(MEASURED, controller.state(), 3).phase == controller.phase


def test_the_order_of_names_and_the_kind_of_mapping_and_number_do_not_count() -> None:
    from types import MappingProxyType

    states = set()
    backwards = dict(reversed(GOOD.items()))
    numpy = {**GOOD, "latency": np.uint64(GOOD["latency"]), "clicks": (np.int32(3_000), np.int64(40_000))}
    pairs = {**GOOD, "revenue": (GOOD["revenue"], 0), "requests": [0, 12]}
    for measured in (GOOD, backwards, MappingProxyType(GOOD), numpy, pairs):
        release = started(spec=MEASURED)
        release.record(CANARY, NOON, measured=measured)
        release.record_outcome(CANARY, NOON, missing=list(GOOD), measured=measured)  # a measurement beats a note
        states.add(release.state())
    assert len(states) == 1


def test_requests_of_a_fraction_spend_the_budget() -> None:
    objective = {"metric": "requests", "target": "99%", "period": "1d", "detection_delay": "5m", "on_missing_data": "allow"}
    release = started(spec={**MEASURED, "objective": objective})
    session = Session()
    for n in range(10):
        session.add(n == 3, ms(n))
    release.record(CANARY, NOON, measured={"requests": (session.failed, session.requests), "latency": session.worst or 0})
    release.record_outcome(CANARY, NOON, measured={"requests": (5, 5)})
    gate = release.step(NOON + MINUTE).gate
    assert gate is not None
    assert (gate.budget.reading.good, gate.budget.reading.bad) == (9, 1)


FORMS = [
    ({"latency": 12.5}, "`measured.latency` must be a whole number of thousandths, as `ms` and `thousandths` of `rampgate` make it, got float"),
    ({"latency": math.nan}, "`measured.latency` must be a whole number of thousandths"),
    ({"latency": timedelta(seconds=1)}, "`measured.latency` must be a whole number of thousandths"),
    ({"latency": True}, "`measured.latency` must be a whole number of thousandths"),
    ({"latency": None}, "`measured.latency` must be a whole number of thousandths"),
    ({"latency": (1, 2)}, "`measured.latency` must be a whole number of thousandths"),
    ({"requests": 3}, "`measured.requests` must be (failed, requests), got int"),
    ({"requests": (False, 3)}, "`measured.requests.failed` must be a whole number, got bool"),
    ({"requests": {"failed": 1, "requests": 2}}, "`measured.requests` must be (failed, requests), got dict"),
    ({"crashes": "12"}, "`measured.crashes` must be (events, exposure), got str"),
    ({"crashes": (1, 2.0)}, "`measured.crashes.exposure` must be a whole number, got float"),
    ({"revenue": 19.99}, "`measured.revenue` must be a whole number of thousandths, as `ms` and"),
    ({"revenue": "19.99"}, "`measured.revenue` must be a whole number of thousandths"),
    ({"revenue": (19.99, 0)}, "`measured.revenue.value` must be a whole number of thousandths"),
    ({"revenue": (1, True)}, "`measured.revenue.companion` must be a whole number of thousandths"),
    ({"clicks": 3}, "`measured.clicks` must be (value, companion), got int"),
    ({3: 3}, "`a key of measured` must be a str, got int"),
    ([("latency", 3)], "`measured` must be a mapping, got list"),
    ("latency", "`measured` must be a mapping, got str"),
]


@pytest.mark.parametrize(("measured", "told"), FORMS)
def test_another_form_is_a_type_error_that_names_it(measured: Any, told: str) -> None:
    release = started(spec=MEASURED)
    before = release.state()
    for record in (release.record, release.record_outcome):
        with pytest.raises(TypeError) as caught:
            record(CANARY, NOON, measured=measured)
        assert str(caught.value).startswith(told)
    assert release.state() == before


VALUES = [
    ({"latency": -1}, "measured.latency", "range"),
    ({"latency": 2**64}, "measured.latency", "range"),
    ({"latency": 10**5_000}, "measured.latency", "range"),
    ({"requests": (3, 2)}, "metrics[1]", "range"),
    ({"requests": (0, 0)}, "metrics[1]", "range"),
    ({"requests": (-1, 2)}, "measured.requests.failed", "range"),
    ({"requests": (1, 2, 3)}, "measured.requests", "range"),
    ({"crashes": (2**64, 2)}, "measured.crashes.events", "range"),
    ({"revenue": 2**40 + 1}, "metrics[4]", "range"),
    ({"revenue": -(2**40) - 1}, "metrics[4]", "range"),
    ({"revenue": 2**63}, "measured.revenue", "range"),
    ({"clicks": (0, 2**40 + 1)}, "metrics[5]", "range"),
    ({"clicks": (0, -(2**63) - 1)}, "measured.clicks.companion", "range"),
    ({"clicks": ()}, "measured.clicks", "range"),
    ({"errors": 1}, "measured.errors", "type"),
    ({"p99 latency": 1}, 'measured["p99 latency"]', "unknown"),
    ({"\ud800": 1}, "a key of measured", "syntax"),
]


@pytest.mark.parametrize(("measured", "path", "code"), VALUES)
def test_a_measurement_that_cannot_be_is_refused_whole(measured: Any, path: str, code: str) -> None:
    release = started(spec=MEASURED)
    before = release.state()
    for record in (release.record, release.record_outcome):
        with pytest.raises(RampgateError) as caught:
            record(CANARY, NOON, measured={"crashes": (0, 1), **measured})
        assert (caught.value.path, caught.value.code) == (path, code), caught.value
    with pytest.raises(RampgateError):
        release.record(Placement(1), NOON, measured=measured)  # of a unit that nobody compares as well
    assert release.state() == before


def test_what_is_measured_cannot_be_failed() -> None:
    release = started(spec=MEASURED)
    with pytest.raises(RampgateError, match="is measured as a distribution, got failed") as caught:
        release.record(CANARY, NOON, failed=["latency"])
    assert (caught.value.path, caught.value.code) == ("metrics[3]", "type")


def test_the_callers_own_numbers_may_raise_and_call_back() -> None:
    release = started(spec=MEASURED)
    measured: dict[str, Any] = {}

    class Clock:
        """A number that looks at the release first, and changes the mapping that it stands in."""

        def __index__(self) -> int:
            measured["requests"] = (1, 1)
            assert release.assign("user-1").cohort == 1
            return ms(3)

    class Broken:
        """A number that fails."""

        def __index__(self) -> int:
            raise RuntimeError("no such luck")

    measured["latency"] = Clock()
    release.record(CANARY, NOON, measured=measured)
    report = release.step(NOON + MINUTE).report
    assert report is not None
    assert [guardrail.units.canary for guardrail in report.guardrails] == [1, 0, 0, 1, 0, 0]
    for broken in ({"latency": Broken()}, {"revenue": Broken()}, {"clicks": (Broken(), 1)}, {"requests": (1, Broken())}):
        with pytest.raises(RuntimeError, match="no such luck"):
            release.record(CANARY, NOON, measured=broken)


def test_helpers_round_to_the_nearest_and_say_so() -> None:
    assert [ms(12.5), ms(0), ms(0.0000005), ms(0.0000015), ms(0.1 + 0.2)] == [12_500_000, 0, 0, 2, 300_000]
    assert ms(Decimal("0.0000125")) == 12  # halfway, to the even one
    assert ms(Fraction(1, 3)) == 333_333
    assert (ms(np.float64(1.5)), ms(np.int64(2)), type(ms(np.float64(1.5)))) == (1_500_000, 2_000_000, int)
    assert seconds(0.25) == 250_000_000
    assert duration(timedelta(days=3, microseconds=7)) == (3 * 86_400 * 10**6 + 7) * 1_000
    assert [thousandths(19.99), thousandths(-1.5), thousandths(7), thousandths(Decimal("0.0005"))] == [19_990, -1_500, 7_000, 0]
    assert thousandths(10**30) == 10**33  # whether it is too large is the guardrail's to say


@pytest.mark.parametrize("helper", [ms, seconds, thousandths])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e301, Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity")])
def test_helpers_refuse_what_is_no_number(helper: Any, bad: Any) -> None:
    with pytest.raises(RampgateError) as caught:
        helper(bad)
    assert caught.value.code == "range"
    assert str(bad) in str(caught.value)


def test_helpers_refuse_what_cannot_be_a_time() -> None:
    negative: list[tuple[Any, Any]] = [(ms, -0.001), (ms, -1e-9), (seconds, -1), (ms, Decimal(-1)), (ms, Decimal("-1e-99")), (ms, -(10**5_000))]
    for helper, value in [*negative, (duration, timedelta(-1))]:
        with pytest.raises(RampgateError, match="must not be negative") as caught:
            helper(value)
        assert len(str(caught.value)) < 200
    wrong: list[tuple[Any, Any]] = [(ms, "3"), (ms, True), (ms, timedelta(1)), (thousandths, None), (thousandths, np.float32(1)), (duration, 3)]
    for helper, value in wrong:
        with pytest.raises(TypeError, match="^`(milliseconds|value|span)` must be"):
            helper(value)
    assert [ms(Decimal("1e-999999999")), thousandths(Decimal("-1e-999999999"))] == [0, 0]
    with pytest.raises(RampgateError):
        thousandths(Decimal("1e999999999"))
    assert rampgate.ms is ms
