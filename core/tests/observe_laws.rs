//! The laws of merging, as properties: order, repetition and grouping of deliveries do not matter.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use proptest::prelude::*;
use rampgate::Timestamp;
use rampgate::observe::{
    Counts, Cumulative, Entry, Joined, Ledger, Measure, Metric, Outcome, ReplicaId, Tally,
};

/// A tally as a ledger's value.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seen(Tally);

impl Cumulative for Seen {
    fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0).unwrap();
    }

    fn covers(&self, earlier: &Self) -> bool {
        self.0.units() >= earlier.0.units()
    }
}

fn outcome(bits: u8) -> Outcome {
    (0..2).fold(Outcome::good(), |outcome, position| {
        match (Metric::new(position), bits >> (2 * position) & 3) {
            (Some(metric), 1) => outcome.failed(metric),
            (Some(metric), 2) => outcome.missing(metric),
            _ => outcome,
        }
    })
}

fn tally(outcomes: &[(u32, u8)]) -> Tally {
    let mut tally = Tally::new(&[Measure::Rate; 2]);
    for (at, bits) in outcomes {
        tally.record(Timestamp::from_millis(u64::from(*at)).unwrap_or_default(), &outcome(*bits)).unwrap();
    }
    tally
}

fn merged(parts: &[&Tally]) -> Tally {
    parts.iter().fold(Tally::default(), |mut sum, part| {
        sum.merge(part).unwrap();
        sum
    })
}

fn outcomes() -> impl Strategy<Value = Vec<(u32, u8)>> {
    prop::collection::vec((any::<u32>(), 0_u8..16), 0..30)
}

proptest! {
    /// What was recorded in pieces, anywhere, is what was recorded in one place.
    #[test]
    fn a_tally_is_the_sum_of_its_parts(a in outcomes(), b in outcomes(), c in outcomes()) {
        let [x, y, z] = [tally(&a), tally(&b), tally(&c)];
        prop_assert_eq!(merged(&[&x, &y]), merged(&[&y, &x]));
        prop_assert_eq!(merged(&[&merged(&[&x, &y]), &z]), merged(&[&x, &merged(&[&y, &z])]));
        prop_assert_eq!(&merged(&[&x, &Tally::default()]), &x);
        prop_assert_eq!(merged(&[&x, &y, &z]), tally(&[a, b, c].concat()));
    }

    /// However huge the counts, failures stay within units, and nothing wraps.
    #[test]
    fn sums_stop_at_the_largest_number(units in any::<[u64; 2]>(), share in any::<[u8; 2]>()) {
        let failures = [0, 1].map(|i| units.get(i).copied().unwrap_or(0) / 255 * u64::from(share.get(i).copied().unwrap_or(0)));
        let [a, b] = [Counts::new(units[0], failures[0]), Counts::new(units[1], failures[1])];
        if let (Ok(a), Ok(b)) = (a, b) {
            let sum = a.merged(b);
            prop_assert!(sum.failures() <= sum.units() && sum.units() >= a.units());
            prop_assert_eq!(sum, b.merged(a));
        }
    }

    /// Each replica grows by pieces and sends its state at each. Any order, any repetition, any loss but of the last: the total is what all
    /// have seen. Sealing changes nothing but what comes after it.
    #[test]
    fn a_ledger_has_the_newest_of_each_replica(
        pieces in prop::collection::vec((0_u64..4, outcomes()), 1..12),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        sealed in 0_u64..4,
    ) {
        let mut states: Vec<Entry<Seen>> = Vec::new();
        let mut newest: Vec<Entry<Seen>> = (0..4)
            .map(|n| Entry { replica: ReplicaId(n), sequence: 0, value: Seen(Tally::new(&[Measure::Rate; 2])) })
            .collect();
        for (replica, piece) in &pieces {
            for entry in newest.iter_mut().filter(|entry| entry.replica.0 == *replica) {
                entry.sequence += 1;
                entry.value.0.merge(&tally(piece)).unwrap();
                states.push(entry.clone());
            }
        }
        let mut ledger = Ledger::default();
        for index in order {
            let _ = ledger.join(index.get(&states).clone())?;
        }
        for entry in &newest {
            let _ = ledger.join(entry.clone())?;
        }
        let expected = Seen(merged(&newest.iter().map(|entry| &entry.value.0).collect::<Vec<_>>()));
        prop_assert_eq!(ledger.total(), expected.clone());
        prop_assert!(ledger.seal(ReplicaId(sealed)) && !ledger.seal(ReplicaId(sealed)));
        for state in &states {
            prop_assert_eq!(ledger.join(state.clone())?, Joined::Known);
        }
        let late = Entry { replica: ReplicaId(sealed), sequence: u64::MAX, value: Seen::default() };
        prop_assert_eq!(ledger.join(late)?, Joined::AfterSeal);
        prop_assert_eq!(ledger.total(), expected);
    }
}

#[test]
fn a_replica_that_takes_something_back_is_refused() -> Result<(), rampgate::Error> {
    let mut ledger = Ledger::default();
    let entry = |sequence, outcomes: &[(u32, u8)]| Entry {
        replica: ReplicaId(1),
        sequence,
        value: Seen(tally(outcomes)),
    };
    assert_eq!(ledger.join(entry(1, &[(1, 0), (2, 1)]))?, Joined::Fresh);
    let error = ledger.join(entry(2, &[(1, 0)])).err();
    assert_eq!(error.as_ref().map(rampgate::Error::path), Some("replica"));
    assert_eq!(ledger.total().0.units(), 2);
    Ok(())
}
