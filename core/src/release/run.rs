use super::message::Cohort;
use crate::canary::Report;
use crate::rollout::{Decision, Event, EventKind, State};
use crate::slo::GateReport;
use alloc::vec::Vec;

/// One look: the event that tells the rollout of it, and the numbers behind it.
pub(super) struct Judged {
    pub(super) kind: EventKind,
    pub(super) report: Option<Report>,
    pub(super) gate: Option<GateReport>,
}

/// What has happened: the events to log and what they decided.
#[derive(Default)]
pub(super) struct Told {
    pub(super) events: Vec<Event>,
    pub(super) decisions: Vec<Decision>,
}

impl Told {
    pub(super) fn add(&mut self, more: Self) {
        self.events.extend(more.events);
        self.decisions.extend(more.decisions);
    }
}

/// What events come to, before it is anybody's state.
pub(super) struct Run {
    pub(super) state: State,
    pub(super) events: Vec<Event>,
    pub(super) decisions: Vec<Decision>,
    pub(super) cohorts: Vec<Cohort>,
}
