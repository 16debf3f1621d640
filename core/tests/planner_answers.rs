//! Goals in JSON: what is refused and what would be enough, frozen answers, documents that are wrong.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, also in its helpers")]

use rampgate::canary::{Guardrail, Policy};
use rampgate::release::ControlPool;
use rampgate::rollout::Plan;
use rampgate::simulate::planner::{
    Allowance, Answer, Goal, Obstacle, Power, Refusal, Remedy, Traffic, answer,
};
use rampgate::simulate::power::{Baseline, Runs};
use rampgate::slo::{Gate, OnMissing};
use rampgate::{Probability, Share, Span};
use serde_json::{Value, json};

fn share(text: &str) -> Share {
    text.parse().unwrap()
}

fn span(text: &str) -> Span {
    text.parse().unwrap()
}

fn chance(p: f64) -> Probability {
    Probability::new(p).unwrap()
}

/// Errors of 0.5% against an objective of 99%, a month of it.
fn goal(units_per_hour: u64, spend: &str, deadline: &str) -> Goal {
    let gate = Gate::new("99%".parse().unwrap(), span("30d"), span("15m"), OnMissing::FailClosed).unwrap();
    let allowance = Allowance::new(gate, share("90%"), share(spend)).unwrap();
    let traffic = Traffic::constant(units_per_hour).unwrap();
    let errors = Guardrail::new("errors").unwrap();
    Goal::new(traffic, errors, Baseline::rate(chance(0.005)), allowance, span(deadline))
        .unwrap()
        .with_runs(Runs::new(60, 1).unwrap())
}

fn refused(goal: &Goal) -> Refusal {
    match goal.plan().unwrap() {
        Answer::Refusal(refusal) => *refusal,
        Answer::Plan(plan) => panic!("{}", plan.document.to_json()),
    }
}

/// The kind of a remedy, as its JSON names it.
fn kind(remedy: &Remedy) -> String {
    serde_json::to_value(remedy).unwrap().as_object().unwrap().keys().next().unwrap().clone()
}

#[test]
fn every_remedy_is_enough_and_less_of_it_is_not() {
    let gate = |goal: Goal, remaining: &str| goal.with_remedy(&Remedy::Remaining(share(remaining))).unwrap();
    let mut strict = Policy::default();
    strict.alpha = chance(0.2);
    let often = Power::Plan(chance(0.97));
    let cases: [(&str, Goal, Obstacle, &[&str]); 7] = [
        ("time", goal(5_000, "1%", "4h"), Obstacle::Deadline, &["deadline", "traffic_times", "margin"]),
        ("little time", goal(2_000, "1%", "2h"), Obstacle::Deadline, &["deadline", "traffic_times"]),
        (
            "gate",
            gate(goal(20_000, "1%", "1d"), "5%"),
            Obstacle::Gate,
            &["remaining", "assumed_failure", "detection_delay", "last"],
        ),
        (
            "spend",
            goal(20_000, "0.05%", "3d").with_first(share("10%")).unwrap(),
            Obstacle::Allowance,
            &["spend", "look_every"],
        ),
        (
            "late spend",
            goal(20_000, "0.5%", "3d").with_remedy(&Remedy::LateSpend(share("0.3%"))).unwrap(),
            Obstacle::Allowance,
            &["late_spend", "look_every", "last"],
        ),
        (
            "stages",
            goal(20_000, "0.1%", "3d").with_growth(2.0).unwrap().with_most_stages(2).unwrap(),
            Obstacle::Stages,
            &["most_stages"],
        ),
        (
            "power",
            goal(20_000, "1%", "3d").with_policy(strict).unwrap().with_power(often),
            Obstacle::Power,
            &["power", "alpha"],
        ),
    ];
    for (name, goal, obstacle, kinds) in cases {
        let refusal = refused(&goal);
        println!("{name}: {refusal:?}");
        assert_eq!(refusal.obstacle, obstacle, "{name}");
        assert_eq!(refusal.enough.iter().map(kind).collect::<Vec<_>>(), kinds, "{name}");
        assert_eq!(refusal.needs.is_some(), obstacle == Obstacle::Deadline, "{name}");
        for remedy in &refusal.enough {
            let answer = goal.with_remedy(remedy).unwrap().plan().unwrap();
            assert!(matches!(answer, Answer::Plan(_)), "{name}: {remedy:?} is not enough");
            let less = match *remedy {
                Remedy::Deadline(span) => Remedy::Deadline(Span::from_millis(span.as_millis() / 2).unwrap()),
                Remedy::TrafficTimes(factor) => Remedy::TrafficTimes(factor / 3.0),
                Remedy::Margin(margin) => Remedy::Margin(1.0 + (margin - 1.0) / 3.0),
                Remedy::Remaining(share) => Remedy::Remaining(parts(share, -10)),
                Remedy::AssumedFailure(share) => Remedy::AssumedFailure(parts(share, 10)),
                Remedy::DetectionDelay(span) => {
                    Remedy::DetectionDelay(Span::from_millis(span.as_millis() + 10).unwrap())
                }
                Remedy::Spend(share) => {
                    Remedy::Spend(parts(share, -i64::from(share.parts_per_million() / 2)))
                }
                Remedy::LateSpend(share) => {
                    Remedy::LateSpend(parts(share, -i64::from(share.parts_per_million() / 2)))
                }
                Remedy::MostStages(stages) => Remedy::MostStages(stages - 1),
                _ => continue,
            };
            let answer = goal.with_remedy(&less).unwrap().plan().unwrap();
            assert!(matches!(answer, Answer::Refusal(_)), "{name}: {less:?} would do");
        }
    }
}

