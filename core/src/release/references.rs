use super::Spec;
use super::contribution::Contribution;
use crate::canary::Reference;
use crate::error::{Error, Kind};
use crate::observe::{Histogram, Metric, Series};
use crate::order::Table;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// From so many values on, what the control has shown says more than what the spec states.
const CONVINCING: u64 = 1_000;

/// How the control's values were spread when each cohort began, by cohort and by position of the metric.
///
/// Frozen there, because the bets of a cohort must not be placed by the values that they are made on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct References(Table<u32, Vec<Option<Reference>>>);

impl References {
    /// Keeps, for a cohort that begins now, what the control has shown in all cohorts so far: the old version is the same in each attempt.
    pub(super) fn freeze(&mut self, cohort: u32, spec: &Spec, seen: &Contribution) {
        let guardrails = (0..).map_while(Metric::new).zip(spec.judge().guardrails());
        let frozen: Vec<Option<Reference>> = guardrails
            .map(|(metric, guardrail)| {
                let mut past = Histogram::default();
                for both in seen.cohorts.values() {
                    if let Some(Series::Distribution(histogram)) = both.control.series(metric) {
                        past.merge(histogram);
                    }
                }
                let enough = guardrail.reference().is_none() || past.units() >= CONVINCING;
                if enough { Reference::from_histogram(&past) } else { None }
            })
            .collect();
        if frozen.iter().any(Option::is_some) {
            self.0.insert(cohort, frozen);
        }
    }

    /// What was frozen when a cohort began.
    pub(super) fn of(&self, cohort: u32) -> &[Option<Reference>] {
        self.0.get(&cohort).map_or(&[], Vec::as_slice)
    }

    /// Refuses references of cohorts that nobody announced, or of other guardrails than the spec's.
    pub(super) fn check(&self, spec: &Spec, cohorts: usize) -> Result<(), Error> {
        let guardrails = spec.judge().guardrails().len();
        let known = |number: u32| usize::try_from(number).is_ok_and(|number| number < cohorts);
        match self.0.iter().find(|(number, frozen)| !known(**number) || frozen.len() != guardrails) {
            None => Ok(()),
            Some((number, _)) => Err(Error::new(
                "references",
                Kind::Corrupt,
                "must belong to the cohorts and the guardrails",
                number,
            )),
        }
    }
}
