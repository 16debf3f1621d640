use super::fleet::Gap;
use super::{CommandName, Phase};
use crate::canary::Lack;
use crate::quantity::{Share, Span, Timestamp};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};

/// Why a decision was taken, with the numbers it was taken by. Its `Display` is a plain English sentence.
///
/// Evidence is the natural logarithm of an e-value, as in [`Finding`](crate::canary::Finding).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields are named after what the variant's line says")]
pub enum Reason {
    /// Someone started the release.
    Started { by: String },
    /// Nothing stands in the way of the first stage.
    Clear,
    /// Someone began a new attempt.
    Retried { by: String },
    /// Someone paused the release.
    Paused { by: String },
    /// Someone ended the pause.
    Resumed { by: String },
    /// Someone approved leaving a stage.
    Approved { by: String, stage: u32 },
    /// Someone waived the rest of dwell, units and approval.
    Promoted { by: String },
    /// Someone asked again for an approval that had lapsed.
    Requested { by: String, stage: u32 },
    /// Someone replaced the new version.
    Revised { by: String, revision: String },
    /// The revision is the one that is being released already.
    SameRevision { revision: String },
    /// Someone aborted the release.
    Aborted { by: String, why: String },
    /// The fleet has brought the declared exposure into force; no actual one while no replica is ready.
    InForce { declared: Share, actual: Option<Share> },
    /// The fleet has not brought the declared exposure into force, and what it lacks.
    NotInForce { declared: Share, actual: Option<Share>, gaps: Vec<Gap> },
    /// Nobody has reported the replicas since the exposure was declared, or the last report is `silent` old.
    Unreported { declared: Share, silent: Option<Span> },
    /// The host confirmed that exposure 0 is in force.
    Confirmed,
    /// The host could not bring exposure 0 into force.
    RollbackFailed { why: String },
    /// The command does nothing in this phase.
    NotApplicable { command: CommandName, phase: Phase },
    /// An approval of another stage than the present one.
    OtherStage { stage: u32, current_stage: u32 },
    /// The plan has the test for harm begin anew.
    Restarted,
    /// A finding about another attempt or stage than the present one.
    Void { attempt: u32, stage: u32, current_attempt: u32, current_stage: u32 },
    /// The harm evidence over all guardrails reached its threshold.
    Harm { have: f64, need: f64 },
    /// Every required guardrail is shown to be within its margin.
    Safe { have: f64, need: f64 },
    /// Data without proof of harm, where the plan asks for no more.
    NoHarm { have: f64, need: f64 },
    /// Data that does not prove safety; the numbers are the safety evidence.
    Inconclusive { have: f64, need: f64 },
    /// Sample-ratio mismatch.
    Invalid,
    /// Nothing to judge by; `quiet` is how long no finding has carried data, pauses not counted.
    Insufficient { lack: Lack, quiet: Span },
    /// The stage requires no verdict.
    Unmonitored { stage: u32 },
    /// Time with evidence, against the stage's minimum.
    Dwell { have: Span, need: Span },
    /// Time in an unmonitored stage, pauses not counted, against the stage's minimum.
    Elapsed { have: Span, need: Span },
    /// Canary units with an outcome, against the stage's minimum.
    Units { have: u64, need: u64 },
    /// The deadline of the stage has come.
    Deadline { elapsed: Span, limit: Span },
    /// The budget pays for at most `cap`, and the next stage is `next`; without a cap it pays for no rise.
    Budget { cap: Option<Share>, next: Share },
    /// The error budget is spent.
    BudgetSpent,
    /// The plan starts later.
    NotBefore { start: Timestamp },
    /// The calendar lets exposure rise again at `until`, if ever.
    Freeze { until: Option<Timestamp>, why: Option<String> },
    /// Nobody has approved leaving the stage.
    ApprovalMissing { stage: u32 },
    /// Nobody has approved leaving the stage; `waited` is how long this alone has stood in the way, of the time that the plan gives.
    ApprovalPending { stage: u32, waited: Span, within: Span },
    /// Nobody approved in time, and the plan rolls back or keeps the exposure.
    ApprovalTimeout { stage: u32, waited: Span, within: Span },
    /// Nobody approved in time, and someone has to ask again.
    ApprovalLapsed { stage: u32, waited: Span, within: Span },
    /// An approval that came when the time was over.
    ApprovalLate { by: String, stage: u32, waited: Span, within: Span },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { by } => write!(f, "{by} started it"),
            Self::Clear => f.write_str("nothing stands in the way of the first stage"),
            Self::Retried { by } => write!(f, "{by} began a new attempt"),
            Self::Paused { by } => write!(f, "{by} paused it"),
            Self::Resumed { by } => write!(f, "{by} ended the pause"),
            Self::Approved { by, stage } => write!(f, "{by} approved leaving stages[{stage}]"),
            Self::Promoted { by } => write!(f, "{by} waived the rest of dwell, units and approval"),
            Self::Aborted { by, why } => write!(f, "{by} aborted it: {why}"),
            Self::Requested { by, stage } => {
                write!(f, "{by} asked again for the approval of stages[{stage}]")
            }
            Self::Revised { by, revision } => write!(f, "{by} replaced the new version by {revision}"),
            Self::SameRevision { revision } => write!(f, "{revision} is what is being released"),
            Self::InForce { declared, actual } => {
                write!(f, "{}: it is in force", Exposures { declared: *declared, actual: *actual })
            }
            Self::NotInForce { declared, actual, gaps } => {
                write!(f, "{}", Exposures { declared: *declared, actual: *actual })?;
                for (place, gap) in gaps.iter().enumerate() {
                    write!(f, "{} {gap}", if place == 0 { ":" } else { "," })?;
                }
                Ok(())
            }
            Self::Unreported { declared, silent: None } => {
                write!(f, "no report of the replicas since {declared} was declared")
            }
            Self::Unreported { declared, silent: Some(silent) } => {
                write!(f, "declared {declared}: the last report of the replicas is {silent} old")
            }
            Self::Confirmed => f.write_str("exposure 0% is in force"),
            Self::RollbackFailed { why } => write!(f, "exposure 0% could not be brought into force: {why}"),
            Self::NotApplicable { command, phase } => write!(f, "`{command}` does nothing while {phase}"),
            Self::OtherStage { stage, current_stage } => {
                write!(f, "an approval of stages[{stage}] says nothing about stages[{current_stage}]")
            }
            Self::Restarted => f.write_str("the test for harm begins anew"),
            Self::Void { attempt, stage, current_attempt, current_stage } => write!(
                f,
                "a finding about attempt {attempt}, stages[{stage}] says nothing about attempt {current_attempt}, \
                 stages[{current_stage}]"
            ),
            Self::Harm { have, need } => {
                write!(f, "the canary does harm: evidence ln {have:.2} of the ln {need:.2} needed")
            }
            Self::Safe { have, need } => {
                write!(f, "the canary is safe: evidence ln {have:.2} of the ln {need:.2} needed")
            }
            Self::NoHarm { have, need } => {
                write!(f, "no proof of harm: evidence ln {have:.2} of the ln {need:.2} needed")
            }
            Self::Inconclusive { have, need } => {
                write!(f, "no proof of safety yet: evidence ln {have:.2} of the ln {need:.2} needed")
            }
            Self::Invalid => f.write_str("the arms were not filled as assigned (sample-ratio mismatch)"),
            Self::Insufficient { lack, quiet } => {
                let what = match lack {
                    Lack::NoData => "no canary unit has an outcome",
                    Lack::MissingMetric => "a required metric has no outcome",
                    Lack::Stale => "the last finding is too old",
                    Lack::SourceError => "the source of outcomes failed",
                };
                write!(f, "{what}; {quiet} without data")
            }
            Self::Unmonitored { stage } => {
                write!(f, "stages[{stage}] is unmonitored: no verdict is required")
            }
            Self::Dwell { have, need } => write!(f, "{have} of {need} with evidence"),
            Self::Elapsed { have, need } => write!(f, "{have} of {need} in the stage"),
            Self::Units { have, need } => write!(f, "{have} of {need} units"),
            Self::Deadline { elapsed, limit } => {
                write!(f, "the deadline of {limit} has come after {elapsed}")
            }
            Self::Budget { cap: Some(cap), next } => {
                write!(f, "the error budget pays for {cap}, not for {next}")
            }
            Self::Budget { cap: None, next } => write!(f, "the error budget pays for no rise to {next}"),
            Self::BudgetSpent => f.write_str("the error budget is spent"),
            Self::NotBefore { start } => write!(f, "it starts at {start}"),
            Self::Freeze { until, why } => {
                f.write_str("exposure may not rise")?;
                if let Some(why) = why {
                    write!(f, " ({why})")?;
                }
                match until {
                    Some(until) => write!(f, " until {until}"),
                    None => f.write_str(" any more: the calendar allows no later time"),
                }
            }
            Self::ApprovalMissing { stage } => write!(f, "nobody has approved leaving stages[{stage}]"),
            Self::ApprovalPending { stage, waited, within } => {
                write!(f, "nobody has approved leaving stages[{stage}] for {waited} of {within}")
            }
            Self::ApprovalTimeout { stage, waited, within } => {
                write!(f, "nobody approved leaving stages[{stage}] within {within}: {waited} have passed")
            }
            Self::ApprovalLapsed { stage, waited, within } => write!(
                f,
                "nobody approved leaving stages[{stage}] within {within}: {waited} have passed, and it has to be asked for again"
            ),
            Self::ApprovalLate { by, stage, waited, within } => {
                write!(f, "{by} approved leaving stages[{stage}] after {waited} of {within}: too late")
            }
        }
    }
}

