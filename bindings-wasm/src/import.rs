//! Plans from other tools' documents.

use crate::error::Thrown;
use rampgate::rollout::import;
use wasm_bindgen::prelude::wasm_bindgen;

/// The plan that a document of another tool comes to, and what it does not carry, as JSON.
///
/// # Errors
/// A source that is none; a document that is not the source's, or that no plan can hold.
#[wasm_bindgen(js_name = importPlan)]
pub fn import_plan(source: &str, document: &str) -> Result<String, Thrown> {
    Ok(import::import(source.parse()?, document)?.to_json())
}
