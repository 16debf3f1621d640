use super::{Budget, Clearance};
use crate::quantity::{Share, Span};
use serde::{Deserialize, Serialize};

/// The rule that decided an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GateRule {
    /// The exposure asked for is no rise, and a gate stands in the way of rises alone.
    NoRise,
    /// The budget is spent.
    Exhausted,
    /// There is nothing to judge by, and the gate fails closed.
    MissingData,
    /// The worst the step can spend before it is noticed is within what it may risk.
    WithinRisk,
    /// The worst the step can spend before it is noticed is more than it may risk.
    BeyondRisk,
}

/// A gate's answer with its arithmetic: `spend_ppm` is compared with `allowed_ppm`, `asked` with `largest`, and both
/// comparisons always agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[must_use]
pub struct GateReport {
    pub(super) answer: Clearance,
    pub(super) rule: GateRule,
    pub(super) current: Share,
    pub(super) asked: Share,
    pub(super) largest: Share,
    pub(super) spend_ppm: u64,
    pub(super) allowed_ppm: u64,
    pub(super) presumed_whole: bool,
    pub(super) assumed_failure: Share,
    pub(super) detection_delay: Span,
    pub(super) risk: Share,
    pub(super) budget: Budget,
}

impl GateReport {
    /// What the release may do.
    pub const fn answer(&self) -> Clearance {
        self.answer
    }

    /// The rule that decided.
    #[must_use]
    pub const fn rule(&self) -> GateRule {
        self.rule
    }

    /// The exposure at the time of asking.
    #[must_use]
    pub const fn current(&self) -> Share {
        self.current
    }

    /// The exposure asked for.
    #[must_use]
    pub const fn asked(&self) -> Share {
        self.asked
    }

    /// The largest exposure whose worst-case spend is allowed, rounded down; 0% where nothing remains or is known.
    #[must_use]
    pub const fn largest(&self) -> Share {
        self.largest
    }

    /// What the exposure asked for may spend before it is noticed, in parts per million of the whole budget, rounded up.
    #[must_use]
    pub const fn spend_ppm(&self) -> u64 {
        self.spend_ppm
    }

    /// What one step may spend: the share at risk of the budget that remains, in the same unit, rounded down.
    #[must_use]
    pub const fn allowed_ppm(&self) -> u64 {
        self.allowed_ppm
    }

    /// Whether the budget was taken to be whole for want of data, as a gate that fails open does.
    #[must_use]
    pub const fn presumed_whole(&self) -> bool {
        self.presumed_whole
    }

    /// The budget that the answer rests on.
    #[must_use]
    pub const fn budget(&self) -> &Budget {
        &self.budget
    }
}
