//! One step of the rollout machine, and a log of 100,000 events: `rollout/<operation>`. No peer has a pure step, so the floor is a clone of the state,
//! which any machine that keeps the old one has to pay.

use criterion::{Criterion, criterion_group, criterion_main};
use rampgate::Timestamp;
use rampgate::canary::{Finding, Verdict};
use rampgate::rollout::{Command, Event, EventKind, Plan, replay, step};
use rampgate::slo::Clearance;
use rampgate_benches::criterion;
use std::hint::black_box;

const PLAN: &str = r#"{
    "stages": {"linear": {"from": "1%", "to": "50%", "steps": 6, "min_dwell": "30d", "min_units": 100}},
    "calendar": {"deny": [{"from": "2026-12-24T00:00:00Z", "until": "2026-12-27T00:00:00Z"}]}
}"#;

/// A start, and a judgement every ten seconds that finds nothing yet.
fn events(count: u64) -> Vec<Event> {
    let kind = |seq| {
        if seq == 1 {
            return Command::Start { by: "ann".into() }.into();
        }
        let finding = Finding {
            verdict: Verdict::Inconclusive,
            units: seq,
            ln_harm: 0.1,
            ln_harm_needed: 3.0,
            ln_safety: 0.2,
            ln_safety_needed: 3.0,
        };
        EventKind::Judged { attempt: 1, stage: 0, finding, clearance: Clearance::Allow }
    };
    let at = |seq| Timestamp::from_millis(1_795_521_600_000 + seq * 10_000).expect("a time");
    (1..=count).map(|seq| Event { seq, at: at(seq), kind: kind(seq) }).collect()
}

fn rollout(c: &mut Criterion) {
    let plan = Plan::from_json(PLAN).expect("a sound plan");
    let log = events(100_000);
    let (state, _) = replay(&plan, &log[..1_000]).expect("a log in order");
    let next = &log[1_000];
    let mut group = c.benchmark_group("rollout");
    group.bench_function("step", |b| b.iter(|| step(black_box(&plan), black_box(&state), black_box(next))));
    group.bench_function("step/floor: a clone of the state", |b| b.iter(|| black_box(&state).clone()));
    group.bench_function("replay/100000", |b| b.iter(|| replay(black_box(&plan), black_box(&log))));
    group.finish();
}

criterion_group! { name = benches; config = criterion(); targets = rollout }
criterion_main!(benches);
