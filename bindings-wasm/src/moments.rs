//! Sums of values and their companions.

use crate::convert::json;
use crate::error::Thrown;
use crate::read::kept;
use rampgate::observe;
use wasm_bindgen::prelude::wasm_bindgen;

/// Sums from which means and variances follow.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Moments(observe::Moments);

#[wasm_bindgen]
#[expect(missing_docs, reason = "each is the core's method of the same name; js/analysis.d.ts has the words")]
impl Moments {
    #[wasm_bindgen(constructor)]
    pub fn new(json: Option<String>) -> Result<Self, Thrown> {
        Ok(Self(json.map_or(Ok(observe::Moments::default()), |text| kept("moments", &text))?))
    }

    pub fn record(&mut self, value: i64, companion: i64) -> Result<(), Thrown> {
        Ok(self.0.record(value, companion)?)
    }

    pub fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }

    #[must_use]
    pub fn units(&self) -> u64 {
        self.0.units()
    }

    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        self.0.mean()
    }

    #[must_use]
    #[wasm_bindgen(js_name = companionMean)]
    pub fn companion_mean(&self) -> Option<f64> {
        self.0.companion_mean()
    }

    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        self.0.variance()
    }

    pub fn json(&self) -> Result<String, Thrown> {
        json(&self.0)
    }
}
