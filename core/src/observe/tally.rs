use super::{Counts, Metric, Outcome};
use crate::error::{Error, Kind};
use crate::quantity::Timestamp;
use alloc::vec;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The outcomes of one arm under one exposure. Merging is a sum (and the later of two times).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Tally {
    units: u64,
    metrics: Vec<Counts>,
    newest: Timestamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    units: u64,
    metrics: Vec<Counts>,
    newest: Timestamp,
}

impl TryFrom<Unchecked> for Tally {
    type Error = Error;

    fn try_from(tally: Unchecked) -> Result<Self, Error> {
        let Unchecked { units, metrics, newest } = tally;
        if metrics.len() > Metric::MAX {
            return Err(Error::new("metrics", Kind::Range, "must be at most 32", metrics.len()));
        }
        if let Some(counts) = metrics.iter().find(|counts| counts.units() > units) {
            let rule = alloc::format!("must be at most the units of the arm ({units})");
            return Err(Error::new("metrics", Kind::Range, rule, counts.units()));
        }
        Ok(Self { units, metrics, newest })
    }
}

impl Tally {
    /// An empty tally of `metrics` metrics; more than [`Metric::MAX`] are cut to that.
    #[must_use]
    pub fn new(metrics: usize) -> Self {
        Self {
            units: 0,
            metrics: vec![Counts::default(); metrics.min(Metric::MAX)],
            newest: Timestamp::EPOCH,
        }
    }

    /// A tally from sums that were counted elsewhere: `units` in all, and for each metric the counts of those it observed.
    ///
    /// # Errors
    /// More than [`Metric::MAX`] metrics, or a metric that observed more than `units`.
    pub fn from_counts(units: u64, metrics: &[Counts], newest: Timestamp) -> Result<Self, Error> {
        Unchecked { units, metrics: metrics.into(), newest }.try_into()
    }

    /// Counts one unit, whose outcome became known at `at`. Metrics beyond the tally's own are left out.
    pub fn record(&mut self, at: Timestamp, outcome: Outcome) {
        self.units = self.units.saturating_add(1);
        self.newest = self.newest.max(at);
        for (position, counts) in self.metrics.iter_mut().enumerate() {
            if let Some(failed) = Metric::new(position).and_then(|metric| outcome.of(metric)) {
                counts.add(failed);
            }
        }
    }

    /// Units recorded, whatever was observed of them: what the sample-ratio test counts.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.units
    }

    /// Counts of one metric; zero of zero for a metric that the tally does not hold.
    #[must_use]
    pub fn counts(&self, metric: Metric) -> Counts {
        self.metrics.get(metric.position()).copied().unwrap_or_default()
    }

    /// When the newest outcome became known; `None` before the first.
    #[must_use]
    pub fn newest(&self) -> Option<Timestamp> {
        (self.units > 0).then_some(self.newest)
    }

    /// How many metrics the tally holds.
    #[must_use]
    pub fn metrics(&self) -> usize {
        self.metrics.len()
    }

    /// Adds `other`: commutative and associative, with an empty tally as identity.
    pub fn merge(&mut self, other: &Self) {
        self.units = self.units.saturating_add(other.units);
        self.newest = self.newest.max(other.newest);
        if self.metrics.len() < other.metrics.len() {
            self.metrics.resize(other.metrics.len(), Counts::default());
        }
        for (counts, more) in self.metrics.iter_mut().zip(&other.metrics) {
            *counts = counts.merged(*more);
        }
    }

    /// Whether this can be a later state of `earlier`: nothing was taken back.
    pub(crate) fn covers(&self, earlier: &Self) -> bool {
        self.units >= earlier.units
            && self.newest >= earlier.newest
            && self.metrics.len() >= earlier.metrics.len()
            && self.metrics.iter().zip(&earlier.metrics).all(|(now, then)| now.covers(*then))
    }
}
