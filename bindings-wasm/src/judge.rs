//! The judge of a release, for counts that somebody else keeps.

use crate::convert::json;
use crate::error::Thrown;
use rampgate::canary::Judge;
use wasm_bindgen::prelude::wasm_bindgen;

/// What a judge says of a look, as JSON.
///
/// # Errors
/// Documents with problems; a look at other guardrails than the judge's.
#[wasm_bindgen]
pub fn judge(judge: &str, look: &str) -> Result<String, Thrown> {
    json(&Judge::from_json(judge)?.judge_json(look)?)
}
