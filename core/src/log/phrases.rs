//! Each reason of a decision as a clause of a sentence.

use super::words::{counted, instant, lasting, odds_needed, odds_reached, quoted, who};
use crate::canary::Lack;
use crate::quantity::{Share, Span};
use crate::rollout::fleet::Gap;
use crate::rollout::{Hold, Phase, Reason};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// How the clause begins that says that harm was shown.
pub(super) const HARM: &str = "evidence of harm";

/// Clauses, with semicolons between them.
pub(super) fn clauses(reasons: &[&Reason]) -> String {
    // the time that ran out says it all
    let timeout = reasons.iter().any(|reason| matches!(reason, Reason::ApprovalTimeout { .. }));
    let told = |reason: &&&Reason| !timeout || !matches!(reason, Reason::ApprovalPending { .. });
    let clauses: Vec<String> = reasons.iter().filter(told).map(|reason| clause(reason)).collect();
    clauses.join("; ")
}

/// Stages count from 1 where people read of them.
pub(super) fn stage(number: u32) -> String {
    format!("stage {}", u64::from(number).saturating_add(1))
}

pub(super) fn clause(reason: &Reason) -> String {
    match reason {
        Reason::Clear => "nothing stood in the way".into(),
        Reason::InForce { declared, actual } if *actual == Some(*declared) => {
            format!("the declared {declared} was in force")
        }
        Reason::InForce { declared, actual } => {
            format!("the declared {declared} was in force, {}", really(*actual))
        }
        Reason::NotInForce { declared, actual, gaps } => {
            let gaps: Vec<String> = gaps.iter().map(gap).collect();
            format!("declared {declared}, {} ({})", really(*actual), gaps.join(", "))
        }
        Reason::Unreported { declared, silent: None } => {
            format!("nobody had reported the replicas since {declared} was declared")
        }
        Reason::Unreported { silent: Some(silent), .. } => {
            format!("the last report of the replicas was {} old", lasting(*silent))
        }
        Reason::Approved { by, .. } => format!("{} approved it", who(by)),
        Reason::Promoted { by } => format!("{} waived the rest of the waiting", who(by)),
        Reason::Harm { have, need } => {
            format!("{HARM} reached {} ({} needed)", odds_reached(*have), odds_needed(*need))
        }
        Reason::Safe { have, need } => {
            format!("evidence of safety reached {} ({} needed)", odds_reached(*have), odds_needed(*need))
        }
        Reason::NoHarm { have, need } => {
            format!(
                "harm was not shown, with evidence at {} ({} needed)",
                odds_reached(*have),
                odds_needed(*need)
            )
        }
        Reason::Inconclusive { have, need } => {
            format!(
                "safety was not shown, with evidence at {} ({} needed)",
                odds_reached(*have),
                odds_needed(*need)
            )
        }
        Reason::Invalid => "the two groups were not filled as assigned, so they could not be compared".into(),
        Reason::Insufficient { lack, quiet } => {
            format!("{}; {} without data", lacking(*lack), lasting(*quiet))
        }
        Reason::Unmonitored { stage: number } => format!("{} asks for no evidence", stage(*number)),
        Reason::Dwell { have, need } => {
            format!("{} with evidence ({} needed)", time(*have), lasting(*need))
        }
        Reason::Elapsed { have, need } => {
            format!("{} in the stage ({} needed)", time(*have), lasting(*need))
        }
        Reason::Units { have, need } => {
            format!("{} ({} needed)", counted(*have, "unit"), super::words::grouped(*need))
        }
        Reason::Deadline { elapsed, limit } => {
            format!("the deadline of {} had passed, after {}", lasting(*limit), lasting(*elapsed))
        }
        Reason::Budget { cap: Some(cap), next } => format!("the error budget paid for {cap}, not for {next}"),
        Reason::Budget { cap: None, next } => format!("the error budget paid for no rise to {next}"),
        Reason::BudgetSpent => "the error budget was spent".into(),
        Reason::NotBefore { start } => format!("the plan starts at {}", instant(*start)),
        Reason::Freeze { until, why } => {
            let why = why.as_ref().map(|why| format!(" ({})", quoted(why))).unwrap_or_default();
            match until {
                Some(until) => format!("the calendar forbade a rise{why} until {}", instant(*until)),
                None => format!("the calendar forbade any further rise{why}"),
            }
        }
        Reason::SameRevision { revision } => format!("{} was being released already", quoted(revision)),
        Reason::ApprovalPending { stage: number, waited, within } => {
            let (stage, within) = (stage(*number), lasting(*within));
            if *waited == Span::ZERO {
                format!("nobody had approved leaving {stage} yet ({within} to do so)")
            } else {
                format!("nobody had approved leaving {stage}, {} into its {within}", lasting(*waited))
            }
        }
        Reason::ApprovalTimeout { stage: number, within, .. } => {
            format!("nobody approved leaving {} within {}", stage(*number), lasting(*within))
        }
        Reason::ApprovalLapsed { stage: number, within, .. } => {
            let (stage, within) = (stage(*number), lasting(*within));
            format!("nobody approved leaving {stage} within {within}, and it had to be asked for again")
        }
        Reason::ApprovalLate { by, stage: number, waited, within } => {
            let (by, stage, waited) = (who(by), stage(*number), lasting(*waited));
            format!("{by} approved leaving {stage} too late, after {waited} ({} to do so)", lasting(*within))
        }
        Reason::ApprovalMissing { stage: number } => {
            format!("nobody had approved leaving {}", stage(*number))
        }
        other => other.to_string(),
    }
}

