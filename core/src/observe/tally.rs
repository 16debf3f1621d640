use super::{Counts, Measure, Metric, Moments, Outcome, Series};
use crate::error::{Error, Kind};
use crate::quantity::Timestamp;
use alloc::format;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The outcomes of one arm under one exposure: units, and for each metric a [`Series`]. Merging is a sum (and the later of two times).
///
/// ```
/// use rampgate::Timestamp;
/// use rampgate::observe::{Measure, Measured, Metric, Outcome, Tally};
///
/// let latency = Metric::new(1).ok_or("there are 32 metrics")?;
/// let mut here = Tally::new(&[Measure::Rate, Measure::Distribution]);
/// let mut there = here.clone();
/// here.record(Timestamp::EPOCH, &Outcome::good().measured(latency, Measured::Value(80_000_000)))?;
/// there.record(Timestamp::EPOCH, &Outcome::good())?; // its latency was not observed
/// here.merge(&there)?;
/// assert_eq!(here.units(), 2);
/// assert_eq!(here.series(latency).map(|series| series.units()), Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Tally {
    units: u64,
    metrics: Vec<Series>,
    newest: Timestamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    units: u64,
    metrics: Vec<Series>,
    newest: Timestamp,
}

impl TryFrom<Unchecked> for Tally {
    type Error = Error;

    fn try_from(tally: Unchecked) -> Result<Self, Error> {
        Self::from_series(tally.units, tally.metrics, tally.newest)
    }
}

impl Tally {
    /// An empty tally of metrics of these kinds; more than [`Metric::MAX`] are cut to that.
    #[must_use]
    pub fn new(measures: &[Measure]) -> Self {
        let metrics = measures.iter().take(Metric::MAX).copied().map(Series::new).collect();
        Self { units: 0, metrics, newest: Timestamp::EPOCH }
    }

    /// A tally from what was counted elsewhere: `units` in all, and for each metric the series of those it observed. `newest` is when
    /// the newest outcome became known.
    ///
    /// # Errors
    /// More than [`Metric::MAX`] metrics, or a metric that observed more than `units`.
    pub fn from_series(units: u64, metrics: Vec<Series>, newest: Timestamp) -> Result<Self, Error> {
        if metrics.len() > Metric::MAX {
            return Err(Error::new("metrics", Kind::Range, "must be at most 32", metrics.len()));
        }
        let more = metrics.iter().map(Series::units).enumerate().find(|(_, observed)| *observed > units);
        match more {
            None => Ok(Self { units, metrics, newest }),
            Some((position, observed)) => {
                let rule = format!("must be at most the units of the arm ({units})");
                Err(Error::new(format!("metrics[{position}]"), Kind::Range, rule, observed))
            }
        }
    }

    /// [`from_series`](Self::from_series) where every metric is a rate.
    ///
    /// # Errors
    /// As for [`from_series`](Self::from_series).
    ///
    /// ```
    /// use rampgate::Timestamp;
    /// use rampgate::observe::{Counts, Tally};
    ///
    /// let errors = Counts::new(990, 3)?;
    /// assert_eq!(Tally::from_counts(1_000, &[errors], Timestamp::EPOCH)?.units(), 1_000);
    /// assert!(Tally::from_counts(900, &[errors], Timestamp::EPOCH).is_err());
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    pub fn from_counts(units: u64, metrics: &[Counts], newest: Timestamp) -> Result<Self, Error> {
        Self::from_series(units, metrics.iter().copied().map(Series::Rate).collect(), newest)
    }

    /// Counts one unit, whose outcome became known at `at`. A rate that the outcome does not mention is good, any other metric
    /// not observed.
    ///
    /// # Errors
    /// A metric that the tally does not hold; a measurement of another kind than its metric's, one that cannot be, a second one of the
    /// same metric, or a ninth. Then nothing was counted. The error's path is the metric's position: `metrics[3]`.
    pub fn record(&mut self, at: Timestamp, outcome: &Outcome) -> Result<(), Error> {
        outcome.check(|position| self.metrics.get(position).map(Series::measure))?;
        if self.units >= Moments::MOST_UNITS {
            for (metric, _) in outcome.measurements() {
                let room = self.series(metric).map_or(Ok(()), Series::has_room);
                room.map_err(|error| error.at(&format!("metrics[{}]", metric.position())))?;
            }
        }
        self.units = self.units.saturating_add(1);
        self.newest = self.newest.max(at);
        let (mut missing, mut failed) = outcome.rates();
        for series in &mut self.metrics {
            if let Series::Rate(counts) = series
                && missing & 1 == 0
            {
                counts.add(failed & 1 == 1);
            }
            failed >>= 1;
            missing >>= 1;
        }
        for (metric, measured) in outcome.measurements() {
            if let Some(series) = self.metrics.get_mut(metric.position()) {
                series.record(measured)?; // was checked above
            }
        }
        Ok(())
    }

