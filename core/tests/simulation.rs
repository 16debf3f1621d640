//! Laws of simulated releases.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use rampgate::release::Spec;
use rampgate::simulate::Runs;
use rampgate::simulate::rollout::{
    Argo, Controller, Flagger, Kayenta, Outcomes, Run, Scenario, Simulation, answer,
};
use rampgate::{Probability, Span};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

const SPEC: &str = r#"{
    "rampgate": 1, "name": "n", "flag": {"key": "k", "control": "a", "canary": "b"},
    "stages": [
        {"exposure": "5%", "min_dwell": "1h", "deadline": "6h"}, {"exposure": "50%", "min_dwell": "1h", "deadline": "6h"}
    ],
    "bake": "30m", "guardrails": [{"name": "errors"}],
    "objective": {
        "metric": "errors", "target": "98%", "period": "1d", "detection_delay": "1m", "assumed_failure": "5%", "risk": "100%",
        "on_missing_data": "allow"
    }
}"#;

fn simulation(faults: &str, runs: u32) -> Simulation {
    let scenario = format!(
        r#"{{"traffic": {{"units_per_minute": 500}}, "background": {{"rate": 0.01}}, "faults": {faults}, "horizon": "1d"}}"#
    );
    let scenario = Scenario::from_json(&scenario).unwrap();
    Simulation::new(Spec::from_json(SPEC).unwrap(), scenario, Runs::new(runs, 5).unwrap()).unwrap()
}

fn span(text: &str) -> Span {
    text.parse().unwrap()
}

fn all() -> [Controller; 5] {
    [
        Controller::Rampgate(None),
        Controller::Argo(Argo::new(0.02).unwrap().every(span("15m"), span("15m")).unwrap().failing(1)),
        Controller::Flagger(Flagger::new(0.02).unwrap().every(span("30m"), span("30m")).unwrap()),
        Controller::Kayenta(Kayenta::new(1.2).unwrap().every(span("30m"), span("5m")).unwrap()),
        Controller::Schedule,
    ]
}

fn played(faults: &str, controller: &Controller) -> Outcomes {
    simulation(faults, 30).run(controller).unwrap()
}

#[test]
fn a_run_depends_on_its_seed_and_number_alone() {
    let faults = r#"[{"errors": {"times": 2}}]"#;
    for controller in all() {
        let many = played(faults, &controller);
        let few = simulation(faults, 7).run(&controller).unwrap();
        assert_eq!(few.runs(), &many.runs()[..7]);
        assert!(many.runs().iter().zip(0..).all(|(run, number)| run.run == number));
    }
    let other = simulation(faults, 7).with_runs(Runs::new(7, 6).unwrap());
    let controller = Controller::Rampgate(None);
    assert_ne!(
        other.run(&controller).unwrap().runs(),
        simulation(faults, 7).run(&controller).unwrap().runs()
    );
}

#[test]
fn everything_is_told_of_once() {
    let told = AtomicU32::new(0);
    let largest = AtomicU32::new(0);
    let progress = |done: u32| {
        told.fetch_add(1, Ordering::Relaxed);
        largest.fetch_max(done, Ordering::Relaxed);
    };
    let _ = simulation("[]", 9).run_with(&Controller::Schedule, &progress).unwrap();
    assert_eq!((told.into_inner(), largest.into_inner()), (9, 9));
}

