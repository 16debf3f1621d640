use super::contribution::Contribution;
use super::references::References;
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
