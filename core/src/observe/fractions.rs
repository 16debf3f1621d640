use crate::error::{Error, Kind};
use serde::{Deserialize, Serialize};

/// Units by the share of their own requests that failed, in sixteenths, rounded up so that no failure is rounded away.
///
/// One bet is made a unit, whatever the number of its requests: they are not independent of each other.
///
/// ```
/// use rampgate::observe::Fractions;
///
/// let mut users = Fractions::default();
/// users.record(0, 12)?;
/// users.record(1, 100)?;
/// assert_eq!((users.units(), users.counts()[0], users.counts()[1]), (2, 1, 1));
/// assert_eq!(users.mean(), Some(1.0 / 32.0));
/// assert!(users.record(3, 2).is_err());
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fractions {
    counts: [u64; 17],
}

impl Fractions {
    /// Units by sixteenths that failed, counted elsewhere.
    ///
    /// # Errors
    /// Another number of counts than 17.
    pub fn from_counts(counts: &[u64]) -> Result<Self, Error> {
        match counts.try_into() {
            Ok(counts) => Ok(Self { counts }),
            Err(_) => {
                Err(Error::new("counts", Kind::Range, "must be 17 counts, by sixteenths", counts.len()))
            }
        }
    }

    /// Refuses what no unit can have had.
    #[inline]
    pub(super) fn check(failed: u64, requests: u64) -> Result<(), Error> {
        if 0 < requests && failed <= requests { Ok(()) } else { Err(impossible(failed, requests)) }
    }

    /// Units by sixteenths that failed.
    #[cfg(feature = "simulate")]
    pub(crate) const fn of_counts(counts: [u64; 17]) -> Self {
        Self { counts }
    }

    /// Counts one unit, of whose `requests` so many `failed`.
    ///
    /// # Errors
    /// No requests, or more failures than requests. Then nothing was counted.
    pub fn record(&mut self, failed: u64, requests: u64) -> Result<(), Error> {
        Self::check(failed, requests)?;
        let sixteenths = (u128::from(failed) * 16).div_ceil(u128::from(requests));
        let bin = usize::try_from(sixteenths).ok().and_then(|bin| self.counts.get_mut(bin));
        if let Some(count) = bin {
            *count = count.saturating_add(1);
        }
        Ok(())
    }

    /// Units by sixteenths that failed: 0 to 16.
    #[must_use]
    pub const fn counts(&self) -> &[u64; 17] {
        &self.counts
    }

    /// Units counted, held at `u64::MAX`.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Mean share that failed, 0 to 1; `None` without units.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let weighted: u128 = (0_u128..).zip(&self.counts).map(|(bin, count)| bin * u128::from(*count)).sum();
        let units: u128 = self.counts.iter().map(|count| u128::from(*count)).sum();
        #[expect(clippy::cast_precision_loss, reason = "a mean is rounded to the nearest float")]
        let mean = |sum: u128, units: u128| sum as f64 / (16.0 * units as f64);
        (units > 0).then(|| mean(weighted, units))
    }

    /// The sum of both, each count held at `u64::MAX`: commutative, associative, and `default()` is its identity.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count = count.saturating_add(*more);
        }
    }

    /// Whether these can be a later state of `earlier`: nothing was taken back.
    pub(super) fn covers(&self, earlier: &Self) -> bool {
        self.counts.iter().zip(&earlier.counts).all(|(now, then)| now >= then)
    }
}

#[cold]
fn impossible(failed: u64, requests: u64) -> Error {
    if requests == 0 {
        return Error::new("requests", Kind::Range, "must be at least 1", requests);
    }
    let rule = alloc::format!("must be at most the number of requests ({requests})");
    Error::new("failed", Kind::Range, rule, failed)
}