    /// Units recorded, whatever was observed of them: what the sample-ratio test counts.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.units
    }

    /// What is kept of one metric; `None` for one that the tally does not hold.
    #[must_use]
    pub fn series(&self, metric: Metric) -> Option<&Series> {
        self.metrics.get(metric.position())
    }

    /// Counts of a rate; zero of zero for a metric of another kind, or one that the tally does not hold.
    #[must_use]
    pub fn counts(&self, metric: Metric) -> Counts {
        if let Some(Series::Rate(counts)) = self.series(metric) { *counts } else { Counts::default() }
    }

    /// When the newest outcome became known; `None` before the first.
    #[must_use]
    pub fn newest(&self) -> Option<Timestamp> {
        (self.units > 0).then_some(self.newest)
    }

    /// What each metric observes, by position.
    pub fn measures(&self) -> impl ExactSizeIterator<Item = Measure> {
        self.metrics.iter().map(Series::measure)
    }

    /// Adds `other`: commutative and associative, with [`default()`](Self::default) and an empty tally of the same metrics as identities.
    ///
    /// # Errors
    /// A tally of other metrics: neither sum would be one of anything. Then nothing has changed. Tallies of one release are never of
    /// other metrics: it refuses such messages.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        if *other == Self::default() {
            return Ok(());
        }
        if *self == Self::default() {
            self.clone_from(other);
            return Ok(());
        }
        other.check(self.measures())?;
        self.units = self.units.saturating_add(other.units);
        self.newest = self.newest.max(other.newest);
        self.metrics.iter_mut().zip(&other.metrics).for_each(|(series, more)| series.merge(more));
        Ok(())
    }

    /// Adds `other`, which is of the same metrics, as if each of its units had been recorded at `at`.
    ///
    /// # Errors
    /// More units of a mean than there may be. Then nothing was counted.
    pub(crate) fn add_at(&mut self, at: Timestamp, other: &Self) -> Result<(), Error> {
        for (position, (series, more)) in self.metrics.iter().zip(&other.metrics).enumerate() {
            series.has_room_for(more).map_err(|error| error.at(&format!("metrics[{position}]")))?;
        }
        self.units = self.units.saturating_add(other.units);
        self.newest = self.newest.max(at);
        self.metrics.iter_mut().zip(&other.metrics).for_each(|(series, more)| series.merge(more));
        Ok(())
    }

    /// Refuses a tally whose metrics are not of these kinds.
    pub(crate) fn check(&self, measures: impl ExactSizeIterator<Item = Measure>) -> Result<(), Error> {
        if self.metrics.len() != measures.len() {
            let rule = format!("must be {} metrics", measures.len());
            return Err(Error::new("metrics", Kind::Conflict, rule, self.metrics.len()));
        }
        let mut pairs = self.measures().zip(measures).enumerate();
        match pairs.find(|(_, (have, wanted))| have != wanted) {
            None => Ok(()),
            Some((position, (have, wanted))) => {
                let rule = format!("must be a {}", wanted.name());
                Err(Error::new(format!("metrics[{position}]"), Kind::Conflict, rule, have.name()))
            }
        }
    }

    /// Whether this can be a later state of `earlier`: nothing was taken back.
    pub(crate) fn covers(&self, earlier: &Self) -> bool {
        let same = self.metrics.len() == earlier.metrics.len() || *earlier == Self::default();
        same && self.units >= earlier.units
            && self.newest >= earlier.newest
            && self.metrics.iter().zip(&earlier.metrics).all(|(now, then)| now.covers(then))
    }
}
