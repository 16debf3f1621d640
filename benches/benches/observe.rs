//! Values counted, merged and asked for a quantile, beside two crates for it: `observe/<row>/<who>`. Outcomes of ten metrics, and tallies of
//! them, which have no peer.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use hdrhistogram::Histogram as Hdr;
use rampgate::observe::{Histogram, Measure, Measured, Metric, Outcome, Tally};
use rampgate::{Share, Timestamp};
use rampgate_benches::criterion;
use sketches_ddsketch::{Config, DDSketch};
use std::hint::black_box;

/// The relative error that all promise: 1%. Two significant digits are the fewest that give it with `hdrhistogram`.
const ERROR: f64 = 0.01;
const DIGITS: u8 = 2;

/// `count` latencies in nanoseconds, log-normal around 100 ms with sigma 0.8.
fn latencies(count: u64, seed: u64) -> Vec<u64> {
    let mut state = seed;
    let mut uniform = || {
        // splitmix64
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    let mut latency = || {
        let radius = (-2.0 * uniform().ln()).sqrt();
        (1e8 * (0.8 * radius * (std::f64::consts::TAU * uniform()).cos()).exp()) as u64
    };
    (0..count).map(|_| latency()).collect()
}

fn ours(values: &[u64]) -> Histogram {
    let mut histogram = Histogram::default();
    values.iter().for_each(|value| histogram.record(*value));
    histogram
}

fn hdr(values: &[u64]) -> Hdr<u64> {
    let mut histogram = Hdr::new_with_bounds(1_000, 3_600_000_000_000, DIGITS).expect("bounds");
    values.iter().for_each(|value| histogram.record(*value).expect("a value within the bounds"));
    histogram
}

fn dds(values: &[u64]) -> DDSketch {
    let mut sketch = DDSketch::new(Config::new(ERROR, 2_048, 1_000.0));
    values.iter().for_each(|value| sketch.add(*value as f64));
    sketch
}

fn histograms(c: &mut Criterion) {
    let (values, more) = (latencies(1_000_000, 1), latencies(1_000_000, 2));

    let mut group = c.benchmark_group("observe/record");
    let mut turn = values.iter().copied().cycle();
    let mut next = move || turn.next().unwrap_or_default();
    let mut histogram = ours(&values);
    group.bench_function("rampgate", |b| b.iter(|| histogram.record(next())));
    let mut histogram = hdr(&values);
    group.bench_function("hdrhistogram", |b| b.iter(|| histogram.record(next())));
    let mut sketch = dds(&values);
    group.bench_function("ddsketch", |b| b.iter(|| sketch.add(next() as f64)));
    group.finish();

    let mut group = c.benchmark_group("observe/merge");
    let (mut a, b2) = (ours(&values), ours(&more));
    group.bench_function("rampgate", |b| b.iter(|| a.merge(black_box(&b2))));
    let (mut a, b2) = (hdr(&values), hdr(&more));
    group.bench_function("hdrhistogram", |b| b.iter(|| a.add(black_box(&b2))));
    let (mut a, b2) = (dds(&values), dds(&more));
    group.bench_function("ddsketch", |b| b.iter(|| a.merge(black_box(&b2))));
    group.finish();

    let mut group = c.benchmark_group("observe/quantile");
    let share: Share = "99%".parse().expect("a share");
    let histogram = ours(&values);
    group.bench_function("rampgate", |b| b.iter(|| black_box(&histogram).quantile(black_box(share))));
    let histogram = hdr(&values);
    group.bench_function("hdrhistogram", |b| b.iter(|| black_box(&histogram).value_at_quantile(black_box(0.99))));
    let sketch = dds(&values);
    group.bench_function("ddsketch", |b| b.iter(|| black_box(&sketch).quantile(black_box(0.99))));
    group.finish();
}

/// Seven rates and three values, recorded for a million units.
fn tallies(c: &mut Criterion) {
    let kinds = [[Measure::Rate; 7].as_slice(), &[Measure::Distribution; 3]].concat();
    let metric = |position| Metric::new(position).expect("one of 32");
    let columns = [1, 2, 3].map(|seed| latencies(1 << 16, seed));
    let outcomes: Vec<Outcome> = (0..1 << 16)
        .map(|n| {
            let outcome = if n % 100 == 0 { Outcome::good().failed(metric(n % 7)) } else { Outcome::good() };
            (0..3).fold(outcome, |outcome, column| {
                outcome.measured(metric(7 + column), Measured::Value(columns[column][n]))
            })
        })
        .collect();
    let tally = |from: usize| {
        let mut tally = Tally::new(&kinds);
        for outcome in &outcomes[from..] {
            tally.record(Timestamp::EPOCH, outcome).expect("an outcome that fits");
        }
        tally
    };

    let mut group = c.benchmark_group("observe/outcome");
    let mut tallied = tally(0);
    for (name, size) in [("in-cache", 1 << 6), ("from-memory", 1 << 16)] {
        let mut turn = outcomes[..size].iter().cycle();
        group.bench_function(BenchmarkId::new("rampgate", name), |b| {
            b.iter(|| turn.next().map(|outcome| tallied.record(Timestamp::EPOCH, outcome)));
        });
    }
    let mut rates = Tally::new(&[Measure::Rate; 10]);
    group.bench_function(BenchmarkId::new("rampgate", "ten-rates"), |b| {
        b.iter(|| rates.record(Timestamp::EPOCH, black_box(&Outcome::good().failed(metric(3)))));
    });
    // what a caller pays: the outcome is made too
    let mut turn = columns[0].iter().zip(&columns[1]).zip(&columns[2]).cycle();
    group.bench_function(BenchmarkId::new("rampgate", "made-and-recorded"), |b| {
        b.iter(|| {
            let ((x, y), z) = turn.next().expect("it never ends");
            let values = [*x, *y, *z].map(Measured::Value);
            let outcome = (7..).zip(values).fold(Outcome::good(), |outcome, (position, value)| {
                outcome.measured(metric(position), value)
            });
            tallied.record(Timestamp::EPOCH, &outcome)
        });
    });
    group.finish();

    let mut group = c.benchmark_group("observe/tally");
    let (mut a, b2) = (tally(0), tally(1));
    group.bench_function("rampgate", |b| b.iter(|| a.merge(black_box(&b2))));
    group.finish();
}

criterion_group! {
    name = benches;
    config = criterion();
    targets = histograms, tallies
}
criterion_main!(benches);
