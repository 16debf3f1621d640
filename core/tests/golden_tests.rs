//! Replays `testdata/tests.json`, which every language replays: evidence and intervals of plain counts and sums.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a replay fails by panicking, also in its helpers"
)]

use rampgate::Probability;
use rampgate::canary::{
    Arms, Cell, Change, Companion, CountTest, DifferenceTest, FractionCell, FractionTest, HighRateTest,
    Interval, MeanTest, NormalMixture, OutcomeCell, RateTest, Worse, confidence_sequence, count_interval,
    count_ratio_interval, difference_interval, fraction_ratio_interval, ln_evidence_below,
    ln_evidence_of_mismatch, mean_difference, ratio_interval,
};
use rampgate::observe::{Counts, Events, Fractions, Moments};
use serde::de::DeserializeOwned;
use serde_json::Value;

fn vectors() -> Value {
    let vectors: Value =
        serde_json::from_str(include_str!("../testdata/tests.json")).expect("the vectors are JSON");
    assert_eq!(vectors["version"], "rampgate-tests-1");
    vectors
}

/// The cases of one list, each with a name for the message of a failure.
fn cases(list: &str) -> Vec<(String, Value)> {
    let vectors = vectors();
    let cases = vectors[list].as_array().unwrap_or_else(|| panic!("no list `{list}`"));
    assert!(!cases.is_empty(), "`{list}` is empty");
    cases.iter().enumerate().map(|(n, case)| (format!("tests.json, {list}[{n}]"), case.clone())).collect()
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| value.as_str().unwrap_or_else(|| panic!("{value} is no number")).parse().unwrap())
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no count"))
}

fn probability(value: &Value) -> Probability {
    Probability::new(number(value)).unwrap()
}

fn parse<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

fn list<T>(value: &Value, each: impl Fn(&Value) -> T) -> Vec<T> {
    value.as_array().unwrap().iter().map(each).collect()
}

/// To the tolerance of the file, relative to the larger of 1 and what is expected.
fn close(name: &str, what: &str, found: f64, expected: &Value) {
    let expected = number(expected);
    let tolerance = number(&vectors()["tolerance"]) * f64::max(1.0, expected.abs());
    assert!((found - expected).abs() <= tolerance, "{name}, {what}: {found:?}, expected {expected:?}");
}

fn close_interval(name: &str, what: &str, found: Interval, expected: &Value) {
    for (n, end) in [found.lower, found.upper].into_iter().enumerate() {
        match (end, &expected[n]) {
            (None, Value::Null) => {}
            (Some(end), expected) if !expected.is_null() => close(name, what, end, expected),
            (found, expected) => panic!("{name}, {what}: {found:?}, expected {expected}"),
        }
    }
}

#[test]
fn rates() {
    for (name, case) in cases("rate") {
        let cells = list(&case["cells"], |cell| Cell {
            rho: number(&cell[0]),
            canary_failures: count(&cell[1]),
            control_failures: count(&cell[2]),
        });
        let harm = RateTest::harm(number(&case["tolerated"])).unwrap().ln_evidence(&cells);
        let safety = RateTest::safety(number(&case["margin"])).unwrap().ln_evidence(&cells);
        close(&name, "harm", harm, &case["ln_harm"]);
        close(&name, "safety", safety, &case["ln_safety"]);
        close_interval(&name, "ratio", ratio_interval(&cells, probability(&case["alpha"])), &case["ratio"]);
    }
}

#[test]
fn fractions() {
    for (name, case) in cases("fraction") {
        let cells = list(&case["cells"], |cell| FractionCell {
            rho: number(&cell[0]),
            canary: parse::<Fractions>(&cell[1]),
            control: parse::<Fractions>(&cell[2]),
        });
        let harm = FractionTest::harm(number(&case["tolerated"])).unwrap().ln_evidence(&cells);
        let safety = FractionTest::safety(number(&case["margin"])).unwrap().ln_evidence(&cells);
        close(&name, "harm", harm, &case["ln_harm"]);
        close(&name, "safety", safety, &case["ln_safety"]);
        close_interval(
            &name,
            "ratio",
            fraction_ratio_interval(&cells, probability(&case["alpha"])),
            &case["ratio"],
        );
    }
}

#[test]
fn counts() {
    for (name, case) in cases("count") {
        let events = |events: &Value, exposure: &Value| Events {
            units: 0,
            events: count(events),
            exposure: count(exposure),
        };
        let epochs = list(&case["epochs"], |epoch| Arms {
            canary: events(&epoch[0], &epoch[1]),
            control: events(&epoch[2], &epoch[3]),
        });
        let alpha = probability(&case["alpha"]);
        let harm = CountTest::harm(number(&case["tolerated"])).unwrap().ln_evidence(&epochs);
        let safety = CountTest::safety(number(&case["margin"])).unwrap().ln_evidence(&epochs);
        close(&name, "harm", harm, &case["ln_harm"]);
        close(&name, "safety", safety, &case["ln_safety"]);
        close_interval(&name, "ratio", count_ratio_interval(&epochs, alpha), &case["ratio"]);
        close_interval(&name, "rate", count_interval(epochs[0].canary, alpha), &case["rate_of_first"]);
    }
}

