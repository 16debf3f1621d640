use crate::error::{Error, Kind};
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
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// Anything that is not one of the signals with exactly its fields.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|error| {
            let rule = alloc::format!("must be a signal: {error}");
            Error::new("signal", Kind::Syntax, rule, text)
        })
    }
}
