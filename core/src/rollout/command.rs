use crate::document::{Field, check_name};
use crate::error::{Error, Kind};
use alloc::string::String;
use core::fmt;
use serde::{Deserialize, Serialize};

/// What a person or the host asks of a release. The same in a [`Signal`](crate::release::Signal) and in the log of [events](super::Event).
///
/// `by` is whoever gives the command, in the host's words. The library takes the host's word for it.
///
/// ```
/// use rampgate::rollout::{Command, CommandName};
///
/// let command = Command::Pause { by: "ann".into() };
/// assert_eq!(command.name(), CommandName::Pause);
/// # assert_eq!(serde_json::to_string(&command).unwrap(), r#"{"pause":{"by":"ann"}}"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Begin: a draft becomes scheduled, or ramps at once.
    Start {
        /// Who.
        by: String,
    },
    /// Approve leaving a stage.
    Approve {
        /// Who.
        by: String,
        /// The stage they looked at, so that an approval that comes late never counts for the next one. A log always names it; a
        /// [`Release`](crate::release::Release) fills in the present stage where a signal does not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<u32>,
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
        /// Their reason, for the log.
        why: String,
    },
    /// Waives what is left of the current stage's dwell, units and approval; never its verdict, the calendar or the
    /// budget.
    Promote {
        /// Who.
        by: String,
    },
    /// Asks again for an approval that nobody gave in time, where the plan lets it lapse
    /// ([`Unapproved::Hold`](super::Unapproved::Hold)).
    Request {
        /// Who.
        by: String,
    },
    /// Replaces the new version itself while the release runs: everything found of the old one is void, exposure goes back to 0, and the
    /// schedule begins anew with the next attempt.
    Revise {
        /// Who.
        by: String,
        /// What is released from now on, such as a commit or a build: 1 to 200 bytes without control characters.
        revision: String,
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
        /// What went wrong, for the log.
        why: String,
    },
}

/// Which [`Command`] it is, without what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the command of the same name")]
pub enum CommandName {
    Start,
    Approve,
    Pause,
    Resume,
    Abort,
    Promote,
    Request,
    Revise,
    Retry,
    Confirm,
    RollbackFailed,
}

impl Command {
    /// Which command it is.
    #[must_use]
    pub const fn name(&self) -> CommandName {
        match self {
            Self::Start { .. } => CommandName::Start,
            Self::Approve { .. } => CommandName::Approve,
            Self::Pause { .. } => CommandName::Pause,
            Self::Resume { .. } => CommandName::Resume,
            Self::Abort { .. } => CommandName::Abort,
            Self::Promote { .. } => CommandName::Promote,
            Self::Request { .. } => CommandName::Request,
            Self::Revise { .. } => CommandName::Revise,
            Self::Retry { .. } => CommandName::Retry,
            Self::Confirm => CommandName::Confirm,
            Self::RollbackFailed { .. } => CommandName::RollbackFailed,
        }
    }

    /// The command that a [case](Field::case) of `field` is. A signal may leave the stage of an approval out, a log may not.
    pub(crate) fn read(
        field: &Field<'_>,
        (word, rest): (&str, Option<&Field<'_>>),
        logged: bool,
    ) -> Option<Self> {
        let by = |rest: &Field<'_>| rest.texts(["by"]).map(|[by]| by);
        Some(match (word, rest) {
            ("start", Some(rest)) => Self::Start { by: by(rest)? },
            ("approve", Some(rest)) => Self::read_approve(rest, logged)?,
            ("pause", Some(rest)) => Self::Pause { by: by(rest)? },
            ("resume", Some(rest)) => Self::Resume { by: by(rest)? },
            ("abort", Some(rest)) => {
                let [by, why] = rest.texts(["by", "why"])?;
                Self::Abort { by, why }
            }
            ("promote", Some(rest)) => Self::Promote { by: by(rest)? },
            ("request", Some(rest)) => Self::Request { by: by(rest)? },
            ("revise", Some(rest)) => {
                let mut fields = rest.object()?;
                let by = fields.required("by").and_then(|field| field.text());
                let revision = fields.required("revision").and_then(|field| field.name());
                fields.finish();
                Self::Revise { by: by?.into(), revision: revision?.into() }
            }
            ("retry", Some(rest)) => Self::Retry { by: by(rest)? },
            ("confirm", None) => Self::Confirm,
            ("rollback_failed", Some(rest)) => {
                let [why] = rest.texts(["why"])?;
                Self::RollbackFailed { why }
            }
            _ => return field.refuse_case(),
        })
    }

    fn read_approve(field: &Field<'_>, logged: bool) -> Option<Self> {
        let mut fields = field.object()?;
        let by = fields.required("by").and_then(|field| field.text()).map(String::from);
        let stage = if logged { fields.required("stage") } else { fields.optional("stage") };
        let missing = logged && stage.is_none();
        let stage = stage.map_or(Some(None), |field| field.u32().map(Some));
        fields.finish();
        Some(Self::Approve { by: by?, stage: stage.filter(|_| !missing)? })
    }

    /// Refuses what must not stand in a log.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self {
            Self::Approve { stage: None, .. } => {
                Err(Error::absent("event.kind.approve.stage", Kind::Missing, "must be given"))
            }
            Self::Revise { revision, .. } => check_name("event.kind.revise.revision", revision),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for CommandName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "start",
            Self::Approve => "approve",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Abort => "abort",
            Self::Promote => "promote",
            Self::Request => "request",
            Self::Revise => "revise",
            Self::Retry => "retry",
            Self::Confirm => "confirm",
            Self::RollbackFailed => "rollback_failed",
        })
    }
}