fn really(actual: Option<Share>) -> String {
    actual.map_or_else(|| "with no replica ready".into(), |actual| format!("actual {actual}"))
}

/// What a fleet lacked, in replicas.
fn gap(gap: &Gap) -> String {
    let replicas = |number: u32, kind| counted(number.into(), &format!("{kind}replica"));
    match *gap {
        Gap::NewMissing { ready, need } => {
            let missing = need.saturating_sub(ready);
            let were = if missing == 1 { "was" } else { "were" };
            format!("{missing} of {} {were} missing", replicas(need, "new "))
        }
        Gap::NewBeyond { there, most } => {
            format!("{} too many", replicas(there.saturating_sub(most), "new "))
        }
        Gap::OldBeyond { ready, most } => {
            format!("{} too many", replicas(ready.saturating_sub(most), "old "))
        }
        Gap::Unavailable { ready, need } => {
            format!("{} too few", replicas(need.saturating_sub(ready), "ready "))
        }
    }
}

/// What a look without a verdict lacked.
pub(super) fn lacking(lack: Lack) -> &'static str {
    match lack {
        Lack::NoData => "there were no outcomes of the new version",
        Lack::MissingMetric => "a required metric had no outcomes",
        Lack::Stale => "the last result was too old",
        Lack::SourceError => "the source of outcomes failed",
    }
}

fn time(span: Span) -> String {
    if span == Span::ZERO { "no time".into() } else { lasting(span) }
}

/// What a hold was for, to follow `held` or `held for 20 minutes`.
pub(super) fn held_for(hold: Hold) -> String {
    match hold {
        Hold::NotBefore => " until its start".into(),
        Hold::Unreported => " for lack of a report of the replicas".into(),
        Hold::NotInForce(_) => " by the replicas".into(),
        Hold::Invalid => ", as the two groups were not filled as assigned".into(),
        Hold::Insufficient(_) => " for lack of data".into(),
        Hold::Inconclusive => " for lack of proof of safety".into(),
        Hold::Budget => " by the error budget".into(),
        Hold::Calendar => " by the calendar".into(),
        Hold::ApprovalLapsed => " because nobody approved in time".into(),
        Hold::Approval => " for lack of an approval".into(),
        other => format!(" ({other})"),
    }
}

/// Where a release was when a command did nothing.
pub(super) fn phase(phase: Phase) -> String {
    match phase {
        Phase::Scheduled => "was waiting for its first rise".into(),
        Phase::Ramping { stage: number } => format!("was in {}", stage(number)),
        Phase::Holding { stage: number, reason } => {
            format!("was in {}, held{}", stage(number), held_for(reason))
        }
        Phase::Baking => "was in the bake".into(),
        Phase::Completed => "was complete".into(),
        Phase::RollingBack => "was being rolled back".into(),
        Phase::RollbackFailed => "could not be rolled back".into(),
        Phase::RolledBack => "was rolled back".into(),
        Phase::Expired { stage: number } => format!("had expired in {}", stage(number)),
        other => format!("was a {other}"),
    }
}
