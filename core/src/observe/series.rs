use super::{Counts, Events, Fractions, Histogram, Measured, Moments};
use crate::error::Error;
use serde::{Deserialize, Serialize};

/// What one metric observes of a unit, and so what is kept of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Whether the unit failed.
    Rate,
    /// Which share of the unit's own requests failed.
    Fraction,
    /// How many events the unit had, and over how much exposure.
    Count,
    /// One value, whose whole distribution matters: a latency, a size.
    Distribution,
    /// One value, whose mean matters, with a covariate; or a numerator and a denominator.
    Mean,
}

impl Measure {
    /// Every kind.
    pub(crate) const ALL: [Self; 5] =
        [Self::Rate, Self::Fraction, Self::Count, Self::Distribution, Self::Mean];

    /// The kind's name in documents and errors.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Fraction => "fraction",
            Self::Count => "count",
            Self::Distribution => "distribution",
            Self::Mean => "mean",
        }
    }
}

/// What is kept of one metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Series {
    /// Units that failed.
    Rate(Counts),
    /// Units by the share of their requests that failed.
    Fraction(Fractions),
    /// Events and exposure.
    Count(Events),
    /// Values by bin.
    Distribution(Histogram),
    /// Sums of values and their companions.
    Mean(Moments),
}

impl Series {
    /// A series of no units.
    ///
    /// ```
    /// use rampgate::observe::{Histogram, Measure, Series};
    ///
    /// let series = Series::new(Measure::Distribution);
    /// assert_eq!(series, Series::Distribution(Histogram::default()));
    /// assert_eq!((series.measure(), series.units()), (Measure::Distribution, 0));
    /// ```
    #[must_use]
    pub fn new(measure: Measure) -> Self {
        match measure {
            Measure::Rate => Self::Rate(Counts::default()),
            Measure::Fraction => Self::Fraction(Fractions::default()),
            Measure::Count => Self::Count(Events::default()),
            Measure::Distribution => Self::Distribution(Histogram::default()),
            Measure::Mean => Self::Mean(Moments::default()),
        }
    }

    /// What the metric observes.
    #[must_use]
    #[inline]
    pub const fn measure(&self) -> Measure {
        match self {
            Self::Rate(_) => Measure::Rate,
            Self::Fraction(_) => Measure::Fraction,
            Self::Count(_) => Measure::Count,
            Self::Distribution(_) => Measure::Distribution,
            Self::Mean(_) => Measure::Mean,
        }
    }

    /// Units that the metric observed.
    #[must_use]
    pub fn units(&self) -> u64 {
        match self {
            Self::Rate(counts) => counts.units(),
            Self::Fraction(fractions) => fractions.units(),
            Self::Count(events) => events.units,
            Self::Distribution(histogram) => histogram.units(),
            Self::Mean(moments) => moments.units(),
        }
    }

    /// Refuses one more unit than there may be.
    pub(super) fn has_room(&self) -> Result<(), Error> {
        if let Self::Mean(moments) = self { moments.has_room() } else { Ok(()) }
    }

    /// Refuses more units, all together, than there may be.
    pub(super) fn has_room_for(&self, more: &Self) -> Result<(), Error> {
        match (self, more) {
            (Self::Mean(moments), Self::Mean(more)) => moments.has_room_for(more),
            _ => Ok(()),
        }
    }

    /// Counts one measurement, which is of this kind and possible: another kind changes nothing.
    #[inline]
    pub(super) fn record(&mut self, measured: Measured) -> Result<(), Error> {
        match (self, measured) {
            (Self::Fraction(fractions), Measured::Fraction { failed, requests }) => {
                fractions.record(failed, requests)
            }
            (Self::Count(counted), Measured::Count { events, exposure }) => {
                *counted = counted.merged(Events { units: 1, events, exposure });
                Ok(())
            }
            (Self::Distribution(histogram), Measured::Value(value)) => {
                histogram.record(value);
                Ok(())
            }
            (Self::Mean(moments), Measured::Pair { value, companion }) => moments.record(value, companion),
            _ => Ok(()),
        }
    }

    /// Adds `other`, which observes the same: another kind changes nothing.
    pub(super) fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Rate(counts), Self::Rate(more)) => *counts = counts.merged(*more),
            (Self::Fraction(fractions), Self::Fraction(more)) => fractions.merge(more),
            (Self::Count(events), Self::Count(more)) => *events = events.merged(*more),
            (Self::Distribution(histogram), Self::Distribution(more)) => histogram.merge(more),
            (Self::Mean(moments), Self::Mean(more)) => moments.merge(more),
            _ => {}
        }
    }

    /// Whether this can be a later state of `earlier`: of the same kind, and nothing was taken back.
    pub(super) fn covers(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (Self::Rate(now), Self::Rate(then)) => now.covers(*then),
            (Self::Fraction(now), Self::Fraction(then)) => now.covers(then),
            (Self::Count(now), Self::Count(then)) => now.covers(*then),
            (Self::Distribution(now), Self::Distribution(then)) => now.covers(then),
            (Self::Mean(now), Self::Mean(then)) => now.covers(then),
            _ => false,
        }
    }
}
