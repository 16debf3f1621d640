use super::fleet::FleetStep;
use super::run::{Judged, Run, Told};
use super::{Release, Signal};
use crate::canary::Report;
use crate::error::{Error, Kind};
use crate::quantity::{Share, Timestamp};
use crate::rollout::{Decision, Event, EventKind, Phase};
use crate::slo::{Clearance, Gate, GateRule, Request, Reservations, ReservedReport};
use alloc::vec::Vec;
use serde::Serialize;

/// What one step did on a budget that other releases spend from too. Amounts are parts per million of the budget.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
#[must_use]
pub struct SharedStep {
    /// As in [`Step`](super::Step): append them to your log. Their clearance already holds what the reservations said, so the log
    /// replays without them.
    pub events: Vec<Event>,
    /// What changed, with reasons. Empty where nothing did.
    pub decisions: Vec<Decision>,
    /// What the judge saw; none where there was no look.
    pub report: Option<Report>,
    /// What the budget allowed beside what others hold; none where there was no look. The look's clearance is this answer, and no
    /// exposure beyond what [`held_ppm`](Self::held_ppm) covers.
    pub gate: Option<ReservedReport>,
    /// What the release could count on in this step.
    pub held_ppm: u64,
    /// Reserve at least this much (more while a larger exposure is still in force somewhere), and step again once it is granted; while
    /// the answer is out, send the same message again rather than another. Either a rise waits for nothing else, or the exposure is
    /// larger than what is held covers, as when a controller has just come back. None where what is held is enough.
    pub reserve_ppm: Option<u64>,
    /// What the exposure that was decided may spend at most before it is noticed: once every replica follows it, the reservation may
    /// be lowered to this, and at 0 released or settled. None while a rollback is not confirmed: then lower nothing.
    pub keep_ppm: Option<u64>,
    /// As in [`Step`](super::Step).
    #[cfg_attr(feature = "fleet", serde(skip_serializing_if = "Option::is_none"))]
    #[cfg_attr(not(feature = "fleet"), serde(skip))]
    pub fleet: Option<FleetStep>,
}