fn parts(share: Share, more: i64) -> Share {
    let parts = i64::from(share.parts_per_million()) + more;
    Share::from_parts_per_million(u32::try_from(parts).unwrap()).unwrap()
}

#[test]
fn what_the_judge_could_never_pass_is_no_plan() {
    let (full, half) = (share("100%"), share("50%"));
    let open = goal(20_000, "1%", "1d").with_last(full).unwrap();
    let error = open.plan().unwrap_err();
    assert_eq!(error.path(), "last");
    assert!(error.to_string().contains("ceiling"), "{error}");
    let error = open.with_full(rampgate::rollout::Requirement::Safe).plan().unwrap_err();
    assert_eq!(error.path(), "at_full");
    let error =
        goal(20_000, "1%", "1d").with_first(full).unwrap().with_last(half).unwrap().plan().unwrap_err();
    assert_eq!(error.path(), "first");
    // a ceiling below what the control fails anyway
    let low = Guardrail::new("errors").unwrap().with_ceiling(chance(0.004)).unwrap();
    let gate = Gate::new("99%".parse().unwrap(), span("30d"), span("15m"), OnMissing::FailClosed).unwrap();
    let allowance = Allowance::new(gate, share("90%"), share("1%")).unwrap();
    let never = Goal::new(
        Traffic::constant(20_000).unwrap(),
        low,
        Baseline::rate(chance(0.005)),
        allowance,
        span("1d"),
    );
    assert_eq!(refused(&never.unwrap().with_runs(Runs::new(20, 1).unwrap())).obstacle, Obstacle::Power);
    assert!(goal(20_000, "1%", "1d").with_control(ControlPool::Matched).plan().is_ok());
}

/// `testdata/plans.json` was made by this crate: it holds what a seed gives, for ever, and in every language. That it is right is the business of the
/// other tests.
#[test]
fn a_seed_gives_the_same_plan_for_ever() {
    let vectors: Value = serde_json::from_str(include_str!("../testdata/plans.json")).unwrap();
    let cases = vectors.get("cases").unwrap().as_array().unwrap();
    assert!(cases.len() >= 6);
    for case in cases {
        let given: Value =
            serde_json::from_str(&answer(&case.get("question").unwrap().to_string()).unwrap()).unwrap();
        assert_eq!(Some(&given), case.get("answer"), "{}", case.get("name").unwrap());
    }
    for case in vectors.get("invalid").unwrap().as_array().unwrap() {
        let error = answer(&case.get("question").unwrap().to_string()).unwrap_err();
        assert_eq!(Some(error.path()), case.get("path").unwrap().as_str(), "{error}");
        assert_eq!(Some(error.kind().code()), case.get("code").unwrap().as_str(), "{error}");
    }
}

fn sound() -> Value {
    json!({
        "traffic": {"hours": [9000, 1000], "start_hour": 1}, "guardrail": {"name": "errors"}, "baseline": {"rate": 0.02},
        "budget": {"target": "95%", "period": "7d", "detection_delay": "15m", "on_missing_data": "hold", "remaining": "80%", "spend": "2%", "late_spend": "30%"},
        "deadline": "2d", "policy": {"alpha": 0.05}, "control": "rest", "power": {"stage": 0.8}, "confidence": 0.8, "look_every": "10m",
        "first": "10%", "last": "50%", "at_full": "no_harm", "most_stages": 5, "growth": 8, "min_dwell": "20m", "bake": "30m", "runs": 20, "seed": 7
    })
}

