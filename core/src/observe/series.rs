use super::{Counts, Events, Fractions, Histogram, Moments};
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

/// What is kept of one metric.
#[derive(Clone, Debug, PartialEq, Eq)]
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
}
