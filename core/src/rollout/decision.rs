use super::{Phase, Reason};
use crate::quantity::{Share, Timestamp};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};

/// What was decided. A closed set: a host that misses a case would act unsafely.
///
/// Exposure rises with `Advance` alone and falls with `RollBack`, and where a new attempt begins: with `Retry` or `Revise`, or with
/// `Advance` if its first stage is entered at once. The rest leaves it where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Started, and waits for its first rise.
    Schedule,
    /// Entered the next stage: put its exposure into force.
    Advance,
    /// Something new stands in the way.
    Hold,
    /// Nothing stands in the way any more; the stage goes on gathering.
    Continue,
    /// The test for harm begins anew, as the plan says; nothing else changed.
    Restart,
    /// An approval was noted, and something else stands in the way.
    Approve,
    /// A promotion was noted, and something else stands in the way.
    Promote,
    /// An approval that had lapsed was asked for again.
    Request,
    /// The new version was replaced: put what [`Decision::exposure`] says into force, for the revision that it names.
    Revise,
    /// Dwell and deadlines stand still.
    Pause,
    /// Dwell and deadlines run again.
    Resume,
    /// All stages passed; the bake begins.
    Bake,
    /// The release is done.
    Complete,
    /// Put exposure 0 into force, and confirm it.
    RollBack,
    /// The host confirmed exposure 0.
    ConfirmRollback,
    /// The host could not put exposure 0 into force: a person is needed.
    FailRollback,
    /// The release ended before anyone was exposed.
    Cancel,
    /// The deadline came; exposure stays as it is.
    Expire,
    /// A new attempt waits for its first rise.
    Retry,
    /// The fleet changed: another actual exposure, or the declared one came into force or is so no longer.
    Observe,
    /// The event changed nothing; its reason says why.
    Ignore,
}

/// One line of the decision log: what was decided at which event, what holds now, and why.
///
/// ```
/// use rampgate::rollout::{Command, Event, Plan, State, step};
///
/// let plan = Plan::from_json(r#"{"stages": [{"exposure": "5%", "min_dwell": "1h"}]}"#)?;
/// let start = Event { seq: 1, at: "2026-11-24T12:00:00Z".parse()?, kind: Command::Start { by: "ann".into() }.into() };
/// let (_, decisions) = step(&plan, &State::new(), &start)?;
/// assert_eq!(
///     decisions[0].to_string(),
///     "2026-11-24T12:00:00Z advance to 5%, ramping in stages[0]: ann started it; nothing stands in the way of the \
///      first stage"
/// );
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
#[must_use]
pub struct Decision {
    /// The event that led to it.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// The attempt that holds now, from 1.
    pub attempt: u32,
    /// The revision that holds now, if anyone [replaced](super::Command::Revise) the document's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// What was decided.
    pub action: Action,
    /// The exposure that holds now: what is asked for, and where a hash of the unit decides, what is so.
    pub exposure: Share,
    /// The share of the traffic that meets the new version now, where a [fleet](super::Plan::fleet) decides and was reported; none while no replica is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<Share>,
    /// The phase that holds now.
    pub phase: Phase,
    /// Why: never empty, the weightiest first.
    pub reasons: Vec<Reason>,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Schedule => "schedule",
            Self::Advance => "advance",
            Self::Hold => "hold",
            Self::Continue => "continue",
            Self::Restart => "restart",
            Self::Approve => "approve",
            Self::Promote => "promote",
            Self::Request => "request",
            Self::Revise => "revise",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Bake => "bake",
            Self::Complete => "complete",
            Self::RollBack => "roll back",
            Self::ConfirmRollback => "confirm rollback",
            Self::FailRollback => "fail rollback",
            Self::Cancel => "cancel",
            Self::Expire => "expire",
            Self::Retry => "retry",
            Self::Observe => "observe",
            Self::Ignore => "ignore",
        })
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let preposition = match self.action {
            Action::Advance | Action::RollBack => "to",
            _ => "at",
        };
        write!(f, "{} {} {preposition} {}", self.at, self.action, self.exposure)?;
        if let Some(actual) = self.actual {
            write!(f, " (actual {actual})")?;
        }
        write!(f, ", {}", self.phase)?;
        for (place, reason) in self.reasons.iter().enumerate() {
            write!(f, "{} {reason}", if place == 0 { ":" } else { ";" })?;
        }
        Ok(())
    }
}
