use super::report::Force;
use super::stage::{Fallback, Overdue, Requirement, Unapproved};
use super::{Action, ApprovalLimit, Hold, Plan, Reason, Stage, Watch};
use crate::canary::{Finding, Lack, Verdict};
use crate::quantity::{Share, Span, Timestamp};
use crate::slo::Clearance;
use alloc::vec::Vec;

/// What the gates of a stage say at one instant.
#[derive(Debug)]
pub(super) enum Opinion {
    /// All are open.
    Go,
    /// One is closed, and no one is to blame yet: the stage is still gathering.
    Gather,
    /// One is closed.
    Wait(Hold),
    /// A policy of the plan has come due: `RollBack` or `Expire`.
    Give(Action),
}

/// The gates between the present exposure and the next, asked in a fixed order: fleet, verdict, dwell, units, budget, calendar,
/// approval. The first that is closed names the phase; all that are closed become reasons.
#[derive(Debug, Default)]
pub(super) struct Gates {
    opened: Vec<Reason>,
    closed: Vec<(Option<Hold>, Reason)>,
    give: Option<(Action, Option<Reason>)>,
}

/// What the stage's findings amount to at one instant.
enum Evidence<'a> {
    Missing(Lack),
    Invalid,
    Sound(&'a Finding),
}

impl Gates {
    /// The gates before the first stage. No verdict can exist yet.
    pub(super) fn before_start(
        plan: &Plan,
        first: Share,
        (clearance, now, force): (Option<Clearance>, Timestamp, Force),
    ) -> Self {
        let mut gates = Self { opened: Vec::from([Reason::Clear]), ..Self::default() };
        if let Some(start) = plan.start().filter(|start| now < *start) {
            gates.close(Hold::NotBefore, Reason::NotBefore { start });
        }
        gates.force(force, true);
        gates.rise(plan, first, clearance, now);
        gates
    }

    /// The gates after `stage`, which has number `number`; `next` is the exposure they lead to, if that is a rise.
    pub(super) fn after(
        plan: &Plan,
        (number, stage): (u32, &Stage),
        next: Option<Share>,
        watch: &Watch,
        (clearance, now, force): (Option<Clearance>, Timestamp, Force),
    ) -> Self {
        let mut gates = Self::default();
        let need = stage.min_dwell;
        let (dwell, time) = if stage.is_monitored() {
            (watch.dwell, Reason::Dwell { have: watch.dwell, need })
        } else {
            (watch.served(), Reason::Elapsed { have: watch.served(), need })
        };
        let lasted = dwell >= need;
        let met = lasted && watch.units() >= stage.min_units;
        // Replicas take their time: for a while after the last rise it is no news that they are on their way.
        gates.force(force, watch.elapsed > plan.stale_after() || met || watch.promoted.is_some());
        if stage.is_monitored() {
            gates.verdict(plan, stage, watch, met, now);
        }
        let waived = watch.promoted.is_some();
        gates.minimum(lasted || waived, time);
        if stage.min_units > 0 {
            let units = Reason::Units { have: watch.units(), need: stage.min_units };
            gates.minimum(watch.units() >= stage.min_units || waived, units);
        }
        if let Some(next) = next {
            gates.rise(plan, next, clearance, now);
        }
        match (&watch.promoted, &watch.approved) {
            (Some(by), _) => gates.opened.push(Reason::Promoted { by: by.clone() }),
            (None, Some(by)) => gates.opened.push(Reason::Approved { by: by.clone(), stage: number }),
            (None, None) if stage.approval => gates.approval(number, stage, watch),
            (None, None) => {}
        }
        if let Some(limit) = stage.approval_limit.filter(|limit| watch.waited >= limit.within) {
            gates.timeout(number, limit, watch.waited);
        }
        if let Some(limit) = stage.deadline.filter(|limit| watch.elapsed >= *limit) {
            let action = match stage.on_deadline {
                Overdue::RollBack => Action::RollBack,
                Overdue::Expire => Action::Expire,
            };
            gates.give = Some((action, Some(Reason::Deadline { elapsed: watch.elapsed, limit })));
        }
        gates
    }

    pub(super) fn opinion(&self) -> Opinion {
        match (&self.give, self.closed.first()) {
            (Some((action, _)), _) => Opinion::Give(*action),
            (None, None) => Opinion::Go,
            (None, Some((None, _))) => Opinion::Gather,
            (None, Some((Some(hold), _))) => Opinion::Wait(*hold),
        }
    }

    /// The reasons for the opinion: what is open for going on, what is closed for anything else.
    pub(super) fn into_reasons(self) -> impl Iterator<Item = Reason> {
        let opened = if self.closed.is_empty() { self.opened } else { Vec::new() };
        let closed = self.closed.into_iter().map(|(_, reason)| reason);
        self.give.and_then(|(_, reason)| reason).into_iter().chain(closed).chain(opened)
    }

