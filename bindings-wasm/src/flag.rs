//! A flag alone, as `js/flag.js` holds it.

use crate::desk::Desk;
use crate::error::Thrown;
use rampgate::flag;
use rampgate::release::Placement;
use wasm_bindgen::prelude::wasm_bindgen;

/// A flag in its loaded form.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Flag(flag::Flag);

#[wasm_bindgen]
#[expect(missing_docs, reason = "each is the core's method of the same name; js/index.d.ts has the words")]
impl Flag {
    #[wasm_bindgen(constructor)]
    pub fn new(document: &str) -> Result<Self, Thrown> {
        Ok(Self(flag::Flag::from_json(document)?))
    }

    #[must_use]
    pub fn key(&self) -> String {
        self.0.key().into()
    }

    #[must_use]
    pub fn variants(&self) -> Vec<String> {
        self.0.variants().map(Into::into).collect()
    }

    /// Evaluates the unit in the first `length` bytes of the desk, and puts the answer there.
    pub fn evaluate(&self, desk: &mut Desk, length: usize) {
        let evaluation = self.0.evaluate(desk.unit(length));
        desk.put(evaluation.index(), evaluation.reason(), Placement { cohort: 0, arm: None });
    }
}
