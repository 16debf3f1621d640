//! Replays `testdata/judge.json`: whole looks, as an implementation of its own judged them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use rampgate::canary::Judge;
use serde_json::Value;

/// Both sides sum some thousand logarithms, one of them with 40 digits.
const TOLERANCE: f64 = 1e-9;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../testdata/judge.json")).unwrap()
}

fn cases<'v>(vectors: &'v Value, list: &str) -> impl Iterator<Item = (Judge, String, &'v Value)> {
    vectors[list].as_array().unwrap().iter().map(|case| {
        let judge = Judge::from_json(&case["judge"].to_string()).unwrap();
        (judge, case["look"].to_string(), case)
    })
}

#[test]
fn looks_are_judged_as_expected() {
    for (number, (judge, look, case)) in cases(&vectors(), "cases").enumerate() {
        let found = serde_json::to_value(judge.judge_json(&look).unwrap()).unwrap();
        let expected = &case["report"];
        let finding = &found["finding"];
        let guardrails = found["guardrails"].as_array().unwrap();
        let near = |found: &Value, expected: &Value, what: &str| {
            let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
            assert!(
                (found - expected).abs() <= TOLERANCE * expected.abs().max(1.0),
                "case {number}, {what}: {found} {expected}"
            );
        };
        assert_eq!(
            (&finding["verdict"], &finding["units"]),
            (&expected["verdict"], &expected["units"]),
            "case {number}"
        );
        near(&finding["ln_harm"], &expected["ln_harm"], "harm");
        near(&finding["ln_safety"], &expected["ln_safety"], "safety");
        near(&found["ln_mismatch"], &expected["ln_mismatch"], "mismatch");
        for (position, guardrail) in guardrails.iter().enumerate() {
            let name = guardrail["name"].as_str().unwrap();
            near(&guardrail["ln_harm"], &expected["harm"][position], name);
            near(&guardrail["ln_safety"], &expected["safety"][position], name);
            assert_eq!(guardrail["culprit"], expected["culprits"][position], "case {number}, {name}");
        }
    }
}

#[test]
fn looks_that_cannot_be_are_refused_with_their_path() {
    for (judge, look, case) in cases(&vectors(), "invalid") {
        let error = judge.judge_json(&look).unwrap_err();
        assert_eq!(error.path(), case["path"].as_str().unwrap(), "{look}: {error}");
    }
}
