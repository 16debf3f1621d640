//! A decision allocates nothing, nor does an outcome, and a flag takes a few hundred bytes. Counted, so that it holds on any machine however busy.

use allocation_counter::{AllocationInfo, measure};
use rampgate::flag::{Context, Flag, FlagSet, Reason};
use rampgate::observe::{Measure, Measured, Metric, Outcome, ReplicaId, Tally};
use rampgate::release::Release;
use rampgate::rollout::Command;
use std::hint::black_box;

const DOCUMENT: &str = r#"{
    "rampgate_flags": 1, "version": 1,
    "segments": {"dach": {"attribute": "country", "one_of": ["DE", "AT", "CH", "LIECHTENSTEIN"]}},
    "flags": {
        "split": {"variants": ["off", "on"], "default": "off", "overrides": {"vip": "on"},
                  "rules": [{"weights": {"off": 1, "on": 1}}]},
        "rule": {"variants": ["off", "on", "blue"], "default": "off", "rules": [
            {"when": {"all": [{"segment": "dach"}, {"attribute": "app", "version": {"at_least": "2.0.0"}},
                              {"attribute": "ip", "network": ["10.0.0.0/8"]}, {"attribute": "roles", "one_of": ["dev"]}]},
             "exposure": "50%", "salt": "rule-2", "weights": {"off": 1, "on": 1, "blue": 1}}]},
        "prerequisite": {"variants": ["off", "on"], "default": "off", "from": "2026-01-01T00:00:00Z",
                         "requires": [{"flag": "split", "variants": ["on"]}],
                         "rules": [{"when": {"flag": "rule", "variants": ["off", "on"]}, "serve": "on"}]}
    }
}"#;

fn allocations(decisions: impl FnOnce()) -> u64 {
    measure(decisions).count_total
}

#[test]
fn a_decision_allocates_nothing() {
    let set = FlagSet::from_json(DOCUMENT).unwrap();
    let roles = ["ops".into(), "dev".into()];
    let attributes = |country| {
        let roles = rampgate::flag::Value::List(&roles);
        [("country", country), ("app", "2.10.1-rc.1".into()), ("ip", "10.1.2.3".into()), ("roles", roles)]
    };
    let (inside, outside) = (attributes("LIECHTENSTEIN".into()), attributes("FR".into()));
    let sticky = [("split", "on"), ("rule-2", "blue")];
    let units: Vec<String> = (0..1_000).map(|n| format!("user-{n}")).collect();
    let now = "2026-06-01T00:00:00Z".parse().unwrap();
    let mut met = Vec::with_capacity(12_000);
    let count = allocations(|| {
        for unit in units.iter().map(String::as_str).chain(["", "vip"]) {
            let context = Context::of(unit).at(now).with(&inside);
            for context in [context, context.with(&outside), context.sticky(&sticky)] {
                for key in ["split", "rule", "prerequisite"] {
                    let outcome = set.flag(key).unwrap().evaluate(&context);
                    black_box((outcome.variant(), outcome.exposure(&context)));
                    met.push(outcome.reason());
                }
            }
        }
    });
    assert_eq!(count, 0);
    let reasons = [
        Reason::Override,
        Reason::Prerequisite,
        Reason::NoRule,
        Reason::Served,
        Reason::Sticky,
        Reason::Unassigned,
    ];
    assert!(reasons.iter().all(|reason| met.contains(reason)), "what was to be counted never came");
    assert!(met.iter().any(|reason| matches!(reason, Reason::NotExposed { .. })));
    assert!(met.iter().any(|reason| matches!(reason, Reason::Allocated { .. })));
}

#[test]
fn an_explanation_that_is_told_allocates_nothing_and_one_that_is_kept_once() {
    let set = FlagSet::from_json(DOCUMENT).unwrap();
    let flag = set.flag("prerequisite").unwrap();
    let context = Context::of("vip").at("2026-06-01T00:00:00Z".parse().unwrap());
    let mut steps = 0;
    let told = allocations(|| {
        let outcome = flag.explain_with(&context, |_| steps += 1);
        assert_eq!(outcome.reason(), Reason::Served);
    });
    assert_eq!((told, steps), (0, flag.explain(&context).steps.len()));
    let AllocationInfo { count_total, count_current, .. } =
        measure(|| drop(black_box(set.flag("split").unwrap().explain(&context))));
    assert_eq!((count_total, count_current), (1, 0));
}

