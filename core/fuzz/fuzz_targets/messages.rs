#![no_main]

use libfuzzer_sys::fuzz_target;
use rampgate::observe::{Metric, ReplicaId, Series, Tally};
use rampgate::{Share, Timestamp};
use rampgate::release::{Release, Signal};
use rampgate::rollout::Command;

const SPEC: &str = r#"{"rampgate": 1, "name": "fuzz", "flag": {"key": "k", "control": "a", "canary": "b"},
    "stages": [{"exposure": "50%", "min_dwell": "1h"}], "guardrails": [{"name": "errors"}]}"#;

/// Whatever is read as a tally can be written again, and merged with itself.
fn tally(bytes: &[u8]) {
    let Ok((mut tally, _)) = postcard::take_from_bytes::<Tally>(bytes) else { return };
    let again = postcard::to_allocvec(&tally).unwrap();
    assert_eq!(postcard::from_bytes::<Tally>(&again).unwrap(), tally);
    tally.merge(&tally.clone()).unwrap();
    for series in (0..Metric::MAX).filter_map(|n| tally.series(Metric::new(n)?)) {
        match series {
            Series::Distribution(histogram) => {
                let _ = histogram.quantile(Share::ALL);
            }
            Series::Mean(moments) => {
                let _ = moments.variance();
            }
            _ => {}
        }
    }
}

// The checksum is the last eight bytes; the target corrects it, so that what is behind it gets fuzzed as well.
fuzz_target!(|bytes: &[u8]| {
    tally(bytes);
    let mut release = Release::from_json(SPEC, ReplicaId(1)).unwrap();
    let at = Timestamp::from_millis(1_800_000_000_000).unwrap();
    let _ = release.step(at, Command::Start { by: "fuzz".into() }).unwrap();
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
