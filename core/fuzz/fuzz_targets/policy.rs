#![no_main]

use libfuzzer_sys::fuzz_target;
use rampgate::Timestamp;
use rampgate::slo::Counter;
use rampgate::slo::burn_rate::{Alert, Policy};

fuzz_target!(|document: &str| {
    match Policy::from_json(document) {
        Err(error) => assert!(error.problems().all(|problem| !problem.path().is_empty())),
        Ok(policy) => {
            let decision = policy.evaluate(&Counter::new(), Timestamp::EPOCH, &mut policy.start()).unwrap();
            assert_eq!(decision.alert(), Alert::InsufficientData);
        }
    }
});
