//! Burn-rate policies over a counter.

use crate::convert::{instant, json};
use crate::error::Thrown;
use crate::slo::Counter;
use rampgate::slo::burn_rate::{self, AlertState};
use wasm_bindgen::prelude::wasm_bindgen;

/// When to alert on how fast a budget is spent.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Policy(burn_rate::Policy);

#[wasm_bindgen]
#[expect(missing_docs, reason = "each is the core's method of the same name; js/slo.d.ts has the words")]
impl Policy {
    #[wasm_bindgen(constructor)]
    pub fn new(document: &str) -> Result<Self, Thrown> {
        Ok(Self(burn_rate::Policy::from_json(document)?))
    }

    /// The policy with its rows.
    pub fn shown(&self) -> Result<String, Thrown> {
        json(&self.0)
    }

    /// The state of a policy that has not been evaluated yet.
    pub fn start(&self) -> Result<String, Thrown> {
        json(&self.0.start())
    }

    /// The decision, and the state after it.
    pub fn evaluate(&self, counter: &Counter, now: f64, state: &str) -> Result<String, Thrown> {
        let mut state = AlertState::from_json(state)?;
        let decision = self.0.evaluate(&counter.0, instant(now)?, &mut state)?;
        Ok(format!(r#"{{"decision":{},"state":{}}}"#, json(&decision)?, json(&state)?))
    }
}
