use super::Spec;
use super::contribution::Contribution;
use super::references::References;
use crate::error::{Error, Kind};
use crate::observe::{Entry, Ledger, ReplicaId, Wire};
use crate::quantity::Share;
use crate::rollout::State;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// One replica's cumulative contribution.
pub(super) const DELTA: Wire = Wire { name: "delta", kind: b'd' };
/// What a replica needs to assign: the rollout and its cohorts.
pub(super) const DIRECTIVE: Wire = Wire { name: "directive", kind: b'r' };
/// Everything.
pub(super) const STATE: Wire = Wire { name: "state", kind: b's' };

pub(super) type Delta = Entry<Contribution>;

/// Units assigned under one exposure in one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cohort {
    pub(super) attempt: u32,
    /// The stage whose exposure it is; none before the first and after a rollback.
    pub(super) stage: Option<u32>,
    pub(super) exposure: Share,
    /// How often the test for harm had begun anew inside the stage.
    pub(super) segment: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Directive {
    pub(super) rollout: State,
    /// Never empty; the last is the present one.
    pub(super) cohorts: Vec<Cohort>,
}

impl Directive {
    /// What was decoded must be a directive that a release with this spec could have come to.
    pub(super) fn check(&self, spec: &Spec) -> Result<(), Error> {
        self.rollout.check(spec.plan())?;
        let state = &self.rollout;
        let present = usize::try_from(state.cohort()).ok().and_then(|number| self.cohorts.get(number));
        let stages = spec.plan().stages().len();
        let possible = |cohort: &Cohort| {
            cohort.stage.is_none_or(|stage| usize::try_from(stage).is_ok_and(|s| s < stages))
        };
        let consistent = present.is_some_and(|cohort| {
            (cohort.exposure, cohort.attempt, cohort.segment)
                == (state.compared(spec.plan()), state.attempt(), state.segment())
        }) && self.cohorts.iter().all(possible);
        if consistent {
            Ok(())
        } else {
            Err(Error::absent("cohorts", Kind::Corrupt, "holds cohorts that do not fit the rollout"))
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Everything {
    pub(super) directive: Directive,
    pub(super) replica: ReplicaId,
    pub(super) sequence: u64,
    pub(super) own: Contribution,
    pub(super) ledger: Ledger<Contribution>,
    pub(super) references: References,
}
