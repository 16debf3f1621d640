//! Many replicas, one controller: whatever the network does to the deltas, the controller decides as if it had seen everything itself.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a test fails by panicking, also in its helpers"
)]

use proptest::prelude::*;
use rampgate::observe::{Outcome, ReplicaId};
use rampgate::release::{Release, Signal};
use rampgate::rollout::{Command, Phase};
use rampgate::{ErrorKind, Timestamp};

const SPEC: &str = r#"{
    "rampgate": 1,
    "name": "replicas",
    "flag": {"key": "k", "control": "old", "canary": "new"},
    "control": "matched",
    "stages": [{"exposure": "20%", "min_dwell": "1h"}, {"exposure": "50%", "min_dwell": "1h"}],
    "guardrails": [{"name": "errors"}, {"name": "timeouts", "required": false}],
    "objective": {"metric": "errors", "target": "99%", "period": "1d", "detection_delay": "5m", "on_missing_data": "allow"}
}"#;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000 + seconds * 1_000).unwrap()
}

fn release(replica: u64) -> Release {
    Release::from_json(SPEC, ReplicaId(replica)).unwrap()
}

/// A controller that has started, and edges that follow it.
fn started(edges: u64) -> (Release, Vec<Release>) {
    let mut controller = release(100);
    let _ = controller.step(at(0), Command::Start { by: "ana".into() }).unwrap();
    let directive = controller.directive().unwrap();
    let edges = (0..edges)
        .map(|replica| {
            let mut edge = release(replica);
            assert!(edge.follow(&directive).unwrap());
            assert!(!edge.follow(&directive).unwrap(), "known already");
            edge
        })
        .collect();
    (controller, edges)
}

/// The `n`th unit is served by `by`; every 40th fails.
fn serve(by: &mut Release, n: u64) {
    let errors = by.metric("errors").unwrap();
    let placement = by.assign(&format!("unit-{n}")).placement;
    let outcome = if n.is_multiple_of(40) { Outcome::good().failed(errors) } else { Outcome::good() };
    by.record(placement, at(n), outcome).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Deltas are taken at random moments and delivered in random order, some twice, some never; the last of each edge arrives. The
    /// report is the one of a single process.
    #[test]
    fn deliveries_may_be_repeated_reordered_and_lost(
        takes in proptest::collection::vec((0_usize..3, 0_usize..400), 0..20),
        order in proptest::collection::vec(any::<prop::sample::Index>(), 0..60),
    ) {
        let (mut alone, _) = started(0);
        let (mut controller, mut edges) = started(3);
        let mut sent = Vec::new();
        for n in 0..400_u64 {
            serve(&mut alone, n);
            serve(&mut edges[n as usize % 3], n);
            for (edge, _) in takes.iter().filter(|(_, moment)| *moment as u64 == n) {
                sent.push(edges[*edge].take_delta().unwrap());
            }
        }
        if !sent.is_empty() {
            for index in order {
                let _ = controller.merge(index.get::<Vec<u8>>(&sent)).unwrap();
            }
        }
        for edge in &mut edges {
            let last = edge.take_delta().unwrap();
            let _ = controller.merge(&last).unwrap();
            let _ = controller.merge(&last).unwrap();
        }
        prop_assert_eq!(controller.step(at(500), Signal::Tick).unwrap(), alone.step(at(500), Signal::Tick).unwrap());
    }

    /// No bytes panic, and none are taken for something else.
    #[test]
    fn arbitrary_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut release = release(1);
        prop_assert!(release.merge(&bytes).is_err());
        prop_assert!(release.follow(&bytes).is_err());
        prop_assert!(Release::resume(SPEC, &bytes, ReplicaId(2)).is_err());
    }
}

#[test]
fn a_restart_loses_nothing_and_takes_a_new_name() {
    let (mut controller, mut edges) = started(1);
    (0..200).for_each(|n| serve(&mut controller, n));
    (200..300).for_each(|n| serve(&mut edges[0], n));
    let _ = controller.merge(&edges[0].take_delta().unwrap()).unwrap();
    let state = controller.state().unwrap();
    let expected = controller.step(at(400), Signal::Tick).unwrap();

    for taken in [100, 0] {
        let error = Release::resume(SPEC, &state, ReplicaId(taken)).unwrap_err();
        assert_eq!((error.path(), error.kind()), ("replica", ErrorKind::Conflict));
    }
    let mut resumed = Release::resume(SPEC, &state, ReplicaId(101)).unwrap();
    assert_eq!(resumed.phase(), Phase::Ramping { stage: 0 });
    assert_eq!(resumed.step(at(400), Signal::Tick).unwrap(), expected);
}

#[test]
fn messages_of_another_spec_or_kind_are_refused() {
    let (mut controller, _) = started(0);
    let delta = controller.take_delta().unwrap();
    let directive = controller.directive().unwrap();
    let mut other = Release::from_json(&SPEC.replace("99%", "98%"), ReplicaId(5)).unwrap();
    assert_eq!(other.merge(&delta).unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(other.follow(&directive).unwrap_err().kind(), ErrorKind::Conflict);
    let mut edge = release(5);
    assert_eq!(edge.merge(&directive).unwrap_err().kind(), ErrorKind::Type);
    assert_eq!(edge.follow(&delta).unwrap_err().kind(), ErrorKind::Type);
}

#[test]
fn a_placement_or_delta_of_an_unknown_cohort_is_refused() {
    let (_, mut edges) = started(1);
    (1..50).for_each(|n| serve(&mut edges[0], n));
    let delta = edges[0].take_delta().unwrap();
    let mut draft = release(9);
    assert_eq!(draft.merge(&delta).unwrap_err().path(), "delta");
    let placement = edges[0].assign("unit-1").placement;
    assert_eq!(placement.cohort, 1);
    assert_eq!(draft.record(placement, at(0), Outcome::good()).unwrap_err().path(), "placement.cohort");
}

#[test]
fn time_that_runs_backwards_is_refused_and_changes_nothing() {
    let (mut controller, _) = started(0);
    let _ = controller.step(at(60), Signal::Tick).unwrap();
    let before = controller.state().unwrap();
    assert_eq!(controller.step(at(59), Signal::Tick).unwrap_err().kind(), ErrorKind::Order);
    assert_eq!(controller.state().unwrap(), before);
}

#[test]
fn exposure_only_adds_and_matched_controls_stay_while_it_rises() {
    let (mut controller, _) = started(0);
    let abort = |release: &mut Release| {
        let _ = release.step(at(10), Command::Abort { by: "ana".into(), why: "test".into() }).unwrap();
    };
    let canary: Vec<u64> =
        (0..2_000).filter(|n| controller.assign(&format!("unit-{n}")).variant == "new").collect();
    assert!(canary.len().abs_diff(400) < 90, "{}", canary.len()); // five standard deviations
    let control = (0..2_000)
        .filter(|n| {
            controller.assign(&format!("unit-{n}")).placement.arm == Some(rampgate::release::Arm::Control)
        })
        .count();
    assert!(control.abs_diff(400) < 90, "{control}");
    abort(&mut controller);
    assert!((0..2_000).all(|n| controller.assign(&format!("unit-{n}")).variant == "old"));
}