impl Release {
    /// [`step`](Self::step), where other releases spend from the same budget: no rise that `reservations` has not granted.
    ///
    /// `newest` is the newest message that this life of the controller has made about its reservation, sent or not. The release counts
    /// on what was [granted](Reservations::granted) to that message alone. `reservations` may be a copy as old as you like:
    /// an old one only makes the release wait.
    ///
    /// First reserve, then rise. A step that would rise beyond what is held holds instead, and says in
    /// [`reserve_ppm`](SharedStep::reserve_ppm) what it takes. So a reservation is asked for only when all else is ready, and is not
    /// kept from others while evidence is gathered. A command that would rise without a look on what is no longer held is preceded by one.
    ///
    /// **Holds when** a reservation belongs to one release, whose spec has the gate of the shared objective; each life of its controller begins
    /// with a message of a higher sequence than any life before has made; state and message are stored before they leave; the
    /// reservation is lowered, released or settled only as [`keep_ppm`](SharedStep::keep_ppm) says; and nobody steps it alone. Then the worst-case
    /// spends of all releases together never exceed the authority's limit, as long as the limit does not fall.
    ///
    /// ```
    /// use rampgate::observe::ReplicaId;
    /// use rampgate::release::{Release, Signal};
    /// use rampgate::rollout::Command;
    /// use rampgate::slo::{Answer, Request, Reservations, Wish};
    /// use rampgate::{Share, Timestamp};
    ///
    /// let spec = |name| format!(r#"{{
    ///     "rampgate": 1, "name": "{name}", "flag": {{"key": "{name}", "control": "v1", "canary": "v2"}},
    ///     "stages": [{{"exposure": "10%", "min_dwell": "10m"}}], "guardrails": [{{"name": "errors"}}],
    ///     "objective": {{"metric": "errors", "target": "99.9%", "period": "30d", "detection_delay": "15m", "on_missing_data": "allow"}}
    /// }}"#);
    /// let now: Timestamp = "2026-11-24T12:00:00Z".parse()?;
    /// let start = Command::Start { by: "ana".into() };
    /// let mut book = Reservations::new(50_000); // releases may spend 5% of the month's budget
    ///
    /// // 10% of the users, all of them failing for 15 minutes, are 3.5% of it.
    /// let mut checkout = Release::from_json(&spec("checkout"), ReplicaId(1))?;
    /// let nothing = Request::new("checkout-7", 1, "checkout", Wish::Reserve(0))?;
    /// let step = checkout.step_beside(now, start.clone(), &book, &nothing)?;
    /// assert_eq!((step.reserve_ppm, checkout.exposure()), (Some(34_723), Share::ZERO));
    /// let wish = Request::new("checkout-7", 2, "checkout", Wish::Reserve(34_723))?;
    /// let _ = book.apply(&wish)?;
    /// let step = checkout.step_beside(now, Signal::Tick, &book, &wish)?;
    /// assert_eq!((step.keep_ppm, checkout.exposure()), (Some(34_723), "10%".parse::<Share>()?));
    ///
    /// // The other one finds 1.5% free, and waits.
    /// let mut search = Release::from_json(&spec("search"), ReplicaId(2))?;
    /// let theirs = Request::new("search-3", 1, "search", Wish::Reserve(34_723))?;
    /// assert!(matches!(book.apply(&theirs)?, Answer::Refused { free: 15_277, .. }));
    /// let step = search.step_beside(now, start, &book, &theirs)?;
    /// assert_eq!(step.gate.unwrap().held_by_others_ppm(), 34_723);
    /// assert_eq!((step.reserve_ppm, search.exposure()), (Some(34_723), Share::ZERO));
    ///
    /// // Until the first is rolled back, and that is in force: then what it held is free.
    /// let abort = Command::Abort { by: "ana".into(), why: "slow".into() };
    /// assert_eq!(checkout.step_beside(now, abort, &book, &wish)?.keep_ppm, None);
    /// assert_eq!(checkout.step_beside(now, Command::Confirm, &book, &wish)?.keep_ppm, Some(0));
    /// let _ = book.apply(&Request::new("checkout-7", 3, "checkout", Wish::Release)?)?;
    /// let theirs = Request::new("search-3", 2, "search", Wish::Reserve(34_723))?;
    /// let _ = book.apply(&theirs)?;
    /// let _ = search.step_beside(now, Signal::Tick, &book, &theirs)?;
    /// assert_eq!(search.exposure(), "10%".parse::<Share>()?);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// A spec without an objective; a time before the last step's. Then nothing has changed.
    pub fn step_beside(
        &mut self,
        at: Timestamp,
        signal: impl Into<Signal>,
        reservations: &Reservations,
        newest: &Request,
    ) -> Result<SharedStep, Error> {
        let signal = signal.into();
        let rule = "must be there: without a budget there is nothing to share";
        let gate = *self.spec.gate().ok_or_else(|| Error::absent("spec.objective", Kind::Missing, rule))?;
        let held_ppm = reservations.granted(newest);
        let others = reservations.held_beside(newest.reservation());
        let mut told = self.hear_fleet(at, &signal)?;
        let heard = !told.events.is_empty();
        let mut look = if signal.looks_first(true) { self.look(at, &signal, true) } else { None };
        let alone = signal.clone().into_command(self.rollout());
        let after = |look: Option<EventKind>| {
            let tick = (look.is_none() && alone.is_none() && !heard).then_some(EventKind::Tick);
            look.into_iter().chain(alone.clone()).chain(tick)
        };

        // As if enough were held: is that all that a rise waits for?
        let promised = look.as_ref().map(|look| cleared(look, &gate, others, u64::MAX).0);
        let mut run = self.run(at, after(promised))?;
        let wanted = self.uncovered(&run, &gate, held_ppm);
        if wanted.is_some() && look.is_none() {
            look = self.look(at, &signal, true);
        }
        let (mut report, mut asked) = (None, None);
        if let Some(look) = look {
            let (kind, reserved) = cleared(&look, &gate, others, held_ppm);
            run = self.run(at, after(Some(kind)))?;
            (report, asked) = (look.report, reserved);
        }
        told.add(self.commit(run));
        let Told { events, decisions } = told;
        let keep_ppm = match self.phase() {
            Phase::RollingBack | Phase::RollbackFailed => None,
            Phase::Completed => Some(0), // the budget is the service's own again
            _ => Some(gate.spend_ppm(self.most_in_force())),
        };
        let reserve_ppm = wanted.or_else(|| keep_ppm.filter(|keep| *keep > held_ppm));
        Ok(SharedStep {
            events,
            decisions,
            report,
            gate: asked,
            held_ppm,
            reserve_ppm,
            keep_ppm,
            fleet: self.fleet(),
        })
    }

    /// What a rise that the run decides may spend, if more than is held. A new attempt rises from nothing.
    fn uncovered(&self, run: &Run, gate: &Gate, held_ppm: u64) -> Option<u64> {
        let (before, after) = (self.rollout(), &run.state);
        let rises = after.exposure() > before.exposure() || after.attempt() != before.attempt();
        let spend = gate.spend_ppm(self.spec.plan().most_in_force(after.exposure()));
        (rises && spend > held_ppm).then_some(spend)
    }
}

/// The event of a look that lets the exposure rise no higher than what is held covers, and the budget's answer beside the others.
fn cleared(look: &Judged, gate: &Gate, others: u64, held_ppm: u64) -> (EventKind, Option<ReservedReport>) {
    let reserved = look.gate.map(|alone| gate.beside(alone, others));
    let mut kind = look.kind.clone();
    if let (EventKind::Judged { clearance, .. }, Some(reserved)) = (&mut kind, &reserved) {
        *clearance = within(reserved, gate.largest_exposure(held_ppm));
    }
    (kind, reserved)
}

/// The budget's answer, and no exposure above `covered`.
fn within(reserved: &ReservedReport, covered: Share) -> Clearance {
    let (current, asked) = (reserved.gate().current(), reserved.gate().asked());
    let most = match reserved.answer() {
        // No rise, so nothing is asked of the budget; but a revision that follows would start on this word.
        Clearance::Allow if reserved.rule() == GateRule::NoRise => current,
        Clearance::Allow => asked,
        Clearance::Cap(cap) => cap,
        answer => return answer,
    };
    if most <= covered {
        reserved.answer()
    } else if covered > current {
        Clearance::Cap(covered)
    } else {
        Clearance::Hold
    }
}
