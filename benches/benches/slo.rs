//! Counting, alerting and replaying error budgets: `slo/<what>`.

use criterion::{Criterion, criterion_group, criterion_main};
use rampgate::slo::Counter;
use rampgate::slo::burn_rate::{Policy, Preset};
use rampgate::slo::replay::{ReplayOptions, Sample, replay};
use rampgate::{Objective, Span, Timestamp};
use rampgate_benches::criterion;
use std::hint::black_box;

const MIDNIGHT: u64 = 1_795_478_400_000;
const DAY: u64 = 86_400_000;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis).expect("a time")
}

/// Events every ten seconds for 31 days, so that every tier is full.
fn full() -> Counter {
    let mut counter = Counter::new();
    for n in 0..31 * DAY / 10_000 {
        counter.record(at(MIDNIGHT + n * 10_000), 1_000, n % 3);
    }
    counter
}

fn all(c: &mut Criterion) {
    let objective: Objective = "99.9%".parse().expect("an objective");
    let now = MIDNIGHT + 31 * DAY;
    let counter = full();
    let policy = |preset| Policy::preset(preset, objective).expect("a policy");
    let mut group = c.benchmark_group("slo");

    let mut counting = counter.clone();
    let mut millis = now;
    group.bench_function("record", |b| {
        b.iter(|| {
            millis += 1; // a thousand events a second, so that buckets begin as they do in service
            counting.record(black_box(at(millis)), 1, 0);
        });
    });

    let window: Span = "6h".parse().expect("a span");
    group.bench_function("read", |b| {
        b.iter(|| black_box(&counter).read(black_box(window), at(now)));
    });

    let four = policy(Preset::Workbook4);
    let mut state = four.start();
    group.bench_function("evaluate/4-rows", |b| {
        b.iter(|| four.evaluate(black_box(&counter), at(now), &mut state));
    });

    let other = counter.clone();
    let mut merged = counter.clone();
    group.bench_function("merge/same-buckets", |b| b.iter(|| merged.merge(black_box(&other))));
    let mut sparse = Counter::new();
    for n in (0..31 * DAY / 10_000).filter(|n| n % 3 > 0) {
        sparse.record(at(MIDNIGHT + n * 10_000), 10, 0);
    }
    let mut merged = counter.clone();
    group.bench_function("merge/other-buckets", |b| b.iter(|| merged.merge(black_box(&sparse))));

    let presets = [
        Preset::Workbook3,
        Preset::Workbook4,
        Preset::Sloth28,
        Preset::Pyrra,
        Preset::Datadog7,
        Preset::Datadog30,
    ];
    let policies = presets.map(policy);
    let minute = |n: u64| Sample {
        at: at(MIDNIGHT + n * 60_000),
        good: 6_000 - n % 7,
        bad: if n % 5_000 < 20 { 600 } else { n % 7 },
    };
    let month: Vec<Sample> = (0..30 * 1_440).map(minute).collect();
    group.sample_size(20);
    group.bench_function("replay/30d-6-policies", |b| {
        b.iter(|| replay(&policies, black_box(&month), &[], ReplayOptions::default()));
    });
    group.finish();
}

criterion_group!(name = benches; config = criterion(); targets = all);
criterion_main!(benches);
