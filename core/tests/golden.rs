//! Replays the golden vectors of `testdata/`, which every language replays.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in its helpers"
)]

use rampgate::bucketing::{Allocation, Domain, Key, Unit};
use serde_json::Value;

fn load(text: &str) -> Value {
    serde_json::from_str(text).expect("the vectors are JSON")
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
fn bucketing() {
    let vectors = load(include_str!("../testdata/bucketing.json"));
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
