use super::ApprovalLimit;
use crate::canary::{Finding, Verdict};
use crate::quantity::{Span, Timestamp};
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// What has been gathered since a stage, or the bake, was entered. Dropped when it is left, so nothing found in one
/// stage or attempt can count for another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    pub(super) entered: Timestamp,
    /// Time since `entered` without pauses.
    pub(super) elapsed: Span,
    /// The part of `elapsed` since the last finding that carried data.
    pub(super) quiet: Span,
    pub(super) dwell: Span,
    /// The part of `elapsed` before the test for harm last began anew in this watch.
    pub(super) renewed: Span,
    /// The part of `elapsed` in which the fleet was not known to have the exposure in force.
    pub(super) lacking: Span,
    /// The part of `elapsed` in which an approval with a time limit alone stood in the way, since it was last asked for.
    pub(super) waited: Span,
    /// Units counted before this watch began: a bake goes on with its stage's count.
    pub(super) base: u64,
    /// The most units that a sound finding has brought.
    pub(super) units: u64,
    /// When a sound finding last brought new units, within the present unpaused stretch.
    pub(super) mark: Option<Timestamp>,
    pub(super) judged: Option<Judged>,
    pub(super) approved: Option<String>,
    pub(super) promoted: Option<String>,
}

/// A finding and the time of the event that brought it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Judged {
    pub(super) at: Timestamp,
    pub(super) finding: Finding,
}

impl Watch {
    pub(super) const fn new(at: Timestamp, base: u64) -> Self {
        Self {
            entered: at,
            elapsed: Span::ZERO,
            quiet: Span::ZERO,
            dwell: Span::ZERO,
            renewed: Span::ZERO,
            lacking: Span::ZERO,
            waited: Span::ZERO,
            base,
            units: base,
            mark: None,
            judged: None,
            approved: None,
            promoted: None,
        }
    }

    /// Lets unpaused time pass.
    pub(super) fn run(&mut self, gap: Span) {
        self.elapsed = self.elapsed.saturating_add(gap);
        self.quiet = self.quiet.saturating_add(gap);
    }

    /// Says that the exposure was not in force for the gap that has just been run through.
    pub(super) fn lack(&mut self, gap: Span) {
        self.lacking = self.lacking.saturating_add(gap);
        self.mark = None;
    }

    /// Time in which the exposure was in force: what a stage without verdicts asks for.
    pub(super) const fn served(&self) -> Span {
        self.elapsed.saturating_sub(self.lacking)
    }

    /// Lets the clock of an approval run.
    pub(super) fn wait(&mut self, gap: Span) {
        self.waited = self.waited.saturating_add(gap);
    }

    /// Whether nobody approved in time.
    pub(super) fn is_overdue(&self, limit: Option<ApprovalLimit>) -> bool {
        limit.is_some_and(|limit| self.waited >= limit.within)
    }

    /// Ends the stretch in which time between findings counts as dwell.
    pub(super) fn interrupt(&mut self) {
        self.mark = None;
    }

    /// Takes in a finding about this stage. Dwell grows by the time since the last sound finding with new units, unless
    /// that is longer than `stale_after`, or there was a pause or the exposure was not in force: then this one is `idle`.
    pub(super) fn judge(&mut self, at: Timestamp, finding: Finding, idle: bool, stale_after: Span) {
        self.judged = Some(Judged { at, finding });
        if finding.units <= self.base {
            return; // whatever its verdict, it rests on nothing
        }
        let sound = match finding.verdict {
            Verdict::Insufficient(_) => return,
            Verdict::Safe | Verdict::Inconclusive => true,
            Verdict::Invalid | Verdict::Harm => false,
        };
        self.quiet = Span::ZERO;
        if !sound || finding.units <= self.units {
            return;
        }
        self.units = finding.units;
        if !idle {
            if let Some(mark) = self.mark
                && at.since(mark) <= stale_after
            {
                self.dwell = self.dwell.saturating_add(at.since(mark));
            }
            self.mark = Some(at);
        }
    }

    /// When the stage was entered.
    #[must_use]
    pub const fn entered(&self) -> Timestamp {
        self.entered
    }

    /// Time since then, pauses not counted, up to the last event.
    #[must_use]
    pub const fn elapsed(&self) -> Span {
        self.elapsed
    }

    /// Time with evidence: the sum of the gaps between consecutive findings that brought new units, each gap at most
    /// `stale_after`. Less than [`elapsed`](Self::elapsed) as a rule, and much less where traffic or judge were away.
    #[must_use]
    pub const fn dwell(&self) -> Span {
        self.dwell
    }

    /// The part of [`elapsed`](Self::elapsed) in which the plan's fleet was not known to have the exposure in force: it adds no dwell. 0 without a fleet.
    #[must_use]
    pub const fn lacking(&self) -> Span {
        self.lacking
    }

    /// How long an approval with a time limit has been waited for, since it was last asked for: the time during which it alone stood in
    /// the way, pauses not counted.
    #[must_use]
    pub const fn waited(&self) -> Span {
        self.waited
    }

    /// Canary units with an outcome since then.
    #[must_use]
    pub const fn units(&self) -> u64 {
        self.units.saturating_sub(self.base)
    }

    /// The last finding about this stage, and when it came.
    #[must_use]
    pub fn finding(&self) -> Option<(Timestamp, &Finding)> {
        self.judged.as_ref().map(|judged| (judged.at, &judged.finding))
    }

    /// Who approved leaving the stage.
    #[must_use]
    pub fn approved_by(&self) -> Option<&str> {
        self.approved.as_deref()
    }

    /// Who asked to go on without the rest of dwell, units and approval.
    #[must_use]
    pub fn promoted_by(&self) -> Option<&str> {
        self.promoted.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canary::Lack;

    const STALE: u64 = 10;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    fn found(verdict: Verdict, units: u64) -> Finding {
        Finding { verdict, units, ln_harm: 0.0, ln_harm_needed: 3.0, ln_safety: 0.0, ln_safety_needed: 3.0 }
    }

    fn dwell(findings: &[(u64, Verdict, u64)]) -> u64 {
        let mut watch = Watch::new(at(0), 0);
        for (millis, verdict, units) in findings {
            watch.judge(at(*millis), found(*verdict, *units), false, Span::from_millis(STALE).unwrap());
        }
        watch.dwell().as_millis()
    }

    #[test]
    fn dwell_is_the_time_between_findings_that_bring_new_units() {
        use Verdict::{Inconclusive, Safe};
        assert_eq!(dwell(&[(5, Safe, 1)]), 0);
        assert_eq!(dwell(&[(5, Safe, 1), (8, Inconclusive, 2), (18, Safe, 3)]), 13);
        assert_eq!(dwell(&[(5, Safe, 1), (8, Safe, 1), (14, Safe, 2)]), 9);
    }

    #[test]
    fn gaps_and_findings_without_data_add_nothing() {
        use Verdict::{Insufficient, Invalid, Safe};
        assert_eq!(dwell(&[(5, Safe, 1), (16, Safe, 2), (20, Safe, 3)]), 4);
        assert_eq!(dwell(&[(5, Insufficient(Lack::NoData), 1), (8, Insufficient(Lack::SourceError), 2)]), 0);
        assert_eq!(dwell(&[(5, Invalid, 1), (8, Invalid, 2), (9, Invalid, 3)]), 0);
        assert_eq!(dwell(&[(5, Safe, 0), (8, Safe, 0)]), 0);
        assert_eq!(dwell(&[(5, Safe, 9), (8, Safe, 8), (9, Safe, 9)]), 0);
    }
}
