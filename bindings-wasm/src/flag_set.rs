//! The flags of a document, as `js/flags.js` holds them.

use crate::context::{four_texts, with_context};
use crate::convert::{instant, json};
use crate::desk::{Desk, outcome_code};
use crate::error::Thrown;
use rampgate::Timestamp;
use rampgate::flag::{self, Context, Exposure, LintOptions};
use wasm_bindgen::prelude::wasm_bindgen;

/// Flags in their loaded form. A flag is known by its position.
///
/// The unit is in the first `unit` bytes of the desk and the rest of the context in those up to `length`; see `src/context.rs`.
/// `now` is not a number where there is none.
#[wasm_bindgen]
#[derive(Debug)]
pub struct FlagSet(flag::FlagSet);

#[wasm_bindgen]
#[expect(missing_docs, reason = "each is the core's method of the same name; js/index.d.ts has the words")]
impl FlagSet {
    #[wasm_bindgen(constructor)]
    pub fn new(document: &str) -> Result<Self, Thrown> {
        Ok(Self(flag::FlagSet::from_json(document)?))
    }

    #[must_use]
    pub fn version(&self) -> u64 {
        self.0.version()
    }

    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.0.flags().map(|flag| flag.key().into()).collect()
    }

    #[must_use]
    pub fn variants(&self, flag: u32) -> Vec<String> {
        self.0.flag_at(flag).map(|flag| flag.variants().map(Into::into).collect()).unwrap_or_default()
    }

    /// Puts the answer on the desk.
    pub fn evaluate(&self, flag: u32, desk: &mut Desk, unit: usize, length: usize, now: f64) {
        let mut outcome = None;
        self.ask(desk, unit, length, now, &mut |context| {
            outcome = self.0.flag_at(flag).map(|flag| flag.evaluate(context));
        });
        if let Some(outcome) = outcome {
            desk.put_outcome(&outcome);
        }
    }

    /// The first five numbers of each flag's answer.
    #[wasm_bindgen(js_name = evaluateAll)]
    #[must_use]
    pub fn evaluate_all(&self, desk: &Desk, unit: usize, length: usize, now: f64) -> Vec<u32> {
        let mut answers = Vec::with_capacity(self.0.len() * 5);
        self.ask(desk, unit, length, now, &mut |context| {
            self.0.flags().for_each(|flag| answers.extend(outcome_code(&flag.evaluate(context))));
        });
        answers
    }

    /// The steps as JSON. The answer is put on the desk.
    pub fn explain(
        &self,
        flag: u32,
        desk: &mut Desk,
        unit: usize,
        length: usize,
        now: f64,
    ) -> Result<String, Thrown> {
        let mut explanation = None;
        self.ask(desk, unit, length, now, &mut |context| {
            explanation = self.0.flag_at(flag).map(|flag| flag.explain(context))
        });
        let Some(explanation) = explanation else { return Ok(String::new()) };
        desk.put_outcome(&explanation.outcome);
        json(&explanation.steps)
    }

    #[wasm_bindgen(js_name = stickyToken)]
    #[must_use]
    pub fn sticky_token(
        &self,
        flag: u32,
        desk: &Desk,
        unit: usize,
        length: usize,
        now: f64,
    ) -> Option<String> {
        let mut token = None;
        self.ask(desk, unit, length, now, &mut |context| {
            token =
                self.0.flag_at(flag).and_then(|flag| flag.evaluate(context).sticky_token()).map(Into::into);
        });
        token
    }

    /// Findings as JSON.
    #[expect(clippy::needless_pass_by_value, reason = "lists of texts come by value")]
    pub fn lint(&self, now: f64, retired_salts: Vec<String>) -> Result<String, Thrown> {
        let salts: Vec<&str> = retired_salts.iter().map(String::as_str).collect();
        let options = LintOptions::default().retired_salts(&salts);
        let options = if now.is_nan() { options } else { options.at(instant(now)?) };
        json(&self.0.lint(&options))
    }
}

impl FlagSet {
    fn ask(&self, desk: &Desk, unit: usize, length: usize, now: f64, ask: &mut dyn FnMut(&Context<'_>)) {
        with_context(desk.unit(unit), now, desk.text.get(unit..length).unwrap_or_default(), ask);
    }
}

/// Unix milliseconds of a text.
///
/// # Errors
/// A text that is no time.
#[wasm_bindgen(js_name = instantOf)]
pub fn instant_of(path: &str, text: &str) -> Result<f64, Thrown> {
    let at: Timestamp = text.parse().map_err(|error| Thrown::at(path, &error, text))?;
    Ok(at.as_millis() as f64)
}

/// See [`Exposure::key`]; its four texts are in the first bytes of the desk.
#[wasm_bindgen]
#[must_use]
pub fn dedupe(desk: &Desk, length: usize) -> u64 {
    let parts = desk.text.get(..length).and_then(four_texts);
    parts.map_or(0, |[flag, salt, variant, unit]| Exposure::key(flag, salt, variant, unit))
}
