#![no_main]

use libfuzzer_sys::fuzz_target;
use rampgate::Timestamp;
use rampgate::observe::ReplicaId;
use rampgate::release::{Release, Signal};

const SPEC: &str = r#"{"rampgate": 1, "name": "fuzz", "flag": {"key": "k", "control": "a", "canary": "b"},
    "stages": [{"exposure": "50%", "min_dwell": "1h"}], "guardrails": [{"name": "errors"}]}"#;

/// The checksum is the last eight bytes; the target corrects it, so that what is behind it gets fuzzed as well.
fuzz_target!(|bytes: &[u8]| {
    let mut release = Release::from_json(SPEC, ReplicaId(1)).unwrap();
    let at = Timestamp::from_millis(1_800_000_000_000).unwrap();
    let _ = release.step(at, Signal::Start { by: "fuzz".into() }).unwrap();
    let mut message = bytes.to_vec();
    for kind in [b'd', b'r', b's'] {
        for honest in [false, true] {
            if honest {
                let sound = release.directive().unwrap();
                message = sound[..13].to_vec();
                message[4] = kind;
                message.extend(bytes);
                let sum = siphasher::sip::SipHasher13::new().hash(&message);
                message.extend(sum.to_le_bytes());
            }
            let _ = release.clone().merge(&message);
            if release.clone().follow(&message).is_ok() {
                let mut followed = release.clone();
                followed.follow(&message).unwrap();
                let _ = followed.assign("unit");
            }
            if let Ok(mut resumed) = Release::resume(SPEC, &message, ReplicaId(99)) {
                let _ = resumed.step(Timestamp::MAX, Signal::Tick);
            }
        }
    }
});
