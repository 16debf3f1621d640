use alloc::string::String;

/// What the host tells a release at one moment. Most of the time nothing but the time: [`Signal::Tick`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
