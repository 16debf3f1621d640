//! The replay of a rollout's log.

use crate::convert::json;
use crate::error::Thrown;
use rampgate::rollout::{Event, Plan, replay};
use wasm_bindgen::prelude::wasm_bindgen;

/// Every decision that a plan takes over a log of events; all three as JSON.
///
/// # Errors
/// A plan with problems, events that are not of this form, the first event that cannot be applied.
#[wasm_bindgen(js_name = replayRollout)]
pub fn replay_rollout(plan: &str, events: &str) -> Result<String, Thrown> {
    let plan = Plan::from_json(plan)?;
    let (_, decisions) = replay(&plan, &Event::log_from_json(events)?)?;
    json(&decisions)
}
