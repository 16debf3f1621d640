use crate::document::{Field, Node};
use crate::error::{Error, Problems};
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
    /// Begin: a draft becomes scheduled, or ramps at once.
    Start {
        /// Who.
        by: String,
    },
    /// Approve the present stage.
    Approve {
        /// Who.
        by: String,
    },
    /// Stop the clock of the stage. Evidence still counts, and harm still rolls back.
    Pause {
        /// Who.
        by: String,
    },
    /// Let the clock of the stage run again.
    Resume {
        /// Who.
        by: String,
    },
    /// Back to nobody, now.
    Abort {
        /// Who.
        by: String,
        /// Why, for the log.
        why: String,
    },
    /// Waive the rest of the stage's dwell, units and approval. The verdict, the calendar and the budget are not waived.
    Promote {
        /// Who.
        by: String,
    },
    /// Begin a new attempt after a rollback or an expiry. Everything the old attempt had shown is void.
    Retry {
        /// Who.
        by: String,
    },
    /// The rollback is in force everywhere.
    Confirm,
    /// The rollback could not be put in force.
    RollbackFailed {
        /// Why, for the log.
        why: String,
    },
}

impl Signal {
    /// Reads a signal from its JSON form.
    ///
    /// ```
    /// use rampgate::release::Signal;
    ///
    /// assert_eq!(Signal::from_json(r#""tick""#)?, Signal::Tick);
    /// assert_eq!(Signal::from_json(r#"{"pause": {"by": "ana"}}"#)?, Signal::Pause { by: "ana".into() });
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

    fn read(field: &Field<'_>) -> Option<Self> {
        let by = |rest: &Field<'_>| rest.texts(["by"]).map(|[by]| by);
        let why = |rest: &Field<'_>| rest.texts(["why"]).map(|[why]| why);
        let (word, rest) = field.case()?;
        Some(match (word, &rest) {
            ("tick", None) => Self::Tick,
            ("source_error", Some(rest)) => Self::SourceError { why: why(rest)? },
            ("start", Some(rest)) => Self::Start { by: by(rest)? },
            ("approve", Some(rest)) => Self::Approve { by: by(rest)? },
            ("pause", Some(rest)) => Self::Pause { by: by(rest)? },
            ("resume", Some(rest)) => Self::Resume { by: by(rest)? },
            ("abort", Some(rest)) => {
                let [by, why] = rest.texts(["by", "why"])?;
                Self::Abort { by, why }
            }
            ("promote", Some(rest)) => Self::Promote { by: by(rest)? },
            ("retry", Some(rest)) => Self::Retry { by: by(rest)? },
            ("confirm", None) => Self::Confirm,
            ("rollback_failed", Some(rest)) => Self::RollbackFailed { why: why(rest)? },
            _ => return field.refuse_case(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_is_read_as_it_is_written() {
        let [by, why] = ["ana", "a reason"].map(alloc::string::String::from);
        for signal in [
            Signal::Tick,
            Signal::SourceError { why: why.clone() },
            Signal::Start { by: by.clone() },
            Signal::Approve { by: by.clone() },
            Signal::Pause { by: by.clone() },
            Signal::Resume { by: by.clone() },
            Signal::Abort { by: by.clone(), why: why.clone() },
            Signal::Promote { by: by.clone() },
            Signal::Retry { by },
            Signal::Confirm,
            Signal::RollbackFailed { why },
        ] {
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
        ] {
            assert_eq!(Signal::from_json(text).unwrap_err().path(), path, "{text}");
        }
    }
}
