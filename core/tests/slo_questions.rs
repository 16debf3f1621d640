//! Burn-rate questions from JSON to JSON: the vectors of policies, and answers beside what the library gives directly.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, also in its helpers"
)]

use rampgate::Span;
use rampgate::slo;
use rampgate::slo::burn_rate::{Policy, Severity};
use rampgate::slo::replay::{Incident, ReplayOptions, Sample, replay};
use serde_json::{Value, json};

fn vectors(list: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../testdata/burn_rate.json")).expect("JSON");
    let cases = all[list].as_array().unwrap_or_else(|| panic!("no list `{list}`")).clone();
    assert!(!cases.is_empty(), "`{list}` is empty");
    cases
}

fn ask(question: &Value) -> Value {
    let answer = slo::answer(&question.to_string()).unwrap_or_else(|error| panic!("{question}: {error}"));
    serde_json::from_str(&answer).expect("an answer is JSON")
}

fn problems(question: &Value) -> Vec<(String, String)> {
    let error = slo::answer(&question.to_string()).expect_err("must be refused");
    error.problems().map(|problem| (problem.path().into(), problem.kind().code().into())).collect()
}

#[test]
fn policies_are_read_and_refused_as_alone() {
    for case in vectors("policies") {
        assert_eq!(ask(&json!({"policy": case["policy"]}))["rows"], case["rows"], "{}", case["name"]);
    }
    for case in vectors("invalid_policies") {
        let expected = case["problems"].as_array().unwrap().iter().map(|problem| {
            let path = problem["path"].as_str().unwrap();
            let path = if path == "document" { "policy".into() } else { format!("policy.{path}") };
            (path, problem["kind"].as_str().unwrap().into())
        });
        assert_eq!(
            problems(&json!({"policy": case["policy"]})),
            expected.collect::<Vec<_>>(),
            "{}",
            case["name"]
        );
    }
}

/// Decisions whole, but for the logarithms of evidence, whose last digits differ between libraries.
#[test]
fn traces_are_one_question_each() {
    let rounded = |decisions: &mut Value| {
        for decision in decisions.as_array_mut().unwrap() {
            for row in decision["rows"].as_array_mut().unwrap() {
                if let Some(evidence) = row["evidence"].as_object_mut() {
                    for name in ["ln_odds", "needed"] {
                        let value = evidence[name].as_f64().unwrap();
                        evidence.insert(name.into(), format!("{value:.8}").into());
                    }
                }
            }
        }
    };
    for case in vectors("traces") {
        let step = |step: &Value| json!({"runs": step["runs"], "asked": step["asked"]});
        let steps = case["steps"].as_array().unwrap();
        let asked: Vec<Value> = steps.iter().map(step).collect();
        let mut given =
            ask(&json!({"burn_rate": {"policy": case["policy"], "steps": asked}}))["decisions"].take();
        let mut expected: Value =
            steps.iter().flat_map(|step| step["decisions"].as_array().unwrap()).cloned().collect();
        rounded(&mut given);
        rounded(&mut expected);
        assert_eq!(given, expected, "{}", case["name"]);
    }
}

#[test]
fn closed_forms_are_those_of_the_vectors() {
    let millis = |value: &Value| value.as_str().map(|text| text.parse::<Span>().unwrap().as_millis());
    for case in vectors("forms") {
        let answer = ask(&json!({"closed_forms": {"policy": case["policy"], "failing": case["failing"],
            "spend": "2%", "delay": "15m", "exposure": "5%"}}));
        for (given, expected) in
            answer["rows"].as_array().unwrap().iter().zip(case["rows"].as_array().unwrap())
        {
            assert_eq!(millis(&given["time_to_fire"]), expected["fires"].as_u64(), "{case}");
            assert_eq!(millis(&given["time_to_reset"]), expected["resets"].as_u64(), "{case}");
        }
        assert_eq!(millis(&answer["time_to_spend"]), case["exhausted"].as_u64(), "{case}");
        assert_eq!(answer["largest_exposure"], case["exposure"], "{case}");
        assert_eq!(millis(&answer["longest_delay"]), case["delay"].as_u64(), "{case}");
    }
}

const POLICY: &str = r#"{"target": "99.9%", "preset": "workbook_3"}"#;

