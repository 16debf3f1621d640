//! What would become of releases, played before they are run.

use crate::error::Thrown;
use rampgate::simulate::rollout;
use wasm_bindgen::prelude::wasm_bindgen;

/// What becomes of releases of a spec in a scenario; both as JSON.
///
/// # Errors
/// What is wrong with the question.
#[wasm_bindgen]
pub fn simulate(question: &str) -> Result<String, Thrown> {
    Ok(rollout::answer(question)?)
}
