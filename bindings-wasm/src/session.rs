//! One unit's window of requests.

use rampgate::observe;
use wasm_bindgen::prelude::wasm_bindgen;

/// Requests of which one outcome is made.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Session(observe::Session);

#[wasm_bindgen]
#[expect(missing_docs, reason = "each is the core's method of the same name; js/analysis.d.ts has the words")]
impl Session {
    #[wasm_bindgen(constructor)]
    #[must_use]
    #[expect(clippy::new_without_default, reason = "made by JavaScript alone")]
    pub fn new() -> Self {
        Self(observe::Session::default())
    }

    pub fn add(&mut self, failed: bool, latency: u64) {
        self.0.add(failed, latency);
    }

    #[must_use]
    pub fn failed(&self) -> u64 {
        self.0.failed()
    }

    #[must_use]
    pub fn requests(&self) -> u64 {
        self.0.requests()
    }

    #[must_use]
    pub fn worst(&self) -> Option<u64> {
        self.0.worst()
    }

    #[must_use]
    #[wasm_bindgen(js_name = geometricMean)]
    pub fn geometric_mean(&self) -> Option<u64> {
        self.0.geometric_mean()
    }
}
