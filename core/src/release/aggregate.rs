use super::{Placement, Release};
use crate::error::{Error, Kind};
use crate::observe::{Measure, Series, Tally};
use crate::quantity::Timestamp;

/// What somebody else has counted: an agent's minute, a metrics store, a simulation.
impl Release {
    /// Records what became of many units at once, known at `at`: the same as [`record`](Self::record) for each of them, the error budget included. The
    /// tally's own time is not looked at.
    ///
    /// One tally holds units of one placement: of one cohort and one arm. Each unit belongs into one tally alone: a store that counts cumulatively
    /// must give what is new since it was last asked.
    ///
    /// ```
    /// use rampgate::observe::{Counts, ReplicaId, Tally};
    /// use rampgate::release::{Arm, Placement, Release, Signal};
    /// use rampgate::rollout::Command;
    ///
    /// let spec = r#"{
    ///     "rampgate": 1, "name": "checkout", "flag": {"key": "checkout", "control": "v1", "canary": "v2"},
    ///     "stages": [{"exposure": "10%", "min_dwell": "10m"}], "guardrails": [{"name": "errors"}]
    /// }"#;
    /// let mut release = Release::from_json(spec, ReplicaId(1))?;
    /// let now = "2026-11-24T12:00:00Z".parse()?;
    /// release.step(now, Command::Start { by: "ana".into() })?;
    /// for (arm, units, failures) in [(Arm::Canary, 1_000, 40), (Arm::Control, 9_000, 90)] {
    ///     let tally = Tally::from_counts(units, &[Counts::new(units, failures)?], now)?;
    ///     release.record_tally(Placement { cohort: release.cohort(), arm: Some(arm) }, now, &tally)?;
    /// }
    /// assert_eq!(release.step(now, Signal::Tick)?.report.map(|report| report.units.canary), Some(1_000));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// A placement of a cohort that this replica has not heard of; a tally of other metrics than the spec's, or of more units than a mean may have; a spec
    /// whose error budget is spent by a fraction, of whose requests a tally keeps shares and not numbers: record them by
    /// [`record_outcomes`](Self::record_outcomes) and [`record_requests`](Self::record_requests). Then nothing was recorded.
    pub fn record_tally(&mut self, placement: Placement, at: Timestamp, tally: &Tally) -> Result<(), Error> {
        let spends = self.spec.spends();
        let measure = spends.and_then(|metric| self.spec.measures().get(metric.position()));
        if measure == Some(&Measure::Fraction) {
            let rule = "does not tell how many requests were made, which the spec's budget counts";
            return Err(Error::absent("tally", Kind::Conflict, rule));
        }
        self.record_outcomes(placement, at, tally)?;
        if let Some(Series::Rate(counts)) = spends.and_then(|metric| tally.series(metric)) {
            self.own.budget.record(at, counts.successes(), counts.failures());
        }
        Ok(())
    }

    /// Records what became of many units at once as evidence alone: [`record_outcome`](Self::record_outcome) for each of them.
    ///
    /// # Errors
    /// As for [`record_tally`](Self::record_tally), with a budget of any kind.
    pub fn record_outcomes(
        &mut self,
        placement: Placement,
        at: Timestamp,
        tally: &Tally,
    ) -> Result<(), Error> {
        self.knows(placement)?;
        self.own.add(placement, self.spec.measures(), at, tally)
    }
}
