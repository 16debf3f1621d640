//! An observer who hears the events and sees what the machine makes of them, and knows the laws.
//!
//! It keeps its own account of the evidence, from the events alone, so that a machine which deceives itself is caught.

use crate::world::World;
use rampgate::canary::Verdict;
use rampgate::rollout::fleet::Observed;
use rampgate::rollout::{
    Action, ApprovalLimit, Command, Decision, Event, EventKind, Fallback, Hold, Phase, Plan, Reason,
    Requirement, Stage, State, Unapproved,
};
use rampgate::slo::Clearance;
use rampgate::{Error, ErrorKind, Share, Timestamp};

pub(crate) type Stepped = Result<(State, Vec<Decision>), Error>;

/// A machine: the real one, or one that someone broke.
pub(crate) type Machine<'a> = dyn Fn(&Plan, &State, &Event) -> Stepped + 'a;

/// A law that a machine broke, and how.
#[derive(Debug)]
pub(crate) struct Breach {
    pub(crate) law: &'static str,
    pub(crate) how: String,
}

/// The observer's account of the present stage or bake.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Witness {
    heard: Option<(Timestamp, Verdict, u64)>,
    budget: Option<Clearance>,
    running: u64,
    /// The part of it in which the exposure was in force.
    served: u64,
    dwell: u64,
    mark: Option<Timestamp>,
    base: u64,
    units: u64,
    approved: bool,
    promoted: bool,
    waited: u64,
    renewed: u64,
    /// The last count of the fleet, and whether it came since the present exposure was declared.
    counted: Option<(Timestamp, Observed)>,
    current: bool,
    /// Since when the counts say the same share of this exposure.
    steady: Option<Timestamp>,
}

/// Attempt, stage, and whether it is the bake: where evidence may count.
fn seat(state: &State) -> Option<(u32, u32, bool)> {
    match state.phase() {
        Phase::Ramping { stage } | Phase::Holding { stage, .. } => Some((state.attempt(), stage, false)),
        Phase::Baking => Some((state.attempt(), state.stage()?, true)),
        _ => None,
    }
}

fn stage(plan: &Plan, number: u32) -> Option<&Stage> {
    plan.stages().get(number as usize)
}

/// Whether the event is a reason to roll back, whatever stage it speaks of.
fn rolls_back(before: &State, event: &Event) -> bool {
    let EventKind::Judged { attempt, finding, clearance, .. } = &event.kind else { return false };
    let spent = *clearance == Clearance::RollBack && before.phase() != Phase::Completed;
    let live = before.exposure() > Share::ZERO && *attempt == before.attempt();
    live && (finding.verdict == Verdict::Harm || spent)
}

/// The limit of the present stage's approval.
fn limit(plan: &Plan, state: &State) -> Option<ApprovalLimit> {
    let (_, number, baking) = seat(state)?;
    stage(plan, number).filter(|_| !baking)?.approval_limit()
}

/// Whether what was reported is about something else now.
fn declares(before: &State, after: &State) -> bool {
    after.exposure() != before.exposure()
        || after.attempt() != before.attempt()
        || (after.phase() == Phase::RollingBack && before.phase() != Phase::RollingBack)
}

fn must(holds: bool, law: &'static str, how: impl FnOnce() -> String) -> Result<(), Breach> {
    if holds { Ok(()) } else { Err(Breach { law, how: how() }) }
}

