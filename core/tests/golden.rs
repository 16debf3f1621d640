//! Replays the golden vectors of `testdata/`, which every language replays.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in its helpers"
)]

use rampgate::Share;
use rampgate::bucketing::{Allocation, Domain, Holdouts, Key, Layer, Target, Unit};
use serde_json::{Value, json};
use std::ops::Range;

fn load() -> Value {
    serde_json::from_str(include_str!("../testdata/bucketing.json")).expect("the vectors are JSON")
}

fn cases<'a>(vectors: &'a Value, list: &str) -> &'a [Value] {
    let cases = vectors[list].as_array().unwrap_or_else(|| panic!("no list `{list}`"));
    assert!(!cases.is_empty(), "`{list}` is empty");
    cases
}

fn integers(list: &Value) -> Vec<u32> {
    list.as_array().unwrap().iter().map(|n| u32::try_from(n.as_u64().unwrap()).unwrap()).collect()
}

#[test]
fn slots_and_weights() {
    let vectors = load();
    for case in cases(&vectors, "slots") {
        let domain = match case["domain"].as_str().unwrap() {
            "exposure" => Domain::Exposure,
            "variant" => Domain::Variant,
            "layer" => Domain::Layer,
            "holdout" => Domain::Holdout,
            other => panic!("unknown domain {other}"),
        };
        let key = Key::new(domain, case["salt"].as_str().unwrap());
        let unit = Unit::new(case["unit"].as_str().unwrap()).unwrap();
        assert_eq!(format!("{:016x}", key.hash(unit)), case["hash"].as_str().unwrap(), "{case}");
        assert_eq!(u64::from(key.slot(unit).get()), case["slot"].as_u64().unwrap(), "{case}");
    }
    for case in cases(&vectors, "allocations") {
        let allocation = Allocation::by_weights(&integers(&case["weights"])).unwrap();
        let mut end = 0;
        let ends: Vec<u32> = (0..allocation.len())
            .map(|variant| {
                allocation.ranges(variant).for_each(|range| {
                    assert_eq!(range.start, end, "{case}");
                    end = range.end;
                });
                end
            })
            .collect();
        assert_eq!(ends, integers(&case["ends"]), "{case}");
    }
    for case in cases(&vectors, "invalid_allocations") {
        let error = Allocation::by_weights(&integers(&case["weights"])).unwrap_err();
        assert_eq!(error.path(), case["path"].as_str().unwrap(), "{case}");
    }
}

/// A list of `[variant, start, end]`.
fn pieces(list: &Value) -> Vec<(usize, Range<u32>)> {
    let piece = |piece: &Value| {
        let [variant, start, end] = integers(piece).try_into().unwrap();
        (variant as usize, start..end)
    };
    list.as_array().unwrap().iter().map(piece).collect()
}

fn targets(list: &Value) -> Vec<Target> {
    let target = |target: &Value| {
        let number = |name: &str| target[name].as_u64();
        let weight = u32::try_from(number("weight").unwrap_or(0)).unwrap();
        let position = |name| number(name).map(|position| usize::try_from(position).unwrap());
        match (position("keep"), position("remove")) {
            (Some(was), None) => Target::Keep { was, weight },
            (None, Some(was)) => Target::Remove { was },
            _ if target["new"] == true => Target::New { weight },
            _ if target["nobody"] == true => Target::Nobody { weight },
            _ => panic!("unknown target {target}"),
        }
    };
    list.as_array().unwrap().iter().map(target).collect()
}

fn paths(error: &rampgate::Error) -> Vec<&str> {
    error.problems().map(rampgate::Problem::path).collect()
}

#[test]
fn rebalances() {
    let vectors = load();
    for case in cases(&vectors, "rebalances") {
        let variants = usize::try_from(case["variants"].as_u64().unwrap()).unwrap();
        let before = Allocation::from_ranges(variants, pieces(&case["before"])).unwrap();
        let targets = targets(&case["targets"]);
        let (after, movement) = before.rebalance(&targets).unwrap();
        let stay = targets.iter().filter(|target| matches!(target, Target::Keep { .. } | Target::New { .. }));
        let expected = Allocation::from_ranges(stay.count(), pieces(&case["after"])).unwrap();
        assert_eq!(after, expected, "{case}");
        assert_eq!(serde_json::to_value(&movement).unwrap(), case["moves"], "{case}");
    }
}

#[test]
fn ranges_and_targets_that_are_refused() {
    let vectors = load();
    for case in cases(&vectors, "invalid_ranges") {
        let variants = usize::try_from(case["variants"].as_u64().unwrap()).unwrap();
        let error = Allocation::from_ranges(variants, pieces(&case["ranges"])).unwrap_err();
        assert_eq!(json!(paths(&error)), case["paths"], "{case}");
    }
    for case in cases(&vectors, "invalid_targets") {
        let before = Allocation::by_weights(&integers(&case["weights"])).unwrap();
        let error = before.rebalance(&targets(&case["targets"])).unwrap_err();
        assert_eq!(json!(paths(&error)), case["paths"], "{case}");
    }
}

#[test]
fn layers() {
    let vectors = load();
    let mut layer = Layer::new("layer").unwrap();
    for case in cases(&vectors, "layer") {
        let name = case["name"].as_str().unwrap();
        let parts = u32::try_from(case["slots"].as_u64().unwrap_or(0)).unwrap();
        let share = Share::from_parts_per_million(parts).unwrap();
        let result = match case["call"].as_str().unwrap() {
            "claim" => layer.claim(name, share),
            "resize" => layer.resize(name, share),
            "release" => layer.release(name),
            other => panic!("unknown call {other}"),
        };
        assert_eq!(result.is_err(), case["refused"].as_bool().unwrap(), "{case}");
        let mut sets = json!({});
        for name in layer.claims() {
            sets[name] = layer.ranges(name).map(|range| json!([range.start, range.end])).collect();
        }
        assert_eq!(sets, case["sets"], "{case}");
        let text = serde_json::to_string(&layer).unwrap();
        assert_eq!(Layer::from_json(&text).unwrap(), layer, "{case}");
    }
}

#[test]
fn holdouts() {
    let vectors = load();
    let holdouts = Holdouts::from_json(&vectors["holdouts"]["holdouts"].to_string()).unwrap();
    for case in cases(&vectors["holdouts"], "units") {
        let unit = Unit::new(case["unit"].as_str().unwrap()).unwrap();
        let tags: Vec<&str> =
            case["tags"].as_array().unwrap().iter().map(|tag| tag.as_str().unwrap()).collect();
        let held = holdouts.held(unit, &tags).map(rampgate::bucketing::Holdout::name);
        assert_eq!(held, case["held"].as_str(), "{case}");
    }
}
