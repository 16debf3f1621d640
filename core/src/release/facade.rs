use super::contribution::Contribution;
use super::message::{Cohort, DELTA, DIRECTIVE, Delta, Directive, Everything, STATE};
use super::references::References;
use super::ring::Reach;
use super::run::{Judged, Run, Told};
use super::{Assignment, Assignments, Placement, Signal, Spec, Step};
use crate::canary::{Epoch, Lack, Look, Verdict};
use crate::error::{Error, Kind};
use crate::flag::Reason;
use crate::observe::{Cumulative, Entry, Joined, Ledger, Measure, Metric, Outcome, ReplicaId};
use crate::quantity::{Share, Timestamp};
use crate::rollout::{self, Event, EventKind, Phase, State};
use crate::slo::{Clearance, GateReport};
use alloc::vec;
use alloc::vec::Vec;

/// One guarded release: who sees the new version, what it does to them, and what happens next.
///
/// A process that serves traffic [assigns](Self::assign) and [records](Self::record). One process, the controller, also
/// [steps](Self::step). The others [follow](Self::follow) its directive and send it their [deltas](Self::take_delta), which it
/// [merges](Self::merge). Nothing here reads a clock, draws a random number or waits.
#[derive(Clone, Debug)]
pub struct Release {
    pub(super) spec: Spec,
    replica: ReplicaId,
    sequence: u64,
    pub(super) own: Contribution,
    ledger: Ledger<Contribution>,
    directive: Directive,
    references: References,
}

impl Release {
    /// A release in draft. `replica` names this life of this process; see [`ReplicaId`].
    ///
    /// # Errors
    /// One error that lists every problem of the spec with its path.
    pub fn from_json(spec: &str, replica: ReplicaId) -> Result<Self, Error> {
        Ok(Self::new(Spec::from_json(spec)?, replica))
    }

    /// A release in draft, of a spec that was read before.
    #[must_use]
    pub fn new(spec: Spec, replica: ReplicaId) -> Self {
        let rollout = State::new();
        let draft = Cohort { attempt: rollout.attempt(), stage: None, exposure: Share::ZERO, segment: 0 };
        Self {
            spec,
            replica,
            sequence: 0,
            own: Contribution::default(),
            ledger: Ledger::default(),
            directive: Directive { rollout, cohorts: vec![draft] },
            references: References::default(),
        }
    }

    /// Goes on from a saved [`state`](Self::state), in a new life of the process, hence with a `replica` that the state has not heard of:
    /// the old life may have sent more than it saved.
    ///
    /// # Errors
    /// Bytes that are damaged, of another version or another spec, or hold what cannot be; a `replica` that was used before.
    pub fn resume(spec: &str, state: &[u8], replica: ReplicaId) -> Result<Self, Error> {
        let spec = Spec::from_json(spec)?;
        let saved: Everything = STATE.decode(spec.fingerprint(), state)?;
        saved.directive.check(&spec).map_err(|error| error.at(STATE.name))?;
        saved.references.check(&spec, saved.directive.cohorts.len()).map_err(|error| error.at(STATE.name))?;
        let contributions = saved.ledger.values().chain([&saved.own]);
        for contribution in contributions {
            contribution.check(&spec, saved.directive.cohorts.len()).map_err(|error| error.at(STATE.name))?;
        }
        if replica == saved.replica || saved.ledger.knows(replica) {
            let rule = "must be new: a process that restarts takes a name that the state has not heard of";
            return Err(Error::new("replica", Kind::Conflict, rule, replica.0));
        }
        let mut ledger = saved.ledger;
        let last_life = Entry { replica: saved.replica, sequence: saved.sequence, value: saved.own };
        if ledger.join(last_life)? != Joined::Fresh {
            return Err(Error::new(
                STATE.name,
                Kind::Corrupt,
                "holds its own replica twice",
                saved.replica.0,
            ));
        }
        let own = Contribution::default();
        Ok(Self {
            spec,
            replica,
            sequence: 0,
            own,
            ledger,
            directive: saved.directive,
            references: saved.references,
        })
    }

