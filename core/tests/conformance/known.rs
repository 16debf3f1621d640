//! Single bucket values that the vendors publish, and the ones that show where their SDKs disagree.

use crate::{byte_encoding, encoding, float, list, load, text, whole};
use rampgate::bucketing::compat::flagd;
use rampgate::bucketing::compat::growthbook::{GrowthBook, Version};
use rampgate::bucketing::compat::launchdarkly::{Float, LaunchDarkly, Value as BucketBy};
use rampgate::bucketing::compat::optimizely::Optimizely;
use rampgate::bucketing::compat::unleash::Unleash;
use rampgate::bucketing::compat::{ByteEncoding, statsig};
use serde_json::Value;

fn known() -> Value {
    load(include_str!("../../testdata/vendors/known_values.json"))
}

fn entries(value: &Value) -> Vec<(String, Value)> {
    let entries = value.as_object().unwrap_or_else(|| panic!("no object: {value}"));
    assert!(!entries.is_empty());
    entries.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}

#[test]
fn launchdarkly_sha1() {
    let known = &known()["launchdarkly_sha1"];
    let seed = known["seed"].as_i64().unwrap();
    for width in [Float::F32, Float::F64] {
        let keyed = LaunchDarkly::keyed(text(&known["flag"]), text(&known["salt"]), width);
        for (hash, values) in [(keyed, "values"), (LaunchDarkly::seeded(seed, width), "seed_values")] {
            for (unit, expected) in entries(&known[values]) {
                let bucket = hash.bucket(BucketBy::Text(&unit));
                assert!(
                    (bucket - float(&expected)).abs() < float(&known["tolerance"]),
                    "{width:?} {unit}: {bucket}"
                );
            }
        }
    }
}

#[test]
fn optimizely_murmur3() {
    for case in list(&known()["optimizely_murmur3"]["values"]) {
        let hash = Optimizely::new(ByteEncoding::Utf8, text(&case[1]));
        assert_eq!(hash.bucket(text(&case[0])), whole(&case[2]), "{case}");
    }
}

#[test]
fn statsig_sha256() {
    for (unit, expected) in entries(&known()["statsig_sha256_first8"]["values"]) {
        assert_eq!(format!("{:016X}", statsig::evaluation_hash(&unit)), text(&expected), "{unit}");
    }
}

#[test]
fn flagd_murmur3_edges() {
    for (unit, expected) in entries(&known()["flagd_murmur3_edges"]["values"]) {
        for encoding in [flagd::Encoding::Utf8, flagd::Encoding::Overlapped] {
            let rule = flagd::Flagd::new(flagd::Version::V2, encoding, None, &[1]).unwrap();
            assert_eq!(format!("{:08X}", rule.hash(&unit)), text(&expected), "{unit}");
        }
    }
}

#[test]
fn growthbook_non_ascii() {
    for case in list(&known()["growthbook_v2_non_ascii"]["values"]) {
        let hash = GrowthBook::new(Version::V2, encoding(&case[1]), "seed");
        assert_eq!(hash.bucket(text(&case[0])), float(&case[2]), "{case}");
    }
}

#[test]
fn unleash_non_ascii() {
    for case in list(&known()["unleash_normalized_non_ascii"]["values"]) {
        let hash = Unleash::new(byte_encoding(&case[1]), "flag");
        assert_eq!(hash.bucket(text(&case[0])), whole(&case[2]), "{case}");
    }
}