fn outcome_cells(case: &Value) -> Vec<OutcomeCell> {
    list(&case["cells"], |cell| OutcomeCell {
        rho: number(&cell[0]),
        canary: Counts::new(count(&cell[1]), count(&cell[2])).unwrap(),
        control: Counts::new(count(&cell[3]), count(&cell[4])).unwrap(),
    })
}

#[test]
fn high_rates() {
    for (name, case) in cases("high_rate") {
        let (cells, reference) = (outcome_cells(&case), probability(&case["reference"]));
        let harm = HighRateTest::harm(number(&case["tolerated"]), reference).unwrap().ln_evidence(&cells);
        let safety = HighRateTest::safety(number(&case["margin"]), reference).unwrap().ln_evidence(&cells);
        close(&name, "harm", harm, &case["ln_harm"]);
        close(&name, "safety", safety, &case["ln_safety"]);
    }
}

#[test]
fn differences() {
    for (name, case) in cases("difference") {
        let cells = outcome_cells(&case);
        let reference = (!case["reference"].is_null()).then(|| probability(&case["reference"]));
        let with = |test: DifferenceTest| {
            reference.map_or(test, |rate| test.with_reference(rate)).ln_evidence(&cells)
        };
        close(
            &name,
            "harm",
            with(DifferenceTest::harm(number(&case["tolerated"])).unwrap()),
            &case["ln_harm"],
        );
        close(
            &name,
            "safety",
            with(DifferenceTest::safety(number(&case["margin"])).unwrap()),
            &case["ln_safety"],
        );
        let interval = difference_interval(&cells, reference, probability(&case["alpha"]));
        close_interval(&name, "interval", interval, &case["interval"]);
    }
}

#[test]
fn proportions_and_mismatches() {
    for (name, case) in cases("proportion") {
        let counts = Counts::new(count(&case["units"]), count(&case["failures"])).unwrap();
        close_interval(
            &name,
            "interval",
            confidence_sequence(counts, probability(&case["alpha"])),
            &case["interval"],
        );
        let below = ln_evidence_below(probability(&case["ceiling"]), counts);
        close(&name, "ceiling", below, &case["ln_below_ceiling"]);
    }
    for (name, case) in cases("mismatch") {
        let found =
            ln_evidence_of_mismatch(number(&case["rho"]), count(&case["canary"]), count(&case["control"]));
        close(&name, "mismatch", found, &case["ln_evidence"]);
    }
}

#[test]
fn means() {
    for (name, case) in cases("mean") {
        let epochs: Vec<Arms<Moments>> =
            list(&case["epochs"], |arms| Arms { canary: parse(&arms[0]), control: parse(&arms[1]) });
        let (companion, worse) = (parse::<Companion>(&case["companion"]), parse::<Worse>(&case["worse"]));
        let relative = Change::Relative(number(&case["relative"]));
        let absolute = Change::Absolute(number(&case["absolute"]));
        let evidence = |test: MeanTest| test.with_companion(companion).ln_evidence(&epochs).unwrap();
        let harm = evidence(MeanTest::harm(worse, relative).unwrap());
        close(&name, "harm, relative", harm, &case["ln_harm_relative"]);
        let safety = evidence(MeanTest::safety(worse, relative).unwrap());
        close(&name, "safety, relative", safety, &case["ln_safety_relative"]);
        let harm = evidence(MeanTest::harm(worse, absolute).unwrap());
        close(&name, "harm, absolute", harm, &case["ln_harm_absolute"]);
        let found = mean_difference(&epochs, companion, probability(&case["alpha"])).unwrap();
        close(&name, "difference", found.difference, &case["difference"]);
        close(&name, "error", found.standard_error, &case["standard_error"]);
        close_interval(&name, "interval", found.interval, &case["interval"]);
        close(&name, "relative", found.relative.unwrap(), &case["relative_difference"]);
        close_interval(&name, "relative interval", found.relative_interval, &case["relative_interval"]);
    }
}

#[test]
fn normal_mixtures() {
    for (name, case) in cases("normal_mixture") {
        let tuned = |alpha| NormalMixture::tuned(100.0, Probability::new(alpha).unwrap()).unwrap();
        let (sum, variance) = (number(&case["sum"]), number(&case["variance"]));
        close(&name, "one-sided", tuned(0.1).ln_evidence(sum, variance), &case["one_sided"]);
        close(&name, "two-sided", tuned(0.05).ln_two_sided(sum, variance), &case["two_sided"]);
    }
    for (name, case) in cases("two_sided") {
        let (units, alpha) = (number(&case["units"]), probability(&case["alpha"]));
        let bound =
            NormalMixture::tuned(number(&case["tuning"]), alpha).unwrap().two_sided_bound(units, alpha);
        close(&name, "radius", bound * number(&case["standard_error"]) / units.sqrt(), &case["radius"]);
    }
}