#[test]
fn a_document_reports_all_that_is_wrong_with_it() {
    assert!(answer(&sound().to_string()).unwrap().starts_with(r#"{"plan":"#));
    for (field, value, paths) in [
        ("traffic", json!(0), &["traffic"] as &[&str]),
        ("traffic", json!(1.5), &["traffic"]),
        ("traffic", json!({"hours": []}), &["traffic.hours"]),
        ("traffic", json!({"hours": [1, -1, 2]}), &["traffic.hours[1]"]),
        ("traffic", json!({"hours": [0, 0]}), &["traffic.hours"]),
        ("traffic", json!({"hours": [5, 5], "start_hour": 2}), &["traffic.start_hour"]),
        ("traffic", json!({"hours": [5], "start": 2}), &["traffic.start"]),
        ("guardrail", json!({"name": "errors", "measure": "mean"}), &["baseline"]),
        ("guardrail", json!({"name": "errors", "required": false}), &["guardrail"]),
        ("guardrail", json!({"name": "errors", "margin_ratio": 1}), &["guardrail.margin_ratio"]),
        ("baseline", json!({"rate": 1}), &["baseline.rate"]),
        ("baseline", json!("rate"), &["baseline"]),
        (
            "budget",
            json!({"target": "95%"}),
            &[
                "budget.period",
                "budget.detection_delay",
                "budget.on_missing_data",
                "budget.remaining",
                "budget.spend",
            ],
        ),
        (
            "budget",
            json!({"target": "95%", "period": "7d", "detection_delay": "15m", "on_missing_data": "hold", "remaining": "101%", "spend": "0%"}),
            &["budget.remaining"],
        ),
        (
            "budget",
            json!({"target": "95%", "period": "7d", "detection_delay": "15m", "on_missing_data": "hold", "remaining": "1%", "spend": "0%"}),
            &["budget.spend"],
        ),
        (
            "budget",
            json!({"target": "95%", "period": "7d", "detection_delay": "15m", "on_missing_data": "hold", "remaining": "1%", "spend": "1%", "late_spend": "0%"}),
            &["budget.late_spend"],
        ),
        ("deadline", json!("0s"), &["deadline"]),
        ("deadline", json!("1m"), &["look_every"]),
        ("deadline", json!("36000d"), &["look_every"]),
        ("policy", json!({"alpha": 2}), &["policy.alpha"]),
        ("control", json!("all"), &["control"]),
        ("power", json!({"release": 0.9}), &["power"]),
        ("power", json!({"plan": 1}), &["power.plan"]),
        ("confidence", json!(0), &["confidence"]),
        ("look_every", json!("1ms"), &["look_every"]),
        ("look_every", json!(5), &["look_every"]),
        ("first", json!("0%"), &["first"]),
        ("first", json!("60%"), &["first"]),
        ("last", json!("0%"), &["last"]),
        ("at_full", json!("nothing"), &["at_full"]),
        ("most_stages", json!(0), &["most_stages"]),
        ("growth", json!(1), &["growth"]),
        ("min_dwell", json!("0s"), &["min_dwell"]),
        ("bake", json!("soon"), &["bake"]),
        ("runs", json!(0), &["runs"]),
        ("seed", json!(-1), &["seed"]),
        ("speed", json!(1), &["speed"]),
    ] {
        let mut document = sound();
        document.as_object_mut().unwrap().insert(field.into(), value.clone());
        let error = answer(&document.to_string()).unwrap_err();
        let found: Vec<&str> = error.problems().map(|problem| problem.path()).collect();
        assert_eq!(found, paths, "{field} {value}: {error}");
    }
    let text = sound().to_string();
    for end in 0..text.len() {
        assert!(text.get(..end).is_some_and(|part| answer(part).is_err()));
    }
    let nothing = answer("{}").unwrap_err();
    assert_eq!(nothing.problems().count(), 5);
}

/// Numbers at the ends of their ranges: an answer or an error, and never a panic.
#[test]
fn extreme_goals_are_answered() {
    for (field, value) in [
        ("traffic", json!(1)),
        ("traffic", json!({"hours": [0, 1_000_000_000, 0, 1]})),
        ("baseline", json!({"rate": 1e-12})),
        ("baseline", json!({"rate": 0.999})),
        ("guardrail", json!({"name": "errors", "margin_ratio": 1.001})),
        ("guardrail", json!({"name": "errors", "margin_ratio": 1000, "tolerated_ratio": 900})),
        ("policy", json!({"alpha": 1e-300, "beta": 1e-300})),
        ("policy", json!({"alpha": 0.999, "beta": 0.999})),
        ("power", json!({"plan": 0.999_999})),
        ("power", json!({"stage": 1e-9})),
        ("look_every", json!("2d")),
        ("min_dwell", json!("36000d")),
        ("bake", json!("36525d")),
        ("growth", json!(1_000_000)),
        ("last", json!("100%")),
        ("last", json!("10%")),
    ] {
        let mut document = sound();
        document.as_object_mut().unwrap().insert(field.into(), value.clone());
        document.as_object_mut().unwrap().insert("runs".into(), json!(5));
        match answer(&document.to_string()) {
            Err(error) => assert!(!error.path().is_empty()),
            Ok(text) => {
                let answer: Value = serde_json::from_str(&text).unwrap();
                let (plan, refusal) = (answer.get("plan"), answer.get("refusal"));
                let document = plan.and_then(|plan| plan.get("document"));
                assert!(document.is_some() != refusal.is_some(), "{field} {value}");
                document.map(|document| Plan::from_json(&document.to_string()).unwrap());
            }
        }
    }
}
