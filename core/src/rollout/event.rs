use super::fleet::Observed;
use super::{Command, Plan};
use crate::canary::Finding;
use crate::error::{Error, Kind};
use crate::quantity::{Timestamp, shown};
use crate::slo::Clearance;
use serde::{Deserialize, Serialize};

/// Something that happened, when, and with which number: one line of the log from which everything can be replayed.
///
/// ```
/// use rampgate::rollout::{Command, Event};
///
/// let event = Event { seq: 1, at: "2026-11-24T12:00:00Z".parse()?, kind: Command::Start { by: "ann".into() }.into() };
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum EventKind {
    /// Time has passed. Enough for plans without verdicts, start times and the end of a freeze.
    Tick,
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
    /// The host has counted the replicas of the plan's [fleet](super::Plan::fleet).
    Fleet(Observed),
    /// A person or the host gave a command; in JSON it stands here without a name of its own, as `{"start": {"by": "ann"}}`.
    #[serde(untagged)]
    Command(Command),
}

impl From<Command> for EventKind {
    fn from(command: Command) -> Self {
        Self::Command(command)
    }
}

impl EventKind {
    /// The command that a person or the host gave, if this is one.
    #[must_use]
    pub const fn command(&self) -> Option<&Command> {
        match self {
            Self::Command(command) => Some(command),
            Self::Tick | Self::Judged { .. } | Self::Fleet(_) => None,
        }
    }

    /// Refuses what could not be written to a log and read back, and replicas of a plan without any.
    pub(super) fn check(&self, plan: &Plan) -> Result<(), Error> {
        match self {
            Self::Tick => Ok(()),
            Self::Fleet(_) if plan.fleet().is_none() => {
                Err(Error::absent("event.kind.fleet", Kind::Conflict, "must be of a plan with a fleet"))
            }
            Self::Fleet(_) => Ok(()),
            Self::Judged { finding, .. } => check_finding("event.kind.judged.finding", finding),
            Self::Command(command) => command.check(),
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