#[test]
fn the_schedule_takes_its_time_and_sees_nothing() {
    for faults in ["[]", r#"[{"crash": {"share": "100%"}}]"#] {
        let outcomes = played(faults, &Controller::Schedule);
        assert!(outcomes.runs().iter().all(|run| run.is_completed() && run.ended_after == span("2h30m")));
        assert!(outcomes.runs().iter().all(|run| run.is_false_promotion() == (faults != "[]")));
    }
    // 5% for an hour, 50% until the end of the day, of 500 a minute
    let hit = played(r#"[{"crash": {"share": "100%"}}]"#, &Controller::Schedule).summary().units_hit.unwrap();
    assert!((hit.mean - (1_500.0 + 345_000.0)).abs() < 500.0, "{hit:?}");
}

#[test]
fn a_crash_is_seen_by_all_who_look() {
    for controller in all().iter().take(4) {
        let outcomes = played(r#"[{"crash": {"share": "90%"}}]"#, controller);
        assert_eq!(outcomes.part(Run::is_rolled_back).runs, 30, "{controller:?}");
        let run = &outcomes.runs()[0];
        assert_eq!(run.detected_after, Some(run.ended_after));
        assert!(run.harmful && run.excess_failures > 0 && run.budget_spent_ppm.is_some());
    }
}

#[test]
fn what_is_nobodys_fault_is_no_detection() {
    let incident = r#"[{"incident": {"times": 30, "from": "30m", "lasting": "1h"}}]"#;
    let outcomes = played(incident, &all()[1]);
    assert!(outcomes.runs().iter().all(Run::is_false_rollback)); // 30% of all fail, and the limit is 2%
    assert!(outcomes.runs().iter().all(|run| run.detected_after.is_none() && run.units_hit == 0));
    let ours = played(incident, &Controller::Rampgate(None));
    assert!(ours.part(Run::is_false_rollback).runs <= 4, "{:?}", ours.summary());
}

#[test]
fn silence_holds_here_and_is_an_error_there() {
    let outage = r#"[{"outage": {"from": "20m", "lasting": "2h"}}]"#;
    let ours = played(outage, &Controller::Rampgate(None)).summary();
    assert!(ours.minutes_to_complete.unwrap().median > 240.0, "{ours:?}");
    assert!(ours.rolled_back.runs <= 3, "{ours:?}");
    let argo = Argo::new(0.5).unwrap(); // every 5 minutes, and the fifth error in a row aborts
    let argo = played(outage, &Controller::Argo(argo)).summary();
    assert_eq!((argo.false_rollbacks.runs, &*argo.ended[0].reason), (30, "error_limit"));
    assert_eq!(played(outage, &all()[3]).summary().rolled_back.runs, 0);
}

#[test]
fn a_broken_split_is_never_promoted() {
    for fault in [r#"[{"vanish": {"share": "40%"}}]"#, r#"[{"redirect": {"share": "30%"}}]"#] {
        let ours = played(fault, &Controller::Rampgate(None)).summary();
        assert_eq!(ours.false_promotions.runs, 0, "{ours:?}");
        assert_eq!(ours.rolled_back.runs, 30, "{ours:?}"); // at the deadline, if not before
    }
}

/// Worked by hand from the documented rules: a check that fails leaves the weight, and the threshold is looked at before the next check.
#[test]
fn peers_act_by_their_rules() {
    let crash = r#"[{"crash": {"share": "100%"}}]"#;
    let ended = |controller| {
        let outcomes = played(crash, &controller);
        let run = outcomes.runs()[0].clone();
        (run.ended_after.to_string(), run.exposure.to_string(), run.reason.to_string())
    };
    let argo = Argo::new(0.5).unwrap().every(span("10m"), span("10m")).unwrap();
    assert_eq!(ended(Controller::Argo(argo.clone())), ("10m".into(), "5%".into(), "failure_limit".into()));
    assert_eq!(
        ended(Controller::Argo(argo.clone().failing(6))),
        ("1h10m".into(), "50%".into(), "failure_limit".into())
    );
    let relative = Controller::Argo(argo.at(5.0).unwrap().relative());
    assert_eq!(ended(relative).0, "10m");
    let flagger = Flagger::new(0.5).unwrap().every(span("10m"), span("10m")).unwrap();
    // three failed checks, seen at the fourth tick
    assert_eq!(
        ended(Controller::Flagger(flagger.failing(3).unwrap())),
        ("40m".into(), "5%".into(), "threshold".into())
    );
    let kayenta = Kayenta::new(1.0).unwrap().every(span("20m"), span("1m")).unwrap();
    assert_eq!(ended(Controller::Kayenta(kayenta)), ("20m".into(), "5%".into(), "score".into()));
}

#[test]
fn calibration_comes_close_without_going_over() {
    let rate = Probability::new(0.1).unwrap();
    let simulation = simulation(r#"[{"errors": {"times": 2}}]"#, 100);
    for controller in all() {
        let found = simulation.calibrate(&controller, rate, &|_| {}).unwrap();
        assert!(found.false_rollbacks.share <= 0.1, "{found:?}");
        let again = simulation.healthy();
        let outcomes = again.run(&found.controller).unwrap();
        assert_eq!(outcomes.part(Run::is_false_rollback), found.false_rollbacks);
        assert_eq!(found.reached, found.false_rollbacks.share >= 0.04, "{found:?}");
    }
    assert!(!simulation.calibrate(&Controller::Schedule, rate, &|_| {}).unwrap().reached);
}

/// Replaces each value of a sound question by odd ones: an answer or an error that names a path, and nothing else.
#[test]
fn odd_questions_are_refused_or_answered() {
    let question = json!({
        "spec": {
            "rampgate": 1, "name": "n", "flag": {"key": "k", "control": "a", "canary": "b"},
            "stages": [{"exposure": "50%", "min_dwell": "10m"}], "guardrails": [{"name": "errors"}]
        },
        "scenario": {
            "traffic": {"units_per_minute": 20, "daily": {"swing": 0.2, "peak": "1h"}, "surges": [{"from": "5m", "lasting": "5m", "factor": 2}]},
            "background": {"rate": 0.2, "daily": {"swing": 0.2, "peak": "1h"}},
            "recording": {"minutes": [[1, 2], [3, 4]], "minutes_each": 2},
            "faults": [
                {"errors": {"times": 2, "from": "1m", "lasting": "2m"}}, {"leak": {"times_an_hour": 1}}, {"crash": {"share": "1%"}},
                {"vanish": {"share": "1%", "from": {"exposure": "1%", "then": "1m"}}}, {"outage": {"reported": true}}
            ],
            "horizon": "30m"
        },
        "controllers": [
            {"rampgate": {"alpha": 0.1}}, {"argo": {"limit": 0.3, "interval": "5m", "window": "5m", "failures": 1, "errors": 1, "relative": true}},
            {"flagger": {"limit": 0.3, "interval": "5m", "window": "5m", "threshold": 1, "weights": "linear"}},
            {"kayenta": {"allowed": 1.5, "interval": "10m", "step": "1m", "lookback": "10m"}}, "schedule"
        ],
        "runs": 1, "seed": 1, "start": "2026-11-24T12:00:00Z", "calibrate": 0.5, "each_run": true
    });
    answer(&question.to_string()).unwrap();
    let mut places = Vec::new();
    collect(&question, &mut String::new(), &mut places);
    assert!(places.len() > 80, "{}", places.len());
    let odd = [
        json!(null),
        json!(0),
        json!(-1),
        json!(1e308),
        json!(5e-324),
        json!(u64::MAX),
        json!(""),
        json!("1%"),
        json!("36525d"),
        json!("0s"),
        json!([]),
        json!({}),
        json!([[0, 0]]),
        json!(true),
        json!("rampgate"),
    ];
    let (mut refused, mut answered) = (0, 0);
    for place in &places {
        for value in &odd {
            // a spec's name and a seed may be much, and a long horizon is long
            let mut changed = question.clone();
            *changed.pointer_mut(place).unwrap() = value.clone();
            match answer(&changed.to_string()) {
                Ok(_) => answered += 1,
                Err(error) => {
                    refused += 1;
                    assert!(!error.path().is_empty(), "{place} {value}");
                }
            }
        }
    }
    assert!(refused > 800 && answered > 50, "{refused} {answered}");
    for text in ["", "7", "[]", "{}", "{\"spec\": {}}", "nonsense"] {
        assert!(answer(text).is_err());
    }
}

fn collect(value: &Value, place: &mut String, places: &mut Vec<String>) {
    if !place.is_empty() {
        places.push(place.clone());
    }
    let length = place.len();
    let parts: Vec<(String, &Value)> = match value {
        Value::Array(items) => items.iter().enumerate().map(|(n, item)| (n.to_string(), item)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), field)).collect(),
        _ => Vec::new(),
    };
    for (name, part) in parts {
        place.push('/');
        place.push_str(&name);
        collect(part, place, places);
        place.truncate(length);
    }
}
