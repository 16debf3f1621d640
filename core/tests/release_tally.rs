//! A tally that is recorded is its units recorded one by one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use proptest::prelude::*;
use rampgate::observe::{Measure, Measured, Metric, Moments, Outcome, ReplicaId, Series, Tally};
use rampgate::release::{Arm, Placement, Release, Signal};
use rampgate::rollout::Command;
use rampgate::{ErrorKind, Timestamp};

const SPEC: &str = r#"{
    "rampgate": 1, "name": "n", "flag": {"key": "k", "control": "a", "canary": "b"},
    "stages": [{"exposure": "20%", "min_dwell": "1h"}, {"exposure": "60%", "min_dwell": "1h"}],
    "guardrails": [
        {"name": "errors"}, {"name": "timeouts"}, {"name": "requests", "measure": "fraction"}, {"name": "retries", "measure": "count"},
        {"name": "latency", "measure": "distribution"}, {"name": "revenue", "measure": "mean"}
    ],
    "objective": {"metric": "errors", "target": "99%", "period": "1d", "detection_delay": "5m", "on_missing_data": "allow"}
}"#;

const KINDS: [Measure; 6] =
    [Measure::Rate, Measure::Rate, Measure::Fraction, Measure::Count, Measure::Distribution, Measure::Mean];

const START: u64 = 1_795_521_600_000;

fn at(seconds: u32) -> Timestamp {
    Timestamp::from_millis(START + 1_000 * u64::from(seconds)).unwrap()
}

fn metric(position: usize) -> Metric {
    Metric::new(position).unwrap()
}

fn started(spec: &str) -> Release {
    let mut release = Release::from_json(spec, ReplicaId(1)).unwrap();
    let _ = release.step(at(0), Command::Start { by: "ana".into() }).unwrap();
    release
}

type Unit = (u8, Option<([u8; 4], u64, [i32; 2])>);

fn outcome((bits, measured): &Unit) -> Outcome {
    let rates = (0..2).fold(Outcome::good(), |outcome, position| match bits >> (2 * position) & 3 {
        1 => outcome.failed(metric(position)),
        2 => outcome.missing(metric(position)),
        _ => outcome,
    });
    let Some(([failed, passed, events, exposure], value, [of, by])) = *measured else { return rates };
    rates
        .measured(
            metric(2),
            Measured::Fraction { failed: failed.into(), requests: u64::from(failed) + u64::from(passed) + 1 },
        )
        .measured(metric(3), Measured::Count { events: events.into(), exposure: exposure.into() })
        .measured(metric(4), Measured::Value(value))
        .measured(metric(5), Measured::Pair { value: of.into(), companion: by.into() })
}

fn units() -> impl Strategy<Value = Vec<Unit>> {
    let measured = prop::option::of((any::<[u8; 4]>(), any::<u64>(), any::<[i32; 2]>()));
    prop::collection::vec((0_u8..16, measured), 0..20)
}

fn batches() -> impl Strategy<Value = Vec<(u32, Option<bool>, u32, Vec<Unit>)>> {
    prop::collection::vec((0_u32..2, any::<Option<bool>>(), 0_u32..5_000, units()), 1..6)
}

proptest! {
    /// Evidence, budget and times: the whole state has the same bytes.
    #[test]
    fn a_tally_is_its_units(batches in batches()) {
        let (mut single, mut whole) = (started(SPEC), started(SPEC));
        for (cohort, arm, seconds, units) in &batches {
            let arm = arm.map(|canary| if canary { Arm::Canary } else { Arm::Control });
            let placement = Placement { cohort: *cohort, arm };
            let mut tally = Tally::new(&KINDS);
            for unit in units {
                tally.record(at(9_999), &outcome(unit)).unwrap(); // its own time says nothing
                single.record(placement, at(*seconds), outcome(unit)).unwrap();
            }
            whole.record_tally(placement, at(*seconds), &tally).unwrap();
        }
        prop_assert_eq!(whole.state().unwrap(), single.state().unwrap());
        let step = |mut release: Release| release.step(at(6_000), Signal::Tick).unwrap();
        prop_assert_eq!(step(whole), step(single));
    }

    #[test]
    fn outcomes_are_evidence_alone(units in units()) {
        let (mut single, mut whole) = (started(SPEC), started(SPEC));
        let placement = Placement { cohort: 1, arm: Some(Arm::Canary) };
        let mut tally = Tally::new(&KINDS);
        for unit in &units {
            tally.record(at(7), &outcome(unit)).unwrap();
            single.record_outcome(placement, at(7), outcome(unit)).unwrap();
        }
        whole.record_outcomes(placement, at(7), &tally).unwrap();
        prop_assert_eq!(whole.state().unwrap(), single.state().unwrap());
    }
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let mut release = started(SPEC);
    let before = release.state().unwrap();
    let canary = |cohort| Placement { cohort, arm: Some(Arm::Canary) };
    let refused = |release: &mut Release, placement, tally: &Tally| {
        let error = release.record_tally(placement, at(1), tally).unwrap_err();
        (error.path().to_owned(), error.kind())
    };
    let mut good = Tally::new(&KINDS);
    good.record(at(1), &Outcome::good()).unwrap();
    assert_eq!(refused(&mut release, canary(2), &good), ("placement.cohort".into(), ErrorKind::Range));
    let neither = Placement { cohort: 1, arm: None };
    for placement in [canary(1), neither] {
        let fewer = Tally::new(&KINDS[..5]);
        assert_eq!(refused(&mut release, placement, &fewer), ("metrics".into(), ErrorKind::Conflict));
        let mut others = KINDS;
        others.swap(0, 5);
        let others = Tally::new(&others);
        assert_eq!(refused(&mut release, placement, &others), ("metrics[0]".into(), ErrorKind::Conflict));
    }
    let full = Moments::from_sums(Moments::MOST_UNITS, [0; 5]).unwrap();
    let series = KINDS.map(|kind| if kind == Measure::Mean { Series::Mean(full) } else { Series::new(kind) });
    let full = Tally::from_series(Moments::MOST_UNITS, series.into(), at(0)).unwrap();
    assert_eq!(release.state().unwrap(), before);
    release.record_tally(canary(1), at(1), &full).unwrap();
    let one = outcome(&(0, Some(([0, 1, 1, 1], 1, [1, 1]))));
    let mut more = Tally::new(&KINDS);
    more.record(at(1), &one).unwrap();
    let before = release.state().unwrap();
    assert_eq!(refused(&mut release, canary(1), &more).0, "metrics[5]");
    assert!(release.record(canary(1), at(1), one).is_err());
    assert_eq!(release.state().unwrap(), before);
}

#[test]
fn requests_of_a_fraction_are_not_guessed() {
    let spec = SPEC.replace(r#""metric": "errors""#, r#""metric": "requests""#);
    let mut release = started(&spec);
    let mut tally = Tally::new(&KINDS);
    let placement = Placement { cohort: 1, arm: Some(Arm::Control) };
    tally.record(at(1), &outcome(&(0, Some(([1, 8, 0, 1], 1, [1, 1]))))).unwrap();
    let error = release.record_tally(placement, at(1), &tally).unwrap_err();
    assert_eq!((error.path(), error.kind()), ("tally", ErrorKind::Conflict));
    release.record_outcomes(placement, at(1), &tally).unwrap();
    release.record_requests(at(1), 9, 1);
}