/// `declared 25%, actual 12.5%`
struct Exposures {
    declared: Share,
    actual: Option<Share>,
}

impl fmt::Display for Exposures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "declared {}", self.declared)?;
        match self.actual {
            Some(actual) => write!(f, ", actual {actual}"),
            None => f.write_str(", with no replica ready"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollout::Hold;
    use alloc::string::ToString;

    #[test]
    fn sentences_carry_the_numbers() {
        let at = || "2026-12-27T00:00:00Z".parse::<Timestamp>().unwrap();
        let percent = |text: &str| text.parse::<Share>().unwrap();
        let span = |text: &str| text.parse::<Span>().unwrap();
        let sentences = [
            (
                Reason::Harm { have: 3.412, need: 2.996 },
                "the canary does harm: evidence ln 3.41 of the ln 3.00 needed",
            ),
            (
                Reason::Insufficient { lack: Lack::SourceError, quiet: span("20m") },
                "the source of outcomes failed; 20m without data",
            ),
            (Reason::Dwell { have: span("45m"), need: span("1h") }, "45m of 1h with evidence"),
            (Reason::Units { have: 412, need: 1000 }, "412 of 1000 units"),
            (
                Reason::Budget { cap: Some(percent("12.5%")), next: percent("25%") },
                "the error budget pays for 12.5%, not for 25%",
            ),
            (
                Reason::Freeze { until: Some(at()), why: Some("holidays".into()) },
                "exposure may not rise (holidays) until 2026-12-27T00:00:00Z",
            ),
            (
                Reason::Freeze { until: None, why: None },
                "exposure may not rise any more: the calendar allows no later time",
            ),
            (
                Reason::NotApplicable {
                    command: CommandName::Promote,
                    phase: Phase::Holding { stage: 1, reason: Hold::Approval },
                },
                "`promote` does nothing while holding in stages[1] (approval)",
            ),
        ];
        for (reason, sentence) in sentences {
            assert_eq!(reason.to_string(), sentence);
        }
    }
}
