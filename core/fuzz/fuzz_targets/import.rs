#![no_main]

use libfuzzer_sys::fuzz_target;
use rampgate::rollout::Plan;
use rampgate::rollout::import::{Source, import};

fuzz_target!(|document: &str| {
    for source in Source::ALL {
        match import(source, document) {
            Err(error) => assert!(error.problems().all(|problem| !problem.path().is_empty())),
            Ok(imported) => {
                assert_eq!(Plan::from_json(&imported.document), Ok(imported.plan.clone()));
                assert!(!imported.notes.is_empty(), "each of these tools ends otherwise than a plan does");
                let text = imported.to_json();
                assert!(text.starts_with("{\"source\":") && text.ends_with("]}"));
            }
        }
    }
});