impl Witness {
    /// Lets `machine` apply `event` and holds what it does against the laws. The state after, if it was not refused.
    pub(crate) fn observe(
        &mut self,
        world: &World,
        machine: &Machine<'_>,
        before: &State,
        event: &Event,
    ) -> Result<Option<(State, Vec<Decision>)>, Breach> {
        let stepped = machine(&world.plan, before, event);
        let told = || format!("{event:?} on {before:?}\n gave {stepped:?}");

        if event.seq <= before.seq() {
            let untouched =
                matches!(&stepped, Ok((after, decisions)) if after == before && decisions.is_empty());
            must(untouched, "I5 duplicates change nothing", told)?;
            return Ok(None);
        }
        if event.seq > before.seq() + 1 || event.at < before.at() {
            let refused = matches!(&stepped, Err(error) if error.kind() == ErrorKind::Order);
            must(refused, "I5 reordered events are refused", told)?;
            return Ok(None);
        }
        if let Some(Some(edited)) = before.stage().and_then(|stage| world.edited.get(stage as usize)) {
            must(machine(edited, before, event).is_err(), "a state of another plan is refused", told)?;
        }
        let Ok((after, decisions)) = stepped.clone() else {
            return Err(Breach { law: "a sound event is applied", how: told() });
        };
        must((after.seq(), after.at()) == (event.seq, event.at), "the state after is the event's", told)?;

        let met = self.meets(&world.plan, before);
        self.hear(&world.plan, before, event);
        self.rises(&world.plan, before, event, &after, &decisions, &told)?;
        self.begins_anew(&world.plan, before, &after, &decisions, &told)?;
        self.falls(before, event, &after, &told)?;
        self.counts(&world.plan, before, event, &after, met, &told)?;
        self.ends(&world.plan, before, event, &after, &decisions, &told)?;
        explains(before, event, &after, &decisions, &told)?;
        if let Ok((frozen, _)) = machine(&world.frozen, before, event) {
            let falls = after.exposure() < before.exposure();
            must(
                !falls || frozen.exposure() <= after.exposure(),
                "I8 a freeze never blocks a decrease",
                told,
            )?;
        }

        must(after.check(&world.plan).is_ok(), "the state after fits the plan", told)?;

        self.current &= !declares(before, &after);
        if after.stage() != before.stage() || seat(&after) != seat(before) {
            let base = if after.phase() == Phase::Baking { self.units } else { 0 };
            let budget = if seat(&after).is_some_and(|(_, _, baking)| !baking) { None } else { self.budget };
            let Self { counted, steady, current, .. } = *self;
            *self = Self { base, units: base, budget, counted, steady, current, ..Self::default() };
        }
        Ok(Some((after, decisions)))
    }

    /// Takes the event into the account.
    fn hear(&mut self, plan: &Plan, before: &State, event: &Event) {
        let paused = before.is_paused();
        let was = self.in_force(plan, before, event.at);
        if let EventKind::Fleet(observed) = &event.kind {
            let same = self.counted.is_some_and(|(at, last)| {
                event.at.since(at) <= plan.stale_after() && last.share() == observed.share()
            });
            if !self.current || !same {
                self.steady = Some(event.at);
            }
            (self.counted, self.current) = (Some((event.at, *observed)), true);
        }
        let served = was && self.in_force(plan, before, event.at);
        if !served {
            self.mark = None;
        }
        if !paused {
            let gap = event.at.since(before.at()).as_millis();
            self.running += gap;
            self.served += if served { gap } else { 0 };
        }
        if before.hold() == Some(Hold::Approval) && limit(plan, before).is_some() {
            self.waited += event.at.since(before.at()).as_millis();
        }
        match &event.kind {
            EventKind::Command(Command::Request { .. })
                if limit(plan, before).is_some_and(|limit| limit.on_timeout() == Unapproved::Hold)
                    && self.is_overdue(plan, before) =>
            {
                self.waited = 0;
            }
            EventKind::Command(Command::Pause { .. }) => self.mark = None,
            EventKind::Command(Command::Promote { .. }) if seat(before).is_some() => self.promoted = true,
            EventKind::Command(Command::Approve { stage: Some(stage), .. })
                if seat(before) == Some((before.attempt(), *stage, false))
                    && !self.is_overdue(plan, before) =>
            {
                self.approved = true;
            }
            EventKind::Judged { attempt, stage, finding, clearance } => {
                if before.judging() != Some((*attempt, *stage)) {
                    if rolls_back(before, event) {
                        self.budget = Some(*clearance);
                    }
                    return;
                }
                self.budget = Some(*clearance);
                self.heard = Some((event.at, finding.verdict, finding.units));
                let sound = matches!(finding.verdict, Verdict::Safe | Verdict::Inconclusive);
                if sound && finding.units > self.units {
                    self.units = finding.units;
                    if let Some(mark) = self.mark
                        && event.at.since(mark) <= plan.stale_after()
                    {
                        self.dwell += event.at.since(mark).as_millis();
                    }
                    self.mark = (!paused && served).then_some(event.at);
                }
            }
            _ => {}
        }
    }

    /// Fresh data of this stage without proof of harm, and with proof of safety if `safe`.
    fn passes(&self, plan: &Plan, now: Timestamp, safe: bool) -> bool {
        self.heard.is_some_and(|(at, verdict, units)| {
            let enough = if safe {
                verdict == Verdict::Safe
            } else {
                matches!(verdict, Verdict::Safe | Verdict::Inconclusive)
            };
            enough && units > self.base && now.since(at) <= plan.stale_after()
        })
    }

    fn is_overdue(&self, plan: &Plan, before: &State) -> bool {
        limit(plan, before).is_some_and(|limit| self.waited >= limit.within().as_millis())
    }

