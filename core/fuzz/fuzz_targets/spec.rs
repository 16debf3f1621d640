#![no_main]

use libfuzzer_sys::fuzz_target;
use rampgate::Timestamp;
use rampgate::observe::{Outcome, ReplicaId};
use rampgate::release::{Release, Signal};
use rampgate::rollout::Command;

fuzz_target!(|spec: &str| {
    match Release::from_json(spec, ReplicaId(1)) {
        Err(error) => assert!(error.problems().all(|problem| !problem.path().is_empty())),
        Ok(mut release) => {
            let at = Timestamp::from_millis(1_800_000_000_000).unwrap();
            let _ = release.step(at, Command::Start { by: "fuzz".into() }).unwrap();
            let placement = release.assign("unit").placement;
            release.record(placement, at, Outcome::good()).unwrap();
            let _ = release.step(at, Signal::Tick).unwrap();
            let state = release.state().unwrap();
            Release::resume(spec, &state, ReplicaId(2)).unwrap();
        }
    }
});
