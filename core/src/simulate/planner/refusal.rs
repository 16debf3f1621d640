use crate::quantity::{Share, Span};
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// What stands in the way of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Obstacle {
    /// The gate does not allow the last exposure with the budget that remains.
    Gate,
    /// Even the smallest first stage, or the last one, may spend more than is allowed.
    Allowance,
    /// More stages would be needed between the first exposure and the last.
    Stages,
    /// A release as good as the control would not be done by the deadline.
    Deadline,
    /// A release as good as the control does not get through often enough, however long it takes.
    Power,
}

/// One change of a goal that makes it attainable, all else as it was: [`Goal::with_remedy`](super::Goal::with_remedy) applies it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Remedy {
    /// A later deadline.
    Deadline(Span),
    /// So many times the traffic.
    TrafficTimes(f64),
    /// A looser margin, so that less has to be shown.
    Margin(f64),
    /// So much left of the budget.
    Remaining(Share),
    /// A smaller share of the exposed that is assumed to fail.
    AssumedFailure(Share),
    /// A shorter time from the first failure to being back at zero.
    DetectionDelay(Span),
    /// A larger allowance for harm that is there from the start.
    Spend(Share),
    /// A larger allowance for harm that begins later.
    LateSpend(Share),
    /// A smaller last exposure.
    Last(Share),
    /// Looks that are less far apart.
    LookEvery(Span),
    /// More stages.
    MostStages(usize),
    /// Less power, and as little confidence where that was asked for.
    Power(f64),
    /// A smaller chance that a good release is rolled back.
    Alpha(f64),
}

/// Why there is no plan, and what would be enough.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Refusal {
    /// What stands in the way.
    pub obstacle: Obstacle,
    /// The obstacle in a sentence, with its numbers.
    pub reason: String,
    /// How long a release as good as the control would take, to be done with the confidence that was asked for; where time is the obstacle.
    pub needs: Option<Span>,
    /// Changes of which each alone is enough: each was planned with. Empty where none was found.
    pub enough: Vec<Remedy>,
}