    /// The spec.
    #[must_use]
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Where the rollout stands.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.directive.rollout.phase()
    }

    /// Share of units that the new version is to reach now, and that it reaches unless a [fleet](Self::fleet) is still on its way.
    #[must_use]
    pub fn exposure(&self) -> Share {
        self.directive.rollout.exposure()
    }

    /// The rollout's own state, for displays.
    pub fn rollout(&self) -> &State {
        &self.directive.rollout
    }

    /// The metric of a guardrail's name, for [`Outcome`].
    ///
    /// # Errors
    /// A name that is not in the spec.
    pub fn metric(&self, name: &str) -> Result<Metric, Error> {
        let rule = "must be the name of a guardrail";
        self.spec.judge().metric(name).ok_or_else(|| Error::new("metric", Kind::Unknown, rule, name))
    }

    /// The variant of a unit now, and where its outcome belongs. The same for every replica that follows the same directive.
    ///
    /// Where the plan has [rings](crate::rollout::Ring), call [`assign_in`](Self::assign_in): here the unit's ring is not known, so it has the control variant
    /// by [`Reason::NoRing`] and is in no arm, at every stage. Nobody is exposed by mistake, and a release whose host forgets the rings stays without data.
    ///
    /// Of a release with a [fleet](super::Spec) the load balancer draws, and nobody here knows whom it sent where: every unit is given the control variant, unless it is
    /// overridden, and is in no arm. Ask [`served`](Self::served) there.
    pub fn assign(&self, unit: &str) -> Assignment<'_> {
        self.assigned(unit, self.reach_of_all())
    }

    pub(super) fn assigned(&self, unit: &str, reach: Option<Reach>) -> Assignment<'_> {
        let flag = self.spec.flag();
        let evaluation = flag.follow(unit, self.draw(unit, reach));
        let placement = self.placement(unit, evaluation.reason(), reach);
        Assignment { variant: evaluation.variant(), placement, reason: evaluation.reason() }
    }

    /// What the slot of a unit says, if it is known of how many.
    fn draw(&self, unit: &str, reach: Option<Reach>) -> Reason {
        reach.map_or(Reason::NoRing, |reach| self.spec.flag().draw(unit, reach.exposure))
    }

    /// The variants of a unit of all flags that are released together, at the cost of one: its slots are the first flag's.
    ///
    /// ```
    /// use rampgate::observe::ReplicaId;
    /// use rampgate::release::Release;
    ///
    /// let release = Release::from_json(r#"{
    ///     "rampgate": 1, "name": "checkout v2",
    ///     "flags": [
    ///         {"key": "api", "control": "v1", "canary": "v2"},
    ///         {"key": "page", "control": "old", "canary": "new", "overrides": {"tester": "new"}}
    ///     ],
    ///     "stages": [{"exposure": "50%", "min_dwell": "10m"}],
    ///     "guardrails": [{"name": "errors"}]
    /// }"#, ReplicaId(1))?;
    /// let all = release.assign_all("tester");
    /// assert_eq!(all.of("page").unwrap().variant, "new");
    /// assert_eq!(all.of("api").unwrap().variant, release.assign("tester").variant);
    /// assert_eq!(all.placement().arm, None); // overridden in one flag: nobody drew lots for it
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    pub fn assign_all<'r>(&'r self, unit: &'r str) -> Assignments<'r> {
        self.assigned_all(unit, self.reach_of_all())
    }

    pub(super) fn assigned_all<'r>(&'r self, unit: &'r str, reach: Option<Reach>) -> Assignments<'r> {
        let (first, others) = (self.spec.flag(), self.spec.other_flags());
        let drawn = self.draw(unit, reach);
        let placement = self.placement(unit, first.follow(unit, drawn).reason(), reach);
        Assignments { first, others, unit, drawn, placement }
    }

    /// The place of a unit whose variant of the first flag has this reason. Where another flag sets it apart, nobody drew lots for the whole.
    fn placement(&self, unit: &str, reason: Reason, reach: Option<Reach>) -> Placement {
        let apart = || self.spec.other_flags().iter().any(|flag| flag.sets_apart(unit));
        let reach = reach.filter(|reach| reach.compared && !apart());
        let arm = reach.and_then(|reach| self.spec.control().arm(reach.exposure, reason));
        Placement { cohort: self.cohort(), arm }
    }

    /// Number of the present cohort; see [`Placement`].
    #[must_use]
    pub fn cohort(&self) -> u32 {
        self.directive.rollout.cohort()
    }

    /// Records what became of a unit, known at `at`: evidence for the judge, and one event of the error budget, good unless the
    /// objective's metric failed (none where that was not observed). Where that metric is a fraction, each of the unit's requests is an event.
    ///
    /// # Errors
    /// A placement of a cohort that this replica has not heard of; an outcome that does not fit the spec's metrics, see
    /// [`Tally::record`](crate::observe::Tally::record). Then nothing was recorded.
    pub fn record(&mut self, placement: Placement, at: Timestamp, outcome: Outcome) -> Result<(), Error> {
        self.record_outcome(placement, at, outcome)?;
        let spent = self.spec.budget_rule().and_then(|rule| {
            let measure = *self.spec.measures().get(rule.metric.position())?;
            outcome.events(rule.metric, measure)
        });
        if let Some((good, bad)) = spent {
            self.own.budget.record(at, good, bad);
        }
        Ok(())
    }

    /// Records what became of a unit as evidence alone. For hosts whose units make many requests: one outcome a unit here, each
    /// request in [`record_requests`](Self::record_requests).
    ///
    /// # Errors
    /// As for [`record`](Self::record).
    pub fn record_outcome(
        &mut self,
        placement: Placement,
        at: Timestamp,
        outcome: Outcome,
    ) -> Result<(), Error> {
        self.knows(placement)?;
        self.own.record(placement, self.spec.measures(), at, &outcome)
    }

    /// Refuses a placement of a cohort that this replica has not heard of.
    pub(super) fn knows(&self, placement: Placement) -> Result<(), Error> {
        let present = self.cohort();
        if placement.cohort > present {
            let rule = alloc::format!("must be at most the present cohort ({present})");
            return Err(Error::new("placement.cohort", Kind::Range, rule, placement.cohort));
        }
        Ok(())
    }

    /// Records requests as events of the error budget alone.
    pub fn record_requests(&mut self, at: Timestamp, good: u64, bad: u64) {
        self.own.budget.record(at, good, bad);
    }

    /// Looks at everything recorded and merged, and lets the rollout act on it, or on the operator's signal. For the controller only.
    ///
    /// A start, a retry and a revision look first, so that the budget has spoken before the first rise.
    ///
    /// # Errors
    /// A time before the last step's; then nothing has changed.
    pub fn step(&mut self, at: Timestamp, signal: impl Into<Signal>) -> Result<Step, Error> {
        self.step_saying(at, signal.into(), true)
    }

    /// A step that takes the same decisions, with a report or without one, which costs most of it.
    pub(crate) fn step_saying(&mut self, at: Timestamp, signal: Signal, report: bool) -> Result<Step, Error> {
        let looks = signal.looks_first(self.spec.gate().is_some());
        let mut told = self.hear_fleet(at, &signal)?;
        let judged = looks.then(|| self.look(at, &signal, report)).flatten();
        let (judged, report, gate) = match judged {
            None => (None, None, None),
            Some(Judged { kind, report, gate }) => (Some(kind), report, gate),
        };
        let tick = (judged.is_none() && told.events.is_empty()).then_some(EventKind::Tick);
        let command = signal.into_command(self.rollout()).or(tick);
        let run = self.run(at, judged.into_iter().chain(command))?;
        told.add(self.commit(run));
        let Told { events, decisions } = told;
        Ok(Step { events, decisions, report, gate, fleet: self.fleet() })
    }

    /// What these events, one after the other, would come to. Nothing changes.
    pub(super) fn run(
        &self,
        at: Timestamp,
        kinds: impl IntoIterator<Item = EventKind>,
    ) -> Result<Run, Error> {
        let (mut state, mut events, mut decisions) = (self.rollout().clone(), Vec::new(), Vec::new());
        let mut cohorts = Vec::new();
        for kind in kinds {
            let event = Event { seq: state.seq().saturating_add(1), at, kind };
            let (next, decided) = rollout::step(self.spec.plan(), &state, &event)?;
            if next.cohort() != state.cohort() {
                cohorts.push(Cohort {
                    attempt: next.attempt(),
                    stage: next.stage(),
                    exposure: next.compared(self.spec.plan()),
                    segment: next.segment(),
                });
            }
            state = next;
            events.push(event);
            decisions.extend(decided);
        }
        Ok(Run { state, events, decisions, cohorts })
    }

    /// Makes what a run came to the release's state.
    pub(super) fn commit(&mut self, run: Run) -> Told {
        let Run { state, events, decisions, cohorts } = run;
        self.directive.rollout = state;
        if !cohorts.is_empty() && self.spec.measures().contains(&Measure::Distribution) {
            self.references.freeze(self.cohort(), &self.spec, &self.total());
        }
        self.directive.cohorts.extend(cohorts);
        Told { events, decisions }
    }

    /// This replica's contribution, cumulative, to be [merged](Self::merge) by the controller. Deliver it as often as you like, over any path,
    /// in any order; a later one makes good a lost one.
    ///
    /// # Errors
    /// None in practice: what was recorded can always be encoded.
    pub fn take_delta(&mut self) -> Result<Vec<u8>, Error> {
        self.sequence = self.sequence.saturating_add(1);
        let delta = Delta { replica: self.replica, sequence: self.sequence, value: self.own.clone() };
        DELTA.encode(self.spec.fingerprint(), &delta)
    }

    /// Takes in another replica's delta. Repeated, overtaken and own deliveries change nothing.
    ///
    /// # Errors
    /// Bytes that are damaged, of another version or another spec, or hold what cannot be; cohorts that this replica has not heard of; counts
    /// that take back what an earlier delivery had. Then nothing has changed.
    pub fn merge(&mut self, delta: &[u8]) -> Result<Joined, Error> {
        let entry: Delta = DELTA.decode(self.spec.fingerprint(), delta)?;
        entry.value.check(&self.spec, self.directive.cohorts.len()).map_err(|error| error.at(DELTA.name))?;
        if entry.replica == self.replica {
            return Ok(Joined::Known);
        }
        self.ledger.join(entry)
    }

    /// What other replicas need to assign as this one does: a few hundred bytes.
    ///
    /// # Errors
    /// None in practice: the rollout's state can always be encoded.
    pub fn directive(&self) -> Result<Vec<u8>, Error> {
        DIRECTIVE.encode(self.spec.fingerprint(), &self.directive)
    }

    /// Takes over the controller's [directive](Self::directive), if it is newer than what this replica has. Whether it was.
    ///
    /// # Errors
    /// Bytes that are damaged, of another version or another spec, or hold what cannot be. Then nothing has changed.
    pub fn follow(&mut self, directive: &[u8]) -> Result<bool, Error> {
        let directive: Directive = DIRECTIVE.decode(self.spec.fingerprint(), directive)?;
        directive.check(&self.spec).map_err(|error| error.at(DIRECTIVE.name))?;
        let newer = directive.rollout.seq() > self.directive.rollout.seq();
        if newer {
            self.directive = directive;
        }
        Ok(newer)
    }

    /// Everything, to be saved and [resumed](Self::resume) from. The same state gives the same bytes everywhere.
    ///
    /// # Errors
    /// None in practice: a release can always be encoded.
    pub fn state(&self) -> Result<Vec<u8>, Error> {
        let everything = Everything {
            directive: self.directive.clone(),
            replica: self.replica,
            sequence: self.sequence,
            own: self.own.clone(),
            ledger: self.ledger.clone(),
            references: self.references.clone(),
        };
        STATE.encode(self.spec.fingerprint(), &everything)
    }

    /// Folds a replica that has ended into the sum; see [`Ledger::seal`]. Whether it was known.
    pub fn seal(&mut self, replica: ReplicaId) -> bool {
        self.ledger.seal(replica)
    }

    /// Everything that was recorded here and merged.
    fn total(&self) -> Contribution {
        let mut total = self.ledger.total();
        total.merge(&self.own);
        total
    }

    /// Judges at `at`, if anybody is exposed under a stage.
    pub(super) fn look(&self, at: Timestamp, signal: &Signal, report: bool) -> Option<Judged> {
        let (attempt, stage) = self.directive.rollout.judging()?;
        let total = self.total();
        let epochs: Vec<Epoch<'_>> = total
            .cohorts
            .iter()
            .filter_map(|(number, both)| {
                let cohort = self.directive.cohorts.get(usize::try_from(*number).ok()?)?;
                let stage = cohort.stage.filter(|_| cohort.attempt == attempt)?;
                // the arms are of the ring that is ramped
                let ring = self.spec.plan().stage(stage).filter(|stage| stage.ring().is_some());
                let canary_share = ring.map_or(cohort.exposure, |stage| stage.exposure_in_ring());
                Some(Epoch {
                    stage,
                    segment: cohort.segment,
                    canary_share,
                    control_share: self.spec.control().share(canary_share),
                    canary: &both.canary,
                    control: &both.control,
                    references: self.references.of(*number),
                })
            })
            .collect();
        let stages = u32::try_from(self.spec.plan().stages().len()).unwrap_or(u32::MAX);
        let (plan, segments) = (self.spec.plan(), self.spec.plan().segments());
        let look =
            Look { epochs: &epochs, stage, stages, segments: &segments, at, stale_after: plan.stale_after() };
        let mut report = report.then(|| self.spec.judge().judge(&look));
        let mut finding =
            report.as_ref().map_or_else(|| self.spec.judge().find(&look), |report| report.finding);
        if matches!(signal, Signal::SourceError { .. }) && finding.verdict != Verdict::Harm {
            finding.verdict = Verdict::Insufficient(Lack::SourceError);
        }
        if let Some(report) = &mut report {
            report.finding = finding;
        }
        let gate = self.spec.gate().map(|gate| {
            let (current, asked) = self.risked(stage);
            gate.ask(&gate.read(&total.budget, at), current, asked)
        });
        let clearance = gate.as_ref().map_or(Clearance::Allow, GateReport::answer);
        let kind = EventKind::Judged { attempt, stage, finding, clearance };
        Some(Judged { kind, report, gate })
    }

    /// The exposure that the rollout asks for next: the first stage's while nobody is exposed, the present one after the last.
    pub(super) fn next_exposure(&self, stage: u32) -> Share {
        let ahead = if self.exposure() == Share::ZERO { stage } else { stage.saturating_add(1) };
        let next = usize::try_from(ahead).ok().and_then(|ahead| self.spec.plan().stages().get(ahead));
        next.map_or(self.exposure(), |stage| stage.exposure())
    }
}
