//! Replays `testdata/group_sequential.json`, which every language replays.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a replay fails by panicking, also in its helpers"
)]

use rampgate::canary::group_sequential::{Comparison, Design, Sides};
use rampgate::{Error, Probability};
use serde::Serialize;
use serde_json::{Value, json};

/// The cases of one list, each with a name for the message of a failure.
fn cases(list: &str) -> Vec<(String, Value)> {
    let vectors: Value = serde_json::from_str(include_str!("../testdata/group_sequential.json"))
        .expect("the vectors are JSON");
    assert_eq!(vectors["version"], "rampgate-group-sequential-1");
    let cases = vectors[list].as_array().unwrap_or_else(|| panic!("no list `{list}`"));
    assert!(!cases.is_empty(), "`{list}` is empty");
    let name = |case: &Value| format!("{} {} {}", case["source"], case["name"], case["design"]);
    let cases = cases.iter().enumerate();
    cases
        .map(|(n, case)| (format!("group_sequential.json, {list}[{n}] {}", name(case)), case.clone()))
        .collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn probability(value: &Value) -> Probability {
    Probability::new(number(value)).unwrap()
}

fn design(case: &Value) -> Design {
    Design::from_json(&case["design"].to_string()).unwrap()
}

fn comparison(case: &Value) -> Comparison {
    Comparison::from_json(&case["comparison"].to_string()).unwrap()
}

fn sides(case: &Value) -> Sides {
    if case["sides"] == 2 { Sides::Two } else { Sides::One }
}

/// A design as the bindings see it, with what its looks hold in one list each.
fn seen(design: &Design) -> Value {
    let mut seen = serde_json::to_value(design).unwrap();
    for field in ["efficacy", "futility", "nominal_p", "alpha_spent"] {
        let looks = seen["looks"].as_array().unwrap();
        let all: Vec<_> = looks.iter().map(|look| look[field].clone()).collect();
        seen["last_".to_owned() + field] = all.last().unwrap().clone();
        seen[field] = all.into();
    }
    seen
}

/// Compares all that a case expects: numbers within its tolerance, anything else exactly.
fn agree(name: &str, case: &Value, given: &Value) {
    fn compare(name: &str, tolerance: f64, expected: &Value, given: &Value) {
        match expected {
            Value::Number(_) => {
                let (expected, given) = (number(expected), number(given));
                assert!((expected - given).abs() <= tolerance, "{name}: {given}, expected {expected}");
            }
            Value::Array(expected) => {
                for (n, expected) in expected.iter().enumerate() {
                    compare(&format!("{name}[{n}]"), tolerance, expected, &given[n]);
                }
            }
            Value::Object(expected) => {
                for (field, expected) in expected {
                    compare(&format!("{name}, {field}"), tolerance, expected, &given[field]);
                }
            }
            exact => assert_eq!(exact, given, "{name}"),
        }
    }
    compare(name, number(&case["tolerance"]), &case["expect"], given);
}

fn value(of: impl Serialize) -> Value {
    serde_json::to_value(of).unwrap()
}

fn problems(error: &Error) -> Value {
    error.problems().map(|problem| json!({"path": problem.path(), "kind": problem.kind().code()})).collect()
}

#[test]
fn designs() {
    for (name, case) in cases("designs") {
        agree(&name, &case, &seen(&design(&case)));
    }
}

/// Bounds that another tool gets wrong: to match them would be a bug. Ours are those of the recursion with 400 nodes, in `designs`.
#[test]
fn not_matched() {
    for (name, case) in cases("not_matched") {
        let ours = numbers(&seen(&design(&case))["efficacy"]);
        let away = ours.iter().zip(case["theirs"].as_array().unwrap());
        // a null stands for a bound that they call infinite
        let away = away.map(|(ours, theirs)| theirs.as_f64().map_or(0.0, |theirs| (theirs - ours).abs()));
        let furthest = away.fold(0.0, f64::max);
        assert!(furthest >= number(&case["at_least"]), "{name}: {furthest}; {}", case["why"]);
    }
}

#[test]
fn inflations() {
    for (name, case) in cases("inflations") {
        let inflation = design(&case).inflation(probability(&case["power"])).unwrap();
        agree(&name, &case, &value(inflation));
    }
}

#[test]
fn crossings() {
    for (name, case) in cases("crossings") {
        agree(&name, &case, &value(design(&case).crossings(number(&case["drift"])).unwrap()));
    }
}

#[test]
fn observed() {
    for (name, case) in cases("observed") {
        let (design, fractions) = (design(&case), numbers(&case["fractions"]));
        let concluded = case["concluded"].as_bool().unwrap();
        let taken = if concluded { design.concluded(&fractions) } else { design.observed(&fractions) };
        agree(&name, &case, &seen(&taken.unwrap()));
    }
}

#[test]
fn analyses() {
    for (name, case) in cases("analyses") {
        let analysis = value(design(&case).analyse(&numbers(&case["z"])).unwrap());
        let mut given = analysis["conclusion"].clone();
        if given.is_null() {
            given = json!({});
        }
        given["decision"] = analysis["decision"].clone();
        agree(&name, &case, &given);
    }
}

#[test]
fn units() {
    for (name, case) in cases("units") {
        let units =
            comparison(&case).units(probability(&case["alpha"]), sides(&case), probability(&case["power"]));
        agree(&name, &case, &value(units));
    }
    for (name, case) in cases("powers") {
        let (right, wrong) = comparison(&case)
            .power(number(&case["total"]), probability(&case["alpha"]), sides(&case))
            .unwrap();
        agree(&name, &case, &json!({"both_directions": right + wrong}));
    }
}

#[test]
fn what_is_wrong_is_named() {
    for (name, case) in cases("invalid_designs") {
        let error = Design::from_json(case["design"].as_str().unwrap()).unwrap_err();
        assert_eq!(problems(&error), case["problems"], "{name}: {error}");
    }
    for (name, case) in cases("invalid_comparisons") {
        let error = Comparison::from_json(case["comparison"].as_str().unwrap()).unwrap_err();
        assert_eq!(problems(&error), case["problems"], "{name} {}: {error}", case["comparison"]);
    }
    for (name, case) in cases("invalid_looks") {
        let (design, fractions) = (design(&case), numbers(&case["fractions"]));
        assert_eq!(design.observed(&fractions).unwrap_err().path(), case["path"], "{name}");
        assert_eq!(design.concluded(&fractions).unwrap_err().path(), case["path"], "{name}");
    }
    for (name, case) in cases("invalid_statistics") {
        assert_eq!(design(&case).analyse(&numbers(&case["z"])).unwrap_err().path(), case["path"], "{name}");
    }
}
