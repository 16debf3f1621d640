use super::gates::{Gates, Opinion};
use super::state::Place;
use super::{Action, Command, Decision, Event, EventKind, Hold, Plan, Reason, State, Unapproved, Watch};
use crate::canary::{Finding, Verdict};
use crate::error::{Error, Kind};
use crate::quantity::Share;
use crate::slo::Clearance;
use alloc::vec::Vec;

/// Applies one event: the state that holds after it, and what was decided (at most one decision an event today).
///
/// Pure: the same plan, state and event always give the same answer, on every machine. The state that was passed in
/// stays valid, so a host that cannot store the new one may simply try again. An event whose number was applied before
/// changes nothing and decides nothing, so a log may be delivered twice.
///
/// # Errors
/// - `event.seq` ([`Kind::Order`](crate::ErrorKind::Order)): it leaves a gap, or is 0;
/// - `event.at` (`Order`): it comes before the last event;
/// - `event.kind.judged.finding.*` (`Range`): evidence that is not a finite number;
/// - `state.*` (`Corrupt`): the state cannot belong to this plan.
///
/// ```
/// use rampgate::rollout::{Command, Event, Phase, Plan, State, step};
///
/// let plan = Plan::from_json(r#"{"stages": [{"exposure": "5%", "min_dwell": "1h"}]}"#)?;
/// let at = "2026-11-24T12:00:00Z".parse()?;
/// let (state, _) = step(&plan, &State::new(), &Event { seq: 1, at, kind: Command::Start { by: "ann".into() }.into() })?;
/// let abort = Command::Abort { by: "bob".into(), why: "pager".into() };
/// let (state, decisions) = step(&plan, &state, &Event { seq: 2, at, kind: abort.into() })?;
/// assert_eq!(state.phase(), Phase::RollingBack);
/// assert_eq!(state.exposure(), rampgate::Share::ZERO);
/// assert_eq!(decisions[0].reasons[0].to_string(), "bob aborted it: pager");
/// # Ok::<(), rampgate::Error>(())
/// ```
pub fn step(plan: &Plan, state: &State, event: &Event) -> Result<(State, Vec<Decision>), Error> {
    state.check(plan)?;
    if event.seq == 0 {
        return Err(Error::new("event.seq", Kind::Order, "must count from 1", event.seq));
    }
    if event.seq <= state.seq {
        return Ok((state.clone(), Vec::new()));
    }
    if event.seq > state.seq.saturating_add(1) {
        let rule = alloc::format!("must follow the last event ({})", state.seq);
        return Err(Error::new("event.seq", Kind::Order, rule, event.seq));
    }
    if event.at < state.at {
        let rule = alloc::format!("must not come before the last event ({})", state.at);
        return Err(Error::new("event.at", Kind::Order, rule, event.at));
    }
    event.kind.check(plan)?;
    Ok(Turn::new(plan, state, event).take())
}

/// One event being applied: the state as it becomes, and the reasons as they are found.
pub(super) struct Turn<'a> {
    pub(super) plan: &'a Plan,
    pub(super) before: &'a State,
    pub(super) event: &'a Event,
    pub(super) state: State,
    pub(super) reasons: Vec<Reason>,
}

impl<'a> Turn<'a> {
    fn new(plan: &'a Plan, before: &'a State, event: &'a Event) -> Self {
        let mut state = before.clone();
        state.seq = event.seq;
        state.at = event.at;
        if !before.is_paused()
            && let Some(watch) = &mut state.watch
        {
            let gap = event.at.since(before.at);
            watch.run(gap);
            if !before.stayed_in_force(plan, event) {
                watch.lack(gap);
            }
            let stage = before.place.stage().and_then(|stage| plan.stage(stage));
            if before.hold == Some(Hold::Approval)
                && stage.is_some_and(|stage| stage.approval_limit.is_some())
            {
                watch.wait(gap);
            }
        }
        Self { plan, before, event, state, reasons: Vec::new() }
    }

    fn take(mut self) -> (State, Vec<Decision>) {
        let action = self.apply();
        let (state, before) = (&mut self.state, self.before);
        let moved = state.exposure != before.exposure || state.attempt != before.attempt;
        if moved {
            state.segment = 0;
        }
        if moved || state.segment != before.segment || state.compared(self.plan) != before.compared(self.plan)
        {
            state.cohort = state.cohort.saturating_add(1);
        }
        let Some(action) = action else { return (self.state, Vec::new()) };
        self.note_unmonitored();
        let Self { state, reasons, event, .. } = self;
        let decision = Decision {
            seq: event.seq,
            at: event.at,
            attempt: state.attempt,
            revision: state.revision.clone(),
            action,
            exposure: state.exposure,
            actual: state.actual(),
            phase: state.phase(),
            reasons,
        };
        (state, Vec::from([decision]))
    }

