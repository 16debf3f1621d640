//! Documents that are damaged anywhere: an import never panics, never loses a value without a word, and never drops a gate by itself.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use proptest::prelude::*;
use rampgate::Error;
use rampgate::rollout::import::{Fate, Imported, Source, import};
use rampgate::rollout::{Plan, Requirement};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/imports.json");

/// The documents of the vectors, sound and refused.
fn documents() -> Vec<(Source, Value)> {
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    let [sound, refused] =
        ["imports", "refused"].map(|part| vectors.get(part).and_then(Value::as_array).unwrap());
    let all = sound.iter().chain(refused);
    all.map(|case| {
        let document = serde_json::from_str(case["document"].as_str().unwrap()).unwrap();
        (case["source"].as_str().unwrap().parse().unwrap(), document)
    })
    .collect()
}

fn below(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    match (plain, path.is_empty()) {
        (true, true) => key.into(),
        (true, false) => format!("{path}.{key}"),
        (false, _) => format!("{path}[\"{}\"]", key.escape_debug()),
    }
}

/// Calls `visit` with the path of each value, and whether it holds no others.
fn walk(path: &str, value: &Value, visit: &mut impl FnMut(&str, bool, &Value)) {
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(key, part)| (below(path, key), part)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(at, part)| (format!("{path}[{at}]"), part)).collect()
        }
        _ => Vec::new(),
    };
    visit(if path.is_empty() { "document" } else { path }, parts.is_empty(), value);
    parts.iter().for_each(|(path, part)| walk(path, part, visit));
}

/// Each leaf is carried, or under a note that speaks for all that its value holds; each path is one of the document's.
fn accounts_for_everything(document: &Value, imported: &Imported) {
    let carried: BTreeSet<&str> = imported.carried.iter().map(String::as_str).collect();
    let noted: BTreeSet<&str> = imported
        .notes
        .iter()
        .filter(|note| note.fate != Fate::Supplied)
        .map(|note| note.path.as_str())
        .collect();
    let covers = |path: &str| {
        let ends = path.char_indices().filter(|(_, c)| matches!(c, '.' | '[')).map(|(at, _)| &path[..at]);
        noted.contains("document")
            || noted.contains(path)
            || ends.into_iter().any(|part| noted.contains(part))
    };
    let mut paths = BTreeSet::new();
    walk("", document, &mut |path, leaf, _| {
        paths.insert(path.to_owned());
        assert!(!leaf || carried.contains(path) || covers(path), "{path} is lost of {document}");
        assert!(
            !carried.contains(path) || !covers(path) || noted.contains(path),
            "{path} is told twice of {document}"
        );
    });
    assert_eq!(carried.len(), imported.carried.len(), "{document}");
    for path in carried.iter().copied().chain(imported.notes.iter().map(|note| note.path.as_str())) {
        assert!(paths.contains(path), "{path} is not in {document}");
    }
}

/// Problems stand at values of the document, or at what is missing in one.
fn points_into(document: &Value, error: &Error) {
    let mut paths = BTreeSet::new();
    walk("", document, &mut |path, _, _| {
        paths.insert(path.to_owned());
    });
    for problem in error.problems() {
        let missing = problem.rule() == "must be given";
        let within = problem.path().rsplit_once('.').map_or("document", |(within, _)| within);
        let at = if missing { within } else { problem.path() };
        assert!(paths.contains(at), "{} is not in {document}", problem.path());
    }
}

/// Whether the document names something that judges the new version while it is exposed.
fn judges(source: Source, document: &Value) -> bool {
    let mut found = matches!(source, Source::AppConfig | Source::CodeDeploy);
    walk("", document, &mut |path, _, value| {
        let (within, name) = path.rsplit_once('.').unwrap_or_default();
        let list = within.rsplit_once('[').map_or("", |(list, _)| list);
        let canary = within.ends_with("spec.strategy.canary");
        let step = within.ends_with(']') && list.ends_with("spec.strategy.canary.steps");
        let switch = within.ends_with("spec.strategy.blueGreen");
        found |= match (source, name) {
            (Source::ArgoRollouts, "analysis") => (canary || step) && !value.is_null(),
            (Source::ArgoRollouts, "plugin") => step && !value.is_null(),
            (Source::ArgoRollouts, "prePromotionAnalysis" | "postPromotionAnalysis") => {
                switch && !value.is_null()
            }
            (Source::Flagger, "metrics") => {
                let analysis = within.ends_with("spec.analysis") || within.ends_with("spec.canaryAnalysis");
                analysis && value.as_array().is_some_and(|metrics| !metrics.is_empty())
            }
            _ => false,
        };
    });
    found
}

fn check(source: Source, document: &Value) {
    match import(source, &document.to_string()) {
        Err(error) => points_into(document, &error),
        Ok(imported) => {
            accounts_for_everything(document, &imported);
            assert_eq!(Plan::from_json(&imported.document), Ok(imported.plan.clone()));
            serde_json::from_str::<Value>(&imported.to_json()).unwrap();
            let stages = imported.plan.stages();
            assert_eq!(imported.plan.cap().to_string(), "100%");
            let unmonitored =
                stages.iter().filter(|stage| stage.requires() == Requirement::Unmonitored).count();
            assert!(unmonitored == 0 || unmonitored == stages.len(), "{document}");
            assert!(unmonitored == 0 || !judges(source, document), "{document}");
            let told = imported.notes.iter().any(|note| note.why.contains("`unmonitored`"));
            assert_eq!(unmonitored > 0, told, "{document}");
        }
    }
}

