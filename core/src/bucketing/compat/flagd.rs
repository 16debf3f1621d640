//! flagd's `fractional`: MurmurHash3 with seed 0, in two versions. Sources: `open-feature/flagd`, `core/pkg/evaluator/fractional.go` and
//! `docs/architecture-decisions/high-precision-fractional-bucketing.md`.
//!
//! What is hashed is the rule's first argument where it is a text, else flag key ‖ targeting key, without a separator. Where it is empty or
//! missing, nobody has a variant, and the flag's default holds.
//!
//! - version 2, current: `bucket` = (hash * total weight) >> 32, in whole numbers; the first variant whose cumulative weight exceeds it;
//! - version 1: |hash as a signed number| / (2^31 - 1) * 100 in 64-bit floats, against cumulative percentages of the weights.

use super::Assign;
use super::check::Cuts;
use super::hash::Murmur3;
use super::read::Read as _;
use super::text::ByteEncoding;
use crate::document::Fields;
use crate::error::{Error, Kind};
use alloc::boxed::Box;

/// Which arithmetic an evaluator uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Version {
    /// Signed, in floats. Units whose hash is 2^31 - 1 or -2^31 come out at 100 or above, and have no variant.
    V1,
    /// Unsigned, in whole numbers.
    V2,
}

impl TryFrom<u32> for Version {
    type Error = Error;

    /// # Errors
    /// Any other number than 1 and 2.
    fn try_from(number: u32) -> Result<Self, Error> {
        match number {
            1 => Ok(Self::V1),
            2 => Ok(Self::V2),
            _ => Err(Error::new("version", Kind::Version, "must be 1 or 2", number)),
        }
    }
}

/// A `fractional` rule.
///
/// ```
/// use rampgate::bucketing::compat::Assign;
/// use rampgate::bucketing::compat::flagd::{Flagd, Version};
///
/// let rule = Flagd::new(Version::V2, "", &[1, 1])?; // the rule's first argument is the unit itself
/// assert_eq!(rule.hash("ceQdGm"), u32::MAX);
/// assert_eq!(rule.assign("ceQdGm"), Some(1));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Flagd {
    version: Version,
    prefix: Box<str>,
    cuts: Cuts,
    /// Running sums of 100 * weight / total, for version 1.
    percentages: Box<[f64]>,
}

impl Flagd {
    /// A rule over these weights. `prefix` is the flag's key where the rule names nothing to bucket by, and empty where the unit is what the
    /// rule's first argument gives. Weights below zero, which flagd holds to 0, are 0 here.
    ///
    /// # Errors
    /// No weights, a sum of zero (nobody has a variant there), or a sum above 2^31 - 1.
    pub fn new(version: Version, prefix: &str, weights: &[u32]) -> Result<Self, Error> {
        let cuts = Cuts::positive("weights", weights)?;
        let Ok(total) = i32::try_from(cuts.total()) else {
            return Err(Error::new("weights", Kind::Range, "must sum to at most 2147483647", cuts.total()));
        };
        let sum = |end: &mut f64, weight: &u32| {
            *end += 100.0 * f64::from(*weight) / f64::from(total);
            Some(*end)
        };
        let percentages = weights.iter().scan(0.0, sum).collect();
        Ok(Self { version, prefix: prefix.into(), cuts, percentages })
    }

    /// The 32 bits of the hash.
    #[must_use]
    pub fn hash(&self, unit: &str) -> u32 {
        Murmur3::of(0, ByteEncoding::Utf8, &[&self.prefix, unit])
    }

    /// The vendor's number of the unit: below the sum of the weights in version 2, mostly below 100 in version 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "below 2^31")]
    pub fn bucket(&self, unit: &str) -> f64 {
        match self.version {
            Version::V1 => self.percentage(unit),
            Version::V2 => self.point(unit) as f64,
        }
    }

    fn percentage(&self, unit: &str) -> f64 {
        f64::from(self.hash(unit).cast_signed().unsigned_abs()) / f64::from(i32::MAX) * 100.0
    }

    fn point(&self, unit: &str) -> u64 {
        (u64::from(self.hash(unit)) * self.cuts.total()) >> 32 // 32 by 31 bits
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let version = fields.required("version").and_then(|field| field.whole());
        let prefix = fields.optional("flag").map_or(Some(""), |field| field.text());
        let weights = fields.required("weights").and_then(|field| field.wholes());
        let version = fields.checked(Version::try_from(version?));
        fields.checked(Self::new(version?, prefix?, &weights?))
    }
}

impl Assign for Flagd {
    fn assign(&self, unit: &str) -> Option<usize> {
        if unit.is_empty() {
            return None;
        }
        match self.version {
            Version::V1 => {
                let percentage = self.percentage(unit);
                self.percentages.iter().position(|end| percentage < *end)
            }
            Version::V2 => self.cuts.at(self.point(unit)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_hashes_lose_their_variant_in_version_1_only() {
        // units of flagd's testbed whose hashes are 0, 1, 2^31 - 1, -2^31, -1
        let edges = ["ejOoVL", "bY9fO-", "SI7p-", "6LvT0", "ceQdGm"];
        let rule = |version| Flagd::new(version, "", &[1, 1]).unwrap();
        let assigned = |version| edges.map(|unit| rule(version).assign(unit));
        assert_eq!(assigned(Version::V1), [Some(0), Some(0), None, None, Some(0)]);
        assert_eq!(assigned(Version::V2), [Some(0), Some(0), Some(0), Some(1), Some(1)]);
    }

    #[test]
    fn the_flag_key_stands_before_the_unit_without_a_separator() {
        let rule = |prefix| Flagd::new(Version::V2, prefix, &[1]).unwrap();
        assert_eq!(rule("flag").hash("user"), rule("").hash("flaguser"));
        assert_eq!(rule("flag").assign(""), None);
    }

    #[test]
    fn impossible_weights_are_named() {
        for weights in [&[][..], &[0, 0], &[1 << 31], &[u32::MAX, u32::MAX]] {
            assert_eq!(Flagd::new(Version::V2, "f", weights).unwrap_err().path(), "weights");
        }
        assert_eq!(Version::try_from(3).unwrap_err().path(), "version");
    }
}
