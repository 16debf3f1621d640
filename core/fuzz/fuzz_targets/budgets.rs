#![no_main]

use libfuzzer_sys::fuzz_target;
use rampgate::ErrorKind;
use rampgate::slo::{self, OpenSlo};

fuzz_target!(|text: &str| {
    let alone = OpenSlo::from_json(text);
    let asked = slo::answer(&format!(r#"{{"openslo": {text}}}"#));
    if let Ok(read) = &alone {
        // One level deeper may be too deep; nothing else differs.
        assert!(asked.err().is_none_or(|error| error.kind() == ErrorKind::Syntax));
        assert!(read.unhonoured.iter().all(|part| !part.path.is_empty() && !part.why.is_empty()));
    }
    for error in [alone.err(), slo::answer(text).err()].into_iter().flatten() {
        assert!(error.problems().all(|problem| !problem.path().is_empty()));
    }
});
