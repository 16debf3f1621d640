//! A layer, as `js/layer.js` holds it.

use crate::error::Thrown;
use rampgate::Share;
use rampgate::bucketing::{self, Unit};
use wasm_bindgen::prelude::wasm_bindgen;

/// A pool of slots from which flags claim their own.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Layer(bucketing::Layer);

#[wasm_bindgen]
#[expect(missing_docs, reason = "each is the core's method of the same name; js/flags.d.ts has the words")]
impl Layer {
    #[wasm_bindgen(constructor)]
    pub fn new(document: &str) -> Result<Self, Thrown> {
        Ok(Self(bucketing::Layer::from_json(document)?))
    }

    pub fn claim(&mut self, name: &str, share: &str) -> Result<(), Thrown> {
        Ok(self.0.claim(name, share.parse::<Share>()?)?)
    }

    pub fn resize(&mut self, name: &str, share: &str) -> Result<(), Thrown> {
        Ok(self.0.resize(name, share.parse::<Share>()?)?)
    }

    pub fn release(&mut self, name: &str) -> Result<(), Thrown> {
        Ok(self.0.release(name)?)
    }

    #[must_use]
    pub fn owner(&self, unit: &str) -> Option<String> {
        let slot = self.0.slot(Unit::new(unit)?);
        self.0.owner(slot).map(Into::into)
    }

    #[must_use]
    pub fn claims(&self) -> Vec<String> {
        self.0.claims().map(Into::into).collect()
    }

    /// The ranges of a claim, as pairs.
    #[must_use]
    pub fn ranges(&self, claim: &str) -> Vec<u32> {
        self.0.ranges(claim).flat_map(|range| [range.start, range.end]).collect()
    }
}
