//! One look of the judge and one call of each test: `judge/<operation>`. No peer does the same work, so there is none beside.

use criterion::{Criterion, criterion_group, criterion_main};
use rampgate::canary::{
    Cell, DistributionCell, DistributionTest, Epoch, Guardrail, Judge, Look, Policy, RateTest, Reference,
    ln_evidence_of_mismatch,
};
use rampgate::observe::{Counts, Histogram, Measure, Series, Tally};
use rampgate::{Share, Span, Timestamp};
use rampgate_benches::criterion;
use std::hint::black_box;

const STAGES: u32 = 6;

/// Latencies in nanoseconds, log-normal around 80 ms with sigma 0.8.
fn latencies(units: u64, seed: u64) -> Histogram {
    let mut state = seed;
    let mut uniform = || {
        // splitmix64
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    let mut histogram = Histogram::default();
    for _ in 0..units {
        let normal = (-2.0 * uniform().ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos();
        histogram.record((8e7 * (0.8 * normal).exp()) as u64);
    }
    histogram
}

/// What an arm saw in a stage: seven rates, and three latencies.
fn tally(units: u64, seed: u64) -> Tally {
    let rate = |n: u64| Series::Rate(Counts::new(units, units * (n + 1) / 1_000).expect("fewer failures than units"));
    let series = (0..7).map(rate).chain((0..3).map(|n| Series::Distribution(latencies(units, seed + n))));
    Tally::from_series(units, series.collect(), Timestamp::EPOCH).expect("as many units as each metric saw")
}

fn judge(c: &mut Criterion) {
    let reference = Reference::from_histogram(&latencies(100_000, 7));
    let rates = (0..7).map(|n| Guardrail::new(&format!("errors {n}")));
    let latencies_of = (0..3).map(|n| Guardrail::of(&format!("latency {n}"), Measure::Distribution));
    let guardrails: Result<Vec<Guardrail>, _> = rates.chain(latencies_of).collect();
    let judge = Judge::new(Policy::default(), guardrails.expect("names")).expect("ten guardrails");
    let shares = [1, 5, 10, 20, 35, 50].map(|percent| Share::from_parts_per_million(percent * 10_000).expect("a share"));
    let arms: Vec<[Tally; 2]> = (0..u64::from(STAGES)).map(|n| [tally(20_000, 100 + n), tally(20_000, 200 + n)]).collect();
    let references = vec![None, None, None, None, None, None, None, reference.clone(), reference.clone(), reference.clone()];
    let epochs: Vec<Epoch<'_>> = (0..STAGES)
        .zip(arms.iter().zip(shares))
        .map(|(stage, ([canary, control], share))| Epoch {
            stage,
            segment: 0,
            canary_share: share,
            control_share: share,
            canary,
            control,
            references: &references,
        })
        .collect();
    let look = Look { epochs: &epochs, stage: STAGES - 1, stages: STAGES, segments: &[], at: Timestamp::EPOCH, stale_after: Span::ZERO };
    let unplaced: Vec<Epoch<'_>> = epochs.iter().map(|epoch| Epoch { references: &[], ..*epoch }).collect();
    let unplaced = Look { epochs: &unplaced, ..look };

    let mut group = c.benchmark_group("judge");
    group.bench_function("find/10-guardrails-6-stages", |b| b.iter(|| judge.find(black_box(&look))));
    group.bench_function("find/no-references", |b| b.iter(|| judge.find(black_box(&unplaced))));
    group.bench_function("report/10-guardrails-6-stages", |b| b.iter(|| judge.judge(black_box(&look))));

    let rate = RateTest::harm(1.0).expect("a ratio");
    let cell = Cell { rho: 0.5, canary_failures: 120, control_failures: 100 };
    group.bench_function("test/rate", |b| b.iter(|| rate.ln_evidence(black_box(&[cell]))));
    group.bench_function("test/rate-wealth", |b| b.iter(|| rate.wealth(black_box(&cell))));
    let latency = DistributionTest::harm(1.0).expect("a ratio");
    let (canary, control) = (latencies(20_000, 1), latencies(20_000, 2));
    let values = DistributionCell { rho: 0.5, canary: &canary, control: &control, reference: reference.as_ref() };
    group.bench_function("test/distribution", |b| b.iter(|| latency.ln_evidence(black_box(&[values]))));
    let unplaced = DistributionCell { reference: None, ..values };
    group.bench_function("test/distribution-no-reference", |b| b.iter(|| latency.ln_evidence(black_box(&[unplaced]))));
    group.bench_function("test/mismatch", |b| {
        b.iter(|| ln_evidence_of_mismatch(black_box(0.5), black_box(60_200), black_box(60_000)))
    });
    group.finish();
}

criterion_group! { name = benches; config = criterion(); targets = judge }
criterion_main!(benches);
