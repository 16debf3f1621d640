//! Replays `testdata/slo.json`, which every language replays.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a replay fails by panicking, also in its helpers"
)]

use rampgate::slo::{Budget, Counter, Gate, Reading};
use rampgate::{Error, Objective, Share, Span, Timestamp};
use serde_json::Value;
use std::str::FromStr;

fn vectors() -> Value {
    let vectors: Value =
        serde_json::from_str(include_str!("../testdata/slo.json")).expect("the vectors are JSON");
    assert_eq!(vectors["version"], "rampgate-slo-1");
    vectors
}

/// The cases of one list, each with a name for the message of a failure.
fn cases(list: &str) -> Vec<(String, Value)> {
    let vectors = vectors();
    let cases = vectors[list].as_array().unwrap_or_else(|| panic!("no list `{list}`"));
    assert!(!cases.is_empty(), "`{list}` is empty");
    cases
        .iter()
        .enumerate()
        .map(|(n, case)| {
            (format!("slo.json, {list}[{n}] {}", case.get("name").unwrap_or(&Value::Null)), case.clone())
        })
        .collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text"))
}

/// An integer: a number, or a text where a binary64 could not hold it.
fn integer(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| text(value).parse().unwrap())
}

fn parse<T: FromStr<Err = Error>>(value: &Value) -> T {
    text(value).parse().unwrap()
}

fn at(value: &Value) -> Timestamp {
    Timestamp::from_millis(value.as_u64().unwrap()).unwrap()
}

/// The same value with each text that is a whole number as the number it stands for.
fn with_integers(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), with_integers(value))).collect()
        }
        Value::String(digits) => digits.parse::<u64>().map_or_else(|_| value.clone(), Value::from),
        other => other.clone(),
    }
}

fn reading(given: &Value) -> Result<Reading, Error> {
    Reading::of(
        parse(&given["window"]),
        parse(&given["watched"]),
        integer(&given["good"]),
        integer(&given["bad"]),
    )
}

fn budget(case: &Value) -> Budget {
    let read = reading(&case["reading"]).unwrap();
    Budget::of(parse(&case["target"]), parse(&case["period"]), &read).unwrap()
}

