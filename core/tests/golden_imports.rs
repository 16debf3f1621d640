//! Replays `testdata/imports.json`, the golden vectors of `spec/imports.md`, through the public API.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use rampgate::release::Spec;
use rampgate::rollout::Plan;
use rampgate::rollout::import::{Imported, Source, import};
use serde_json::{Value, json};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/imports.json");

fn vectors() -> Value {
    serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap()
}

fn cases<'a>(vectors: &'a Value, name: &str) -> &'a [Value] {
    let cases = vectors[name].as_array().unwrap();
    assert!(!cases.is_empty(), "{name} is empty");
    cases
}

fn ask(case: &Value) -> Result<Imported, rampgate::Error> {
    let source: Source = case["source"].as_str().unwrap().parse().unwrap();
    import(source, case["document"].as_str().unwrap())
}

/// The release that the plan and the proposed guardrails make, with the least that has to be added.
fn release(found: &Value) -> String {
    let mut guardrails: Vec<Value> = Vec::new();
    for note in found["notes"].as_array().unwrap() {
        let proposed = note
            .get("guardrail")
            .filter(|proposed| !guardrails.iter().any(|known| known["name"] == proposed["name"]));
        guardrails.extend(proposed.cloned());
    }
    let last =
        found.pointer("/plan/stages").and_then(Value::as_array).and_then(|stages| stages.last()).unwrap();
    if last.get("requires").is_none() {
        // A stage of everybody has no control left, so proof of safety needs a ceiling.
        guardrails.push(json!({"name": "errors", "measure": "rate", "ceiling": "1%"}));
    } else {
        guardrails.push(json!({"name": "errors", "measure": "rate"}));
    }
    let mut spec = found["plan"].as_object().unwrap().clone();
    let name = if found["name"].is_null() { json!("imported") } else { found["name"].clone() };
    let flag = json!({"key": "flag", "control": "off", "canary": "on"});
    for (key, value) in
        [("rampgate", json!(1)), ("name", name), ("flag", flag), ("guardrails", guardrails.into())]
    {
        spec.insert(key.into(), value);
    }
    Value::from(spec).to_string()
}

#[test]
fn documents_come_to_the_plans_and_accounts_of_the_vectors() {
    let vectors = vectors();
    assert_eq!(vectors["version"], "rampgate-imports-1");
    for case in cases(&vectors, "imports") {
        let name = &case["name"];
        let imported = ask(case).unwrap_or_else(|error| panic!("{name}: {error}"));
        if let Ok(Value::String(bare)) = serde_json::from_str(case["document"].as_str().unwrap()) {
            assert_eq!(import(imported.source, &format!(" {bare}\n")), Ok(imported.clone()), "{name}");
        }
        assert_eq!(Plan::from_json(&imported.document).as_ref(), Ok(&imported.plan), "{name}");
        let found: Value = serde_json::from_str(&imported.to_json()).unwrap();
        Spec::from_json(&release(&found)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut notes = found["notes"].clone();
        for note in notes.as_array_mut().unwrap() {
            let why = note.as_object_mut().unwrap().remove("why");
            assert!(why.unwrap().as_str().unwrap().len() > 20, "{name}");
        }
        assert_eq!(found["plan"], case["plan"], "{name}");
        assert_eq!(found["name"], case["imported_name"], "{name}");
        assert_eq!(found["source"], case["source"], "{name}");
        assert_eq!(notes, case["notes"], "{name}");
        assert_eq!(found["carried"], case["carried"], "{name}");
    }
}

#[test]
fn documents_that_are_refused_have_exactly_the_problems_of_the_vectors() {
    let vectors = vectors();
    for case in cases(&vectors, "refused") {
        let error = ask(case).expect_err(&case["name"].to_string());
        let problems: Vec<Value> = error
            .problems()
            .map(|problem| json!({"path": problem.path(), "kind": problem.kind().code()}))
            .collect();
        assert_eq!(Value::from(problems), case["problems"], "{}: {error}", case["name"]);
    }
}

#[test]
fn what_is_known_to_differ_still_does() {
    let vectors = vectors();
    for case in cases(&vectors, "not_matched") {
        let plan = ask(case).unwrap().plan;
        let ours: Vec<String> = plan.stages().iter().map(|stage| stage.min_dwell().to_string()).collect();
        assert_eq!(json!(ours), case["ours"]);
    }
}
