use super::fleet::FleetStep;
use crate::canary::Report;
use crate::rollout::{Decision, Event};
use crate::slo::GateReport;
use alloc::vec::Vec;
use serde::Serialize;

/// What one step did: the events to keep, the decisions to act on, and the numbers behind them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
#[must_use]
pub struct Step {
    /// Append them to your log: the plan and the events give the same decisions again, anywhere. One, or two where a start or a
    /// retry was preceded by a look at the budget, or a look by a count of the replicas.
    pub events: Vec<Event>,
    /// What changed, with reasons. Empty where nothing did.
    pub decisions: Vec<Decision>,
    /// What the judge saw; none where the rollout had nothing to be judged.
    pub report: Option<Report>,
    /// What the budget allowed; none where the spec has no objective, or the rollout had nothing to be judged.
    pub gate: Option<GateReport>,
    /// How far the fleet has come, and the batch to carry out next; none where the spec has no fleet, or its replicas were never reported.
    #[cfg_attr(feature = "fleet", serde(skip_serializing_if = "Option::is_none"))]
    #[cfg_attr(not(feature = "fleet"), serde(skip))]
    pub fleet: Option<FleetStep>,
}
