//! A whole release whose test for harm begins anew inside a stage: what becomes worse late is found sooner, and nothing else changes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use rampgate::observe::{Counts, ReplicaId, Tally};
use rampgate::release::{Arm, Placement, Release, Signal};
use rampgate::rollout::{Action, Command, Phase, Reason};
use rampgate::{Share, Timestamp};

fn spec(more: &str) -> String {
    format!(
        r#"{{"rampgate": 1, "name": "checkout", "flag": {{"key": "checkout", "control": "v1", "canary": "v2"}},
             "stages": [{{"exposure": "50%", "min_dwell": "5h"}}], {more} "guardrails": [{{"name": "errors"}}]}}"#
    )
}

fn minute(number: u64) -> Timestamp {
    Timestamp::from_millis(1_795_521_600_000 + 60_000 * number).unwrap()
}

/// Records 500 units of each arm, of which so many failed, in the cohort given.
fn record(release: &mut Release, cohort: u32, now: Timestamp, failed: [u64; 2]) {
    for (arm, failed) in [Arm::Canary, Arm::Control].into_iter().zip(failed) {
        let tally = Tally::from_counts(500, &[Counts::new(500, failed).unwrap()], now).unwrap();
        release.record_tally(Placement { cohort, arm: Some(arm) }, now, &tally).unwrap();
    }
}

/// 0.5% of both arms fail, and after 200,000 units 1% of the canary's. After how many units more it is rolled back, and the release.
fn found(more: &str) -> (u64, Release) {
    let mut release = Release::from_json(&spec(more), ReplicaId(1)).unwrap();
    let _ = release.step(minute(0), Command::Start { by: "ana".into() }).unwrap();
    for number in 1..=299 {
        let usual = 2 + number % 2;
        let cohort = release.cohort();
        record(&mut release, cohort, minute(number), [if number > 200 { 5 } else { usual }, usual]);
        let _ = release.step(minute(number), Signal::Tick).unwrap();
        if release.phase() == Phase::RollingBack {
            return ((number - 200) * 1_000, release);
        }
    }
    (u64::MAX, release)
}

#[test]
fn twice_the_errors_after_200_000_good_units_are_found_in_half_of_the_units() {
    let (without, once) = found("");
    let (with, anew) = found(r#""restart_every": "10m","#);
    assert!(with < 23_000 && without > 40_000, "{with} {without}");
    assert_eq!(once.rollout().cohort(), 2);
    // sixteen every ten minutes, then one in twenty
    assert_eq!(anew.rollout().cohort(), 2 + 16 + u32::try_from(with / 1_000 + 39).unwrap() / 20);
}

#[test]
fn a_restart_is_a_decision_and_leaves_everything_else() {
    let mut release = Release::from_json(&spec(r#""restart_every": "20m","#), ReplicaId(1)).unwrap();
    let _ = release.step(minute(0), Command::Start { by: "ana".into() }).unwrap();
    for number in 1..=19 {
        record(&mut release, 1, minute(number), [2, 2]);
    }
    let step = release.step(minute(20), Signal::Tick).unwrap();
    let decision = step.decisions.first().unwrap();
    assert_eq!((decision.action, decision.reasons.as_slice()), (Action::Restart, &[Reason::Restarted][..]));
    assert_eq!(decision.exposure, "50%".parse::<Share>().unwrap());
    assert_eq!((release.cohort(), release.rollout().segment()), (2, 1));
    let before = step.report.unwrap();

    // an outcome that comes late counts where its unit was assigned; shares, units and safety are those of the whole stage
    record(&mut release, 1, minute(21), [2, 2]);
    record(&mut release, 2, minute(21), [3, 3]);
    let after = release.step(minute(22), Signal::Tick).unwrap().report.unwrap();
    assert_eq!(after.finding.units, before.finding.units + 1_000);
    let mut whole = Release::from_json(&spec(""), ReplicaId(1)).unwrap();
    let _ = whole.step(minute(0), Command::Start { by: "ana".into() }).unwrap();
    for number in 1..=20 {
        record(&mut whole, 1, minute(number), [2, 2]);
    }
    record(&mut whole, 1, minute(21), [3, 3]);
    let uncut = whole.step(minute(22), Signal::Tick).unwrap().report.unwrap();
    assert_eq!(after.finding.ln_safety.to_bits(), uncut.finding.ln_safety.to_bits());
    assert_eq!((after.ln_mismatch, after.units), (uncut.ln_mismatch, uncut.units));
    let ratio = |report: &rampgate::canary::Report| report.guardrails.first().unwrap().comparison;
    assert_eq!(ratio(&after), ratio(&uncut));
    assert_ne!(after.finding.ln_harm.to_bits(), uncut.finding.ln_harm.to_bits());

    // the state survives, and only with the plan that it belongs to
    let bytes = release.state().unwrap();
    let again = Release::resume(&spec(r#""restart_every": "20m","#), &bytes, ReplicaId(2)).unwrap();
    assert_eq!(again.rollout(), release.rollout());
    assert!(Release::resume(&spec(""), &bytes, ReplicaId(2)).is_err());
}
