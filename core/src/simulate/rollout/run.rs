use crate::quantity::{Share, Span};
use crate::rollout::Phase;
use alloc::boxed::Box;
use serde::Serialize;

/// How one run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Run {
    /// Its number, from 0.
    pub run: u32,
    /// Where the release stood at its end.
    pub phase: Phase,
    /// Why, in a word: the first reason of the last decision; empty where the horizon came first.
    pub reason: Box<str>,
    /// How long it took, or the horizon.
    pub ended_after: Span,
    /// The largest exposure that it had.
    pub exposure: Share,
    /// How long after a fault of the canary first met units of it, if one did, it was rolled back, if it was.
    pub detected_after: Option<Span>,
    /// Whether a fault of the canary met units of it before the end.
    pub harmful: bool,
    /// Units of both arms and neither, until the end.
    pub units: u64,
    /// Units of the canary, until the end.
    pub canary_units: u64,
    /// Units of the canary that its faults could reach, until the horizon: where it was completed, they go on.
    pub units_hit: u64,
    /// Failures that there would not have been without the canary's faults, until the horizon.
    pub excess_failures: u64,
    /// Part of the period's error budget that all failures until the end spent, in parts per million; none where the spec has no objective.
    pub budget_spent_ppm: Option<i64>,
}

impl Run {
    /// Whether it was rolled back.
    #[must_use]
    pub const fn is_rolled_back(&self) -> bool {
        matches!(self.phase, Phase::RollingBack | Phase::RolledBack | Phase::RollbackFailed)
    }

    /// Whether it was completed.
    #[must_use]
    pub const fn is_completed(&self) -> bool {
        matches!(self.phase, Phase::Completed)
    }

    /// Whether it was rolled back before anything was wrong with the canary.
    #[must_use]
    pub const fn is_false_rollback(&self) -> bool {
        self.is_rolled_back() && !self.harmful
    }

    /// Whether it was completed although something was wrong with the canary.
    #[must_use]
    pub const fn is_false_promotion(&self) -> bool {
        self.is_completed() && self.harmful
    }
}
