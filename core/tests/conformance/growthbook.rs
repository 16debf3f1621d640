//! GrowthBook's own primitives: the groups of `packages/sdk-js/test/cases.json` that bucketing decides.

use crate::{float, list, load, text};
use rampgate::bucketing::compat::Encoding;
use rampgate::bucketing::compat::growthbook::{GrowthBook, Namespace, Ranges, Version, equal_weights};
use serde_json::Value;

fn group<'a>(vectors: &'a Value, name: &str, count: usize) -> &'a [Value] {
    let cases = list(&vectors["groups"][name]);
    assert_eq!(cases.len(), count, "cases of `{name}`");
    cases
}

fn vectors() -> Value {
    load(include_str!("../../testdata/vendors/growthbook.json"))
}

/// The vendor's tests round both sides before they compare.
fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6
}

fn pairs(value: &Value) -> Vec<(f64, f64)> {
    list(value).iter().map(|pair| (float(&pair[0]), float(&pair[1]))).collect()
}

#[test]
fn hash() {
    // all units and seeds are ASCII, so every encoding has to agree
    for encoding in [Encoding::Utf16, Encoding::CodePoint, Encoding::Utf8] {
        for case in group(&vectors(), "hash", 15) {
            let version = Version::try_from(crate::whole(&case[2]));
            match &case[3] {
                Value::Null => assert!(version.is_err(), "{case}"),
                expected => {
                    let hash = GrowthBook::new(version.unwrap(), encoding, text(&case[0]));
                    assert_eq!(hash.bucket(text(&case[1])), float(expected), "{case}");
                }
            }
        }
    }
}

#[test]
fn get_bucket_range() {
    for case in group(&vectors(), "getBucketRange", 13) {
        let count = usize::try_from(case[1][0].as_u64().unwrap()).unwrap();
        let weights = case[1][2].as_array().map(|list| list.iter().map(float).collect::<Vec<_>>());
        let ranges = Ranges::by_weights(count, float(&case[1][1]), weights.as_deref()).unwrap();
        let expected = pairs(&case[2]);
        assert_eq!(ranges.as_slice().len(), expected.len(), "{case}");
        for (ours, theirs) in ranges.as_slice().iter().zip(&expected) {
            assert!(near(ours.0, theirs.0) && near(ours.1, theirs.1), "{case}: {ours:?}");
        }
    }
}

#[test]
fn choose_variation() {
    for case in group(&vectors(), "chooseVariation", 13) {
        let chosen = Ranges::new(&pairs(&case[2])).unwrap().choose(float(&case[1]));
        assert_eq!(chosen, usize::try_from(case[3].as_i64().unwrap()).ok(), "{case}");
    }
}

#[test]
fn in_namespace() {
    for case in group(&vectors(), "inNamespace", 16) {
        let [id, start, end] = list(&case[2]) else { panic!("{case}") };
        let namespace = Namespace::new(Encoding::Utf16, text(id), float(start), float(end)).unwrap();
        assert_eq!(namespace.includes(text(&case[1])), case[3].as_bool().unwrap(), "{case}");
    }
}

#[test]
fn get_equal_weights() {
    for case in group(&vectors(), "getEqualWeights", 6) {
        let count = usize::try_from(case[0].as_i64().unwrap()).unwrap_or(0); // a negative count is none
        let (ours, theirs) = (equal_weights(count), list(&case[1]));
        assert_eq!(ours.len(), theirs.len(), "{case}");
        assert!(ours.iter().zip(theirs).all(|(ours, theirs)| near(*ours, float(theirs))), "{case}");
    }
}
