//! Replays `testdata/budgets.json`, which every language replays.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a replay fails by panicking, also in its helpers"
)]

use rampgate::slo;
use serde_json::Value;

/// The cases of one list, each with a name for the message of a failure.
fn cases(list: &str) -> Vec<(String, Value)> {
    let vectors: Value =
        serde_json::from_str(include_str!("../testdata/budgets.json")).expect("the vectors are JSON");
    assert_eq!(vectors["version"], "rampgate-budgets-1");
    let cases = vectors[list].as_array().unwrap_or_else(|| panic!("no list `{list}`"));
    assert!(!cases.is_empty(), "`{list}` is empty");
    let named = |(n, case): (usize, &Value)| {
        (format!("budgets.json, {list}[{n}] {}", case.get("name").unwrap_or(&Value::Null)), case.clone())
    };
    cases.iter().enumerate().map(named).collect()
}

fn ask(name: &str, case: &Value) -> Value {
    let answer = slo::answer(&case["question"].to_string()).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_str(&answer).expect("an answer is JSON")
}

/// That each field that is expected is there: of objects, more may be; lists are compared item by item.
fn holds(name: &str, path: &str, expected: &Value, given: &Value) {
    match (expected, given) {
        (Value::Object(fields), Value::Object(_)) => {
            for (field, expected) in fields {
                let given =
                    given.get(field).unwrap_or_else(|| panic!("{name}: no `{path}.{field}` in {given}"));
                holds(name, &format!("{path}.{field}"), expected, given);
            }
        }
        (Value::Array(items), Value::Array(others)) => {
            assert_eq!(items.len(), others.len(), "{name}: {path} {given}");
            for (n, (expected, given)) in items.iter().zip(others).enumerate() {
                holds(name, &format!("{path}[{n}]"), expected, given);
            }
        }
        _ => assert_eq!(given, expected, "{name}: {path}"),
    }
}

fn replay(list: &str) {
    for (name, case) in cases(list) {
        holds(&name, "answer", &case["expect"], &ask(&name, &case));
    }
}

#[test]
fn slices() {
    replay("slices");
}

#[test]
fn accounts() {
    replay("accounts");
}

#[test]
fn periods() {
    replay("periods");
}

#[test]
fn cohorts() {
    replay("cohorts");
}

#[test]
fn composites() {
    replay("composites");
}

#[test]
fn scrapes() {
    replay("scrapes");
}

#[test]
fn reservations() {
    replay("reservations");
}

#[test]
fn gates_beside_reservations() {
    replay("gates");
}

#[test]
fn openslo_documents_keep_what_they_can_and_list_the_rest() {
    for (name, case) in cases("openslo") {
        let answer = ask(&name, &case);
        holds(&name, "answer", &case["expect"], &answer);
        let mut listed: Vec<&str> = answer["unhonoured"]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| part["path"].as_str().unwrap())
            .collect();
        let prefixed = |path: &Value| {
            let path = path.as_str().unwrap();
            if path.starts_with('[') { format!("openslo{path}") } else { format!("openslo.{path}") }
        };
        let mut expected: Vec<String> = case["unhonoured"].as_array().unwrap().iter().map(prefixed).collect();
        listed.sort_unstable();
        expected.sort_unstable();
        assert_eq!(listed, expected, "{name}");
    }
}

#[test]
fn refused() {
    for (name, case) in cases("refused") {
        let error = slo::answer(&case["question"].to_string()).expect_err(&name);
        let given: Vec<_> = error.problems().map(|problem| (problem.path(), problem.kind().code())).collect();
        let expected = case["problems"].as_array().unwrap().iter();
        let expected: Vec<_> =
            expected.map(|p| (p["path"].as_str().unwrap(), p["kind"].as_str().unwrap())).collect();
        assert_eq!(given, expected, "{name}: {error}");
    }
}

/// Numbers that were published and are wrong at their source: to match them would be a bug, so we must not.
/// Each case says why.
#[test]
fn not_matched() {
    for (name, case) in cases("not_matched") {
        let answer = ask(&name, &case);
        let ours = answer.get(case["field"].as_str().unwrap()).unwrap();
        assert_eq!(ours, &case["ours"], "{name}");
        assert_ne!(ours, &case["theirs"], "{name}: {}", case["why"]);
    }
}
