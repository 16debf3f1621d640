use super::shown;
use crate::error::{Error, Kind};
use core::fmt;
use serde::{Deserialize, Serialize};

/// A probability strictly between 0 and 1, such as an error rate a test may have.
///
/// 0 and 1 are refused: a test that may never be wrong cannot decide, and one that may always be wrong says nothing.
///
/// ```
/// use rampgate::Probability;
///
/// assert_eq!(Probability::new(0.05)?.get(), 0.05);
/// assert!(Probability::new(f64::NAN).is_err());
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Probability(f64);

impl Probability {
    /// 0.05, the field's usual error rate.
    pub const ONE_IN_TWENTY: Self = Self(0.05);
    /// 0.01, a rate that hardly any bet is far from where failures are rare.
    pub const ONE_IN_A_HUNDRED: Self = Self(0.01);
    /// 0.001, for alarms that should almost never be false.
    pub const ONE_IN_A_THOUSAND: Self = Self(0.001);

    /// # Errors
    /// Anything that is not strictly between 0 and 1, NaN included.
    pub fn new(value: f64) -> Result<Self, Error> {
        if value > 0.0 && value < 1.0 {
            Ok(Self(value))
        } else {
            Err(Error::new("probability", Kind::Range, "must be strictly between 0 and 1", shown(value)))
        }
    }

    /// The number, strictly between 0 and 1.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Probability {
    type Error = Error;

    fn try_from(value: f64) -> Result<Self, Error> {
        Self::new(value)
    }
}

impl From<Probability> for f64 {
    fn from(probability: Probability) -> Self {
        probability.0
    }
}

impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