    /// Whether the exposure that `state` declares is in force, by the counts that were heard.
    fn in_force(&self, plan: &Plan, state: &State, now: Timestamp) -> bool {
        let Some(fleet) = plan.fleet() else { return true };
        self.current
            && self.counted.is_some_and(|(at, observed)| {
                now.since(at) <= plan.stale_after() && fleet.actual(&observed, state.exposure()).is_in_force()
            })
    }

    /// The exposure that units are compared by.
    fn meets(&self, plan: &Plan, state: &State) -> Share {
        let Some(fleet) = plan.fleet() else { return state.exposure() };
        let steady = self.counted.filter(|(at, observed)| {
            let held = self.steady.is_some_and(|since| at.since(since) > plan.stale_after());
            self.current && (held || fleet.actual(observed, state.exposure()).is_in_force())
        });
        steady.and_then(|(_, observed)| observed.share()).unwrap_or_default()
    }

    /// What the counts of a fleet are good for: cohorts that are true, and rollbacks that are.
    fn counts(
        &self,
        plan: &Plan,
        before: &State,
        event: &Event,
        after: &State,
        met: Share,
        told: &dyn Fn() -> String,
    ) -> Result<(), Breach> {
        let seen = Self { current: self.current && !declares(before, after), ..self.clone() };
        must(after.compared(plan) == seen.meets(plan, after), "units are compared by what was seen", told)?;
        let moved = after.exposure() != before.exposure()
            || after.attempt() != before.attempt()
            || after.segment() != before.segment()
            || seen.meets(plan, after) != met;
        must(after.cohort() == before.cohort() + u32::from(moved), "cohorts count the changes", told)?;
        if after.phase() == Phase::RolledBack && before.phase() != Phase::RolledBack {
            let fleeting = plan.fleet().is_some();
            let gone = match &event.kind {
                EventKind::Command(Command::Confirm) => self.in_force(plan, before, event.at),
                _ => !fleeting || self.counted.is_none_or(|(_, observed)| observed.all_new() == 0),
            };
            must(gone, "a rollback is over once no new replica is left", told)?;
        }
        Ok(())
    }

    fn affords(&self, plan: &Plan, next: Share) -> bool {
        let next = plan.fleet().map_or(next, |fleet| fleet.counts(next).largest);
        match self.budget {
            None | Some(Clearance::Allow) => true,
            Some(Clearance::Cap(cap)) => cap >= next,
            Some(Clearance::Hold | Clearance::RollBack) => false,
        }
    }

    /// Whether what `stage` asks for is there, but for what a promotion waives.
    fn earned(&self, plan: &Plan, stage: &Stage, now: Timestamp) -> bool {
        let (verdict, dwell) = match stage.requires() {
            Requirement::Safe => (self.passes(plan, now, true), self.dwell),
            Requirement::NoHarm => (self.passes(plan, now, false), self.dwell),
            Requirement::Unmonitored => (true, self.served),
        };
        let minimums = dwell >= stage.min_dwell().as_millis()
            && self.units >= stage.min_units()
            && (self.approved || !stage.approval());
        verdict && (minimums || self.promoted)
    }

