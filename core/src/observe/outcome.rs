use super::{Measure, Measured, Metric};
use crate::error::{Error, Kind};
use alloc::borrow::Cow;
use alloc::format;

/// What became of one unit: for each metric good, failed, measured, or not observed. Copied, never allocated.
///
/// A rate that nobody mentions is good. That is right where one place sees all of them; where the source of one metric
/// was down, say so with [`missing`](Self::missing), or its silence counts as health. Every other kind of metric has to be
/// [`measured`](Self::measured): unmentioned, it was not observed.
///
/// ```
/// use rampgate::Timestamp;
/// use rampgate::observe::{Measure, Measured, Metric, Outcome, Tally};
///
/// let [errors, latency] = [0, 1].map(Metric::new);
/// let (errors, latency) = (errors.ok_or("position")?, latency.ok_or("position")?);
/// let mut tally = Tally::new(&[Measure::Rate, Measure::Distribution]);
/// let outcome = Outcome::good().failed(errors).measured(latency, Measured::Value(120_000_000));
/// tally.record(Timestamp::EPOCH, &outcome)?;
/// assert_eq!(tally.counts(errors).failures(), 1);
///
/// // a measurement of another kind than the metric's is refused, and nothing is counted
/// let wrong = Outcome::good().measured(errors, Measured::Value(1));
/// let error = tally.record(Timestamp::EPOCH, &wrong).unwrap_err();
/// assert_eq!((error.path(), tally.units()), ("metrics[0]", 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    failed: u32,
    missing: u32,
    /// The first metric that found no room in `measured`.
    beyond: Option<Metric>,
    /// How many of `measured` are in use, from the front.
    taken: u8,
    measured: [(Metric, Measured); Self::MOST_MEASURED],
}

impl Default for Outcome {
    fn default() -> Self {
        Self::good()
    }
}

impl Outcome {
    /// Most metrics that one outcome measures. Rates are not among them.
    pub const MOST_MEASURED: usize = 8;

    /// Good by every rate, and nothing measured.
    #[must_use]
    #[inline]
    pub const fn good() -> Self {
        let free = (Metric::FIRST, Measured::Value(0));
        Self { failed: 0, missing: 0, beyond: None, taken: 0, measured: [free; Self::MOST_MEASURED] }
    }

    /// The same, but failed by `metric`, a rate. A failure that was seen beats a note that nothing was.
    #[must_use]
    #[inline]
    pub const fn failed(mut self, metric: Metric) -> Self {
        self.failed |= metric.bit();
        self
    }

    /// The same, but not observed by `metric`.
    #[must_use]
    #[inline]
    pub const fn missing(mut self, metric: Metric) -> Self {
        self.missing |= metric.bit();
        self
    }

    /// The same, with what was measured for `metric`. A measurement beats a note that nothing was seen.
    ///
    /// Whether it is possible, of the metric's kind, the only one of its metric, and among the first
    /// [`MOST_MEASURED`](Self::MOST_MEASURED), is seen where the outcome is recorded: if not, all of the outcome is refused.
    #[must_use]
    #[inline]
    pub fn measured(mut self, metric: Metric, measured: Measured) -> Self {
        match self.measured.get_mut(usize::from(self.taken)) {
            Some(place) => {
                *place = (metric, measured);
                self.taken += 1;
            }
            None => self.beyond = self.beyond.or(Some(metric)),
        }
        self
    }

    /// Whether the unit failed by `metric`, a rate; `None` where it was not observed.
    #[must_use]
    pub const fn of(&self, metric: Metric) -> Option<bool> {
        let failed = self.failed & metric.bit() != 0;
        if !failed && self.missing & metric.bit() != 0 { None } else { Some(failed) }
    }

    /// What was measured for `metric`.
    #[must_use]
    pub fn measurement(&self, metric: Metric) -> Option<Measured> {
        self.measurements().find(|(of, _)| *of == metric).map(|(_, measured)| measured)
    }

    /// Events of an error budget that `metric`, of the kind `measure`, spends, good and bad: requests where it is a fraction, the unit
    /// where it is a rate. `None` where it was not observed, and for the other kinds, which have no failures.
    pub(crate) fn events(&self, metric: Metric, measure: Measure) -> Option<(u64, u64)> {
        match (measure, self.measurement(metric)) {
            (Measure::Rate, None) => self.of(metric).map(|failed| (u64::from(!failed), u64::from(failed))),
            (Measure::Fraction, Some(Measured::Fraction { failed, requests })) => {
                Some((requests.checked_sub(failed)?, failed))
            }
            _ => None,
        }
    }

    /// The measurements, in the order in which they were made.
    #[inline]
    pub(super) fn measurements(&self) -> impl Iterator<Item = (Metric, Measured)> {
        self.measured.iter().take(usize::from(self.taken)).copied()
    }

    /// The rates that were not observed, and those that failed.
    #[inline]
    pub(super) const fn rates(&self) -> (u32, u32) {
        (self.missing & !self.failed, self.failed)
    }

