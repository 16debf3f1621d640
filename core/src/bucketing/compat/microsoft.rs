//! Microsoft FeatureManagement: 32 bits of SHA-256, *least* significant byte first, as a percentage. Source:
//! `microsoft/FeatureManagement-JavaScript`, `src/feature-management/src/common/targetingEvaluator.ts`.
//!
//! `percentage` = (first 4 bytes of sha256(user id ‖ line feed ‖ hint), little-endian) / 0xFFFFFFFF * 100 in 64-bit floats; in where
//! `from <= percentage < to`, and where `to` is 100, its end is in as well.
//!
//! | what | hint |
//! |---|---|
//! | targeting filter, everyone | feature name |
//! | targeting filter, a group | feature name ‖ line feed ‖ group name |
//! | allocation of variants | its `seed`, else `allocation` ‖ line feed ‖ feature name |

use super::Assign;
use super::check::{ordered, percentage, some};
use super::hash::sha256;
use super::read::Read as _;
use crate::document::Fields;
use crate::error::Error;
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

/// Percentile ranges under one hint: an allocation's percentiles, or a single rollout as the range from 0.
///
/// ```
/// use rampgate::bucketing::compat::Assign;
/// use rampgate::bucketing::compat::microsoft::Microsoft;
///
/// let rollout = Microsoft::new("Beta", &[(0.0, 50.0)])?;
/// assert_eq!((rollout.marker("Jeff"), rollout.assign("Jeff")), (2_373_336_795, None));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Microsoft {
    hint: Box<str>,
    ranges: Box<[(f64, f64)]>,
}

impl Microsoft {
    /// Ranges of percentages, the first that holds a unit wins. They may overlap and leave gaps.
    ///
    /// # Errors
    /// No ranges, a bound outside 0 to 100, or an end before its start.
    pub fn new(hint: &str, percentiles: &[(f64, f64)]) -> Result<Self, Error> {
        let check = |(position, (from, to)): (usize, &(f64, f64))| {
            let path = format!("percentiles[{position}]");
            ordered(&path, (percentage(&path, *from)?, percentage(&path, *to)?))
        };
        let ranges = some("percentiles", percentiles)?.iter().enumerate().map(check);
        Ok(Self { hint: hint.into(), ranges: ranges.collect::<Result<_, _>>()? })
    }

    /// The 32 bits of the hash.
    #[must_use]
    pub fn marker(&self, unit: &str) -> u32 {
        sha256(&[unit, "\n", &self.hint]).first_chunk().map_or(0, |head| u32::from_le_bytes(*head))
    }

    /// The vendor's number of the unit, 0 to 100, both reached.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> f64 {
        f64::from(self.marker(unit)) / f64::from(u32::MAX) * 100.0
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let hint = fields.required("hint").and_then(|field| field.text());
        let percentiles: Option<Vec<_>> = fields.required("percentiles").and_then(|field| field.pairs());
        fields.checked(Self::new(hint?, &percentiles?))
    }
}

impl Assign for Microsoft {
    /// The empty unit is a user without an id, and has a number like any other.
    fn assign(&self, unit: &str) -> Option<usize> {
        let bucket = self.bucket(unit);
        self.ranges.iter().position(|(from, to)| bucket >= *from && (bucket < *to || *to >= 100.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_hundred_includes_its_end() {
        let bucket = Microsoft::new("h", &[(0.0, 0.0)]).unwrap().bucket("u");
        let at = |ranges: &[(f64, f64)]| Microsoft::new("h", ranges).unwrap().assign("u");
        assert_eq!(at(&[(0.0, bucket), (bucket, 100.0)]), Some(1));
        assert_eq!(at(&[(100.0, 100.0)]), None);
        assert_eq!(at(&[(0.0, 0.0), (0.0, 100.0)]), Some(1));
    }

    #[test]
    fn impossible_ranges_are_named() {
        let path = |ranges: &[(f64, f64)]| Microsoft::new("h", ranges).unwrap_err();
        assert_eq!(path(&[]).path(), "percentiles");
        assert_eq!(path(&[(0.0, 1.0), (2.0, 1.0)]).path(), "percentiles[1]");
        assert_eq!(path(&[(f64::NAN, 1.0)]).path(), "percentiles[0]");
    }
}
