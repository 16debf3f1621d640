use super::{Arm, Placement, Spec};
use crate::error::{Error, Kind};
use crate::observe::{Cumulative, Measure, Outcome, Tally};
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
        let mut tallies = self.cohorts.values().flat_map(|both| [&both.canary, &both.control]);
        tallies.try_for_each(|tally| tally.check(spec.measures().iter().copied()))
    }

    /// Counts an outcome where it belongs; units of neither arm are not compared with anything. One that is refused changes nothing.
    pub(super) fn record(
        &mut self,
        placement: Placement,
        measures: &[Measure],
        at: Timestamp,
        outcome: &Outcome,
    ) -> Result<(), Error> {
        let Some(arm) = placement.arm else {
            return outcome.check(|position| measures.get(position).copied());
        };
        if let Some(both) = self.cohorts.get_mut(&placement.cohort) {
            return both.arm(arm).record(at, outcome);
        }
        let mut both = Both { canary: Tally::new(measures), control: Tally::new(measures) };
        both.arm(arm).record(at, outcome)?;
        self.cohorts.insert(placement.cohort, both);
        Ok(())
    }
}

impl Contribution {
    /// Counts a whole tally where it belongs, as if each of its units had been recorded at `at`. One that is refused changes nothing.
    pub(super) fn add(
        &mut self,
        placement: Placement,
        measures: &[Measure],
        at: Timestamp,
        tally: &Tally,
    ) -> Result<(), Error> {
        tally.check(measures.iter().copied())?;
        let Some(arm) = placement.arm.filter(|_| tally.units() > 0) else { return Ok(()) };
        if let Some(both) = self.cohorts.get_mut(&placement.cohort) {
            return both.arm(arm).add_at(at, tally);
        }
        let mut both = Both { canary: Tally::new(measures), control: Tally::new(measures) };
        both.arm(arm).add_at(at, tally)?;
        self.cohorts.insert(placement.cohort, both);
        Ok(())
    }
}

impl Both {
    fn arm(&mut self, arm: Arm) -> &mut Tally {
        match arm {
            Arm::Canary => &mut self.canary,
            Arm::Control => &mut self.control,
        }
    }

    /// Adds `other`. Every contribution was checked against the spec, so both are of its metrics, and the sum never fails.
    fn merge(&mut self, other: &Self) {
        let _ = self.canary.merge(&other.canary);
        let _ = self.control.merge(&other.control);
    }
}

impl Cumulative for Contribution {
    fn merge(&mut self, other: &Self) {
        for (cohort, more) in other.cohorts.iter() {
            self.cohorts.change(*cohort, Both::default, |both| both.merge(more));
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
