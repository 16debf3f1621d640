use super::course::{Course, Entry, Run, Step};
use super::goal::{Goal, Power};
use super::harms::Harms;
use super::ladder::{Candidate, Limits, cheapest, exposures};
use super::memory::Memory;
use super::planned::Planned;
use super::refusal::{Obstacle, Remedy};
use super::stages;
use super::tried::Tried;
use crate::canary::{Screen, Verdict};
use crate::error::Error;
use crate::math;
use crate::observe::Measure;
use crate::quantity::{Share, Span};
use crate::rollout::Requirement;
use crate::simulate::power::Law;
use alloc::string::String;
use alloc::vec::Vec;

/// A stage lasts at most this many times as long as a good release needs with the power asked for.
const PATIENCE: f64 = 1.5;
/// A stage with a control lasts at least so many looks before it is taken back.
const PATIENT_LOOKS: u64 = 12;
/// Most looks that a plan is played for.
const MOST_LOOKS: u64 = 20_000;
/// A finding is out of date after this, or three looks.
pub(super) const STALE: u64 = 15 * 60_000;
const HOUR: f64 = 3_600_000.0;

/// Why an attempt ended without a plan, and what may be enough: tried in order, the first of each list that works.
#[derive(Debug)]
pub(super) struct Stop {
    pub(super) obstacle: Obstacle,
    pub(super) reason: String,
    pub(super) needs: Option<Span>,
    pub(super) tries: Vec<Vec<Remedy>>,
}

/// One search for a plan.
#[derive(Debug)]
pub(super) struct Attempt<'a> {
    pub(super) goal: &'a Goal,
    pub(super) last: Share,
    /// What the last stage requires if it has no control.
    pub(super) full: Option<Requirement>,
    pub(super) good: Law,
    pub(super) harms: Harms,
    /// Whether it is to tell no more than whether there is a plan.
    pub(super) is_trial: bool,
}

/// Good releases through one plan.
#[derive(Debug)]
pub(super) struct Played {
    pub(super) runs: Vec<Run>,
    /// Releases as they enter each stage, and at the end the bake.
    pub(super) entries: Vec<Vec<Entry>>,
    /// When those ended that got through, ascending.
    pub(super) done: Vec<u64>,
}

impl Played {
    /// None yet.
    pub(super) fn of_stages(stages: usize) -> Self {
        let mut entries = Vec::new();
        entries.resize_with(stages, Vec::new);
        Self { runs: Vec::new(), entries, done: Vec::new() }
    }
}