#[test]
fn readings_decide_as_the_counter_that_they_were_taken_from_and_the_state_goes_on() {
    let policy: Value = serde_json::from_str(POLICY).unwrap();
    let noon = 1_795_521_600_000_u64;
    let steps = json!([{"runs": [[noon - 259_200_000, 10_000, 25_920, 40, 10]], "asked": [noon]}]);
    let whole = ask(&json!({"burn_rate": {"policy": policy, "steps": steps}}));
    let decision = &whole["decisions"][0];
    let mut readings = Vec::new();
    for row in decision["rows"].as_array().unwrap() {
        for window in [&row["long"], &row["short"]] {
            readings.push(json!({"window": window["window"], "watched": window["watched"], "good": window["good"], "bad": window["bad"]}));
        }
    }
    let given = ask(&json!({"burn_rate": {"policy": policy, "readings": readings, "now": noon}}));
    assert_eq!((&given["decisions"][0]["alert"], &decision["alert"]), (&json!("page"), &json!("page")));
    assert_eq!(given["state"], whole["state"]);
    let later = json!({"burn_rate": {"policy": policy, "readings": readings, "now": noon + 1, "state": given["state"]}});
    let later = ask(&later);
    assert_eq!(later["decisions"][0]["rows"][0]["change"], Value::Null);
    assert_eq!(later["state"], given["state"]);

    let few = json!({"burn_rate": {"policy": policy, "readings": readings[1..], "now": noon}});
    assert_eq!(problems(&few), [("burn_rate.readings".into(), "missing".into())]);
    let state = json!({"rows": [], "drops": []});
    let other = json!({"burn_rate": {"policy": policy, "readings": readings, "now": noon, "state": state}});
    assert_eq!(problems(&other), [("burn_rate.state.rows".into(), "conflict".into())]);
    let backed = json!({"target": "99.9%", "preset": "workbook_3", "evidence": 0.001});
    let backed = json!({"burn_rate": {"policy": backed, "readings": readings, "now": noon}});
    assert_eq!(problems(&backed), [("burn_rate.policy.evidence".into(), "conflict".into())]);
}

#[test]
fn a_short_text_asks_for_no_endless_work() {
    let runs = json!([[0, 1, 10_000_000, 1, 0], [0, 1, 1, 1, 0]]);
    let policy: Value = serde_json::from_str(POLICY).unwrap();
    let question = json!({"burn_rate": {"policy": policy, "steps": [{"runs": runs, "asked": []}]}});
    assert_eq!(problems(&question), [("burn_rate.steps[0].runs[1]".into(), "range".into())]);
}

#[test]
fn a_replay_is_that_of_the_library() {
    let at = |n: u64| 1_795_478_400_000 + n * 60_000;
    let bad = |n: u64| if (600..630).contains(&n) { 50 } else { 0 };
    let listed: Vec<Value> = (0..1_440).map(|n| json!([at(n), 100 - bad(n), bad(n)])).collect();
    let policy: Value = serde_json::from_str(POLICY).unwrap();
    let given =
        ask(&json!({"replay": {"policies": [policy], "samples": listed, "incidents": [[at(600), at(630)]],
        "every": "2m", "grace": "1h", "at_least": "page"}}));

    let time = |n: u64| rampgate::Timestamp::from_millis(at(n)).unwrap();
    let samples: Vec<Sample> =
        (0..1_440).map(|n| Sample { at: time(n), good: 100 - bad(n), bad: bad(n) }).collect();
    let incidents = [Incident { from: time(600), to: time(630) }];
    let options = ReplayOptions::default().every("2m".parse().unwrap()).with_grace("1h".parse().unwrap());
    let policies = [Policy::from_json(POLICY).unwrap()];
    let outcomes = replay(&policies, &samples, &incidents, options.at_least(Severity::Page)).unwrap();
    assert_eq!(given, serde_json::to_value(&outcomes).unwrap());
    assert_eq!(given[0]["recall_ppm"], 1_000_000);

    let refused =
        json!({"replay": {"policies": [policy, {"target": "99.9%"}], "samples": [[5, 1, 0], [4, 1, 0]]}});
    let paths: Vec<_> = problems(&refused).into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["replay.policies[1].period", "replay.policies[1].rows"]);
    let refused = json!({"replay": {"policies": [policy], "samples": [[5, 1, 0], [4, 1, 0]]}});
    assert_eq!(problems(&refused), [("replay.samples[1].at".into(), "order".into())]);
}