/// JSON pointers to all values.
fn pointers(at: &str, value: &Value, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, part)| {
            pointers(&format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), part, into);
        }),
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(number, part)| pointers(&format!("{at}/{number}"), part, into));
        }
        _ => {}
    }
}

/// Replaces the value at the pointer, or removes it.
fn damage(document: &mut Value, pointer: &str, with: Option<&Value>) {
    if let Some(with) = with {
        *document.pointer_mut(pointer).unwrap() = with.clone();
        return;
    }
    let Some((within, last)) = pointer.rsplit_once('/') else { return };
    match document.pointer_mut(within).unwrap() {
        Value::Object(fields) => {
            fields.remove(&last.replace("~1", "/").replace("~0", "~")).unwrap();
        }
        Value::Array(items) => {
            items.remove(last.parse().unwrap());
        }
        _ => {}
    }
}

fn odd() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        Just(None),
        Just(Some(Value::Null)),
        Just(Some(json!({}))),
        Just(Some(json!([]))),
        Just(Some(json!([{"name": "x"}]))),
        Just(Some(json!({"analysis": {"templates": []}}))),
        Just(Some(json!({"pause": {"duration": "1e3s"}}))),
        any::<bool>().prop_map(|value| Some(value.into())),
        any::<i64>().prop_map(|value| Some(value.into())),
        (-3..130_i64).prop_map(|value| Some(value.into())),
        any::<f64>().prop_map(|value| Some(json!(value))),
        "[0-9.]{0,6}(h|m|s|ms|us|µs|d|%)?".prop_map(|text| Some(text.into())),
        "\\PC{0,8}".prop_map(|text| Some(text.into())),
    ]
}

#[test]
fn every_document_of_the_vectors_is_accounted_for() {
    for (source, document) in documents() {
        check(source, &document);
        for other in Source::ALL {
            check(other, &document);
        }
    }
}

#[test]
fn one_value_gone_or_null_anywhere_is_told_or_refused() {
    for (source, document) in documents() {
        let mut places = Vec::new();
        pointers("", &document, &mut places);
        for place in &places {
            for with in [None, Some(Value::Null), Some(json!({})), Some(json!(-1)), Some(json!("0"))] {
                let mut damaged = document.clone();
                damage(&mut damaged, place, with.as_ref());
                check(source, &damaged);
            }
        }
    }
}

#[test]
fn an_analysis_more_never_asks_for_less() {
    let strength = |requirement: Requirement| match requirement {
        Requirement::Unmonitored => 0,
        Requirement::NoHarm => 1,
        Requirement::Safe => 2,
    };
    let mut compared = 0;
    for (source, document) in documents() {
        let Ok(before) = import(source, &document.to_string()) else { continue };
        for (place, addition) in [
            ("/spec/strategy/canary", json!({"analysis": {}})),
            ("/spec/strategy/canary/steps", json!({"analysis": {}})),
            ("/spec/strategy/canary/steps", json!({"plugin": {}})),
            ("/spec/strategy/blueGreen", json!({"prePromotionAnalysis": {}})),
            ("/spec/strategy/blueGreen", json!({"postPromotionAnalysis": {}})),
            ("/spec/analysis/metrics", json!({"name": "a"})),
            ("/spec/analysis", json!({"metrics": [{"name": "a"}]})),
            ("/spec/analysis/webhooks", json!({"type": "rollout"})),
        ] {
            let mut more = document.clone();
            match more.pointer_mut(place) {
                Some(Value::Object(fields)) => fields.extend(addition.as_object().unwrap().clone()),
                Some(Value::Array(items)) => items.push(addition),
                _ => continue,
            }
            let after = import(source, &more.to_string()).unwrap();
            assert_eq!(before.plan.stages().len(), after.plan.stages().len(), "{more}");
            for (old, new) in before.plan.stages().iter().zip(after.plan.stages()) {
                assert_eq!((old.exposure(), old.approval()), (new.exposure(), new.approval()), "{more}");
                assert!(strength(new.requires()) > 0, "{more}");
                assert!(strength(old.requires()) <= strength(new.requires()), "{more}");
                assert!(old.min_dwell() <= new.min_dwell() && old.min_units() <= new.min_units(), "{more}");
            }
            compared += 1;
        }
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn large_documents_are_read_in_proportion_to_their_size() {
    let steps: Vec<Value> =
        (0..50_000).map(|_| json!({"pause": {"duration": "1s"}, "odd": [1, {"two": 2}]})).collect();
    let document = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
        "spec": {"strategy": {"canary": {"steps": steps}}},
    });
    let imported = import(Source::ArgoRollouts, &document.to_string()).unwrap();
    assert_eq!(imported.plan.stages().len(), 1);
    assert_eq!(imported.notes.len(), 2 + 2 * 50_000);
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(import(Source::Flagger, &deep).unwrap_err().path(), "flagger");
}

proptest! {
    #[test]
    fn damaged_documents_are_told_or_refused(
        number in any::<prop::sample::Index>(),
        damages in prop::collection::vec((any::<prop::sample::Index>(), odd()), 1..4),
    ) {
        let documents = documents();
        let (source, mut document) = documents[number.index(documents.len())].clone();
        for (place, with) in damages {
            let mut places = Vec::new();
            pointers("", &document, &mut places);
            damage(&mut document, &places[place.index(places.len())], with.as_ref());
        }
        check(source, &document);
    }

    #[test]
    fn texts_that_are_anything_are_told_or_refused(text in "\\PC{0,40}") {
        for source in Source::ALL {
            let _ = import(source, &text);
            check(source, &Value::from(text.as_str()));
        }
    }
}