    /// The verdict of the stage, with what the plan says of a verdict that stays away once the minimums are `met`.
    fn verdict(&mut self, plan: &Plan, stage: &Stage, watch: &Watch, met: bool, now: Timestamp) {
        let waived = watch.promoted.is_some();
        match evidence(plan, watch, now) {
            Evidence::Sound(finding) if finding.verdict == Verdict::Safe => {
                self.opened.push(Reason::Safe { have: finding.ln_safety, need: finding.ln_safety_needed });
            }
            Evidence::Sound(finding) if stage.requires == Requirement::NoHarm => {
                self.opened.push(Reason::NoHarm { have: finding.ln_harm, need: finding.ln_harm_needed });
            }
            Evidence::Sound(finding) => {
                if met && stage.on_inconclusive == Fallback::RollBack {
                    self.give = Some((Action::RollBack, None));
                }
                let hold = (met || waived).then_some(Hold::Inconclusive);
                let numbers =
                    Reason::Inconclusive { have: finding.ln_safety, need: finding.ln_safety_needed };
                self.closed.push((hold, numbers));
            }
            Evidence::Invalid => {
                if stage.on_invalid == Fallback::RollBack {
                    self.give = Some((Action::RollBack, None));
                }
                self.close(Hold::Invalid, Reason::Invalid);
            }
            Evidence::Missing(lack) => {
                let silent = watch.quiet > plan.stale_after();
                if silent && watch.elapsed >= stage.min_dwell && stage.on_no_data == Fallback::RollBack {
                    self.give = Some((Action::RollBack, None));
                }
                let hold = (silent || met || waived).then_some(Hold::Insufficient(lack));
                self.closed.push((hold, Reason::Insufficient { lack, quiet: watch.quiet }));
            }
        }
    }

    /// The fleet's gate: closed while the present exposure is not in force, which is a hold once it should be.
    fn force(&mut self, force: Force, due: bool) {
        match force {
            Force::Unasked => {}
            Force::Reached(reason) => self.opened.push(reason),
            Force::Lacking(hold, reason) => self.closed.push((due.then_some(hold), reason)),
        }
    }

    fn minimum(&mut self, open: bool, reason: Reason) {
        if open {
            self.opened.push(reason);
        } else {
            self.closed.push((None, reason));
        }
    }

    /// The gates of any rise: the budget and the calendar.
    fn rise(&mut self, plan: &Plan, next: Share, clearance: Option<Clearance>, now: Timestamp) {
        let next = plan.most_in_force(next);
        match clearance {
            None | Some(Clearance::Allow) => {}
            Some(Clearance::Cap(cap)) if cap >= next => {}
            Some(Clearance::Cap(cap)) => self.close(Hold::Budget, Reason::Budget { cap: Some(cap), next }),
            Some(Clearance::Hold) => self.close(Hold::Budget, Reason::Budget { cap: None, next }),
            Some(Clearance::RollBack) => self.close(Hold::Budget, Reason::BudgetSpent),
        }
        if let Some(freeze) = plan.calendar().freeze(now) {
            let (until, why) = freeze.into_parts();
            self.close(Hold::Calendar, Reason::Freeze { until, why });
        }
    }

    /// An approval that is asked for and not there.
    fn approval(&mut self, number: u32, stage: &Stage, watch: &Watch) {
        let Some(ApprovalLimit { within, on_timeout }) = stage.approval_limit else {
            return self.close(Hold::Approval, Reason::ApprovalMissing { stage: number });
        };
        let waited = watch.waited;
        if on_timeout == Unapproved::Hold && waited >= within {
            self.close(Hold::ApprovalLapsed, Reason::ApprovalLapsed { stage: number, waited, within });
        } else {
            self.close(Hold::Approval, Reason::ApprovalPending { stage: number, waited, within });
        }
    }

    /// The time for an approval is over. A rollback that is due anyway comes first.
    fn timeout(&mut self, number: u32, limit: ApprovalLimit, waited: Span) {
        let action = match limit.on_timeout {
            Unapproved::RollBack => Action::RollBack,
            Unapproved::Expire => Action::Expire,
            Unapproved::Hold => return,
        };
        let reason = Reason::ApprovalTimeout { stage: number, waited, within: limit.within };
        self.give.get_or_insert((action, Some(reason)));
    }

    fn close(&mut self, hold: Hold, reason: Reason) {
        self.closed.push((Some(hold), reason));
    }
}

/// A finding counts while it is fresh, and only if it rests on units of this stage: a judge that calls an empty stage
/// safe is not believed.
fn evidence<'a>(plan: &Plan, watch: &'a Watch, now: Timestamp) -> Evidence<'a> {
    match &watch.judged {
        None => Evidence::Missing(Lack::NoData),
        Some(judged) if now.since(judged.at) > plan.stale_after() => Evidence::Missing(Lack::Stale),
        Some(judged) => match judged.finding.verdict {
            Verdict::Insufficient(lack) => Evidence::Missing(lack),
            _ if judged.finding.units <= watch.base => Evidence::Missing(Lack::NoData),
            Verdict::Invalid => Evidence::Invalid,
            Verdict::Safe | Verdict::Inconclusive | Verdict::Harm => Evidence::Sound(&judged.finding),
        },
    }
}
