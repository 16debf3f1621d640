use super::{Arm, Placement, Spec};
use crate::error::{Error, Kind};
use crate::observe::{Cumulative, Outcome, Tally};
use crate::order::Table;
use crate::quantity::Timestamp;
use crate::slo::Counter;
use serde::{Deserialize, Serialize};

/// Everything one replica has seen: outcomes by cohort and arm, and the events of the error budget.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contribution {
    pub(super) cohorts: Table<u32, Both>,
    pub(super) budget: Counter,
}

/// The tallies of both arms.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Both {
    pub(super) canary: Tally,
    pub(super) control: Tally,
}

impl Contribution {
    /// Refuses cohorts that nobody announced, and tallies of other guardrails than the spec's.
    pub(super) fn check(&self, spec: &Spec, cohorts: usize) -> Result<(), Error> {
        let unknown =
            self.cohorts.keys().find(|number| usize::try_from(**number).map_or(true, |n| n >= cohorts));
        if let Some(number) = unknown {
            let rule = alloc::format!("must hold cohorts below {cohorts} alone");
            return Err(Error::new("cohort", Kind::Conflict, rule, number));
        }
        let metrics = spec.judge().guardrails().len();
        let mut tallies = self.cohorts.values().flat_map(|both| [&both.canary, &both.control]);
        match tallies.find(|tally| tally.metrics() != metrics) {
            None => Ok(()),
            Some(tally) => {
                let rule = alloc::format!("must hold {metrics} metrics, as the spec does");
                Err(Error::new("metrics", Kind::Conflict, rule, tally.metrics()))
            }
        }
    }

    /// Counts an outcome where it belongs; units of neither arm are not compared with anything.
    pub(super) fn record(&mut self, placement: Placement, metrics: usize, at: Timestamp, outcome: Outcome) {
        let Some(arm) = placement.arm else { return };
        let new = || Both { canary: Tally::new(metrics), control: Tally::new(metrics) };
        self.cohorts.change(placement.cohort, new, |both| match arm {
            Arm::Canary => both.canary.record(at, outcome),
            Arm::Control => both.control.record(at, outcome),
        });
    }
}

impl Cumulative for Contribution {
    fn merge(&mut self, other: &Self) {
        for (cohort, more) in other.cohorts.iter() {
            self.cohorts.change(*cohort, Both::default, |both| {
                both.canary.merge(&more.canary);
                both.control.merge(&more.control);
            });
        }
        self.budget.merge(&other.budget);
    }

    fn covers(&self, earlier: &Self) -> bool {
        earlier.cohorts.iter().all(|(cohort, then)| {
            let now = self.cohorts.get(cohort);
            now.is_some_and(|now| now.canary.covers(&then.canary) && now.control.covers(&then.control))
        })
    }
}
