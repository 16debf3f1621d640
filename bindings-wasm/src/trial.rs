//! Power: trials that are played with the judge itself.

use crate::convert::json;
use crate::error::Thrown;
use rampgate::Probability;
use rampgate::simulate::power::{self, Runs};
use wasm_bindgen::prelude::wasm_bindgen;

/// A release that is played to see what its judge makes of it.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Trial(power::Trial);

fn probability(value: f64) -> Result<Probability, Thrown> {
    Probability::new(value).map_err(|error| Thrown::renamed("power", &error))
}

#[wasm_bindgen]
#[expect(missing_docs, reason = "each is the core's method of the same name; js/planning.d.ts has the words")]
impl Trial {
    #[wasm_bindgen(constructor)]
    pub fn new(json: &str) -> Result<Self, Thrown> {
        Ok(Self(power::Trial::from_json(json)?))
    }

    pub fn detection(&self, ratio: f64, runs: u32, seed: u64) -> Result<String, Thrown> {
        json(&self.0.detection(ratio, Runs::new(runs, seed)?)?)
    }

    pub fn safety(&self, ratio: f64, runs: u32, seed: u64) -> Result<String, Thrown> {
        json(&self.0.safety(ratio, Runs::new(runs, seed)?)?)
    }

    #[wasm_bindgen(js_name = unitsNeeded)]
    pub fn units_needed(&self, ratio: f64, power: f64, runs: u32, seed: u64) -> Result<String, Thrown> {
        json(&self.0.units_needed(ratio, probability(power)?, Runs::new(runs, seed)?)?)
    }

    #[wasm_bindgen(js_name = unitsToSafety)]
    pub fn units_to_safety(&self, ratio: f64, power: f64, runs: u32, seed: u64) -> Result<String, Thrown> {
        json(&self.0.units_to_safety(ratio, probability(power)?, Runs::new(runs, seed)?)?)
    }

    #[wasm_bindgen(js_name = smallestEffect)]
    pub fn smallest_effect(&self, power: f64, runs: u32, seed: u64) -> Result<String, Thrown> {
        json(&self.0.smallest_effect(probability(power)?, Runs::new(runs, seed)?)?)
    }
}
