//! Replays `testdata/rollout.json`, the golden vectors of `spec/rollout.md`, through the public API.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use rampgate::Error;
use rampgate::rollout::{Event, Plan, replay};
use serde_json::{Value, json};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/rollout.json");

fn list<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    of[name].as_array().map_or(&[], Vec::as_slice)
}

fn plan(case: &Value) -> Result<Plan, Error> {
    Plan::from_json(&case["plan"].to_string())
}

fn events(case: &Value) -> Vec<Event> {
    let events = Event::log_from_json(&case["events"].to_string()).unwrap();
    let by_serde: Vec<Event> = serde_json::from_value(case["events"].clone()).unwrap();
    assert_eq!(events, by_serde, "{}", case["name"]);
    events
}

/// What the machine makes of a run: its decisions, and where it ends.
fn run(case: &Value) -> Value {
    let whole = plan(case).unwrap();
    assert_eq!(Plan::from_json(&whole.to_json()).unwrap(), whole, "{}", case["name"]);
    let (state, decisions) = replay(&whole, &events(case)).unwrap();
    json!({
        "name": case["name"],
        "plan": case["plan"],
        "events": case["events"],
        "decisions": decisions,
        "end": {
            "phase": state.phase(),
            "hold": state.hold(),
            "exposure": state.exposure(),
            "attempt": state.attempt(),
            "cohort": state.cohort(),
            "segment": state.segment(),
        },
    })
}

/// The exposures that a growth stands for; and the plan written out is the same plan.
fn growth(case: &Value) -> Value {
    let cuts_over = case["stages"].get("blue_green").is_some();
    let plan = json!({"stages": case["stages"], "bake": if cuts_over { "1h" } else { "0s" }});
    let plan = Plan::from_json(&plan.to_string()).unwrap();
    assert_eq!(Plan::from_json(&plan.to_json()).unwrap(), plan);
    let exposures: Vec<String> = plan.stages().iter().map(|stage| stage.exposure().to_string()).collect();
    json!({"stages": case["stages"], "exposures": exposures})
}

fn refused_plan(case: &Value) -> Value {
    let error = plan(case).expect_err(&case["name"].to_string());
    let problems: Vec<Value> = error
        .problems()
        .map(|problem| json!({"path": problem.path(), "kind": problem.kind().code()}))
        .collect();
    json!({"name": case["name"], "plan": case["plan"], "problems": problems})
}

fn refused_log(case: &Value) -> Value {
    let error = replay(&plan(case).unwrap(), &events(case)).expect_err(&case["name"].to_string());
    json!({
        "name": case["name"],
        "plan": case["plan"],
        "events": case["events"],
        "path": error.path(),
        "kind": error.kind().code(),
    })
}

fn replayed(vectors: &Value) -> Value {
    let all = |name, one: fn(&Value) -> Value| list(vectors, name).iter().map(one).collect::<Vec<_>>();
    json!({
        "version": vectors["version"],
        "about": vectors["about"],
        "runs": all("runs", run),
        "growths": all("growths", growth),
        "refused_plans": all("refused_plans", refused_plan),
        "refused_logs": all("refused_logs", refused_log),
    })
}

#[test]
fn the_machine_does_what_the_vectors_say() {
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    assert_eq!(vectors["version"], "rampgate-rollout-1");
    let replayed = replayed(&vectors);
    for part in ["runs", "growths", "refused_plans", "refused_logs"] {
        assert!(!list(&vectors, part).is_empty(), "{part} is empty");
        for (found, expected) in list(&replayed, part).iter().zip(list(&vectors, part)) {
            for key in expected.as_object().unwrap().keys() {
                assert_eq!(found[key], expected[key], "{part}, {}: {key}", expected["name"]);
            }
        }
    }
    assert_eq!(replayed, vectors);
}

/// The first run's decisions once more, to the byte: what a host stores and other languages must print.
#[test]
fn decisions_are_the_same_bytes_everywhere() {
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    let case = &list(&vectors, "runs")[0];
    let (_, decisions) = replay(&plan(case).unwrap(), &events(case)).unwrap();
    assert_eq!(
        serde_json::to_string(&decisions[1]).unwrap(),
        r#"{"seq":5,"at":1795522500000,"attempt":1,"action":"advance","exposure":"50%","phase":{"ramping":{"stage":1}},"reasons":[{"safe":{"have":3.25,"need":2.995732273553991}},{"dwell":{"have":"10m","need":"10m"}},{"units":{"have":140,"need":100}}]}"#
    );
}
