#![no_main]

use libfuzzer_sys::fuzz_target;
use rampgate::flag::{Context, FlagSet, LintOptions};

fuzz_target!(|document: &str| {
    match FlagSet::from_json(document) {
        Err(error) => assert!(error.problems().all(|problem| !problem.path().is_empty())),
        Ok(set) => {
            let attributes = [("country", "DE".into()), ("age", 18.0.into()), ("app", "1.2.3".into()), ("ip", "10.1.2.3".into())];
            let context = Context::of("unit").with(&attributes);
            let _ = set.lint(&LintOptions::default());
            for flag in set.flags() {
                assert_eq!(flag.explain(&context).outcome, flag.evaluate(&context));
            }
        }
    }
});