    fn rises(
        &self,
        plan: &Plan,
        before: &State,
        event: &Event,
        after: &State,
        decisions: &[Decision],
        told: &dyn Fn() -> String,
    ) -> Result<(), Breach> {
        must(after.exposure() <= plan.cap(), "I3 never above the cap", told)?;
        let declared = after.exposure() == Share::ZERO
            || after.stage().and_then(|number| stage(plan, number)).map(Stage::exposure)
                == Some(after.exposure());
        must(declared, "I3 exposure is a stage's", told)?;
        let climbed = seat(after).map(|(_, stage, _)| stage).unwrap_or_default();
        let from = before.stage().unwrap_or_default();
        must(climbed <= from + 1, "I3 never two stages in one event", told)?;
        let begins = matches!(event.kind, EventKind::Command(Command::Retry { .. } | Command::Revise { .. }));
        must(
            after.attempt() == before.attempt() || (after.attempt() == before.attempt() + 1 && begins),
            "only a retry or a revision begins an attempt",
            told,
        )?;
        if let EventKind::Command(Command::Revise { revision, .. }) = &event.kind {
            revises(plan, before, revision, after, decisions, told)?;
        } else {
            must(after.revision() == before.revision(), "only a revision replaces what is released", told)?;
        }
        let moved = after.exposure() != before.exposure() || after.attempt() != before.attempt();
        must(!moved || after.segment() == 0, "segments count from each change", told)?;
        let entered = seat(after).filter(|_| seat(after) != seat(before));
        if after.exposure() <= before.exposure() && entered.is_none() {
            return Ok(());
        }
        let Some((_, number, baking)) = entered else {
            return Err(Breach { law: "I1 exposure rises only into a stage", how: told() });
        };
        if !baking {
            let open = plan.calendar().freeze(event.at).is_none();
            must(open, "I1 exposure never rises in a freeze", told)?;
            must(self.affords(plan, after.exposure()), "I1 the budget pays for each rise", told)?;
        }
        let Some((_, left, _)) = seat(before).filter(|(attempt, ..)| *attempt == after.attempt()) else {
            must(number == 0 && !baking, "I1 a release begins with its first stage", told)?;
            let whole = after.attempt() == before.attempt() && self.in_force(plan, before, event.at);
            must(
                whole || plan.fleet().is_none(),
                "I1 nothing begins beside replicas of the last attempt",
                told,
            )?;
            return must(plan.start().is_none_or(|start| event.at >= start), "I1 nothing starts early", told);
        };
        let Some(stage) = stage(plan, left) else { return Ok(()) };
        must(self.in_force(plan, before, event.at), "I1 a stage is left while it is in force", told)?;
        must(
            self.earned(plan, stage, event.at),
            "I1 a rise needs a fresh pass for this attempt and stage",
            told,
        )?;
        if stage.requires() == Requirement::Unmonitored {
            let said = decisions.iter().any(|d| d.reasons.contains(&Reason::Unmonitored { stage: left }));
            must(said, "I4 a rise without a verdict says so", told)?;
        }
        Ok(())
    }

    /// The test for harm begins anew at the first event that settles after its time, in the same stage, and at no other.
    fn begins_anew(
        &mut self,
        plan: &Plan,
        before: &State,
        after: &State,
        decisions: &[Decision],
        told: &dyn Fn() -> String,
    ) -> Result<(), Breach> {
        let stayed = seat(before).is_some() && seat(after) == seat(before);
        let lasts = plan.restart_every().map(|every| every.as_millis() << (before.segment() / 16));
        let due = lasts.is_some_and(|lasts| self.running - self.renewed >= lasts);
        let anew = stayed && due && !after.is_paused();
        let moved = after.exposure() != before.exposure() || after.attempt() != before.attempt();
        let segment = if moved { 0 } else { before.segment() + u32::from(anew) };
        must(after.segment() == segment, "the test begins anew in time, and at no other", told)?;
        let said = decisions.iter().any(|decision| decision.reasons.contains(&Reason::Restarted));
        must(said == anew, "I9 a restart is told, and nothing else is called one", told)?;
        let alone = decisions.iter().any(|decision| decision.action == Action::Restart);
        let still = (before.phase(), before.hold()) == (after.phase(), after.hold());
        must(!alone || (anew && still), "I9 a restart alone changes nothing else", told)?;
        if anew {
            self.renewed = self.running;
        }
        Ok(())
    }

    fn falls(
        &self,
        before: &State,
        event: &Event,
        after: &State,
        told: &dyn Fn() -> String,
    ) -> Result<(), Breach> {
        let rolled_back = after.exposure() == Share::ZERO
            && matches!(after.phase(), Phase::RollingBack | Phase::RolledBack)
            && after.watch().is_none();
        match &event.kind {
            EventKind::Command(Command::Abort { .. }) => {
                must(rolled_back, "I2 abort reaches 0 in one step", told)
            }
            EventKind::Judged { .. } if rolls_back(before, event) => {
                must(rolled_back, "harm and a spent budget roll back from anywhere", told)
            }
            _ => Ok(()),
        }
    }