    /// Rollback beats hold, hold beats approval, approval beats advance.
    fn apply(&mut self) -> Option<Action> {
        match &self.event.kind {
            EventKind::Tick => self.settle(None),
            EventKind::Judged { attempt, stage, finding, clearance } => {
                self.judged(*attempt, *stage, finding, *clearance)
            }
            EventKind::Fleet(observed) => self.replicas(*observed),
            EventKind::Command(command) => self.command(command),
        }
    }

    fn command(&mut self, command: &Command) -> Option<Action> {
        match command {
            Command::Abort { by, why } => self.abort(by, why),
            Command::Pause { by } => self.pause(by),
            Command::Resume { by } => self.resume(by),
            Command::Approve { by, stage } => self.approve(by, (*stage)?),
            Command::Promote { by } => self.promote(by),
            Command::Request { by } => self.request(by),
            Command::Revise { by, revision } => self.revise(by, revision),
            Command::Start { by } => self.start(by),
            Command::Retry { by } => self.retry(by),
            Command::Confirm => self.confirm(),
            Command::RollbackFailed { why } => self.rollback_failed(why),
        }
    }

    /// A reason to roll back needs only the attempt to be right: harm that was found a stage ago is still harm. A reason
    /// to go on needs the stage to be right as well.
    fn judged(
        &mut self,
        attempt: u32,
        stage: u32,
        finding: &Finding,
        clearance: Clearance,
    ) -> Option<Action> {
        let (current_attempt, current_stage) = self.state.judging()?;
        if attempt == current_attempt && self.state.exposure > Share::ZERO {
            if finding.verdict == Verdict::Harm {
                self.reasons.push(Reason::Harm { have: finding.ln_harm, need: finding.ln_harm_needed });
            }
            // Once a release is complete, the budget is the service's own again.
            if clearance == Clearance::RollBack && !matches!(self.state.place, Place::Completed(_)) {
                self.reasons.push(Reason::BudgetSpent);
            }
            if !self.reasons.is_empty() {
                self.state.clearance = Some(clearance);
                return Some(self.roll_back());
            }
        }
        if (attempt, stage) != (current_attempt, current_stage) {
            return self.ignore(Reason::Void { attempt, stage, current_attempt, current_stage });
        }
        self.state.clearance = Some(clearance);
        let at = self.event.at;
        let idle = self.state.is_paused() || !self.before.stayed_in_force(self.plan, self.event);
        if let Some(watch) = &mut self.state.watch {
            watch.judge(at, *finding, idle, self.plan.stale_after());
        }
        self.settle(None)
    }

    fn start(&mut self, by: &str) -> Option<Action> {
        if self.state.place != Place::Draft {
            return self.not_applicable();
        }
        self.reasons.push(Reason::Started { by: by.into() });
        self.move_to(Place::Scheduled, Share::ZERO);
        self.settle(Some(Action::Schedule))
    }

    fn retry(&mut self, by: &str) -> Option<Action> {
        if !matches!(self.state.place, Place::RolledBack | Place::Expired(_)) {
            return self.not_applicable();
        }
        self.reasons.push(Reason::Retried { by: by.into() });
        self.state.attempt = self.state.attempt.saturating_add(1);
        self.state.void_report();
        self.move_to(Place::Scheduled, Share::ZERO);
        self.settle(Some(Action::Retry))
    }

    fn abort(&mut self, by: &str, why: &str) -> Option<Action> {
        let reason = Reason::Aborted { by: by.into(), why: why.into() };
        match self.state.place {
            Place::RollingBack | Place::RolledBack => self.not_applicable(),
            Place::Draft | Place::Scheduled if !self.state.has_new_replicas() => {
                self.reasons.push(reason);
                self.move_to(Place::RolledBack, Share::ZERO);
                Some(Action::Cancel)
            }
            Place::Draft
            | Place::Scheduled
            | Place::Stage(_)
            | Place::Baking(_)
            | Place::Completed(_)
            | Place::Expired(_)
            | Place::RollbackFailed => {
                self.reasons.push(reason);
                Some(self.roll_back())
            }
        }
    }