    /// Refuses an outcome that does not fit the metrics' kinds, which `measures` says by position, or that cannot be.
    #[inline]
    pub(crate) fn check(&self, measures: impl Fn(usize) -> Option<Measure>) -> Result<(), Error> {
        let mut measured = 0;
        for (metric, measurement) in self.measurements() {
            let measure = measures(metric.position());
            if measure != Some(measurement.measure()) {
                return Err(misfit(metric, measure, measurement.measure().name()));
            }
            measurement.check().map_err(|error| impossible(metric, &error))?;
            if measured & metric.bit() != 0 {
                return Err(refused(
                    metric,
                    Kind::Conflict,
                    "must be measured once in an outcome",
                    "a second one",
                ));
            }
            measured |= metric.bit();
        }
        if let Some(metric) = self.beyond {
            let rule = "must be among the first 8 measurements of an outcome";
            return Err(refused(metric, Kind::Range, rule, "a ninth"));
        }
        let mut said = self.failed | self.missing;
        while let Some(metric) = Metric::of_lowest(said) {
            said &= !metric.bit();
            let measure = measures(metric.position());
            let failed = self.failed & metric.bit() != 0;
            if measure.is_none() || failed && measure != Some(Measure::Rate) {
                return Err(misfit(metric, measure, if failed { "failed" } else { "missing" }));
            }
        }
        Ok(())
    }
}

#[cold]
fn refused(metric: Metric, kind: Kind, rule: impl Into<Cow<'static, str>>, value: &str) -> Error {
    Error::new(format!("metrics[{}]", metric.position()), kind, rule, value)
}

#[cold]
fn misfit(metric: Metric, measure: Option<Measure>, said: &str) -> Error {
    match measure {
        None => refused(metric, Kind::Unknown, "must be the position of a guardrail", said),
        Some(measure) => refused(metric, Kind::Type, format!("is measured as a {}", measure.name()), said),
    }
}

#[cold]
fn impossible(metric: Metric, error: &Error) -> Error {
    let rule = format!("has a `{}` that {}", error.path(), error.rule());
    refused(metric, error.kind(), rule, error.value().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn metric(position: usize) -> Metric {
        Metric::new(position).unwrap()
    }

    #[test]
    fn a_seen_failure_beats_a_missing_note_in_either_order() {
        let last = metric(31);
        assert_eq!(Outcome::good().failed(last).missing(last).of(last), Some(true));
        assert_eq!(Outcome::good().missing(last).failed(last).of(last), Some(true));
        assert_eq!(Outcome::good().missing(last).of(last), None);
        assert_eq!(Outcome::good().failed(last).of(metric(0)), Some(false));
        assert_eq!(Metric::new(32), None);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let kinds = [Measure::Rate, Measure::Fraction, Measure::Count, Measure::Distribution, Measure::Mean];
        let check = |outcome: Outcome| outcome.check(|n| kinds.get(n).copied()).map_err(|e| e.to_string());
        let one = |n, measured| check(Outcome::good().measured(metric(n), measured));
        let pair = Measured::Pair { value: -5, companion: 7 };
        let fraction = |failed, requests| Measured::Fraction { failed, requests };
        assert_eq!(one(1, fraction(2, 2)), Ok(()));
        assert_eq!(one(4, pair), Ok(()));
        let said = |found: Result<(), _>| found.unwrap_err();
        assert_eq!(said(one(0, pair)), "invalid `metrics[0]`: is measured as a rate, got mean");
        assert_eq!(said(one(3, pair)), "invalid `metrics[3]`: is measured as a distribution, got mean");
        assert_eq!(said(one(5, pair)), "invalid `metrics[5]`: must be the position of a guardrail, got mean");
        assert_eq!(
            said(one(1, fraction(3, 2))),
            "invalid `metrics[1]`: has a `failed` that must be at most the number of requests (2), got 3"
        );
        assert!(said(one(1, fraction(0, 0))).contains("must be at least 1"));
        assert!(said(one(4, Measured::Pair { value: 0, companion: i64::MIN })).contains("`companion`"));
        assert_eq!(
            said(check(Outcome::good().measured(metric(4), pair).measured(metric(4), pair))),
            "invalid `metrics[4]`: must be measured once in an outcome, got `a second one`"
        );
        assert_eq!(
            said(check(Outcome::good().failed(metric(2)))),
            "invalid `metrics[2]`: is measured as a count, got failed"
        );
        assert_eq!(check(Outcome::good().missing(metric(2)).missing(metric(0))), Ok(()));
        assert!(said(check(Outcome::good().missing(metric(6)))).contains("metrics[6]"));
    }

    #[test]
    fn the_ninth_measurement_is_an_error_and_not_dropped() {
        let outcome =
            (0..9).fold(Outcome::good(), |outcome, n| outcome.measured(metric(n), Measured::Value(1)));
        let check = |outcome: Outcome| outcome.check(|_| Some(Measure::Distribution));
        assert_eq!(
            check(outcome).unwrap_err().to_string(),
            "invalid `metrics[8]`: must be among the first 8 measurements of an outcome, got `a ninth`"
        );
        assert_eq!(outcome.measurements().count(), 8);
        assert_eq!(outcome.measurement(metric(7)), Some(Measured::Value(1)));
        assert_eq!(outcome.measurement(metric(8)), None);
    }
}
