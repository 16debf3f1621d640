//! Replays `testdata/flags.json`, which every language replays: what an evaluator of its own says of random documents and contexts.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, also in its helpers")]

use rampgate::Timestamp;
use rampgate::flag::{Context, FlagSet, Value};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value as Json;

/// A JSON value as an attribute. The items of a list are leaked: an attribute borrows, and a test ends soon.
fn attribute(json: &Json) -> Value<'_> {
    match json {
        Json::String(text) => Value::Text(text),
        Json::Number(number) => Value::Number(number.as_f64().unwrap()),
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Array(items) => Value::List(items.iter().map(attribute).collect::<Vec<_>>().leak()),
        Json::Object(fields) => Value::Time(fields["time"].as_str().unwrap().parse::<Timestamp>().unwrap()),
        Json::Null => panic!("no attribute is null"),
    }
}

#[test]
fn flags() {
    let vectors: Json = serde_json::from_str(include_str!("../testdata/flags.json")).unwrap();
    assert_eq!(vectors["version"], "rampgate-flags-1");
    let mut outcomes = 0;
    for case in vectors["sets"].as_array().unwrap() {
        let set = FlagSet::from_json(&case["document"].to_string()).unwrap();
        for case in case["cases"].as_array().unwrap() {
            let json = &case["context"];
            let attributes: Vec<(&str, Value<'_>)> = json["attributes"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, json)| (name.as_str(), attribute(json)))
                .collect();
            let none = Vec::new();
            let sticky = json["sticky"].as_array().unwrap_or(&none).iter();
            let sticky: Vec<(&str, &str)> =
                sticky.map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap())).collect();
            let mut context = Context::of(json["unit"].as_str().unwrap()).with(&attributes).sticky(&sticky);
            if let Some(now) = json["now"].as_str() {
                context = context.at(now.parse().unwrap());
            }
            for (key, expected) in case["outcomes"].as_object().unwrap() {
                let flag = set.flag(key).unwrap();
                let outcome = flag.evaluate(&context);
                let place = format!("{key} for {json}");
                assert_eq!(outcome.variant(), expected["variant"], "{place}");
                assert_eq!(serde_json::to_value(outcome.reason()).unwrap(), expected["reason"], "{place}");
                assert_eq!(outcome.rule().map(u64::from), expected["rule"].as_u64(), "{place}");
                let dedupe = outcome.exposure(&context).map(|exposure| format!("{:016x}", exposure.dedupe));
                assert_eq!(dedupe.as_deref(), expected["dedupe"].as_str(), "{place}");
                let explanation = flag.explain(&context);
                assert_eq!(explanation.outcome, outcome, "{place}");
                assert!(!explanation.steps.is_empty());
                outcomes += 1;
            }
        }
    }
    assert!(outcomes > 500, "only {outcomes} outcomes");
}

/// Cuts, repeats and swaps pieces of the documents above: each result loads or is refused with a path, and one that loads can be evaluated,
/// explained and linted.
#[test]
fn mangled_documents_are_refused_with_a_path_or_work() {
    let vectors: Json = serde_json::from_str(include_str!("../testdata/flags.json")).unwrap();
    let documents: Vec<String> =
        vectors["sets"].as_array().unwrap().iter().map(|case| case["document"].to_string()).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (mut loaded, mut refused) = (0, 0);
    for _ in 0..4_000 {
        let mut text = documents[rng.random_range(0..documents.len())].clone();
        for _ in 0..rng.random_range(1..4) {
            let mut place = || {
                let mut at = rng.random_range(0..=text.len());
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                at
            };
            let (from, to, into) = (place(), place(), place());
            let piece = text[from.min(to)..from.max(to)].chars().take(40).collect::<String>();
            match rng.random_range(0..3) {
                0 => text.insert_str(into, &piece),
                1 => text = text.replacen(&piece, "", 1),
                _ => text = text.replacen(['0', '1', 'o', 'a'][rng.random_range(0..4)], "7", 1),
            }
        }
        match FlagSet::from_json(&text) {
            Err(error) => {
                assert!(error.problems().all(|problem| !problem.path().is_empty()), "{error}");
                refused += 1;
            }
            Ok(set) => {
                let context = Context::of("u1");
                let _ = set.lint(&rampgate::flag::LintOptions::default());
                for flag in set.flags() {
                    assert_eq!(flag.explain(&context).outcome, flag.evaluate(&context));
                }
                loaded += 1;
            }
        }
    }
    assert!(loaded > 100 && refused > 1_000, "{loaded} loaded, {refused} refused");
}
