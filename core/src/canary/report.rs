use super::Finding;
use crate::observe::Counts;
use serde::Serialize;

/// The two ends of a confidence sequence; an end that nothing bounds yet is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end.
    pub lower: Option<f64>,
    /// The upper end.
    pub upper: Option<f64>,
}

/// The same thing of both arms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Arms<T> {
    /// The arm with the new version.
    pub canary: T,
    /// The arm with the old version.
    pub control: T,
}

/// What one guardrail shows. Rates and intervals are over the attempt; safety is over the present stage alone, where it
/// must be earned anew.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GuardrailReport {
    /// Name of the metric.
    pub name: alloc::boxed::Box<str>,
    /// Counts of both arms in this attempt. They add up over shares, for showing only: the tests keep each share apart.
    pub counts: Arms<Counts>,
    /// Failure rate of each arm with its confidence sequence at level alpha; see [`confidence_sequence`](super::confidence_sequence).
    pub rates: Arms<Option<f64>>,
    /// Where each arm's rate lies.
    pub rate_intervals: Arms<Interval>,
    /// Ratio of the rates, canary over control, one-sided at level alpha at each end.
    pub ratio_interval: Interval,
    /// Evidence of harm, ln of an e-value, over the attempt.
    pub ln_harm: f64,
    /// Evidence of safety, ln of an e-value, over the present stage.
    pub ln_safety: f64,
    /// Whether the guardrail is named as a cause of a rollback: a closed test over all guardrails, at level alpha.
    pub culprit: bool,
}

/// What the judge saw at one look, and what it says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The verdict and the numbers that a rollout acts on.
    pub finding: Finding,
    /// Units of both arms in this attempt.
    pub units: Arms<u64>,
    /// Evidence of a sample-ratio mismatch, ln of an e-value, and where it makes the verdict `Invalid`.
    pub ln_mismatch: f64,
    /// ln(1/`srm_alpha`).
    pub ln_mismatch_needed: f64,
    /// Each guardrail, in the order of the spec.
    pub guardrails: alloc::vec::Vec<GuardrailReport>,
}

impl Interval {
    /// Whether the interval, its ends included, holds the value.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.lower.is_none_or(|lower| lower <= value) && self.upper.is_none_or(|upper| value <= upper)
    }
}