#[test]
fn a_single_flag_decides_without_allocating_too() {
    let flag = Flag::from_json(
        r#"{"key": "k", "variants": [{"name": "a", "weight": 1}, {"name": "b", "weight": 1}], "default": "a",
            "exposure": "50%", "overrides": {"vip": "b"}}"#,
    )
    .unwrap();
    let count = allocations(|| {
        for unit in ["user-1", "user-2", "user-3", "user-4", "vip", ""] {
            black_box(flag.evaluate(unit).variant());
        }
    });
    assert_eq!(count, 0);
}

/// Ten thousand flags as programs have them: switches, percentages, experiments; most without overrides, some with a salt of their own.
fn typical() -> String {
    let flag = |n: u32| {
        let rule = match n % 4 {
            0 => r#""when": {"attribute": "plan", "one_of": ["pro", "enterprise"]}, "serve": "on""#.into(),
            1 => format!(r#""exposure": "25%", "weights": {{"on": 1}}, "salt": "checkout-{n}-2""#),
            _ => String::from(
                r#""when": {"attribute": "country", "one_of": ["DE", "AT", "CH"]},
                   "exposure": "10%", "weights": {"off": 1, "on": 1, "blue": 1}"#,
            ),
        };
        let overrides = if n.is_multiple_of(10) { r#""qa-1": "on", "qa-2": "off""# } else { "" };
        format!(
            r#""checkout-step-{n}": {{"variants": ["off", "on", "blue"], "default": "off",
                                      "overrides": {{{overrides}}}, "rules": [{{{rule}}}]}}"#
        )
    };
    let flags: Vec<String> = (0..10_000).map(flag).collect();
    format!(r#"{{"rampgate_flags": 1, "version": 1, "flags": {{{}}}}}"#, flags.join(","))
}

#[test]
fn a_flag_takes_at_most_350_bytes() {
    let text = typical();
    let mut set = None; // outlives the count
    let loading = measure(|| set = Some(FlagSet::from_json(&text).unwrap()));
    let flags = i64::try_from(set.map_or(0, |set| set.len())).unwrap();
    let bytes = loading.bytes_current / flags;
    assert!((1..=350).contains(&bytes), "{bytes} bytes a flag");
}

/// Once every bin that occurs has occurred, an outcome of ten metrics of all kinds is made and recorded without allocating.
#[test]
fn an_outcome_is_recorded_without_allocating() {
    let measured = [Measure::Fraction, Measure::Count, Measure::Distribution, Measure::Mean];
    let mut tally = Tally::new(&[&[Measure::Rate; 6][..], &measured].concat());
    let metric = |position| Metric::new(position).unwrap();
    let at = "2026-06-01T00:00:00Z".parse().unwrap();
    let mut record = || {
        for n in 0..1_000_u32 {
            let outcome = Outcome::good()
                .failed(metric(1))
                .missing(metric(2))
                .measured(metric(6), Measured::Fraction { failed: 1, requests: 1 + u64::from(n) })
                .measured(metric(7), Measured::Count { events: 2, exposure: 60 })
                .measured(metric(8), Measured::Value(u64::from(n) << (n % 32)))
                .measured(metric(9), Measured::Pair { value: i64::from(n), companion: -1 });
            tally.record(at, black_box(&outcome)).unwrap();
        }
    };
    record();
    assert_eq!(allocations(record), 0);
    assert_eq!(tally.series(metric(8)).map(rampgate::observe::Series::units), Some(2_000));
    let other = tally.clone();
    assert_eq!(allocations(|| tally.merge(&other).unwrap()), 0);
}

#[test]
fn a_release_assigns_and_records_without_allocating() {
    let spec = r#"{"rampgate": 1, "name": "n", "flag": {"key": "k", "control": "a", "canary": "b"},
                   "stages": [{"exposure": "50%", "min_dwell": "1h"}], "guardrails": [{"name": "errors"}]}"#;
    let mut release = Release::from_json(spec, ReplicaId(1)).unwrap();
    let at = "2026-06-01T00:00:00Z".parse().unwrap();
    let _ = release.step(at, Command::Start { by: "ana".into() }).unwrap();
    let errors = release.metric("errors").unwrap();
    let units: Vec<String> = (0..100).map(|n| format!("user-{n}")).collect();
    let mut serve = || {
        for unit in &units {
            let placement = release.assign(unit).placement;
            release.record(placement, at, Outcome::good().failed(errors)).unwrap();
        }
    };
    serve();
    assert_eq!(allocations(serve), 0);
}
