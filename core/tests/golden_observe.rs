//! Replays `testdata/observe.json`, which every language replays.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a replay fails by panicking, also in its helpers"
)]

use rampgate::observe::{Histogram, Measure, Measured, Metric, Outcome, Quantile, Series, Session, Tally};
use rampgate::{Share, Timestamp};
use serde_json::{Value, json};

/// The cases of one list, each with a name for the message of a failure.
fn cases(list: &str) -> Vec<(String, Value)> {
    let vectors: Value = serde_json::from_str(include_str!("../testdata/observe.json")).unwrap();
    assert_eq!(vectors["version"], "rampgate-observe-1");
    let cases = vectors[list].as_array().unwrap().clone();
    assert!(!cases.is_empty(), "`{list}` is empty");
    cases
        .into_iter()
        .enumerate()
        .map(|(n, case)| (format!("observe.json, {list}[{n}] {}", case["name"]), case))
        .collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn unsigned(value: &Value) -> u64 {
    text(value).parse().unwrap()
}

fn signed(value: &Value) -> i64 {
    text(value).parse().unwrap()
}

fn metric(value: &Value) -> Metric {
    Metric::new(usize::try_from(value.as_u64().unwrap()).unwrap()).unwrap()
}

fn kinds(value: &Value) -> Vec<Measure> {
    list(value).iter().map(|kind| serde_json::from_value(kind.clone()).unwrap()).collect()
}

fn measured(words: &[Value]) -> Measured {
    match text(&words[1]) {
        "fraction" => Measured::Fraction { failed: unsigned(&words[2]), requests: unsigned(&words[3]) },
        "count" => Measured::Count { events: unsigned(&words[2]), exposure: unsigned(&words[3]) },
        "distribution" => Measured::Value(unsigned(&words[2])),
        "mean" => Measured::Pair { value: signed(&words[2]), companion: signed(&words[3]) },
        other => panic!("{other}"),
    }
}

fn outcome(unit: &Value) -> Outcome {
    let outcome = list(&unit["failed"]).iter().map(metric).fold(Outcome::good(), Outcome::failed);
    let outcome = list(&unit["missing"]).iter().map(metric).fold(outcome, Outcome::missing);
    list(&unit["measured"])
        .iter()
        .map(list)
        .fold(outcome, |outcome, words| outcome.measured(metric(&words[0]), measured(words)))
}

fn tally(kinds: &[Measure], units: &Value) -> Tally {
    let mut tally = Tally::new(kinds);
    for unit in list(units) {
        let at = Timestamp::from_millis(unit["at"].as_u64().unwrap()).unwrap();
        tally.record(at, &outcome(unit)).unwrap();
    }
    tally
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// The numbers that follow from a series, as the vectors have them. `ppm`s are the vectors' own.
fn derived(series: &Series, expected: &Value) -> Value {
    match series {
        Series::Rate(counts) => json!({"rate": counts.rate()}),
        Series::Fraction(fractions) => json!({"mean": fractions.mean()}),
        Series::Count(events) => json!({"rate": events.rate()}),
        Series::Distribution(histogram) => {
            let quantile = |ppm: &Value| {
                let share = u32::try_from(ppm.as_u64().unwrap()).unwrap();
                let found: Option<Quantile> =
                    histogram.quantile(Share::from_parts_per_million(share).unwrap());
                json!([ppm, found])
            };
            let quantiles = list(&expected["quantiles"]).iter().map(|pair| quantile(&pair[0]));
            json!({"quantiles": quantiles.collect::<Vec<_>>()})
        }
        Series::Mean(moments) => json!({
            "mean": moments.mean(), "companion_mean": moments.companion_mean(), "variance": moments.variance(),
        }),
    }
}

/// Alike, floats to their last digits: the vectors have exact fractions, rounded once.
fn alike(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            found.len() == expected.len() && found.iter().all(|(name, value)| alike(value, &expected[name]))
        }
        (Value::Number(found), Value::Number(expected)) => {
            let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
            (found - expected).abs() <= 1e-14 * expected.abs()
        }
        _ => found == expected,
    }
}

#[test]
fn values_fall_into_their_bins() {
    for (name, case) in cases("bins") {
        let bin = Histogram::bin_of(unsigned(&case["value"]));
        assert_eq!(bin as u64, case["bin"].as_u64().unwrap(), "{name}: {case}");
        assert_eq!(Histogram::lower_edge(bin), unsigned(&case["edge"]), "{name}: {case}");
    }
}

#[test]
fn tallies_have_what_was_recorded_in_any_order() {
    for (name, case) in cases("tallies") {
        let kinds = kinds(&case["kinds"]);
        let parts: Vec<Tally> = list(&case["parts"]).iter().map(|units| tally(&kinds, units)).collect();
        let (mut forth, mut back) = (Tally::default(), Tally::new(&kinds));
        parts.iter().for_each(|part| forth.merge(part).unwrap());
        parts.iter().rev().for_each(|part| back.merge(part).unwrap());
        assert_eq!(forth, back, "{name}");
        assert_eq!(serde_json::to_string(&forth).unwrap(), text(&case["json"]), "{name}");
        assert_eq!(serde_json::from_str::<Tally>(text(&case["json"])).unwrap(), forth, "{name}");
        let bytes = postcard::to_allocvec(&forth).unwrap();
        assert_eq!(hex(&bytes), text(&case["bytes"]), "{name}");
        assert_eq!(postcard::from_bytes::<Tally>(&bytes).unwrap(), forth, "{name}");
        for (position, expected) in list(&case["derived"]).iter().enumerate() {
            let found = derived(forth.series(Metric::new(position).unwrap()).unwrap(), expected);
            assert!(alike(&found, expected), "{name}, metrics[{position}]: {found}, expected {expected}");
        }
    }
}

#[test]
fn sessions_have_one_number_of_all_their_requests() {
    for (name, case) in cases("sessions") {
        let mut session = Session::default();
        let requests = list(&case["requests"]);
        for request in requests {
            session.add(request[0].as_bool().unwrap(), unsigned(&request[1]));
        }
        assert_eq!(session.requests(), requests.len() as u64, "{name}");
        let found = json!([session.failed(), session.worst(), session.geometric_mean()]);
        assert_eq!(found, json!([case["failed"], case["worst"], case["geometric_mean"]]), "{name}");
    }
}

#[test]
fn outcomes_that_do_not_fit_are_refused_by_name() {
    for (name, case) in cases("invalid_outcomes") {
        let mut tally = Tally::new(&kinds(&case["kinds"]));
        let error = tally.record(Timestamp::EPOCH, &outcome(&case["outcome"])).expect_err(&name);
        let found = json!([error.path(), error.kind().code()]);
        assert_eq!(found, json!([case["path"], case["kind"]]), "{name}: {error}");
        assert_eq!(tally.units(), 0, "{name}");
    }
}

#[test]
fn tallies_that_cannot_be_are_refused() {
    let tally = |series: &str| format!(r#"{{"units":10,"metrics":[{series}],"newest":0}}"#);
    assert!(serde_json::from_str::<Tally>(&tally(r#"{"rate":{"units":10,"failures":0}}"#)).is_ok());
    for (name, case) in cases("invalid_series") {
        assert!(serde_json::from_str::<Tally>(&tally(text(&case["json"]))).is_err(), "{name}: {case}");
    }
    for (name, case) in cases("invalid_bytes") {
        assert!(postcard::from_bytes::<Tally>(&unhex(text(&case["bytes"]))).is_err(), "{name}");
    }
}