/// A ladder with what its stages are.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) ladder: Vec<usize>,
    pub(super) steps: Vec<Step>,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(goal: &'a Goal) -> Result<Self, Error> {
        let (last, full) = goal.end()?;
        let good = goal.baseline.law(1.0, goal.guardrail.worse())?;
        Ok(Self { goal, last, full, good, harms: Harms::of(goal)?, is_trial: false })
    }

    /// The plan, or why there is none.
    pub(super) fn plan(&self, memory: &mut Memory) -> Result<Result<Planned, Stop>, Error> {
        if let Some(stop) = self.gate()? {
            return Ok(Err(stop));
        }
        let shares = exposures(self.goal.first, self.last);
        let first = match self.first(&shares) {
            Ok(first) => first,
            Err(stop) => return Ok(Err(stop)),
        };
        let late = shares.iter().rposition(|share| self.one_look(*share) <= self.late_allowed());
        let candidates = self.candidates(&shares, first.1, memory)?;
        if candidates.last().is_none_or(|last| last.units.is_none()) {
            return Ok(Err(self.endless_stop()));
        }
        let mut limits = Limits {
            first,
            late: late.unwrap_or(0),
            growth: self.goal.growth,
            most_stages: self.goal.most_stages,
        };
        if self.full.is_none() && late.is_none_or(|late| late + 1 < shares.len()) {
            return Ok(Err(self.late_stop(self.one_look(self.last))));
        }
        let bake = match self.bake(memory)? {
            Ok(bake) => bake,
            Err(stop) => return Ok(Err(stop)),
        };
        let mut patience = PATIENCE;
        loop {
            let chosen = match self.choose(&candidates, &limits, patience, bake) {
                Ok(chosen) => chosen,
                Err(stop) => return Ok(Err(stop)),
            };
            let mut scene = memory.take(&chosen.steps, bake);
            let tried = self.tried(&mut scene, &candidates, &chosen.ladder, &limits)?;
            let next = match tried {
                Tried::Fulfils(harms) => {
                    let planned = self.planned(&candidates, &limits, (&chosen, bake), (&scene.good, harms));
                    Some(Ok(planned))
                }
                Tried::Fails(stop) => Some(Err(stop)),
                Tried::Limits(tighter) => {
                    limits = tighter;
                    None
                }
                Tried::TooRarely if patience < 8.0 => {
                    patience *= 2.0;
                    None
                }
                Tried::TooRarely => Some(Err(self.power_stop(&scene.good))),
            };
            memory.keep(scene);
            if let Some(end) = next {
                return Ok(end);
            }
        }
    }

    pub(super) fn allowed(&self) -> f64 {
        self.goal.allowance.spend().fraction()
    }

    pub(super) fn late_allowed(&self) -> f64 {
        self.goal.allowance.late_spend().fraction()
    }

    /// What the worst harm spends of the budget until the first look, in the busiest hour.
    pub(super) fn one_look(&self, exposure: Share) -> f64 {
        let hours = math::count(self.goal.look.as_millis()) / HOUR;
        let units = math::count(self.goal.traffic.busiest()) * hours * exposure.fraction();
        units * self.harms.largest_excess() / self.harms.budget()
    }

    /// Whether the gate allows the last exposure. Its answer does not depend on the exposure before, so then it allows all.
    fn gate(&self) -> Result<Option<Stop>, Error> {
        let report = self.goal.allowance.ask(self.last)?;
        if self.last > report.largest() {
            return Ok(Some(self.gate_stop(&report)));
        }
        if self.full.is_some() && math::count(report.spend_ppm()) > 1e6 * self.late_allowed() {
            return Ok(Some(self.late_stop(math::count(report.spend_ppm()) / 1e6)));
        }
        Ok(None)
    }

    /// The least and the largest candidate for the first stage, by what a look may cost.
    fn first(&self, shares: &[Share]) -> Result<(usize, usize), Stop> {
        let asked = self.goal.first.and_then(|first| shares.iter().position(|share| *share == first));
        let most = shares.iter().rposition(|share| self.one_look(*share) <= self.allowed());
        let found = match (asked, most) {
            (None, Some(most)) => Some((0, most)),
            (Some(asked), Some(most)) if asked <= most => Some((asked, asked)),
            _ => None,
        };
        found.ok_or_else(|| {
            let at = shares.get(asked.unwrap_or(0)).copied().unwrap_or(self.last);
            self.first_stop(at, self.one_look(at))
        })
    }

    /// What each exposure takes, from the largest down to where no deadline leaves room for it.
    fn candidates(
        &self,
        shares: &[Share],
        first: usize,
        memory: &mut Memory,
    ) -> Result<Vec<Candidate>, Error> {
        let power = match self.goal.power {
            Power::Stage(power) => power.get(),
            Power::Plan(power) => 1.0 - (1.0 - power.get()) / 4.0,
        };
        let room = self.goal.traffic.until(self.goal.deadline).saturating_mul(3);
        let dwell = math::count(self.min_dwell() + self.goal.look.as_millis()) / HOUR;
        let least_cost = dwell * self.goal.traffic.mean();
        let mut candidates = Vec::new();
        let mut from = 0;
        let mut is_hopeless = false;
        let mut played: Option<Elsewhere> = None;
        for (at, exposure) in shares.iter().enumerate().rev() {
            let judged =
                self.full != Some(Requirement::NoHarm) && self.full != Some(Requirement::Unmonitored);
            let (units, least) = if at + 1 == shares.len() && !judged {
                let units = least_cost * exposure.fraction() / 2.0;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a part of the traffic"
                )]
                let least = math::floor(units) as u64;
                (Some(1), if self.full == Some(Requirement::NoHarm) { least.max(1) } else { 0 })
            } else if is_hopeless {
                (None, 0)
            } else if let Some(other) = &played {
                other.at(self.goal, *exposure)
            } else {
                let measured = (&self.good, &self.good);
                let effort = memory.effort(self.goal, *exposure, measured, Verdict::Safe, from)?;
                let tenth = effort.within(0.1).unwrap_or(0);
                from = tenth / 2;
                let units = effort.within(power);
                if self.goal.guardrail.measure() == Measure::Distribution {
                    played = units.map(|units| Elsewhere { exposure: *exposure, units, tenth });
                }
                (units, part(tenth, *exposure))
            };
            // where fewer have the canary, it takes longer: there is no need to know how much
            is_hopeless |= units.is_none() || at <= first && units.is_none_or(|units| units > room);
            let cost = f64::max(units.map_or(f64::INFINITY, math::count), least_cost);
            candidates.push(Candidate { exposure: *exposure, units, least, cost });
        }
        candidates.reverse();
        Ok(candidates)
    }

    fn min_dwell(&self) -> u64 {
        self.goal.min_dwell.unwrap_or(self.goal.look).as_millis()
    }

    /// Time after the last stage in which harm as large as the margin is found with the power asked for, by the busiest share that has a control.
    fn bake(&self, memory: &mut Memory) -> Result<Result<u64, Stop>, Error> {
        if let Some(bake) = self.goal.bake {
            return Ok(Ok(bake.as_millis()));
        }
        if self.full.is_some() {
            return Ok(Ok(0));
        }
        let arms = (self.harms.margin(), &self.good);
        let effort = memory.effort(self.goal, self.last, arms, Verdict::Harm, 0)?;
        let time =
            effort.within(self.goal.power.get()).map(|units| self.whole(self.goal.traffic.slowest(units)));
        Ok(time.ok_or_else(|| self.endless_stop()))
    }

    /// Rounded up to whole looks.
    fn whole(&self, millis: u64) -> u64 {
        let look = self.goal.look.as_millis();
        millis.div_ceil(look) * look
    }

    fn choose(
        &self,
        candidates: &[Candidate],
        limits: &Limits,
        patience: f64,
        bake: u64,
    ) -> Result<Chosen, Stop> {
        let Some(ladder) = cheapest(candidates, limits) else {
            return Err(self.ladder_stop(candidates, limits));
        };
        let chosen: Vec<&Candidate> = ladder.iter().filter_map(|at| candidates.get(*at)).collect();
        let cost: f64 = chosen.iter().map(|candidate| candidate.cost).sum();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held to 2^60")]
        let units = f64::min(cost, 1e18) as u64;
        let about = self.goal.traffic.time(units, 0).saturating_add(bake);
        let most = u64::min(
            self.goal.deadline.as_millis().saturating_mul(4),
            MOST_LOOKS * self.goal.look.as_millis(),
        );
        if about > most {
            return Err(self.slow_stop(Span::clamped(self.whole(about))));
        }
        let steps = chosen.iter().map(|candidate| self.step_of(candidate, patience)).collect();
        Ok(Chosen { ladder, steps })
    }

    fn step_of(&self, candidate: &Candidate, patience: f64) -> Step {
        let units = math::ceil(patience * math::count(candidate.units.unwrap_or(1)));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few times 2^40 at most"
        )]
        let longest = self.goal.traffic.slowest(units as u64);
        let control = self.goal.control.share(candidate.exposure);
        // so short a deadline that a lull takes the release back is none, unless nothing but it would
        let least = if control == Share::ZERO { 0 } else { PATIENT_LOOKS * self.goal.look.as_millis() };
        let deadline =
            longest + self.goal.traffic.slowest(1) + self.min_dwell() + 2 * self.goal.look.as_millis();
        Step {
            exposure: candidate.exposure,
            control,
            min_dwell: self.min_dwell(),
            min_units: candidate.least,
            requires: if control == Share::ZERO { self.full.unwrap_or_default() } else { Requirement::Safe },
            deadline: self.whole(deadline.max(least)),
        }
    }

    pub(super) fn course<'c>(&'c self, steps: &'c [Step], bake: u64) -> Course<'c> {
        let look = self.goal.look.as_millis();
        Course {
            judge: &self.goal.judge,
            traffic: &self.goal.traffic,
            control: &self.good,
            steps,
            screens: steps
                .iter()
                .map(|step| Screen::of(&self.goal.judge, (step.exposure, step.control)))
                .collect(),
            bake,
            look,
            stale_after: u64::max(STALE, 3 * look),
        }
    }

    /// A narrower range for the first stage, in which harm from the start may spend less: none if the smallest that there is time for spends too much.
    pub(super) fn tighter(
        &self,
        candidates: &[Candidate],
        limits: &Limits,
        (ladder, found): (&[usize], f64),
    ) -> Option<(usize, usize)> {
        let at = ladder.first().copied().unwrap_or(0);
        let least = candidates.iter().position(|candidate| candidate.units.is_some()).unwrap_or(0);
        if at <= usize::max(least, limits.first.0) {
            return None;
        }
        let here = candidates.get(at).map_or(0.0, |candidate| candidate.exposure.fraction());
        let fits = |candidate: &Candidate| candidate.exposure.fraction() <= here * self.allowed() / found;
        let most = candidates.iter().take(at).rposition(fits).unwrap_or(least).max(least);
        Some((limits.first.0, most))
    }
}

/// What a stage takes with another exposure, known from one that was played: two samples tell as much as one of 1/(1/n + 1/m) units would, for n and m in the arms. Playing
/// distributions costs too much to play each.
struct Elsewhere {
    exposure: Share,
    units: u64,
    tenth: u64,
}

impl Elsewhere {
    fn at(&self, goal: &Goal, exposure: Share) -> (Option<u64>, u64) {
        let variance = |share: Share| 1.0 / share.fraction() + 1.0 / goal.control.share(share).fraction();
        let factor = variance(exposure) / variance(self.exposure);
        let scaled = |units: u64| stages::whole(f64::min(math::count(units) * factor, 1e18));
        (Some(scaled(self.units)), part(scaled(self.tenth), exposure))
    }
}

/// Canary units among so many of all traffic.
fn part(units: u64, exposure: Share) -> u64 {
    let parts = u128::from(units) * u128::from(exposure.parts_per_million()) / 1_000_000;
    u64::try_from(parts).unwrap_or(u64::MAX)
}
