use super::lead::Why;
use super::minute::{Minute, Split, Weather};
use super::time::MINUTE;
use super::{Controller, Outcomes, Run, Scenario};
use crate::canary::Guardrail;
use crate::error::{Error, Kind};
use crate::observe::{Measure, Metric};
use crate::quantity::{Share, Span, Timestamp};
use crate::release::Spec;
use crate::rollout::Phase;
use crate::simulate::Runs;
use crate::slo::{Budget, Reading};
use alloc::format;
use alloc::vec::Vec;

/// Releases of one spec in one scenario, played many times.
///
/// ```
/// use rampgate::release::Spec;
/// use rampgate::simulate::Runs;
/// use rampgate::simulate::rollout::{Controller, Scenario, Simulation};
///
/// let spec = Spec::from_json(r#"{
///     "rampgate": 1, "name": "checkout", "flag": {"key": "checkout", "control": "v1", "canary": "v2"},
///     "stages": [{"exposure": "10%", "min_dwell": "1h"}, {"exposure": "50%", "min_dwell": "1h"}],
///     "guardrails": [{"name": "errors"}]
/// }"#)?;
/// let scenario = Scenario::from_json(r#"{
///     "traffic": {"units_per_minute": 2000}, "background": {"rate": 0.01}, "faults": [{"errors": {"times": 3}}]
/// }"#)?;
/// let summary = Simulation::new(spec, scenario, Runs::new(20, 1)?)?.run(&Controller::Rampgate(None))?.summary();
/// assert_eq!(summary.rolled_back.runs, 20);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Simulation {
    spec: Spec,
    scenario: Scenario,
    runs: Runs,
    start: Timestamp,
}

/// Told how many runs are done, from time to time and from any thread.
pub type Progress<'a> = &'a (dyn Fn(u32) + Sync);

impl Simulation {
    /// Begins at the plan's `start`, or at 00:00 UTC of the 5th of January 2026, a Monday.
    ///
    /// # Errors
    /// A guardrail that is not a rate; a guardrail after the first that the scenario does not tell of, or one that it tells of and the spec does not have;
    /// rings: all units of a scenario are alike.
    pub fn new(spec: Spec, scenario: Scenario, runs: Runs) -> Result<Self, Error> {
        let guardrails = spec.judge().guardrails();
        if let Some(other) = guardrails.iter().find(|guardrail| guardrail.measure() != Measure::Rate) {
            let rule = "must be rates: nothing else is played";
            return Err(Error::new("spec.guardrails", Kind::Conflict, rule, other.name()));
        }
        let rings = spec.plan().rings().len();
        if rings > 0 {
            let rule = "must be left out: all units of a scenario are alike";
            return Err(Error::new("spec.rings", Kind::Conflict, rule, format!("a list of {rings}")));
        }
        let scenario = scenario.arranged(guardrails.iter().skip(1).map(Guardrail::name))?;
        let start = spec.plan().start().unwrap_or(Timestamp::from_millis(1_767_571_200_000)?);
        Ok(Self { spec, scenario, runs, start })
    }

    /// The same, begun at another time, which days and calendars know.
    #[must_use]
    pub fn starting(self, start: Timestamp) -> Self {
        Self { start, ..self }
    }

    /// The same with other runs.
    #[must_use]
    pub fn with_runs(self, runs: Runs) -> Self {
        Self { runs, ..self }
    }

    /// The same without the scenario's faults.
    #[must_use]
    pub fn healthy(&self) -> Self {
        Self { scenario: self.scenario.clone().healthy(), ..self.clone() }
    }

    /// What it meets.
    #[must_use]
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The spec, whose plan every controller follows.
    #[must_use]
    pub const fn spec(&self) -> &Spec {
        &self.spec
    }

    /// How often it is played.
    #[must_use]
    pub const fn runs(&self) -> Runs {
        self.runs
    }

    /// Plays all runs. With the feature `parallel` on all cores, and with the same results.
    ///
    /// # Errors
    /// None in practice: what is drawn is what a release takes.
    pub fn run(&self, controller: &Controller) -> Result<Outcomes, Error> {
        self.run_with(controller, &|_| {})
    }

