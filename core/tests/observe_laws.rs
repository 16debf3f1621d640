//! The laws of merging, as properties: order, repetition and grouping of deliveries do not matter.

#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a test fails by panicking, also in its helpers; floats are compared with what is exact"
)]

use proptest::prelude::*;
use rampgate::observe::{
    Counts, Cumulative, Entry, Histogram, Joined, Ledger, Measure, Measured, Metric, Moments, Outcome,
    ReplicaId, Tally,
};
use rampgate::{ErrorKind, Share, Timestamp};

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

const KINDS: [Measure; 6] =
    [Measure::Rate, Measure::Rate, Measure::Fraction, Measure::Count, Measure::Distribution, Measure::Mean];

/// When, what became of both rates, and what was measured, if anything was.
type Unit = (u32, u8, Option<([u8; 4], u64, [i32; 2])>);

fn metric(position: usize) -> Metric {
    Metric::new(position).unwrap()
}

fn outcome((_, bits, measured): &Unit) -> Outcome {
    let rates = (0..2).fold(Outcome::good(), |outcome, position| match bits >> (2 * position) & 3 {
        1 => outcome.failed(metric(position)),
        2 => outcome.missing(metric(position)),
        _ => outcome,
    });
    let Some(([failed, passed, events, exposure], value, [of, by])) = *measured else { return rates };
    let requests = u64::from(failed) + u64::from(passed) + 1;
    rates
        .measured(metric(2), Measured::Fraction { failed: failed.into(), requests })
        .measured(metric(3), Measured::Count { events: events.into(), exposure: exposure.into() })
        .measured(metric(4), Measured::Value(value))
        .measured(metric(5), Measured::Pair { value: of.into(), companion: by.into() })
}

fn tally(units: &[Unit]) -> Tally {
    let mut tally = Tally::new(&KINDS);
    for unit in units {
        tally.record(Timestamp::from_millis(unit.0.into()).unwrap(), &outcome(unit)).unwrap();
    }
    tally
}

fn merged(parts: &[&Tally]) -> Tally {
    parts.iter().fold(Tally::default(), |mut sum, part| {
        sum.merge(part).unwrap();
        sum
    })
}

/// Values of any size, as many small as large.
fn values() -> impl Strategy<Value = u64> {
    (any::<u64>(), 0_u32..64).prop_map(|(value, zeros)| value >> zeros)
}

fn outcomes() -> impl Strategy<Value = Vec<Unit>> {
    let measured = prop::option::of((any::<[u8; 4]>(), values(), any::<[i32; 2]>()));
    prop::collection::vec((any::<u32>(), 0_u8..16, measured), 0..30)
}