    fn pause(&mut self, by: &str) -> Option<Action> {
        let can_wait = matches!(self.state.place, Place::Scheduled | Place::Stage(_) | Place::Baking(_));
        if !can_wait || self.state.is_paused() {
            return self.not_applicable();
        }
        self.state.hold = Some(Hold::Paused);
        if let Some(watch) = &mut self.state.watch {
            watch.interrupt();
        }
        self.reasons.push(Reason::Paused { by: by.into() });
        Some(Action::Pause)
    }

    fn resume(&mut self, by: &str) -> Option<Action> {
        if !self.state.is_paused() {
            return self.not_applicable();
        }
        self.state.hold = None;
        self.reasons.push(Reason::Resumed { by: by.into() });
        self.settle(Some(Action::Resume))
    }

    fn approve(&mut self, by: &str, stage: u32) -> Option<Action> {
        let asked = self.plan.stage(stage).filter(|stage| stage.approval);
        match (self.state.place, &mut self.state.watch) {
            (Place::Stage(current_stage), _) if current_stage != stage => {
                return self.ignore(Reason::OtherStage { stage, current_stage });
            }
            (Place::Stage(_), Some(watch)) if watch.approved.is_none() && asked.is_some() => {
                let waited = watch.waited;
                if let Some(limit) =
                    asked.and_then(|stage| stage.approval_limit).filter(|limit| waited >= limit.within)
                {
                    return self.ignore(Reason::ApprovalLate {
                        by: by.into(),
                        stage,
                        waited,
                        within: limit.within,
                    });
                }
                watch.approved = Some(by.into());
            }
            _ => return self.not_applicable(),
        }
        self.note(Action::Approve, Reason::Approved { by: by.into(), stage })
    }

    /// Asks again for an approval that nobody gave in time.
    fn request(&mut self, by: &str) -> Option<Action> {
        let Place::Stage(stage) = self.state.place else { return self.not_applicable() };
        let limit = self.plan.stage(stage).and_then(|stage| stage.approval_limit);
        match &mut self.state.watch {
            Some(watch)
                if watch.promoted.is_none()
                    && limit.is_some_and(|limit| limit.on_timeout == Unapproved::Hold)
                    && watch.is_overdue(limit) =>
            {
                watch.waited = crate::Span::ZERO;
            }
            _ => return self.not_applicable(),
        }
        self.reasons.push(Reason::Requested { by: by.into(), stage });
        self.settle(Some(Action::Request))
    }

    /// Another new version: what was found of the old one is void. A rollback that is not confirmed goes on, and a pause too.
    fn revise(&mut self, by: &str, revision: &str) -> Option<Action> {
        if self.state.revision.as_deref() == Some(revision) {
            return self.ignore(Reason::SameRevision { revision: revision.into() });
        }
        self.state.revision = Some(revision.into());
        self.reasons.push(Reason::Revised { by: by.into(), revision: revision.into() });
        if matches!(self.state.place, Place::Draft | Place::RollingBack | Place::RollbackFailed) {
            return Some(Action::Revise);
        }
        let paused = self.state.is_paused();
        self.state.attempt = self.state.attempt.saturating_add(1);
        self.state.void_report();
        self.move_to(Place::Scheduled, Share::ZERO);
        self.state.hold = paused.then_some(Hold::Paused);
        self.settle(Some(Action::Revise))
    }

    fn promote(&mut self, by: &str) -> Option<Action> {
        match &mut self.state.watch {
            Some(watch) if watch.promoted.is_none() => watch.promoted = Some(by.into()),
            _ => return self.not_applicable(),
        }
        self.note(Action::Promote, Reason::Promoted { by: by.into() })
    }

    pub(super) fn not_applicable(&mut self) -> Option<Action> {
        let command = self.event.kind.command()?.name();
        self.ignore(Reason::NotApplicable { command, phase: self.before.phase() })
    }

    /// What an event says may be void; that time has passed is not.
    pub(super) fn ignore(&mut self, reason: Reason) -> Option<Action> {
        let action = self.settle(None);
        self.reasons.push(reason);
        Some(action.unwrap_or(Action::Ignore))
    }

    /// Settles after a command whose own reason the gates repeat if they open.
    fn note(&mut self, noted: Action, reason: Reason) -> Option<Action> {
        let action = self.settle(Some(noted));
        if action == Some(noted) {
            self.reasons.insert(0, reason);
        }
        action
    }

    fn roll_back(&mut self) -> Action {
        self.move_to(Place::RollingBack, Share::ZERO);
        Action::RollBack
    }

