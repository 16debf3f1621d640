use crate::quantity::{Share, Span};
use crate::rollout::Requirement;
use crate::simulate::power::Method;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// A plan that fulfils a [`Goal`](super::Goal), and what is to be expected of it.
///
/// Every figure comes from playing the plan with the judge itself, from look to look, by the rules of the rollout; its error is that of the number of runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Planned {
    /// How the figures were made.
    pub method: Method,
    /// The plan as the release document has it.
    pub document: Document,
    /// The stages, and what a release that is as good as the control takes in each.
    pub stages: Vec<PlannedStage>,
    /// Time from the start until a good release is done, on average over those that get through.
    pub expected: Span,
    /// Time within which a good release is done with the confidence that was asked for.
    pub done_within: Span,
    /// Chance that a good release gets through, however late.
    pub gets_through: f64,
    /// Chance that a good release is done by the deadline.
    pub by_deadline: f64,
    /// Chance that a good release is rolled back as harmful: at most alpha.
    pub false_rollback: f64,
    /// What harm would cost, by how large it is and when it begins.
    pub harms: Vec<Harm>,
    /// The worst of the harms that are there from the start, beside what they may spend.
    pub early: Worst,
    /// The worst of those that begin with a later stage or the bake, where there is a control to find them by; none in a plan of one stage without a bake.
    pub late: Option<Worst>,
    /// The worst of those that begin where no control is left: what the gate assumes of it counts against the allowance, not this.
    pub without_control: Option<Worst>,
    /// What else should be known.
    pub notes: Vec<String>,
}

/// The part of a release document that a plan is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Document {
    /// Stages.
    pub stages: Vec<DocumentStage>,
    /// Time with evidence after the last stage.
    pub bake: Span,
    /// How old a finding may be.
    pub stale_after: Span,
}

impl Document {
    /// As JSON: an object with `stages`, `bake` and `stale_after`, which [`Plan::from_json`](crate::rollout::Plan::from_json) takes, and whose fields a release document has.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A stage as the release document has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DocumentStage {
    /// Share of units that see the new version.
    pub exposure: Share,
    /// Least time with evidence.
    pub min_dwell: Span,
    /// Least canary units.
    pub min_units: u64,
    /// The verdict that the stage needs.
    pub requires: Requirement,
    /// Longest time in the stage, after which the release is rolled back.
    pub deadline: Span,
}

/// What a release that is as good as the control takes in a stage, of those that pass it, and why the stage is what it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PlannedStage {
    /// Share of units that see the new version.
    pub exposure: Share,
    /// Share of all units that is the control.
    pub control_share: Share,
    /// Chance to pass the stage of a release that enters it.
    pub passes: f64,
    /// Time in the stage, on average.
    pub expected_time: Span,
    /// Time that nine in ten need at most.
    pub p90_time: Span,
    /// Units of the canary, on average.
    pub expected_units: u64,
    /// Units of the canary that nine in ten need at most.
    pub p90_units: u64,
    /// Units of both arms, on average.
    pub expected_analysed: u64,
    /// Units of both arms that nine in ten need at most.
    pub p90_analysed: u64,
    /// What kept the exposure from being larger.
    pub bound_by: Bound,
    /// The same in a sentence, with its numbers.
    pub why: String,
}

/// What binds the exposure of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Bound {
    /// It was asked for: the first exposure or the last.
    Asked,
    /// Harm from the start could spend more than is allowed with the next larger exposure.
    Spend,
    /// Harm that begins later could.
    LateSpend,
    /// The most by which one rise may multiply the exposure.
    Growth,
    /// A larger one would finish no earlier.
    Time,
}

/// When harm begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Onset {
    /// With the release.
    Start,
    /// When the stage of this number begins, counted from 0; until then the release was as good as the control.
    Stage(u32),
    /// When the bake begins.
    Bake,
}

/// What harm costs until the release is rolled back, or done.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Harm {
    /// How many times worse the canary is.
    pub ratio: f64,
    /// Since when.
    pub onset: Onset,
    /// Whether the stage in which it begins has a control to find it by.
    pub compared: bool,
    /// Share of the releases that are rolled back as harmful.
    pub found: f64,
    /// Share that a stage's deadline takes back.
    pub overdue: f64,
    /// Share that gets through the whole plan.
    pub missed: f64,
    /// Time until the release is rolled back or done, on average.
    pub expected_time: Span,
    /// Time within which nineteen in twenty are.
    pub p95_time: Span,
    /// Units that had the harmful canary, on average.
    pub expected_units: f64,
    /// Units that nineteen in twenty releases stay below.
    pub p95_units: u64,
    /// Failures beyond those that the control would have had, on average.
    pub expected_failures: f64,
    /// Those that nineteen in twenty releases stay below.
    pub p95_failures: f64,
    /// Part of the period's budget that they spend, on average: 0.01 is 1%.
    pub expected_spend: f64,
    /// The part that nineteen in twenty releases stay below.
    pub p95_spend: f64,
}

/// The worst harm of a kind beside what it may spend.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Worst {
    /// How many times worse.
    pub ratio: f64,
    /// Since when.
    pub onset: Onset,
    /// Part of the period's budget that nineteen in twenty releases stay below.
    pub spend: f64,
    /// What was allowed.
    pub allowed: f64,
}