    fn ends(
        &self,
        plan: &Plan,
        before: &State,
        event: &Event,
        after: &State,
        decisions: &[Decision],
        told: &dyn Fn() -> String,
    ) -> Result<(), Breach> {
        if let Some((_, number, baking)) = seat(before)
            && let Some(stage) = stage(plan, number)
            && let Some(deadline) = stage.deadline()
            && !after.is_paused()
            && after.attempt() == before.attempt()
        {
            let limit = deadline.as_millis() + if baking { plan.bake().as_millis() } else { 0 };
            let stopped = matches!(
                after.phase(),
                Phase::RollingBack | Phase::RolledBack | Phase::Expired { .. } | Phase::RollbackFailed
            );
            must(stopped || self.running < limit, "nothing goes on past its deadline", told)?;
        }
        if let Some(limit) = limit(plan, before)
            && self.is_overdue(plan, before)
            && !after.is_paused()
            && limit.on_timeout() != Unapproved::Hold
            && after.attempt() == before.attempt()
        {
            let stopped = matches!(after.phase(), Phase::RollingBack | Phase::Expired { .. });
            must(stopped, "nothing goes on without the approval in time", told)?;
        }
        if let Some((_, number, _)) = seat(before)
            && stage(plan, number).is_some_and(|stage| stage.on_invalid() == Fallback::RollBack)
            && let EventKind::Judged { attempt, stage, finding, .. } = &event.kind
            && before.judging() == Some((*attempt, *stage))
            && finding.verdict == Verdict::Invalid
            && finding.units > self.base
            && !before.is_paused()
        {
            let stopped = matches!(after.phase(), Phase::RollingBack | Phase::Expired { .. });
            must(stopped, "a mismatch rolls back where the plan says so", told)?;
        }
        if after.phase() != Phase::Completed || before.phase() == Phase::Completed {
            return Ok(());
        }
        must(after.exposure() == plan.cap(), "I4 complete means the last stage's exposure", told)?;
        let (Some((_, number, baking)), Some(last)) = (seat(before), plan.stages().last()) else {
            return Err(Breach { law: "I4 only a running release completes", how: told() });
        };
        must(number as usize + 1 == plan.stages().len(), "I4 every stage was passed", told)?;
        must(self.in_force(plan, before, event.at), "I4 only what is in force completes", told)?;
        if last.requires() == Requirement::Unmonitored {
            let said = decisions.iter().any(|d| d.reasons.contains(&Reason::Unmonitored { stage: number }));
            return must(said, "I4 completing without a verdict says so", told);
        }
        let earned = if baking {
            self.passes(plan, event.at, false) && (self.dwell >= plan.bake().as_millis() || self.promoted)
        } else {
            self.earned(plan, last, event.at)
        };
        must(earned, "I4 no evidence never completes", told)
    }
}

/// A revision leaves nothing of the old version's standing, and hides no rollback.
fn revises(
    plan: &Plan,
    before: &State,
    revision: &str,
    after: &State,
    decisions: &[Decision],
    told: &dyn Fn() -> String,
) -> Result<(), Breach> {
    if before.revision() == Some(revision) {
        return must(after.attempt() == before.attempt(), "the same revision changes nothing", told);
    }
    must(after.revision() == Some(revision), "the state knows the revision", told)?;
    let said = decisions.iter().all(|decision| {
        decision.revision.as_deref() == Some(revision)
            && decision.reasons.iter().any(|reason| matches!(reason, Reason::Revised { .. }))
    });
    must(said && decisions.len() == 1, "the decision tells the revision", told)?;
    match before.phase() {
        Phase::RollingBack | Phase::RollbackFailed => {
            must(after.phase() == before.phase(), "a revision hides no rollback", told)
        }
        Phase::Draft => must(after.phase() == Phase::Draft, "a draft stays one", told),
        _ => {
            let first = plan.stages().first().map(Stage::exposure).unwrap_or_default();
            let anew = after.attempt() == before.attempt() + 1
                && after.exposure() <= first
                && after.watch().is_none_or(|watch| watch.finding().is_none() && watch.units() == 0);
            must(anew, "a revision begins anew", told)
        }
    }
}

fn explains(
    before: &State,
    event: &Event,
    after: &State,
    decisions: &[Decision],
    told: &dyn Fn() -> String,
) -> Result<(), Breach> {
    let told_of = |state: &State| {
        (state.phase(), state.hold(), state.exposure(), state.attempt(), state.actual(), state.segment())
    };
    let changed = told_of(before) != told_of(after) || before.revision() != after.revision();
    must(decisions.len() <= 1, "I9 one line a decision", told)?;
    must(!changed || decisions.len() == 1, "I9 each change is a decision", told)?;
    must(
        changed || decisions.is_empty() || event.kind != EventKind::Tick,
        "I9 a tick alone is no news",
        told,
    )?;
    if let Some(decision) = decisions.first() {
        must(!decision.reasons.is_empty(), "I9 every decision has a reason", told)?;
        let tells = (decision.seq, decision.at, decision.attempt, decision.exposure, decision.phase)
            == (event.seq, event.at, after.attempt(), after.exposure(), after.phase())
            && decision.actual == after.actual();
        must(tells, "I9 a decision tells what holds", told)?;
    }
    Ok(())
}
