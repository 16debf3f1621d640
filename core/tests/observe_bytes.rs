//! Tallies as bytes: how many, and that none of those that come back wrong get through.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test fails by panicking, also in its helpers"
)]

use proptest::prelude::*;
use rampgate::observe::{Counts, Histogram, Measure, Measured, Metric, Outcome, Series, Tally};
use rampgate::{Share, Timestamp};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Nanoseconds, log-normal around `median` milliseconds with sigma 0.8.
fn latency(rng: &mut ChaCha8Rng, median: f64) -> u64 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    let normal = radius * (std::f64::consts::TAU * rng.random::<f64>()).cos();
    (median * 1e6 * (0.8 * normal).exp()) as u64
}

fn tally(values: impl Iterator<Item = u64>) -> Tally {
    let mut histogram = Histogram::default();
    values.for_each(|value| histogram.record(value));
    let units = histogram.units();
    let errors = Series::Rate(Counts::new(units, units / 100).unwrap());
    let newest = Timestamp::from_millis(1_800_000_000_000).unwrap();
    Tally::from_series(units, vec![errors, Series::Distribution(histogram)], newest).unwrap()
}

/// The bytes of an arm with one rate and one latency.
#[test]
fn an_arm_with_a_latency_takes_less_than_a_kilobyte() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for (units, limit) in [(10_000_u32, 500), (1_000_000, 1_000)] {
        let usual = tally((0..units).map(|_| latency(&mut rng, 100.0)));
        // one in ten is served from a cache, a thousand times as fast: between the two is a gap of 300 bins
        let cached = |n: u32| if n.is_multiple_of(10) { 0.01 } else { 100.0 };
        let bimodal = tally((0..units).map(|n| latency(&mut rng, cached(n))));
        for tally in [usual, bimodal] {
            let bytes = postcard::to_allocvec(&tally).unwrap();
            assert!(bytes.len() <= limit, "{} bytes for {units} units", bytes.len());
            assert_eq!(postcard::from_bytes::<Tally>(&bytes).unwrap(), tally);
        }
    }
}

/// Each kind once, with something in it.
fn every_kind() -> Tally {
    let kinds = [Measure::Rate, Measure::Fraction, Measure::Count, Measure::Distribution, Measure::Mean];
    let [fraction, count, value, mean] = [1, 2, 3, 4].map(|n| Metric::new(n).unwrap());
    let mut tally = Tally::new(&kinds);
    for n in 0..40_u32 {
        let outcome = Outcome::good()
            .measured(fraction, Measured::Fraction { failed: u64::from(n % 3), requests: 7 })
            .measured(count, Measured::Count { events: u64::from(n), exposure: 60 })
            .measured(value, Measured::Value(u64::from(n) * 1_000_000))
            .measured(mean, Measured::Pair { value: -i64::from(n), companion: 3 });
        tally.record(Timestamp::EPOCH, &outcome).unwrap();
    }
    tally
}

/// Whatever is read is a tally like any other: it can be written again and merged.
fn read(bytes: &[u8]) {
    let Ok(mut tally) = postcard::from_bytes::<Tally>(bytes) else { return };
    let again = postcard::to_allocvec(&tally).unwrap();
    assert_eq!(postcard::from_bytes::<Tally>(&again).unwrap(), tally);
    let twin = tally.clone();
    tally.merge(&twin).unwrap();
    for series in (0..Metric::MAX).filter_map(|n| tally.series(Metric::new(n)?)) {
        match series {
            Series::Distribution(histogram) => {
                let _ = (histogram.quantile(Share::ALL), histogram.below(Histogram::BINS));
            }
            Series::Mean(moments) => {
                let _ = (moments.mean(), moments.variance());
            }
            Series::Fraction(fractions) => {
                let _ = fractions.mean();
            }
            Series::Rate(_) | Series::Count(_) => {}
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read(&bytes);
    }

    #[test]
    fn no_damage_panics(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5), end in any::<prop::sample::Index>()) {
        let mut bytes = postcard::to_allocvec(&every_kind()).unwrap();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        read(&bytes);
        read(&bytes[..end.index(bytes.len())]);
    }

    #[test]
    fn counts_come_back(first in 0_usize..2_034, counts in prop::collection::vec(prop_oneof![Just(0), 0_u64..20, any::<u64>().prop_map(|n| n >> 12)], 0..300)) {
        let Ok(histogram) = Histogram::from_counts(first, &counts) else {
            prop_assert!(first + counts.len() > Histogram::BINS);
            return Ok(());
        };
        let bytes = postcard::to_allocvec(&histogram).unwrap();
        prop_assert_eq!(&postcard::from_bytes::<Histogram>(&bytes).unwrap(), &histogram);
        let text = serde_json::to_string(&histogram).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Histogram>(&text).unwrap(), &histogram);
    }
}

#[test]
fn every_kind_comes_back_from_bytes_and_documents() {
    let tally = every_kind();
    let bytes = postcard::to_allocvec(&tally).unwrap();
    assert_eq!(postcard::from_bytes::<Tally>(&bytes).unwrap(), tally);
    let text = serde_json::to_string(&tally).unwrap();
    assert_eq!(serde_json::from_str::<Tally>(&text).unwrap(), tally);
    for (from, to) in [
        (r#""units":40,"metrics""#, r#""units":39,"metrics""#),
        (r#""units":40,"failures":0"#, r#""units":40,"failures":41"#),
        (r#""units":40,"events""#, r#""units":41,"events""#),
        (r#""first":0"#, r#""first":2033"#),
        (r#""value_squared":"#, r#""value_squared":-"#),
        (r#"{"rate":"#, r#"{"ratio":"#),
    ] {
        assert!(text.contains(from), "{from} in {text}");
        assert!(serde_json::from_str::<Tally>(&text.replacen(from, to, 1)).is_err(), "{to}");
    }
}

/// A hundred bytes that promise gigabytes are refused before anything is taken for them.
#[test]
fn a_short_message_cannot_fill_the_memory() {
    let promise = [0xFF, 0xFF, 0xFF, 0xFF, 0x0F];
    let histogram = [&[5, 1, 3, 0][..], &promise, &[0; 90]].concat();
    let metrics = [&[5][..], &promise, &[0; 90]].concat();
    for bytes in [histogram, metrics] {
        let spent = allocation_counter::measure(|| assert!(postcard::from_bytes::<Tally>(&bytes).is_err()));
        assert!(spent.bytes_max <= 2_000_000, "{} bytes", spent.bytes_max);
    }
}