    /// Asks the gates of the present place, and moves at most one place on. `noted` is the decision for a command that
    /// leads no further than to being noted.
    pub(super) fn settle(&mut self, noted: Option<Action>) -> Option<Action> {
        if self.state.is_paused() {
            return noted;
        }
        let Some(gates) = self.gates() else { return noted };
        let segment = self.state.segment;
        let action = match gates.opinion() {
            Opinion::Go => self.go(),
            Opinion::Give(Action::Expire) => self.expire(),
            Opinion::Give(_) => Some(self.roll_back()),
            Opinion::Gather => self.wait(None, noted),
            Opinion::Wait(hold) => self.wait(Some(hold), noted),
        };
        let restarts = self.state.segment != segment;
        if action.is_some_and(|action| action != Action::Restart) {
            self.reasons.extend(gates.into_reasons());
        }
        if restarts {
            self.reasons.push(Reason::Restarted);
        }
        action
    }

    fn gates(&self) -> Option<Gates> {
        let (plan, now, clearance) = (self.plan, self.event.at, self.state.clearance);
        let moment = (clearance, now, self.state.force(plan, now));
        match (self.state.place, &self.state.watch) {
            (Place::Scheduled, _) => {
                let first = plan.stage(0)?.exposure;
                Some(Gates::before_start(plan, first, moment))
            }
            (Place::Stage(number), Some(watch)) => {
                let next = plan.stage(number.saturating_add(1)).map(|next| next.exposure);
                Some(Gates::after(plan, (number, &plan.stage(number)?), next, watch, moment))
            }
            (Place::Baking(number), Some(watch)) => {
                let bake = plan.baking(plan.stage(number)?);
                Some(Gates::after(plan, (number, &bake), None, watch, moment))
            }
            _ => None,
        }
    }

    fn wait(&mut self, hold: Option<Hold>, noted: Option<Action>) -> Option<Action> {
        let news = hold != self.before.hold;
        self.state.hold = hold;
        let restarts = self.state.restart(self.plan);
        let action = if hold.is_some() { Action::Hold } else { Action::Continue };
        noted.or_else(|| news.then_some(action)).or_else(|| restarts.then_some(Action::Restart))
    }

    /// One place on: into the first stage, the next, the bake, or the end.
    fn go(&mut self) -> Option<Action> {
        let next = match self.state.place {
            Place::Scheduled => 0,
            Place::Stage(number) => number.saturating_add(1),
            Place::Baking(number) => {
                self.move_to(Place::Completed(number), self.state.exposure);
                return Some(Action::Complete);
            }
            _ => return None,
        };
        if let Some(stage) = self.plan.stage(next) {
            self.move_to(Place::Stage(next), stage.exposure);
            self.state.clearance = None; // it was about the exposure that holds from now on
            self.state.watch = Some(Watch::new(self.event.at, 0));
            return Some(Action::Advance);
        }
        let last = self.plan.last();
        if self.plan.bake() == crate::Span::ZERO {
            self.move_to(Place::Completed(last), self.state.exposure);
            return Some(Action::Complete);
        }
        let counted = self.state.watch.as_ref().map_or(0, |watch| watch.units);
        self.move_to(Place::Baking(last), self.state.exposure);
        self.state.watch = Some(Watch::new(self.event.at, counted));
        Some(Action::Bake)
    }

    fn expire(&mut self) -> Option<Action> {
        let stage = self.state.place.stage()?;
        self.move_to(Place::Expired(stage), self.state.exposure);
        Some(Action::Expire)
    }

    /// Leaves the present place and drops all that belongs to it.
    pub(super) fn move_to(&mut self, place: Place, exposure: Share) {
        if exposure != self.state.exposure || place == Place::RollingBack {
            self.state.void_report();
        }
        self.state.place = place;
        self.state.exposure = exposure;
        self.state.hold = None;
        self.state.watch = None;
    }

    /// Each decision about a stage that requires no verdict says so.
    fn note_unmonitored(&mut self) {
        let stages = [self.before.place.stage(), self.state.place.stage()];
        let unmonitored = |number: &u32| self.plan.stage(*number).is_some_and(|stage| !stage.is_monitored());
        let [before, after] = stages.map(|stage| stage.filter(unmonitored));
        self.reasons.extend(before.map(|stage| Reason::Unmonitored { stage }));
        if after != before {
            self.reasons.extend(after.map(|stage| Reason::Unmonitored { stage }));
        }
    }
}
