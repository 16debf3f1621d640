use super::{Finding, MeanLack, Shape};
use crate::observe::{Counts, Measure};
use crate::quantity::Share;
use alloc::boxed::Box;
use alloc::vec::Vec;
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

/// What a guardrail's error rates rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Guarantee {
    /// On the assignment alone: they hold at any sample size.
    Exact,
    /// On the normal approximation: they hold as the sample grows.
    Asymptotic,
}

/// A quantity of both arms, and how they compare. Each interval is a confidence sequence, each end at level alpha.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The quantity of each arm: a failure rate, a mean share, events by exposure, a mean, a ratio; `None` where nothing was seen.
    pub estimates: Arms<Option<f64>>,
    /// Where it lies in each arm, if it does not drift; no ends for means.
    pub intervals: Arms<Interval>,
    /// Canary over control.
    pub ratio_interval: Interval,
    /// Canary less control; no ends for counts and shares.
    pub difference_interval: Interval,
}

/// One quantile of a distribution, in thousandths of the metric's unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct QuantileReport {
    /// The share of values that are at most the quantile.
    pub level: Share,
    /// Where it lies in each arm: at least the lower end and below the upper one.
    pub bands: Arms<Interval>,
    /// Canary over control.
    pub ratio_interval: Interval,
}

/// What one guardrail shows. Quantities and intervals are over the attempt; safety is over the present stage alone, where it
/// must be earned anew.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GuardrailReport {
    /// Name of the metric.
    pub name: Box<str>,
    /// What is measured.
    pub measure: Measure,
    /// What the error rates rest on.
    pub guarantee: Guarantee,
    /// Whether promotion needs its proof of safety.
    pub required: bool,
    /// Units of both arms that it observed in this attempt.
    pub units: Arms<u64>,
    /// Counts of a failure rate. They add up over shares, for showing only: the tests keep each share apart.
    pub counts: Option<Arms<Counts>>,
    /// How the arms compare; `None` for a distribution.
    pub comparison: Option<Comparison>,
    /// The median, the 95th and the 99th percentile of a distribution; empty for other measures.
    pub quantiles: Vec<QuantileReport>,
    /// What of a distribution shows the harm, where something does.
    pub shape: Option<Shape>,
    /// Evidence of harm, ln of an e-value, over the attempt.
    pub ln_harm: f64,
    /// Evidence of safety, ln of an e-value, over the present stage.
    pub ln_safety: f64,
    /// Whether the guardrail is named as a cause of a rollback: a closed test over all guardrails, at level alpha.
    pub culprit: bool,
    /// Why a mean cannot be judged in this stage.
    pub lack: Option<MeanLack>,
    /// About how many more units of both arms until safety is shown, if they are like those of this stage; `None` where they never would show it.
    pub more_units_to_safety: Option<u64>,
    /// About how many more units of both arms until this guardrail alone rolls back, if they are like those of this attempt; `None` where they never would.
    pub more_units_to_harm: Option<u64>,
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
    pub guardrails: Vec<GuardrailReport>,
}

impl Interval {
    /// Nothing is known of either end.
    pub(super) const UNKNOWN: Self = Self { lower: None, upper: None };

    /// Whether the interval, its ends included, holds the value.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.lower.is_none_or(|lower| lower <= value) && self.upper.is_none_or(|upper| value <= upper)
    }
}

impl<T> Arms<T> {
    /// The same of both arms, each seen through `see`.
    pub(super) fn map<U>(self, see: impl Fn(T) -> U) -> Arms<U> {
        Arms { canary: see(self.canary), control: see(self.control) }
    }
}