    /// The same, telling how far it is after every run.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn run_with(&self, controller: &Controller, progress: Progress<'_>) -> Result<Outcomes, Error> {
        let runs = self.all(controller, progress)?;
        Ok(Outcomes::new(controller.clone(), self.runs, runs))
    }

    #[cfg(feature = "parallel")]
    fn all(&self, controller: &Controller, progress: Progress<'_>) -> Result<Vec<Run>, Error> {
        use core::sync::atomic::{AtomicU32, Ordering};
        use rayon::iter::{IntoParallelIterator, ParallelIterator};
        let done = AtomicU32::new(0);
        let one = |run| {
            let played = self.one(controller, run);
            progress(done.fetch_add(1, Ordering::Relaxed) + 1);
            played
        };
        (0..self.runs.count()).into_par_iter().map(one).collect()
    }

    #[cfg(not(feature = "parallel"))]
    fn all(&self, controller: &Controller, progress: Progress<'_>) -> Result<Vec<Run>, Error> {
        let one = |run| {
            let played = self.one(controller, run);
            progress(run + 1);
            played
        };
        (0..self.runs.count()).map(one).collect()
    }

    /// One release, minute by minute.
    fn one(&self, controller: &Controller, run: u32) -> Result<Run, Error> {
        let mut weather = Weather::new(&self.scenario, self.runs.seed(), run.into(), self.start);
        let mut lead = controller.lead(&self.spec, self.start)?;
        let spends = self.spec.spends().map_or(0, Metric::position);
        let mut seen = Seen::default();
        let mut exposure = Share::ZERO;
        let mut why: Option<Why> = None;
        let mut minute = 0;
        while minute < self.scenario.minutes() && why.is_none() {
            let split = lead.split();
            exposure = exposure.max(split.canary);
            let met = weather.minute(minute, self.end_of(minute), split);
            seen.add(minute, &met, spends);
            why = lead.hear(&met)?;
            minute += 1;
        }
        let mut run = Run {
            run,
            phase: lead.phase(),
            reason: why.unwrap_or_default(),
            ended_after: span(minute),
            exposure,
            detected_after: None,
            harmful: seen.harmful_since.is_some(),
            units: seen.units,
            canary_units: seen.canary,
            units_hit: seen.hit,
            excess_failures: seen.excess,
            budget_spent_ppm: self.budget_spent(&seen, minute),
        };
        if run.is_rolled_back() {
            run.detected_after = seen.harmful_since.map(|since| span(minute - since));
        } else if weather.may_harm() {
            // nobody looks any more, and the units keep coming
            let canary =
                if run.phase == Phase::Completed { self.spec.plan().cap() } else { lead.split().canary };
            let split = Split { canary, control: canary.complement() };
            for later in minute..self.scenario.minutes() {
                let met = weather.minute(later, self.end_of(later), split);
                run.units_hit += met.truth.hit;
                run.excess_failures += met.truth.excess;
            }
        }
        Ok(run)
    }

    fn end_of(&self, minute: u64) -> Timestamp {
        self.start.saturating_add(span(minute + 1))
    }

    /// What the failures spent of the budget of a period, as if all of the period that was not watched were as busy, and free of failures.
    fn budget_spent(&self, seen: &Seen, minutes: u64) -> Option<i64> {
        let gate = self.spec.gate()?;
        let watched = span(minutes).min(gate.period());
        let good = seen.units.saturating_sub(seen.failures);
        let reading = Reading::of(gate.period(), watched, good, seen.failures).ok()?;
        Budget::of(gate.objective(), gate.period(), &reading).ok()?.consumed_by_time_ppm()
    }
}

/// The sums of what happened.
#[derive(Default)]
struct Seen {
    units: u64,
    failures: u64,
    canary: u64,
    hit: u64,
    excess: u64,
    harmful_since: Option<u64>,
}

impl Seen {
    /// `spends` is the position of the guardrail whose failures spend the budget.
    fn add(&mut self, minute: u64, met: &Minute, spends: usize) {
        let truth = &met.truth;
        self.units += truth.units;
        self.failures += met.of(spends).1;
        self.canary += truth.canary;
        self.hit += truth.hit;
        self.excess += truth.excess;
        if truth.harmful && self.harmful_since.is_none() {
            self.harmful_since = Some(minute);
        }
    }
}

fn span(minutes: u64) -> Span {
    Span::clamped(minutes.saturating_mul(MINUTE))
}

#[cfg(all(test, feature = "parallel"))]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let spec = Spec::from_json(
            r#"{
                "rampgate": 1, "name": "n", "flag": {"key": "k", "control": "a", "canary": "b"},
                "stages": [{"exposure": "20%", "min_dwell": "1h"}], "guardrails": [{"name": "errors"}]
            }"#,
        )
        .unwrap();
        let scenario = Scenario::from_json(
            r#"{"traffic": {"units_per_minute": 300}, "background": {"rate": 0.01}, "faults": [{"errors": {"times": 2, "from": "30m"}}], "horizon": "6h"}"#,
        )
        .unwrap();
        let simulation = Simulation::new(spec, scenario, Runs::new(40, 3).unwrap()).unwrap();
        let controller = Controller::Rampgate(None);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| simulation.run(&controller)).unwrap()
        };
        let one_after_another: Vec<Run> =
            (0..40).map(|run| simulation.one(&controller, run).unwrap()).collect();
        for threads in [1, 2, 7] {
            assert_eq!(with(threads).runs(), one_after_another, "{threads}");
        }
        assert_eq!(with(1).summary(), with(3).summary());
    }
}
