use super::Runs;
use crate::math;
use crate::quantity::Probability;
use alloc::vec::Vec;
use serde::Serialize;

/// How a figure was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Method {
    /// Releases were played with the judge itself.
    Simulated(Runs),
}

/// How often and how soon the judge decided. Units are analysed units of both arms together, counted from the moment at which the effect began.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Detection {
    /// How the figures were made.
    pub method: Method,
    /// How many times worse the canary was.
    pub ratio: f64,
    /// Share of the runs in which the judge decided, after the effect began and within the trial's units.
    pub found: f64,
    /// Standard error of that share.
    pub found_error: f64,
    /// Units that half of the runs needed at most; `None` where half of them found nothing.
    pub median: Option<u64>,
    /// Units that nine in ten runs needed at most; `None` where more than one in ten found nothing.
    pub p90: Option<u64>,
    /// Units that a run spends on average: until the judge decided, or all that the trial has.
    pub mean: f64,
}

/// A number that was looked for by simulation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Estimate<T> {
    /// How it was found.
    pub method: Method,
    /// The number; `None` where the trial's units are not enough for any.
    pub value: Option<T>,
}

/// The units after which each run decided.
#[derive(Debug)]
pub(super) struct Times {
    runs: Runs,
    /// Of those that decided, ascending.
    found: Vec<u64>,
    /// Of those that decided nothing, each.
    all: u64,
}

impl Times {
    pub(super) fn new(runs: Runs, mut found: Vec<u64>, all: u64) -> Self {
        found.sort_unstable();
        Self { runs, found, all }
    }

    /// Units within which a share `power` of all runs decided.
    pub(super) fn within(&self, power: f64) -> Option<u64> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 100,000")]
        let rank = math::ceil(power * f64::from(self.runs.count())).max(1.0) as usize;
        self.found.get(rank - 1).copied()
    }

    pub(super) fn detection(&self, ratio: f64) -> Detection {
        let runs = f64::from(self.runs.count());
        let decided = math::count(self.found.len() as u64);
        let found = decided / runs;
        let spent: u64 = self.found.iter().fold(0, |sum, units| sum.saturating_add(*units));
        Detection {
            method: Method::Simulated(self.runs),
            ratio,
            found,
            found_error: math::sqrt(found * (1.0 - found) / runs),
            median: self.within(0.5),
            p90: self.within(0.9),
            mean: (math::count(spent) + (runs - decided) * math::count(self.all)) / runs,
        }
    }

    pub(super) fn units_for(&self, power: Probability) -> Estimate<u64> {
        Estimate { method: Method::Simulated(self.runs), value: self.within(power.get()) }
    }
}
