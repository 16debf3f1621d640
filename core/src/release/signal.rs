use crate::document::{Field, Node};
use crate::error::{Error, Problems};
use crate::rollout::fleet::Observed;
use crate::rollout::{Command, EventKind, State};
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// What the host tells a release at one moment. Most of the time nothing but the time: [`Signal::Tick`].
/// As JSON it is `"tick"`, `"confirm"`, or an object of one field, `{"pause": {"by": "ana"}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Signal {
    /// Time has passed: look at the evidence and the budget, and go on if the plan allows.
    #[default]
    Tick,
    /// The source of outcomes failed, so what is missing since the last look is not silence. Never a pass, never a failure.
    SourceError {
        /// What failed, for the log.
        why: String,
    },
    /// The host has counted the replicas of the spec's fleet: look at the evidence and the budget by what they expose, and go on if the plan allows.
    Fleet(Observed),
    /// A command of a person or the host; an approval that names no stage is one of the present stage.
    #[serde(untagged)]
    Command(Command),
}

impl From<Command> for Signal {
    fn from(command: Command) -> Self {
        Self::Command(command)
    }
}

impl Signal {
    /// Reads a signal from its JSON form.
    ///
    /// ```
    /// use rampgate::release::Signal;
    /// use rampgate::rollout::Command;
    ///
    /// assert_eq!(Signal::from_json(r#""tick""#)?, Signal::Tick);
    /// assert_eq!(Signal::from_json(r#"{"pause": {"by": "ana"}}"#)?, Command::Pause { by: "ana".into() }.into());
    /// assert_eq!(Signal::from_json(r#"{"stop": {}}"#).unwrap_err().path(), "signal");
    /// assert_eq!(Signal::from_json(r#"{"pause": {}}"#).unwrap_err().path(), "signal.pause.by");
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// Anything that is not one of the signals with exactly its fields.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let node = Node::parse("signal", text)?;
        let problems = Problems::default();
        let signal = Self::read(&Field::named("signal", &node, &problems));
        problems.finish(signal)
    }

    /// Whether it is preceded by a look, in a release that keeps a budget or not.
    pub(super) const fn looks_first(&self, budget: bool) -> bool {
        match self {
            Self::Tick | Self::SourceError { .. } | Self::Fleet(_) => true,
            Self::Command(Command::Start { .. } | Command::Retry { .. } | Command::Revise { .. }) => budget,
            Self::Command(_) => false,
        }
    }

    /// The command that it is, as the log has it; none for those that only say that time has passed.
    pub(super) fn into_command(self, state: &State) -> Option<EventKind> {
        match self {
            Self::Tick | Self::SourceError { .. } | Self::Fleet(_) => None,
            Self::Command(Command::Approve { by, stage: None }) => {
                Some(Command::Approve { by, stage: Some(state.stage().unwrap_or(0)) }.into())
            }
            Self::Command(command) => Some(command.into()),
        }
    }

    fn read(field: &Field<'_>) -> Option<Self> {
        match field.case()? {
            ("tick", None) => Some(Self::Tick),
            ("source_error", Some(rest)) => rest.texts(["why"]).map(|[why]| Self::SourceError { why }),
            ("fleet", Some(rest)) if cfg!(feature = "fleet") => Observed::read(&rest).map(Self::Fleet),
            (word, rest) => Command::read(field, (word, rest.as_ref()), false).map(Self::Command),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_is_read_as_it_is_written() {
        let [by, why] = ["ana", "a reason"].map(alloc::string::String::from);
        let commands = [
            Command::Start { by: by.clone() },
            Command::Approve { by: by.clone(), stage: None },
            Command::Approve { by: by.clone(), stage: Some(3) },
            Command::Pause { by: by.clone() },
            Command::Resume { by: by.clone() },
            Command::Abort { by: by.clone(), why: why.clone() },
            Command::Promote { by: by.clone() },
            Command::Retry { by },
            Command::Confirm,
            Command::RollbackFailed { why: why.clone() },
        ];
        let observed = Observed { ready_new: 1, ready_old: 7, ..Observed::default() };
        let others = [Signal::Tick, Signal::SourceError { why }, Signal::Fleet(observed)];
        for signal in others.into_iter().chain(commands.map(Signal::Command)) {
            let text = serde_json::to_string(&signal).unwrap();
            assert_eq!(Signal::from_json(&text).unwrap(), signal, "{text}");
        }
    }

    #[test]
    fn what_is_no_signal_is_refused_with_its_path() {
        for (text, path) in [
            ("", "signal"),
            ("7", "signal"),
            (r#""start""#, "signal"),
            (r#"{"tick": {}}"#, "signal"),
            (r#"{"start": {"by": "ana"}, "confirm": {}}"#, "signal"),
            (r#"{"start": "ana"}"#, "signal.start"),
            (r#"{"start": {"by": 1}}"#, "signal.start.by"),
            (r#"{"abort": {"by": "ana", "why": "x", "at": 1}}"#, "signal.abort.at"),
            (r#"{"fleet": {"ready_new": -1}}"#, "signal.fleet.ready_new"),
            (r#""fleet""#, "signal"),
        ] {
            assert_eq!(Signal::from_json(text).unwrap_err().path(), path, "{text}");
        }
    }
}
