use super::{Controller, Run};
use crate::math;
use crate::simulate::Runs;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// Every run of a simulation under one controller.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcomes {
    controller: Controller,
    runs: Runs,
    all: Vec<Run>,
}

/// Some of the runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Part {
    /// How many.
    pub runs: u32,
    /// Their share of all runs.
    pub share: f64,
    /// Standard error of that share.
    pub error: f64,
}

/// How a figure is spread over runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Spread {
    /// Runs that have the figure.
    pub runs: u32,
    /// Their mean.
    pub mean: f64,
    /// Standard error of the mean.
    pub error: f64,
    /// One in ten has at most this.
    pub p10: f64,
    /// Half of them have at most this.
    pub median: f64,
    /// Nine in ten have at most this.
    pub p90: f64,
    /// The largest.
    pub most: f64,
}

/// How often runs ended for one reason.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Ended {
    /// Where the release stood: the phase's name.
    pub phase: String,
    /// Why, in a word.
    pub reason: Box<str>,
    /// In how many runs.
    pub runs: u32,
}

/// The distributions of all runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Who led the releases.
    pub controller: &'static str,
    /// What that was set to.
    pub settings: String,
    /// How many runs, from which seed.
    pub runs: Runs,
    /// Rolled back before anything was wrong with the canary.
    pub false_rollbacks: Part,
    /// Completed although something was wrong with the canary.
    pub false_promotions: Part,
    /// Rolled back.
    pub rolled_back: Part,
    /// Completed.
    pub completed: Part,
    /// Neither when the horizon came, or expired.
    pub open: Part,
    /// Minutes from the first unit that a fault of the canary met to the rollback, of runs that have both.
    pub minutes_to_detect: Option<Spread>,
    /// Minutes to completion, of runs that were completed.
    pub minutes_to_complete: Option<Spread>,
    /// Units that the canary's faults could reach.
    pub units_hit: Option<Spread>,
    /// Failures that there would not have been.
    pub excess_failures: Option<Spread>,
    /// Percent of the period's error budget that was spent.
    pub budget_spent_percent: Option<Spread>,
    /// How runs ended, the most frequent first.
    pub ended: Vec<Ended>,
}

impl Outcomes {
    pub(super) const fn new(controller: Controller, runs: Runs, all: Vec<Run>) -> Self {
        Self { controller, runs, all }
    }

    /// Who led the releases.
    #[must_use]
    pub const fn controller(&self) -> &Controller {
        &self.controller
    }

    /// Each run, by its number.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.all
    }

    /// The share of the runs for which something holds.
    #[must_use]
    pub fn part(&self, holds: impl Fn(&Run) -> bool) -> Part {
        let runs = u32::try_from(self.all.iter().filter(|run| holds(run)).count()).unwrap_or(u32::MAX);
        let all = f64::from(self.runs.count());
        let share = f64::from(runs) / all;
        Part { runs, share, error: math::sqrt(share * (1.0 - share) / all) }
    }

    /// How a figure is spread over the runs that have it; `None` where none has.
    #[must_use]
    pub fn spread(&self, figure: impl Fn(&Run) -> Option<f64>) -> Option<Spread> {
        Spread::of(self.all.iter().filter_map(figure).collect())
    }

    /// The distributions.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let minutes = |span: crate::Span| math::count(span.as_millis()) / 60_000.0;
        Summary {
            controller: self.controller.name(),
            settings: self.controller.settings(),
            runs: self.runs,
            false_rollbacks: self.part(Run::is_false_rollback),
            false_promotions: self.part(Run::is_false_promotion),
            rolled_back: self.part(Run::is_rolled_back),
            completed: self.part(Run::is_completed),
            open: self.part(|run| !run.is_rolled_back() && !run.is_completed()),
            minutes_to_detect: self.spread(|run| run.detected_after.map(minutes)),
            minutes_to_complete: self.spread(|run| run.is_completed().then(|| minutes(run.ended_after))),
            units_hit: self.spread(|run| Some(math::count(run.units_hit))),
            excess_failures: self.spread(|run| Some(math::count(run.excess_failures))),
            budget_spent_percent: self.spread(|run| run.budget_spent_ppm.map(percent)),
            ended: self.ended(),
        }
    }

    fn ended(&self) -> Vec<Ended> {
        let mut ended: Vec<Ended> = Vec::new();
        for run in &self.all {
            let phase = alloc::format!("{}", run.phase);
            match ended.iter_mut().find(|ended| ended.phase == phase && ended.reason == run.reason) {
                Some(ended) => ended.runs += 1,
                None => ended.push(Ended { phase, reason: run.reason.clone(), runs: 1 }),
            }
        }
        ended.sort_by(|a, b| {
            b.runs.cmp(&a.runs).then_with(|| (&a.phase, &a.reason).cmp(&(&b.phase, &b.reason)))
        });
        ended
    }
}

fn percent(ppm: i64) -> f64 {
    let magnitude = math::count(ppm.unsigned_abs()) / 10_000.0;
    if ppm < 0 { -magnitude } else { magnitude }
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        let most = *values.last()?;
        let runs = u32::try_from(values.len()).ok()?;
        let n = f64::from(runs);
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::max(n - 1.0, 1.0);
        // the least value that so large a part of the runs does not exceed
        let at = |part: usize| values.get((values.len() * part).div_ceil(10).saturating_sub(1)).copied();
        Some(Self {
            runs,
            mean,
            error: math::sqrt(variance / n),
            p10: at(1)?,
            median: at(5)?,
            p90: at(9)?,
            most,
        })
    }
}
