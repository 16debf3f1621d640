use super::attempt::{Attempt, Played, Stop};
use super::course::{Course, End, Entry, Run, Step};
use super::goal::Power;
use super::harms::worst;
use super::ladder::{Candidate, Limits};
use super::memory::Scene;
use super::planned::{Harm, Onset};
use super::stages;
use crate::error::Error;
use crate::math;
use crate::quantity::Span;
use crate::simulate::Dice;
use alloc::vec::Vec;

/// Harm that spends so many times what is allowed in a few runs is not played more often.
const GLARING: f64 = 1.5;
/// Good releases after which a trial may end,
const FEW_RUNS: [u32; 4] = [5, 10, 20, 40];
/// and, of each of these, the most chance that a goal fails them that would be fulfilled.
const LEFT_OUT: f64 = 1e-4;
/// What playing a ladder has shown.
pub(super) enum Tried {
    /// All that was asked for: with what harm costs.
    Fulfils(Vec<Harm>),
    Fails(Stop),
    /// Harm spends too much: ladders have to keep to these.
    Limits(Limits),
    /// Good releases get through too rarely: stages may have to last longer.
    TooRarely,
}

/// What is played of a ladder.
impl Attempt<'_> {
    /// Plays what the plan of a ladder has to be held against.
    pub(super) fn tried(
        &self,
        scene: &mut Scene,
        candidates: &[Candidate],
        ladder: &[usize],
        limits: &Limits,
    ) -> Result<Tried, Error> {
        let steps = scene.steps.clone();
        let course = self.course(&steps, scene.bake);
        if self.is_trial {
            for runs in FEW_RUNS {
                self.play_good(&mut scene.good, &course, runs)?;
                if self.is_hopeless(&scene.good) {
                    return Ok(Tried::Fails(self.unsaid_stop()));
                }
            }
        }
        let glance = match scene.glance {
            Some(glance) => glance,
            None => self.harms.glance(&course)?,
        };
        scene.glance = Some(glance);
        if glance <= GLARING * self.allowed() && scene.early.is_none() {
            scene.early = Some(self.harms.play(&course, Onset::Start, &[Entry::START])?);
        }
        let early = scene.early.as_deref().unwrap_or_default();
        let found = worst(early).map_or(glance, |(_, spend)| spend);
        if found > self.allowed() {
            return Ok(match self.tighter(candidates, limits, (ladder, found)) {
                Some(first) => Tried::Limits(Limits { first, ..*limits }),
                None => Tried::Fails(self.early_stop(candidates, ladder, found)),
            });
        }
        self.play_good(&mut scene.good, &course, self.goal.runs.count())?;
        match self.enough(&scene.good, &steps) {
            Ok(()) => {}
            Err(None) => return Ok(Tried::TooRarely),
            Err(Some(needs)) => return Ok(Tried::Fails(self.time_stop(needs, &scene.good))),
        }
        let mut late = Vec::new();
        for (number, entries) in (1..).zip(&scene.good.entries).take(steps.len()) {
            let onset = match u32::try_from(number) {
                Ok(stage) if number < steps.len() => Onset::Stage(stage),
                _ => Onset::Bake,
            };
            if onset == Onset::Bake && scene.bake == 0 {
                continue;
            }
            if !scene.late.iter().any(|(of, _)| *of == onset) {
                scene.late.push((onset, self.harms.play(&course, onset, entries)?));
            }
            late.extend(
                scene.late.iter().filter(|(of, _)| *of == onset).flat_map(|(_, harms)| harms).copied(),
            );
        }
        let over = late.iter().filter(|harm| harm.compared && harm.p95_spend > self.late_allowed());
        if let Some(stage) = over.clone().filter_map(|harm| place(harm.onset, steps.len())).min() {
            let at = ladder.get(stage).copied().unwrap_or(0);
            let is_last = at + 1 == candidates.len();
            if is_last || at <= limits.first.0 {
                let most = over.map(|harm| harm.p95_spend).fold(0.0, f64::max);
                return Ok(Tried::Fails(self.late_stop(most)));
            }
            return Ok(Tried::Limits(Limits { late: at - 1, ..*limits }));
        }
        Ok(Tried::Fulfils(early.iter().copied().chain(late).collect()))
    }

    /// Plays good releases on, until so many were played.
    fn play_good(&self, played: &mut Played, course: &Course<'_>, until: u32) -> Result<(), Error> {
        for run in played.runs.len() as u64..u64::from(until.min(self.goal.runs.count())) {
            let mut dice = Dice::at_once(self.goal.runs.seed(), run);
            let mut release = course.run(&Entry::START, &self.good, &mut dice)?;
            if run < self.harms.runs() {
                for (list, entry) in played.entries.iter_mut().zip(core::mem::take(&mut release.entries)) {
                    list.push(entry);
                }
            }
            if release.end == End::Done {
                played.done.push(release.ended);
            }
            played.runs.push(release);
        }
        played.done.sort_unstable();
        Ok(())
    }

    /// Whether so few are done in time that all runs will hardly show the confidence that is asked for: of n runs of chance p, as few as a share q < p succeed with a chance
    /// of at most e^(-n KL(q, p)) (Hoeffding 1963, theorem 1). Those that a deadline took back might do with more time.
    fn is_hopeless(&self, played: &Played) -> bool {
        let late = |run: &&Run| match run.end {
            End::Done => run.ended > self.goal.deadline.as_millis(),
            End::Harm => true,
            End::Overdue => false,
        };
        let runs = math::count(played.runs.len() as u64);
        let (failed, allowed) = (
            math::count(played.runs.iter().filter(late).count() as u64) / runs,
            1.0 - self.goal.confidence(),
        );
        if failed <= allowed {
            return false;
        }
        let part = |of: f64, by: f64| if of > 0.0 { of * math::ln(of / by) } else { 0.0 };
        let divergence = part(failed, allowed) + part(1.0 - failed, 1.0 - allowed);
        runs * divergence > -math::ln(LEFT_OUT)
    }

    /// Whether good releases get through as often as was asked for, and in time: else the time they need, or none if they do not get through at all.
    fn enough(&self, played: &Played, steps: &[Step]) -> Result<(), Option<Span>> {
        let runs = math::count(played.runs.len() as u64);
        let met = match self.goal.power {
            Power::Plan(power) => math::count(played.done.len() as u64) >= power.get() * runs,
            Power::Stage(power) => {
                (0..steps.len()).all(|stage| stages::passes(&played.runs, stage) >= power.get())
            }
        };
        if !met {
            return Err(None);
        }
        match self.done_within(played) {
            None => Err(None),
            Some(needs) if needs > self.goal.deadline => Err(Some(needs)),
            Some(_) => Ok(()),
        }
    }

    /// When as many are done as the confidence asks for.
    pub(super) fn done_within(&self, played: &Played) -> Option<Span> {
        let runs = math::count(played.runs.len() as u64);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 100,000")]
        let rank = math::ceil(self.goal.confidence() * runs).max(1.0) as usize;
        played.done.get(rank - 1).map(|millis| Span::clamped(*millis))
    }
}

/// The stage whose exposure a harm meets when it begins.
fn place(onset: Onset, stages: usize) -> Option<usize> {
    match onset {
        Onset::Start => Some(0),
        Onset::Stage(stage) => usize::try_from(stage).ok(),
        Onset::Bake => stages.checked_sub(1),
    }
}
