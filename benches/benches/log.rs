//! The log of a long release: `log/<operation>/100000-events`. No peer keeps such a log, so there is none beside.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use rampgate::canary::{Finding, Verdict};
use rampgate::log::{Log, Subject, verify};
use rampgate::rollout::{Event, EventKind};
use rampgate::slo::Clearance;
use rampgate::{Span, Timestamp};
use rampgate_benches::criterion;
use std::hint::black_box;

const EVENTS: u64 = 100_000;

/// Looks every ten seconds at a release that is paused and goes on by turns: all numbers are as long as they get.
const PLAN: &str = r#"{"stages": [{"exposure": "5%", "min_dwell": "1000d"}, {"exposure": "50%", "min_dwell": "1h"}]}"#;

fn event(seq: u64) -> Event {
    let at = Timestamp::EPOCH.saturating_add(Span::from_millis(1_795_521_600_000 + seq * 10_000).expect("under 100 years"));
    let kind = match seq % 1_000 {
        1 if seq == 1 => command("start"),
        500 => command("pause"),
        510 => command("resume"),
        _ => {
            let noise = (seq * 2_654_435_761 % 1_000_003) as f64 / 1_000_003.0;
            let finding = Finding {
                verdict: Verdict::Inconclusive,
                units: seq * 37,
                ln_harm: noise - 1.0,
                ln_harm_needed: 2.995732273553991,
                ln_safety: noise * 2.9,
                ln_safety_needed: 2.995732273553991,
            };
            EventKind::Judged { attempt: 1, stage: 0, finding, clearance: Clearance::Allow }
        }
    };
    Event { seq, at, kind }
}

fn command(name: &str) -> EventKind {
    serde_json::from_value(serde_json::json!({ name: { "by": "ann" } })).expect("a command")
}

fn log(c: &mut Criterion) {
    let subject = Subject::of_plan("checkout v2", PLAN).expect("a plan");
    let events: Vec<Event> = (1..=EVENTS).map(event).collect();
    let (log, header) = Log::begin(subject.clone());
    let mut text = header;
    text += &log.clone().append_all(&events).expect("in order");
    let verified = verify(&text).expect("unaltered");

    let mut group = c.benchmark_group("log");
    group.sample_size(10);
    group.bench_function("verify/100000-events", |b| b.iter(|| verify(black_box(&text)).expect("unaltered")));
    group.bench_function("replay/100000-events", |b| b.iter(|| verified.replay(black_box(&subject)).expect("in order")));
    group.bench_function("verify-and-replay/100000-events", |b| {
        b.iter(|| verify(black_box(&text)).and_then(|log| log.replay(&subject)).expect("unaltered"))
    });
    group.bench_function("explain/100000-events", |b| b.iter(|| verified.explain(black_box(&subject)).expect("in order")));
    group.bench_function("append/1-event", |b| {
        b.iter_batched_ref(|| log.clone(), |log| log.append(black_box(&events[0])), BatchSize::SmallInput)
    });
    group.finish();
}

criterion_group! { name = benches; config = criterion(); targets = log }
criterion_main!(benches);
