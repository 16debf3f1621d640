use super::{Fractions, Measure, Moments};
use crate::error::Error;

/// What was measured of one unit, for one metric; the kinds but [`Measure::Rate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// For [`Measure::Fraction`]: the unit's own requests, and how many of them failed. At least one request, no more failures than those.
    Fraction {
        /// Requests that failed.
        failed: u64,
        /// Requests in all.
        requests: u64,
    },
    /// For [`Measure::Count`].
    Count {
        /// Events of the unit.
        events: u64,
        /// Over which they happened, in whatever is counted: minutes, calls. Zero where the unit had none.
        exposure: u64,
    },
    /// For [`Measure::Distribution`]: thousandths of the unit that the metric is thought of in, such as nanoseconds for microseconds.
    Value(u64),
    /// For [`Measure::Mean`]: thousandths, each from -2^40 to 2^40.
    Pair {
        /// What is judged, or a ratio's numerator.
        value: i64,
        /// A covariate known before the exposure, or a ratio's denominator; 0 where there is none.
        companion: i64,
    },
}

impl Measured {
    /// The kind of metric that this is a measurement for.
    #[must_use]
    #[inline]
    pub const fn measure(self) -> Measure {
        match self {
            Self::Fraction { .. } => Measure::Fraction,
            Self::Count { .. } => Measure::Count,
            Self::Value(_) => Measure::Distribution,
            Self::Pair { .. } => Measure::Mean,
        }
    }

    /// Refuses what no unit can have had.
    #[inline]
    pub(super) fn check(self) -> Result<(), Error> {
        match self {
            Self::Fraction { failed, requests } => Fractions::check(failed, requests),
            Self::Pair { value, companion } => Moments::check(value, companion),
            Self::Count { .. } | Self::Value(_) => Ok(()),
        }
    }
}
