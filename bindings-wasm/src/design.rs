//! Planned looks.

use crate::convert::json;
use crate::error::Thrown;
use crate::evidence::probability;
use rampgate::canary::group_sequential::{self, Comparison, Sides};
use wasm_bindgen::prelude::wasm_bindgen;

/// Bounds of a trial with planned looks.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Design(group_sequential::Design);

#[wasm_bindgen]
#[expect(missing_docs, reason = "each is the core's method of the same name; js/analysis.d.ts has the words")]
impl Design {
    #[wasm_bindgen(constructor)]
    pub fn new(json: &str) -> Result<Self, Thrown> {
        Ok(Self(group_sequential::Design::from_json(json)?))
    }

    pub fn json(&self) -> Result<String, Thrown> {
        json(&self.0)
    }

    pub fn observed(&self, fractions: &[f64]) -> Result<Self, Thrown> {
        Ok(Self(self.0.observed(fractions)?))
    }

    pub fn concluded(&self, fractions: &[f64]) -> Result<Self, Thrown> {
        Ok(Self(self.0.concluded(fractions)?))
    }

    pub fn crossings(&self, drift: f64) -> Result<String, Thrown> {
        json(&self.0.crossings(drift)?)
    }

    #[wasm_bindgen(js_name = driftFor)]
    pub fn drift_for(&self, power: f64) -> Result<f64, Thrown> {
        Ok(self.0.drift_for(probability("power", power)?)?)
    }

    pub fn inflation(&self, power: f64) -> Result<String, Thrown> {
        json(&self.0.inflation(probability("power", power)?)?)
    }

    pub fn analyse(&self, statistics: &[f64]) -> Result<String, Thrown> {
        json(&self.0.analyse(statistics)?)
    }

    pub fn units(&self, comparison: &str, power: f64) -> Result<String, Thrown> {
        json(&Comparison::from_json(comparison)?.planned(&self.0, probability("power", power)?)?)
    }
}

/// Units that a test with one look needs, as JSON.
///
/// # Errors
/// A comparison with problems; probabilities that are none.
#[wasm_bindgen(js_name = unitsFor)]
pub fn units_for(comparison: &str, alpha: f64, sides: u32, power: f64) -> Result<String, Thrown> {
    let comparison = Comparison::from_json(comparison)?;
    json(&comparison.units(probability("alpha", alpha)?, sides_of(sides), probability("power", power)?))
}

/// Probability that a test with one look finds the difference: in its direction, and in the other.
///
/// # Errors
/// A comparison with problems; a probability that is none; units that nobody has.
#[wasm_bindgen(js_name = powerOf)]
pub fn power_of(comparison: &str, total: f64, alpha: f64, sides: u32) -> Result<Vec<f64>, Thrown> {
    let comparison = Comparison::from_json(comparison)?;
    let (right, wrong) = comparison.power(total, probability("alpha", alpha)?, sides_of(sides))?;
    Ok(vec![right, wrong])
}

/// The other side has checked that it is 1 or 2.
const fn sides_of(sides: u32) -> Sides {
    if sides == 2 { Sides::Two } else { Sides::One }
}
