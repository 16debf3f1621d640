use super::course::{Course, End, Entry};
use super::goal::Goal;
use super::planned::{Harm, Onset};
use super::stages::{mean, mean_time, within};
use crate::error::Error;
use crate::math;
use crate::quantity::{Share, Span};
use crate::simulate::Dice;
use crate::simulate::power::Law;
use alloc::vec::Vec;

/// How many times worse, beside the margin and total failure; what is within the margin is tolerated and left out.
const RATIOS: [f64; 5] = [1.5, 2.0, 3.0, 5.0, 10.0];

/// The harms that a plan is held against.
#[derive(Debug)]
pub(super) struct Harms {
    all: Vec<Kind>,
    margin: Law,
    runs: u64,
    seed: u64,
    budget: f64,
}

#[derive(Debug)]
struct Kind {
    ratio: f64,
    law: Law,
    /// Failures of a unit beyond those that the control would have had.
    excess: f64,
}

impl Harms {
    pub(super) fn of(goal: &Goal) -> Result<Self, Error> {
        let (worse, margin) = (goal.guardrail.worse(), goal.guardrail.margin());
        let largest = goal.baseline.largest_ratio(worse);
        let total = goal.baseline.failing().map(|_| largest);
        let mut ratios: Vec<f64> = core::iter::once(margin).chain(RATIOS).chain(total).collect();
        ratios.retain(|ratio| *ratio >= margin && *ratio <= largest);
        ratios.sort_by(f64::total_cmp);
        ratios.dedup_by(|one, other| (*one - *other).abs() < 1e-9);
        // where everything fails before the margin is reached, that is the smallest harm
        let smallest = ratios.first().copied().unwrap_or(largest);
        if ratios.is_empty() {
            ratios.push(smallest);
        }
        let assumed = goal.allowance.gate().assumed_failure().fraction();
        let mut all = Vec::new();
        for ratio in ratios {
            let law = goal.baseline.law(ratio, worse)?;
            let excess = goal.baseline.failing().map_or(assumed, |failing| (ratio - 1.0) * failing);
            all.push(Kind { ratio, law, excess });
        }
        let gate = goal.allowance.gate();
        let hours = math::count(gate.period().as_millis()) / 3_600_000.0;
        let allowed = f64::from(gate.objective().allowed_parts_per_billion()) / 1e9;
        let budget = hours * goal.traffic.mean() * allowed;
        let margin = goal.baseline.law(smallest, worse)?;
        Ok(Self {
            all,
            margin,
            runs: u64::from(goal.runs.count().div_ceil(2)),
            seed: goal.runs.seed(),
            budget,
        })
    }

    /// Failures that the objective allows in a period.
    pub(super) const fn budget(&self) -> f64 {
        self.budget
    }

    /// How often each harm is played.
    pub(super) const fn runs(&self) -> u64 {
        self.runs
    }

    pub(super) fn largest_excess(&self) -> f64 {
        self.all.iter().map(|kind| kind.excess).fold(0.0, f64::max)
    }

    /// The canary of the smallest harm.
    pub(super) const fn margin(&self) -> &Law {
        &self.margin
    }

    /// About what the worst harm from the start spends: from the first few of the runs.
    pub(super) fn glance(&self, course: &Course<'_>) -> Result<f64, Error> {
        let harms = self.times(course, Onset::Start, &[Entry::START], self.runs.min(24))?;
        Ok(worst(&harms).map_or(0.0, |(_, spend)| spend))
    }

    /// Plays every harm from `entries` on, in turn.
    pub(super) fn play(
        &self,
        course: &Course<'_>,
        onset: Onset,
        entries: &[Entry],
    ) -> Result<Vec<Harm>, Error> {
        self.times(course, onset, entries, self.runs)
    }

    fn times(
        &self,
        course: &Course<'_>,
        onset: Onset,
        entries: &[Entry],
        times: u64,
    ) -> Result<Vec<Harm>, Error> {
        let mut harms = Vec::new();
        if entries.is_empty() {
            return Ok(harms);
        }
        let place = match onset {
            Onset::Start => 0,
            Onset::Stage(stage) => u64::from(stage),
            Onset::Bake => 255,
        };
        let met = match onset {
            Onset::Start => course.steps.first(),
            Onset::Stage(stage) => usize::try_from(stage).ok().and_then(|stage| course.steps.get(stage)),
            Onset::Bake => course.steps.last(),
        };
        let compared = met.is_some_and(|step| step.control > Share::ZERO);
        for (number, kind) in (1_u64..).zip(&self.all) {
            let mut runs = Vec::new();
            for (run, entry) in (0..times).zip(entries.iter().cycle()) {
                let mut dice = Dice::at_once(self.seed, (1 << 61) | (place << 48) | (number << 32) | run);
                runs.push(course.run(entry, &kind.law, &mut dice)?);
            }
            let share = |end: End| {
                let ended = runs.iter().filter(|run| run.end == end).count();
                math::count(ended as u64) / math::count(times)
            };
            let ascending = |of: fn(&super::course::Run) -> u64| {
                let mut all: Vec<u64> = runs.iter().map(of).collect();
                all.sort_unstable();
                all
            };
            let (times, hits) = (ascending(|run| run.lasted), ascending(|run| run.hit));
            let p95_units = within(&hits, 0.95).unwrap_or(0);
            let expected_units = mean(hits.iter().copied());
            let (expected_failures, p95_failures) =
                (expected_units * kind.excess, math::count(p95_units) * kind.excess);
            harms.push(Harm {
                ratio: kind.ratio,
                onset,
                compared,
                found: share(End::Harm),
                overdue: share(End::Overdue),
                missed: share(End::Done),
                expected_time: mean_time(times.iter().copied()),
                p95_time: Span::clamped(within(&times, 0.95).unwrap_or(0)),
                expected_units,
                p95_units,
                expected_failures,
                p95_failures,
                expected_spend: expected_failures / self.budget,
                p95_spend: p95_failures / self.budget,
            });
        }
        Ok(harms)
    }
}

/// The harm that spends most, and what it spends.
pub(super) fn worst(harms: &[Harm]) -> Option<(&Harm, f64)> {
    let harm = harms.iter().max_by(|one, other| one.p95_spend.total_cmp(&other.p95_spend))?;
    Some((harm, harm.p95_spend))
}
