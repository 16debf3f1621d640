//! Kayenta's judge, and its rank test.

use crate::convert::json;
use crate::error::Thrown;
use rampgate::canary::classic::{Comparison, Config};
use wasm_bindgen::prelude::wasm_bindgen;

/// What the classic judge says of what both arms measured, as JSON.
///
/// # Errors
/// Documents with problems; data that is not of the configuration.
#[wasm_bindgen(js_name = judgeClassic)]
pub fn judge_classic(config: &str, data: &str) -> Result<String, Thrown> {
    json(&Config::from_json(config)?.judge_json(data)?)
}

/// The rank test of two samples, as JSON.
///
/// # Errors
/// A question with problems.
#[wasm_bindgen(js_name = rankTest)]
pub fn rank_test(question: &str) -> Result<String, Thrown> {
    json(&Comparison::from_json(question)?)
}
