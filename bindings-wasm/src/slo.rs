//! Error budgets alone: counters, budgets, gates, and every question about them.

use crate::convert::{instant, json};
use crate::error::Thrown;
use rampgate::Objective;
use rampgate::slo::{self, Budget, Gate, Reading};
use wasm_bindgen::prelude::wasm_bindgen;

/// Good and bad events of the last 30 days.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Counter(pub(crate) slo::Counter);

#[wasm_bindgen]
#[expect(missing_docs, reason = "each is the core's method of the same name; js/slo.d.ts has the words")]
impl Counter {
    #[wasm_bindgen(constructor)]
    #[must_use]
    #[expect(clippy::new_without_default, reason = "made by JavaScript alone")]
    pub fn new() -> Self {
        Self(slo::Counter::new())
    }

    pub fn record(&mut self, at: f64, good: u64, bad: u64) -> Result<(), Thrown> {
        self.0.record(instant(at)?, good, bad);
        Ok(())
    }

    /// The reading as JSON.
    pub fn read(&self, window: &str, now: f64) -> Result<String, Thrown> {
        json(&self.0.read(window.parse()?, instant(now)?)?)
    }
}

/// The answer to a question about budgets; both as JSON.
///
/// # Errors
/// What is wrong with the question.
#[wasm_bindgen]
pub fn answer(question: &str) -> Result<String, Thrown> {
    Ok(slo::answer(question)?)
}

/// The failures that an objective allows, in parts per billion.
///
/// # Errors
/// A text that is not an objective.
#[wasm_bindgen(js_name = allowedFailure)]
pub fn allowed_failure(objective: &str) -> Result<u32, Thrown> {
    Ok(objective.parse::<Objective>()?.allowed_parts_per_billion())
}

/// What a window's counts spent of a budget, as JSON.
///
/// # Errors
/// Quantities that are malformed, out of range or do not fit each other.
#[wasm_bindgen]
pub fn budget(
    objective: &str,
    period: &str,
    at_risk: Option<String>,
    window: &str,
    watched: &str,
    good: u64,
    bad: u64,
) -> Result<String, Thrown> {
    let budget = Budget::of(objective.parse()?, period.parse()?, &reading(window, watched, good, bad)?)?;
    json(&match at_risk {
        None => budget,
        Some(share) => budget.with_at_risk(share.parse()?),
    })
}

/// What a gate says of a rise of exposure, as JSON.
///
/// # Errors
/// A gate with problems; quantities that are malformed, out of range or do not fit each other.
#[wasm_bindgen(js_name = askGate)]
pub fn ask_gate(
    gate: &str,
    window: &str,
    watched: &str,
    good: u64,
    bad: u64,
    current: &str,
    asked: &str,
) -> Result<String, Thrown> {
    let reading = reading(window, watched, good, bad)?;
    json(&Gate::from_json(gate)?.ask(&reading, current.parse()?, asked.parse()?))
}

fn reading(window: &str, watched: &str, good: u64, bad: u64) -> Result<Reading, Thrown> {
    Ok(Reading::of(window.parse()?, watched.parse()?, good, bad)?)
}