proptest! {
    /// What was recorded in pieces, anywhere, is what was recorded in one place.
    #[test]
    fn a_tally_is_the_sum_of_its_parts(a in outcomes(), b in outcomes(), c in outcomes()) {
        let [x, y, z] = [tally(&a), tally(&b), tally(&c)];
        prop_assert_eq!(merged(&[&x, &y]), merged(&[&y, &x]));
        prop_assert_eq!(merged(&[&merged(&[&x, &y]), &z]), merged(&[&x, &merged(&[&y, &z])]));
        for nothing in [Tally::default(), Tally::new(&KINDS)] {
            prop_assert_eq!(&merged(&[&x, &nothing]), &x);
            prop_assert_eq!(&merged(&[&nothing, &x]), &x);
        }
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
            .map(|n| Entry { replica: ReplicaId(n), sequence: 0, value: Seen(Tally::new(&KINDS)) })
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

    /// The quantile's bin holds the value of that rank in the sorted list, and is as narrow as promised.
    #[test]
    fn a_quantile_is_where_the_sorted_list_has_it(
        mut list in prop::collection::vec(values(), 1..200),
        ppm in 0_u32..=1_000_000,
    ) {
        let mut histogram = Histogram::default();
        list.iter().for_each(|value| histogram.record(*value));
        list.sort_unstable();
        let rank = (list.len() as u64 * u64::from(ppm)).div_ceil(1_000_000).max(1);
        let value = list[usize::try_from(rank - 1).unwrap()];
        let quantile = histogram.quantile(Share::from_parts_per_million(ppm).unwrap()).unwrap();
        prop_assert!(quantile.at_least <= value);
        prop_assert!(quantile.below.is_none_or(|below| value < below));
        let bin = Histogram::bin_of(value);
        let lower = list.iter().filter(|value| Histogram::bin_of(**value) < bin).count();
        prop_assert_eq!(histogram.below(bin), lower as u64);
        if let Some(below) = quantile.below.filter(|_| quantile.at_least > 0) {
            // the edges are whole numbers, so each may be 1 off
            let middle = f64::midpoint(quantile.at_least as f64, below as f64);
            prop_assert!((middle - value as f64).abs() <= 0.0055 * value as f64 + 1.0);
        }
    }

    /// The variance of whole numbers is a fraction of whole numbers: the float is that, but for its last digits.
    #[test]
    fn moments_are_those_of_exact_arithmetic(
        list in prop::collection::vec((0..=1_i64 << 39, -(1_i64 << 40)..=1 << 40), 2..60),
        shift in 0_u32..40,
    ) {
        let mut moments = Moments::default();
        // far from zero and near each other, where sums of squares cancel
        let values: Vec<i64> = list.iter().map(|(value, _)| (1 << 39) + (value >> shift)).collect();
        for (value, (_, companion)) in values.iter().zip(&list) {
            moments.record(*value, *companion).unwrap();
        }
        let n = list.len() as i128;
        let sum: i128 = values.iter().map(|value| i128::from(*value)).sum();
        let squares: i128 = values.iter().map(|value| i128::from(*value) * i128::from(*value)).sum();
        let exact = (n * squares - sum * sum) as f64 / (n * (n - 1)) as f64;
        let variance = moments.variance().unwrap();
        prop_assert!((variance - exact).abs() <= 1e-14 * exact, "{} {}", variance, exact);
        prop_assert_eq!(moments.mean(), Some(sum as f64 / n as f64));
        let companions: i128 = list.iter().map(|(_, companion)| i128::from(*companion)).sum();
        prop_assert_eq!(moments.companion_mean(), Some(companions as f64 / n as f64));
    }

    /// An outcome that has anything wrong with it counts nothing at all.
    #[test]
    fn a_refused_outcome_changes_nothing(units in outcomes(), unit in outcomes(), wrong in 0_usize..5) {
        let mut tally = tally(&units);
        let sound = unit.first().map_or(Outcome::good(), outcome);
        let pair = Measured::Pair { value: 1 << 41, companion: 0 };
        let (bad, path) = match wrong {
            0 => (sound.measured(metric(0), Measured::Value(1)), "metrics[0]"),
            1 => (Outcome::good().measured(metric(5), pair), "metrics[5]"),
            2 => {
                let fraction = Measured::Fraction { failed: 2, requests: 1 };
                (Outcome::good().measured(metric(2), fraction), "metrics[2]")
            }
            3 => (sound.failed(metric(4)), "metrics[4]"),
            _ => (sound.failed(metric(6)), "metrics[6]"),
        };
        let before = tally.clone();
        let error = tally.record(Timestamp::MAX, &bad).unwrap_err();
        prop_assert_eq!(error.path(), path);
        prop_assert_eq!(tally, before);
    }
}

#[test]
fn tallies_of_other_metrics_do_not_merge() {
    let mut rates = Tally::new(&[Measure::Rate; 2]);
    rates.record(Timestamp::EPOCH, &Outcome::good()).unwrap();
    let before = rates.clone();
    let error = rates.merge(&Tally::new(&[Measure::Rate, Measure::Mean])).unwrap_err();
    assert_eq!(error.to_string(), "invalid `metrics[1]`: must be a rate, got mean");
    let error = rates.merge(&Tally::new(&[Measure::Rate])).unwrap_err();
    assert_eq!((error.path(), error.kind()), ("metrics", ErrorKind::Conflict));
    assert_eq!(rates, before);
}

/// The order does not matter either where counts reach their end.
#[test]
fn histograms_stop_at_the_largest_number() {
    let full = Histogram::from_counts(5, &[u64::MAX - 1, 1]).unwrap();
    let (mut a, mut b) = (full.clone(), Histogram::from_counts(6, &[3]).unwrap());
    a.merge(&b);
    b.merge(&full);
    assert_eq!(a, b);
    assert_eq!((a.units(), a.below(Histogram::BINS)), (u64::MAX, u64::MAX));
    a.record(1);
    a.record_many(Histogram::lower_edge(6), 9);
    assert_eq!((a.count(0), &a), (0, &b));
}

#[test]
fn a_replica_that_takes_something_back_is_refused() -> Result<(), rampgate::Error> {
    let mut ledger = Ledger::default();
    let entry =
        |sequence, outcomes: &[Unit]| Entry { replica: ReplicaId(1), sequence, value: Seen(tally(outcomes)) };
    assert_eq!(ledger.join(entry(1, &[(1, 0, None), (2, 1, None)]))?, Joined::Fresh);
    let error = ledger.join(entry(2, &[(1, 0, None)])).err();
    assert_eq!(error.as_ref().map(rampgate::Error::path), Some("replica"));
    assert_eq!(ledger.total().0.units(), 2);
    Ok(())
}
