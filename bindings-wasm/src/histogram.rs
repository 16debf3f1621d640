//! How often values fell into each bin.

use crate::convert::json;
use crate::error::Thrown;
use crate::read::histograms;
use rampgate::observe;
use wasm_bindgen::prelude::wasm_bindgen;

/// Counts of values by bin.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Histogram(observe::Histogram);

#[wasm_bindgen]
#[expect(missing_docs, reason = "each is the core's method of the same name; js/analysis.d.ts has the words")]
impl Histogram {
    /// From the numbers of a histogram, or none.
    #[wasm_bindgen(constructor)]
    pub fn new(numbers: &[u64]) -> Result<Self, Thrown> {
        let read = histograms(numbers, |_| "histogram".into())?;
        Ok(Self(read.into_iter().next().unwrap_or_default()))
    }

    pub fn record(&mut self, value: u64, times: u64) {
        self.0.record_many(value, times);
    }

    pub fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }

    #[must_use]
    pub fn units(&self) -> u64 {
        self.0.units()
    }

    /// As JSON.
    pub fn quantile(&self, level: &str) -> Result<String, Thrown> {
        let level = level.parse().map_err(|error| Thrown::renamed("level", &error))?;
        json(&self.0.quantile(level))
    }

    pub fn json(&self) -> Result<String, Thrown> {
        json(&self.0)
    }
}

/// The bin of a value, and the smallest value of that bin.
#[wasm_bindgen(js_name = binOf)]
#[must_use]
pub fn bin_of(value: u64) -> Vec<u64> {
    let bin = observe::Histogram::bin_of(value);
    vec![bin as u64, observe::Histogram::lower_edge(bin)]
}
