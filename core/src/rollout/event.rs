use super::Command;
use crate::canary::Finding;
use crate::error::{Error, Kind};
use crate::quantity::{Timestamp, shown};
use crate::slo::Clearance;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// Something that happened, when, and with which number: one line of the log from which everything can be replayed.
///
/// ```
/// use rampgate::rollout::{Event, EventKind};
///
/// let event = Event { seq: 1, at: "2026-11-24T12:00:00Z".parse()?, kind: EventKind::Start { by: "ann".into() } };
/// # let line = serde_json::to_string(&event).unwrap();
/// assert_eq!(line, r#"{"seq":1,"at":1795521600000,"kind":{"start":{"by":"ann"}}}"#);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// The number of the event, from 1 without gaps. A number that was applied before changes nothing.
    pub seq: u64,
    /// When it happened; never before the event before it.
    pub at: Timestamp,
    /// What happened.
    pub kind: EventKind,
}

/// What an [`Event`] says.
///
/// `by` is whoever gave the command, in the host's words. The library takes the host's word for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum EventKind {
    /// Time has passed. Enough for plans without verdicts, start times and the end of a freeze.
    Tick,
    /// A person or program starts the release.
    Start {
        /// Who.
        by: String,
    },
    /// The judge and the error budget have spoken.
    Judged {
        /// The attempt that was judged; see [`State::judging`](super::State::judging).
        attempt: u32,
        /// The stage that was judged, from 0.
        stage: u32,
        /// What the judge says of this stage.
        finding: Finding,
        /// What the budget says of the next stage's exposure.
        clearance: Clearance,
    },
    /// A person approves leaving a stage.
    Approve {
        /// Who.
        by: String,
        /// The stage they looked at, so that an approval that comes late never counts for the next one.
        stage: u32,
    },
    /// Stop dwell and deadlines where they are. Evidence, abort and rollback go on.
    Pause {
        /// Who.
        by: String,
    },
    /// The end of a pause.
    Resume {
        /// Who.
        by: String,
    },
    /// Back to exposure 0, now, from anywhere.
    Abort {
        /// Who.
        by: String,
        /// Their reason.
        why: String,
    },
    /// Waives what is left of the current stage's dwell, units and approval; never its verdict, the calendar or the
    /// budget.
    Promote {
        /// Who.
        by: String,
    },
    /// Begins a new attempt after a rollback or an expiry. What was found in the old one is void.
    Retry {
        /// Who.
        by: String,
    },
    /// The host confirms that exposure 0 is in force everywhere.
    Confirm,
    /// The host could not bring exposure 0 into force.
    RollbackFailed {
        /// What went wrong.
        why: String,
    },
}

impl EventKind {
    /// The command that a person or the host gave, if this is one.
    #[must_use]
    pub const fn command(&self) -> Option<Command> {
        Some(match self {
            Self::Tick | Self::Judged { .. } => return None,
            Self::Start { .. } => Command::Start,
            Self::Approve { .. } => Command::Approve,
            Self::Pause { .. } => Command::Pause,
            Self::Resume { .. } => Command::Resume,
            Self::Abort { .. } => Command::Abort,
            Self::Promote { .. } => Command::Promote,
            Self::Retry { .. } => Command::Retry,
            Self::Confirm => Command::Confirm,
            Self::RollbackFailed { .. } => Command::RollbackFailed,
        })
    }

    /// Refuses numbers that could not be written to a log and read back.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self {
            Self::Judged { finding, .. } => check_finding("event.kind.judged.finding", finding),
            _ => Ok(()),
        }
    }
}

/// Refuses evidence that is not a finite number, which JSON cannot hold.
pub(super) fn check_finding(path: &str, finding: &Finding) -> Result<(), Error> {
    let numbers = [
        ("ln_harm", finding.ln_harm),
        ("ln_harm_needed", finding.ln_harm_needed),
        ("ln_safety", finding.ln_safety),
        ("ln_safety_needed", finding.ln_safety_needed),
    ];
    match numbers.into_iter().find(|(_, number)| !number.is_finite()) {
        None => Ok(()),
        Some((name, number)) => Err(Error::new(
            alloc::format!("{path}.{name}"),
            Kind::Range,
            "must be a finite number",
            shown(number),
        )),
    }
}
