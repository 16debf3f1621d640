//! Other vendors' bucketing, as `js/compat.js` holds it.

use crate::convert::json;
use crate::error::Thrown;
use rampgate::bucketing::compat::{self, Assign};
use wasm_bindgen::prelude::wasm_bindgen;

/// Stands for no variant.
const NONE: u32 = u32::MAX;

/// A scheme in its loaded form.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Scheme(compat::Scheme);

#[wasm_bindgen]
#[expect(missing_docs, reason = "each is the core's method of the same name; js/compat.d.ts has the words")]
impl Scheme {
    #[wasm_bindgen(constructor)]
    pub fn new(document: &str) -> Result<Self, Thrown> {
        Ok(Self(compat::Scheme::from_json(document)?))
    }

    #[must_use]
    pub fn name(&self) -> String {
        self.0.name().into()
    }

    /// The position of each unit's variant.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "lists of texts come by value")]
    pub fn assign(&self, units: Vec<String>) -> Vec<u32> {
        let position = |unit: &String| self.0.assign(unit).and_then(|position| u32::try_from(position).ok());
        units.iter().map(|unit| position(unit).unwrap_or(NONE)).collect()
    }

    /// Units, moved, cells and moves as one JSON list.
    #[expect(clippy::needless_pass_by_value, reason = "lists of texts come by value")]
    pub fn shadow(&self, new: &Self, units: Vec<String>, limit: u32) -> Result<String, Thrown> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let shadow = compat::shadow(&self.0, &new.0, units.iter().map(String::as_str), limit);
        let cells: Vec<_> = shadow.cells().collect();
        let moves: Vec<_> = shadow.moves().iter().map(|one| (one.unit, one.from, one.to)).collect();
        json(&(shadow.units(), shadow.moved(), cells, moves))
    }
}

/// The names of all schemes.
#[wasm_bindgen(js_name = schemeNames)]
#[must_use]
pub fn scheme_names() -> Vec<String> {
    compat::Scheme::names().map(Into::into).collect()
}
