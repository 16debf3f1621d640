use super::time::minutes;
use crate::quantity::Share;
use crate::rollout::{Phase, Plan};
use alloc::vec::Vec;

/// A plan's stages by the clock alone: each lasts its least dwell, and the bake follows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Timetable {
    /// The minute at which each stage ends, and its exposure.
    stages: Vec<(u64, Share)>,
    end: u64,
}

impl Timetable {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut end = 0;
        let stages = plan.stages().iter().map(|stage| {
            end += minutes(stage.min_dwell()).max(1);
            (end, stage.exposure())
        });
        let stages: Vec<_> = stages.collect();
        Self { stages, end: end + minutes(plan.bake()) }
    }

    /// Where it stands at the beginning of a minute.
    pub(super) fn at(&self, minute: u64) -> (Phase, Share) {
        let last = self.stages.last().map_or(Share::ZERO, |(_, share)| *share);
        if minute >= self.end {
            return (Phase::Completed, last);
        }
        match (0..).zip(&self.stages).find(|(_, (end, _))| minute < *end) {
            Some((stage, (_, share))) => (Phase::Ramping { stage }, *share),
            None => (Phase::Baking, last),
        }
    }

    /// Minutes from the beginning to completion.
    pub(super) fn minutes(&self) -> u64 {
        self.end
    }
}
