//! Replays `testdata/together.json`: several flags in one release.

use rampgate::Timestamp;
use rampgate::observe::ReplicaId;
use rampgate::release::Release;
use rampgate::rollout::Command;
use serde_json::{Value, json};

#[test]
fn every_flag_gives_a_unit_what_the_vectors_say() {
    let vectors: Value = serde_json::from_str(include_str!("../testdata/together.json")).unwrap();
    for case in vectors["cases"].as_array().unwrap() {
        let mut release = Release::from_json(&case["spec"].to_string(), ReplicaId(1)).unwrap();
        let _ = release.step(Timestamp::EPOCH, Command::Start { by: "ann".into() }).unwrap();
        for expected in case["units"].as_array().unwrap() {
            let unit = expected["unit"].as_str().unwrap();
            let all = release.assign_all(unit);
            let flags: serde_json::Map<String, Value> = all
                .iter()
                .map(|(key, one)| {
                    assert_eq!(all.of(key), Some(one), "{key}");
                    (key.into(), json!([one.variant, one.reason]))
                })
                .collect();
            let found = json!({"unit": unit, "flags": flags, "arm": all.placement().arm});
            assert_eq!(&found, expected, "{}", case["name"]);
            let first = release.spec().flag().key();
            assert_eq!(all.of(first), Some(release.assign(unit)), "{}", case["name"]);
            assert_eq!(all.of("nobody's"), None);
        }
    }
}
