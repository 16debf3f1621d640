use crate::error::{Error, Kind};
use serde::{Deserialize, Serialize};

/// Units observed and how many of them failed; failures never exceed units. Zero of n is data, zero of zero is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Counts {
    units: u64,
    failures: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    units: u64,
    failures: u64,
}

impl TryFrom<Unchecked> for Counts {
    type Error = Error;

    fn try_from(counts: Unchecked) -> Result<Self, Error> {
        Self::new(counts.units, counts.failures)
    }
}

impl Counts {
    /// # Errors
    /// More failures than units.
    ///
    /// ```
    /// use rampgate::observe::Counts;
    ///
    /// assert_eq!(Counts::new(200, 3)?.rate(), Some(0.015));
    /// assert_eq!(Counts::new(0, 0)?.rate(), None);
    /// assert!(Counts::new(2, 3).is_err());
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    pub fn new(units: u64, failures: u64) -> Result<Self, Error> {
        if failures > units {
            let rule = alloc::format!("must be at most the number of units ({units})");
            return Err(Error::new("failures", Kind::Range, rule, failures));
        }
        Ok(Self { units, failures })
    }

    /// Counts one unit; beyond `u64::MAX` nothing more.
    #[inline]
    pub(super) fn add(&mut self, failed: bool) {
        if self.units < u64::MAX {
            self.units += 1;
            self.failures += u64::from(failed); // never more than units
        }
    }

    /// Units with an outcome.
    #[must_use]
    pub const fn units(self) -> u64 {
        self.units
    }

    /// Units that failed.
    #[must_use]
    pub const fn failures(self) -> u64 {
        self.failures
    }

    /// Units that did not fail.
    #[must_use]
    pub const fn successes(self) -> u64 {
        self.units - self.failures
    }

    /// Share of units that failed, 0 to 1; `None` where there are no units.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        (self.units > 0).then(|| crate::math::count(self.failures) / crate::math::count(self.units))
    }

    /// The sum of both, held at `u64::MAX`: commutative, associative, and `default()` is its identity.
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        Self {
            units: self.units.saturating_add(other.units),
            failures: self.failures.saturating_add(other.failures),
        }
    }

    /// Whether these counts can be a later state of `earlier`: nothing was taken back.
    pub(super) fn covers(self, earlier: Self) -> bool {
        self.units >= earlier.units
            && self.failures >= earlier.failures
            && self.successes() >= earlier.successes()
    }
}