fn bytes(hex: &Value) -> Vec<u8> {
    let digits = text(hex).as_bytes();
    digits.chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

#[test]
fn objectives() {
    for (name, case) in cases("objectives") {
        let objective: Objective = parse(&case["text"]);
        assert_eq!(
            u64::from(objective.allowed_parts_per_billion()),
            integer(&case["allowed_parts_per_billion"])
        );
        assert_eq!(objective.to_string(), text(&case["shown"]), "{name}");
    }
    for (name, case) in cases("invalid_objectives") {
        let error = text(&case["text"]).parse::<Objective>().unwrap_err();
        assert_eq!(error.kind().code(), text(&case["kind"]), "{name}");
        assert_eq!(error.value(), case["text"].as_str(), "{name}");
    }
}

#[test]
fn counters() {
    for (name, case) in cases("counters") {
        let mut counter = Counter::new();
        for run in case["runs"].as_array().unwrap() {
            let [first, every, count, good, bad] = [0, 1, 2, 3, 4].map(|n| integer(&run[n]));
            for n in 0..count {
                let at = Timestamp::from_millis(first + n * every).unwrap();
                counter.record(at, good, bad);
            }
        }
        for read in case["reads"].as_array().unwrap() {
            let reading = counter.read(parse(&read["window"]), at(&read["now"])).unwrap();
            let given = serde_json::to_value(reading).unwrap();
            assert_eq!(given, with_integers(&read["reading"]), "{name}, {read}");
            assert_eq!(serde_json::from_value::<Reading>(given).unwrap(), reading, "{name}");
        }
        let stored = bytes(&case["bytes"]);
        assert_eq!(postcard::to_allocvec(&counter).unwrap(), stored, "{name}");
        assert_eq!(postcard::from_bytes::<Counter>(&stored).unwrap(), counter, "{name}");
    }
    for (name, case) in cases("invalid_counters") {
        assert!(postcard::from_bytes::<Counter>(&bytes(&case["bytes"])).is_err(), "{name}");
        if let Some(stored) = case.get("counter") {
            let error = serde_json::from_value::<Counter>(stored.clone()).unwrap_err();
            assert!(
                error.to_string().starts_with(&format!("invalid `{}`: ", text(&case["path"]))),
                "{name}: {error}"
            );
        }
    }
}

#[test]
fn readings() {
    for (name, case) in cases("invalid_readings") {
        assert_eq!(reading(&case).unwrap_err().path(), text(&case["path"]), "{name}");
    }
}

#[test]
fn budgets() {
    for (name, case) in cases("budgets") {
        let given = serde_json::to_value(budget(&case).with_at_risk(parse(&case["at_risk"]))).unwrap();
        for (field, expected) in case["expect"].as_object().unwrap() {
            assert_eq!(&given[field], expected, "{name}, {field}");
        }
        if let Some(published) = case.get("published") {
            let ours = given[text(&published["measure"])].as_i64().unwrap();
            let (theirs, within) =
                (published["ppm"].as_i64().unwrap(), published["within_ppm"].as_u64().unwrap());
            assert!(ours.abs_diff(theirs) <= within, "{name}: {ours}, published {theirs}");
        }
    }
}

#[test]
fn gates() {
    for (name, case) in cases("gates") {
        let gate = Gate::from_json(&case["gate"].to_string()).unwrap();
        let (current, asked): (Share, Share) = (parse(&case["current"]), parse(&case["asked"]));
        let report = gate.ask(&reading(&case["reading"]).unwrap(), current, asked);
        let given = serde_json::to_value(report).unwrap();
        assert_eq!(given, with_integers(&case["report"]), "{name}");
        if let Some(published) = case.get("published") {
            assert_eq!(given[text(&published["field"])], published["value"], "{name}");
        }
    }
    for (name, case) in cases("invalid_gates") {
        let error = Gate::from_json(text(&case["json"])).unwrap_err();
        let given: Vec<_> = error.problems().map(|problem| (problem.path(), problem.kind().code())).collect();
        let expected = case["problems"].as_array().unwrap().iter();
        let expected: Vec<_> = expected.map(|p| (text(&p["path"]), text(&p["kind"]))).collect();
        assert_eq!(given, expected, "{name}");
    }
}

/// Numbers that were published and are wrong at their source: to match them would be a bug, so we must not.
/// Each case says why.
#[test]
fn not_matched() {
    for (name, case) in cases("not_matched") {
        let given = serde_json::to_value(budget(&case)).unwrap();
        let ours = &given[text(&case["measure"])];
        assert_eq!(ours, &case["ours"], "{name}");
        assert_ne!(ours, &case["theirs"], "{name}: {}", case["why"]);
    }
}

/// The report is a line of a decision log: its bytes are part of the contract, the order of the fields included.
#[test]
fn a_report_is_the_same_bytes_everywhere() {
    let (_, case) = &cases("gates")[0];
    let gate = Gate::from_json(&case["gate"].to_string()).unwrap();
    let report =
        gate.ask(&reading(&case["reading"]).unwrap(), parse(&case["current"]), parse(&case["asked"]));
    assert_eq!(
        serde_json::to_string(&report).unwrap(),
        concat!(
            r#"{"answer":{"cap":"86.4%"},"rule":"beyond_risk","current":"1%","asked":"100%","largest":"86.4%","#,
            r#""spend_ppm":23149,"allowed_ppm":20000,"presumed_whole":false,"assumed_failure":"100%","#,
            r#""detection_delay":"1m","risk":"2%","budget":{"state":"ok","objective":"99.9%","period":"30d","#,
            r#""at_risk":"20%","consumed_by_events_ppm":0,"remaining_by_events_ppm":1000000,"#,
            r#""consumed_by_time_ppm":0,"remaining_by_time_ppm":1000000,"reading":{"window":"30d","resolution":"0s","#,
            r#""watched":"30d","coverage":"100%","good":1000000,"bad":0,"late":0,"ahead":0,"rejected":0}}}"#,
        )
    );
}

#[test]
fn windows_out_of_range_are_refused() {
    let counter = Counter::new();
    for (window, held) in [("9s999ms", false), ("10s", true), ("30d", true), ("30d1ms", false)] {
        let window: Span = window.parse().unwrap();
        assert_eq!(counter.read(window, Timestamp::EPOCH).is_ok(), held, "{window}");
    }
}
