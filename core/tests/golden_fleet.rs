//! Replays `testdata/fleet.json`, the golden vectors of `spec/fleet.md`, through the public API.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use rampgate::Share;
use rampgate::rollout::fleet::{Fleet, Observed};
use serde_json::{Value, json};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/fleet.json");

fn fleet(case: &Value) -> Fleet {
    Fleet::from_json(&case["fleet"].to_string()).unwrap()
}

fn share(text: &Value) -> Share {
    text.as_str().unwrap().parse().unwrap()
}

fn shares(list: &Value) -> Vec<Share> {
    list.as_array().unwrap().iter().map(share).collect()
}

/// What the host saw, by both ways to read it.
fn observed(case: &Value) -> Observed {
    let observed = Observed::from_json(&case["observed"].to_string()).unwrap();
    assert_eq!(observed, serde_json::from_value(case["observed"].clone()).unwrap());
    observed
}

fn replay(vectors: &Value, part: &str, case: &Value) -> Value {
    let with = |answers: Value| {
        let mut found = case.clone();
        found.as_object_mut().unwrap().extend(answers.as_object().unwrap().clone());
        found
    };
    match part {
        "limits" => with(json!({"most": fleet(case).most(), "least_ready": fleet(case).least_ready()})),
        "refused" => {
            let error = Fleet::from_json(&case["fleet"].to_string()).unwrap_err();
            let problem =
                |problem: &rampgate::Problem| json!({"path": problem.path(), "kind": problem.kind().code()});
            with(json!({"problems": error.problems().map(problem).collect::<Vec<_>>()}))
        }
        "counts" => {
            let (fleet, exposures) = (fleet(case), shares(&vectors["exposures"]));
            let counts: Vec<_> = exposures.iter().map(|exposure| fleet.counts(*exposure)).collect();
            let around: Vec<_> = exposures.iter().map(|exposure| fleet.around(*exposure)).collect();
            with(json!({"counts": counts, "around": around}))
        }
        "reviews" => {
            let warnings = fleet(case).review(&shares(&case["exposures"]), share(&case["tolerance"]));
            with(json!({ "warnings": warnings }))
        }
        "next" => with(json!({"orders": fleet(case).next(&observed(case), share(&case["exposure"]))})),
        "actual" => with(json!({"actual": fleet(case).actual(&observed(case), share(&case["exposure"]))})),
        "batches" => {
            let batches: Vec<_> = fleet(case).batches(&shares(&case["exposures"])).collect();
            with(json!({ "batches": batches }))
        }
        other => panic!("no such part: {other}"),
    }
}

#[test]
fn fleets_do_what_the_vectors_say() {
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    assert_eq!(vectors["version"], "rampgate-fleet-1");
    let parts: Vec<&String> = vectors
        .as_object()
        .unwrap()
        .keys()
        .filter(|part| !matches!(part.as_str(), "version" | "exposures"))
        .collect();
    assert_eq!(parts.len(), 7);
    for part in parts {
        let cases = vectors[part].as_array().unwrap();
        assert!(!cases.is_empty(), "{part}");
        for case in cases {
            assert_eq!(&replay(&vectors, part, case), case, "{part}");
        }
    }
}
