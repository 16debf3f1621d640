use super::phrases::lacking;
use super::words::{counted, lasting, listed, odds_needed, odds_reached};
use super::{Sentence, Severity, Topic};
use crate::canary::{Finding, Verdict};
use crate::quantity::Timestamp;
use crate::rollout::{Event, EventKind, State};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Events in a row that changed nothing.
#[derive(Debug)]
pub(super) struct Quiet {
    looks: u64,
    ticks: u64,
    /// Counts of a fleet's replicas.
    reports: u64,
    /// Looks at a stage or an attempt that was over.
    late: u64,
    first: Timestamp,
    last: Timestamp,
    seq: u64,
    /// The last look that was heard in a stage.
    finding: Option<Finding>,
}

impl Quiet {
    /// Begins, or goes on, with one more event.
    pub(super) fn add(before: Option<Self>, event: &Event, state: &State, late: bool) -> Self {
        let mut quiet = before.unwrap_or(Self {
            looks: 0,
            ticks: 0,
            reports: 0,
            late: 0,
            first: event.at,
            last: event.at,
            seq: event.seq,
            finding: None,
        });
        (quiet.last, quiet.seq) = (event.at, event.seq);
        if let EventKind::Judged { finding, .. } = &event.kind {
            quiet.looks = quiet.looks.saturating_add(1);
            quiet.late = quiet.late.saturating_add(u64::from(late));
            if state.watch().is_some() && !late {
                quiet.finding = Some(*finding);
            }
        } else if matches!(event.kind, EventKind::Fleet(_)) {
            quiet.reports = quiet.reports.saturating_add(1);
        } else {
            quiet.ticks = quiet.ticks.saturating_add(1);
        }
        quiet
    }

    pub(super) fn told(self) -> Sentence {
        let parts = [(self.looks, "look"), (self.ticks, "tick"), (self.reports, "report")];
        let parts = parts.into_iter().filter(|(number, _)| *number > 0);
        let parts: Vec<String> = parts.map(|(number, noun)| counted(number, noun)).collect();
        let mut text = format!("{} changed nothing", listed(&parts));
        if self.last > self.first {
            text += &format!(" over {}", lasting(self.last.since(self.first)));
        }
        if let Some(finding) = &self.finding {
            let look = match (self.looks, self.ticks.saturating_add(self.reports)) {
                (1, 0) => "it",
                (1, _) => "the look",
                _ => "the last look",
            };
            text += &format!("; {look} {}", saw(finding));
        }
        if self.late > 0 {
            let (number, were) = (counted(self.late, "look"), if self.late == 1 { "was" } else { "were" });
            text += &format!("; {number} {were} about another stage or attempt");
        }
        text += ".";
        Sentence { at: self.last, seq: self.seq, topic: Topic::Quiet, severity: Severity::Info, text }
    }
}

fn saw(finding: &Finding) -> String {
    match finding.verdict {
        Verdict::Insufficient(lack) => format!("saw that {}", lacking(lack)),
        Verdict::Invalid => "saw two groups that were not filled as assigned".into(),
        Verdict::Safe | Verdict::Inconclusive | Verdict::Harm => {
            let needed = [finding.ln_safety_needed, finding.ln_harm_needed].map(odds_needed);
            let [safety, harm] = &needed;
            let needed = if safety == harm {
                format!("{safety} needed for either")
            } else {
                needed.join(" and ") + " needed"
            };
            format!(
                "saw {}, with evidence of safety at {} and of harm at {} ({needed})",
                counted(finding.units, "unit"),
                odds_reached(finding.ln_safety),
                odds_reached(finding.ln_harm),
            )
        }
    }
}
