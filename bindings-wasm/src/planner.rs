//! The plan of a release, from what it is to fulfil.

use crate::error::Thrown;
use rampgate::simulate::planner;
use wasm_bindgen::prelude::wasm_bindgen;

/// The plan that fulfils a goal, or what would be enough; both as JSON.
///
/// # Errors
/// What is wrong with the goal.
#[wasm_bindgen]
pub fn plan(goal: &str) -> Result<String, Thrown> {
    Ok(planner::answer(goal)?)
}
