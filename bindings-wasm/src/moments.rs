//! Sums of values and their companions.

use crate::convert::json;
use crate::error::Thrown;
use crate::read::{self, MOMENTS};
use rampgate::observe;
use wasm_bindgen::prelude::wasm_bindgen;

/// Sums from which means and variances follow.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Moments(observe::Moments);

#[wasm_bindgen]
#[expect(missing_docs, reason = "each is the core's method of the same name; js/analysis.d.ts has the words")]
impl Moments {
    /// From the numbers of moments, or none.
    #[wasm_bindgen(constructor)]
    pub fn new(numbers: &[u64]) -> Result<Self, Thrown> {
        let Some((numbers, _)) = numbers.split_first_chunk::<MOMENTS>() else {
            return Ok(Self(observe::Moments::default()));
        };
        let read = read::moments(numbers);
        read.map(Self).ok_or_else(|| Thrown::unread("moments", "must be sums that some values have"))
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
