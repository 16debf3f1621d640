//! Replays `testdata/classic.json`, which every language replays.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a replay fails by panicking, also in its helpers"
)]

use rampgate::Error;
use rampgate::canary::classic::{Comparison, Config};
use serde_json::Value;

/// The cases of one list, each with a name for the message of a failure.
fn cases(list: &str) -> Vec<(String, Value)> {
    let vectors: Value =
        serde_json::from_str(include_str!("../testdata/classic.json")).expect("the vectors are JSON");
    assert_eq!(vectors["version"], "rampgate-classic-1");
    let cases = vectors[list].as_array().unwrap_or_else(|| panic!("no list `{list}`"));
    assert!(!cases.is_empty(), "`{list}` is empty");
    cases
        .iter()
        .enumerate()
        .map(|(n, case)| (format!("classic.json, {list}[{n}] {}", case["name"]), case.clone()))
        .collect()
}

/// Everything that is expected is there; floats within `relative`, and all else equal.
fn assert_holds(given: &Value, expected: &Value, relative: f64, name: &str) {
    match expected {
        Value::Object(fields) => {
            fields.iter().for_each(|(field, value)| {
                assert_holds(&given[field], value, relative, &format!("{name}, {field}"));
            });
        }
        Value::Array(items) => {
            assert_eq!(given.as_array().map(Vec::len), Some(items.len()), "{name}");
            items.iter().enumerate().for_each(|(n, item)| {
                assert_holds(&given[n], item, relative, &format!("{name}[{n}]"));
            });
        }
        Value::Number(number) => {
            let number = number.as_f64().unwrap();
            let given = given.as_f64().unwrap_or_else(|| panic!("{name}: {given} is no number"));
            assert!((given - number).abs() <= relative * number.abs(), "{name}: {given}, not {number}");
        }
        other => assert_eq!(given, other, "{name}"),
    }
}

fn assert_refused(error: &Error, case: &Value, name: &str) {
    assert_eq!(error.path(), case["path"].as_str().unwrap(), "{name}: {error}");
    assert_eq!(error.kind().code(), case["kind"].as_str().unwrap(), "{name}: {error}");
}

#[test]
fn comparisons() {
    for (name, case) in cases("comparisons") {
        let given = Comparison::from_json(&case["question"].to_string()).unwrap();
        let given = serde_json::to_value(given).unwrap();
        assert_holds(&given, &case["expect"], case["relative"].as_f64().unwrap(), &name);
    }
}

#[test]
fn published() {
    for (name, case) in cases("published") {
        let given = Comparison::from_json(&case["question"].to_string()).unwrap();
        let (theirs, within) = (&case["published"], case["within"].as_f64().unwrap());
        let p_value = theirs["p_value"].as_f64().unwrap();
        assert!((given.p_value - p_value).abs() <= 1e-12 * p_value, "{name}: {}", given.p_value);
        for (end, field) in [(given.interval.lower, "lower"), (given.interval.upper, "upper")] {
            let (end, published) = (end.unwrap(), theirs[field].as_f64().unwrap());
            assert!((end - published).abs() <= within, "{name}: {field} {end}, R {published}");
        }
        let [low, high] = [0, 1].map(|n| case["stretch"][n].as_f64().unwrap());
        assert!((low..=high).contains(&given.estimate), "{name}: {}", given.estimate);
    }
}

#[test]
fn canaries() {
    for (name, case) in cases("canaries") {
        let judge = Config::from_json(&case["config"].to_string()).unwrap();
        let report = judge.judge_json(&case["data"].to_string()).unwrap();
        let given = serde_json::to_value(report).unwrap();
        assert_holds(&given, &case["expect"], case["relative"].as_f64().unwrap(), &name);
    }
}

/// What no silence and no failure to compare may ever become.
#[test]
fn nothing_passes_without_being_compared() {
    let mut silent = 0;
    for (name, case) in cases("canaries") {
        let metrics = case["expect"]["metrics"].as_array().unwrap();
        if metrics.iter().all(|metric| ["nodata", "error"].contains(&metric["class"].as_str().unwrap())) {
            let judge = Config::from_json(&case["config"].to_string()).unwrap();
            let given = serde_json::to_value(judge.judge_json(&case["data"].to_string()).unwrap()).unwrap();
            assert!(!["pass", "marginal"].contains(&given["verdict"].as_str().unwrap()), "{name}");
            assert_eq!(given["score"], 0.0, "{name}");
            silent += 1;
        }
    }
    assert!(silent >= 8, "{silent}");
}

#[test]
fn refused() {
    for (name, case) in cases("refused") {
        let judge = Config::from_json(&case["config"].to_string());
        let error = match case.get("data") {
            None => judge.unwrap_err(),
            Some(data) => judge.unwrap().judge_json(&data.to_string()).unwrap_err(),
        };
        assert_refused(&error, &case, &name);
    }
    for (name, case) in cases("refused_questions") {
        assert_refused(&Comparison::from_json(&case["question"].to_string()).unwrap_err(), &case, &name);
    }
}

/// The report is what a migration compares: its bytes are part of the contract, the order of the fields included.
#[test]
fn a_report_is_the_same_bytes_everywhere() {
    let judge = Config::from_json(r#"{"metrics": [{"name": "m", "groups": ["all"]}]}"#).unwrap();
    let report = judge.judge_json(r#"{"metrics": [{"name": "m", "canary": [6, 6], "control": [5, 5, 5]}]}"#);
    assert_eq!(
        serde_json::to_string(&report.unwrap()).unwrap(),
        concat!(
            r#"{"verdict":"fail","score":0.0,"reason":"the score 0 is below 75","#,
            r#""groups":[{"name":"all","weight":100.0,"score":0.0}],"metrics":[{"name":"m","class":"high","#,
            r#""critical":false,"muted":false,"reason":"high: the interval 1 to 1 is above the tolerance 0.25; "#,
            r#"the effect is 1.2","points":{"canary":2,"control":3},"interval":{"lower":1.0,"upper":1.0},"#,
            r#""estimate":1.0,"tolerance":0.25,"effect":1.2}]}"#,
        )
    );
}
