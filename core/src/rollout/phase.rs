use super::fleet::GapName;
use crate::canary::Lack;
use core::fmt;
use serde::{Deserialize, Serialize};

/// Where a release is on its way. Stages count from 0, as in the plan's document.
///
/// A closed set: a host that misses a case would act unsafely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Phase {
    /// Not started.
    Draft,
    /// Started, waiting for its first rise: see [`State::hold`](super::State::hold).
    Scheduled,
    /// Exposed at this stage, gathering what the stage asks for.
    Ramping {
        /// The stage.
        stage: u32,
    },
    /// Exposed at this stage, and something stands in the way.
    Holding {
        /// The stage.
        stage: u32,
        /// What stands in the way.
        reason: Hold,
    },
    /// All stages passed; watched at the last stage's exposure before it counts as complete.
    Baking,
    /// Done, at the last stage's exposure. Abort and proof of harm still roll back.
    Completed,
    /// The declared exposure is 0, and the host has yet to confirm that it is in force.
    RollingBack,
    /// The declared exposure is 0, and the host says that it could not bring it into force.
    RollbackFailed,
    /// Exposure 0 is in force. A retry begins a new attempt.
    RolledBack,
    /// The stage's deadline came, and the plan keeps its exposure: it never rises again in this attempt, and is still
    /// guarded.
    Expired {
        /// The stage.
        stage: u32,
    },
}

/// What stands in the way of the next rise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// Someone paused the release.
    Paused,
    /// The plan's start has not come.
    NotBefore,
    /// Nobody says whether the fleet has brought the exposure into force.
    Unreported,
    /// The fleet has not brought the exposure into force: the first of its gaps.
    NotInForce(GapName),
    /// The arms were not filled as assigned, so no comparison can be trusted.
    Invalid,
    /// There is nothing to judge by.
    Insufficient(Lack),
    /// There is data, and it does not prove safety.
    Inconclusive,
    /// The error budget does not pay for the next exposure.
    Budget,
    /// A freeze.
    Calendar,
    /// A person has to approve.
    Approval,
    /// Nobody approved in time, and someone has to ask again.
    ApprovalLapsed,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draft => f.write_str("draft"),
            Self::Scheduled => f.write_str("scheduled"),
            Self::Ramping { stage } => write!(f, "ramping in stages[{stage}]"),
            Self::Holding { stage, reason } => write!(f, "holding in stages[{stage}] ({reason})"),
            Self::Baking => f.write_str("baking"),
            Self::Completed => f.write_str("completed"),
            Self::RollingBack => f.write_str("rolling back"),
            Self::RollbackFailed => f.write_str("rollback failed"),
            Self::RolledBack => f.write_str("rolled back"),
            Self::Expired { stage } => write!(f, "expired in stages[{stage}]"),
        }
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Paused => "paused",
            Self::NotBefore => "not before its start",
            Self::Unreported => "no report of the replicas",
            Self::NotInForce(gap) => return gap.fmt(f),
            Self::Invalid => "sample-ratio mismatch",
            Self::Insufficient(Lack::NoData) => "no data",
            Self::Insufficient(Lack::MissingMetric) => "a metric is missing",
            Self::Insufficient(Lack::Stale) => "stale data",
            Self::Insufficient(Lack::SourceError) => "source error",
            Self::Inconclusive => "inconclusive",
            Self::Budget => "error budget",
            Self::Calendar => "freeze",
            Self::Approval => "approval",
            Self::ApprovalLapsed => "lapsed approval",
        })
    }
}
