//! flagd's `fractional`: MurmurHash3 with seed 0, in two versions. Sources: `open-feature/flagd`, `core/pkg/evaluator/fractional.go` and
//! `docs/architecture-decisions/high-precision-fractional-bucketing.md`.
//!
//! What is hashed is the rule's first argument where it is a text, else flag key ‖ targeting key, without a separator. Where it is empty or
//! missing, nobody has a variant, and the flag's default holds. How a text becomes bytes depends on who evaluates: [`Encoding`].
//!
//! - version 2, current: `bucket` = (hash * total weight) >> 32, in whole numbers; the first variant whose cumulative weight exceeds it;
//! - version 1: |hash as a signed number| / (2^31 - 1) * 100 in 64-bit floats, against cumulative percentages of the weights.

use super::Assign;
use super::check::Cuts;
use super::hash::Murmur3;
use super::read::Read as _;
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

/// How an evaluator turns the key into what is hashed. For ASCII the first two are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8: the daemon, and the providers in Go, Java, Rust and .NET.
    Utf8,
    /// UTF-16 units of 16 bits at steps of 8, so that each overlaps the next: JavaScript's `@openfeature/flagd-core`, by way of `imurmurhash`.
    Overlapped,
    /// CBOR: the text, or a list of flag key and targeting key. Python's `openfeature-flagd-core`, and what the testbed moves to.
    Cbor,
}

/// A `fractional` rule.
///
/// ```
/// use rampgate::bucketing::compat::Assign;
/// use rampgate::bucketing::compat::flagd::{Encoding, Flagd, Version};
///
/// let rule = Flagd::new(Version::V2, Encoding::Utf8, None, &[1, 1])?; // the rule's first argument is the unit itself
/// assert_eq!(rule.hash("ceQdGm"), u32::MAX);
/// assert_eq!(rule.assign("ceQdGm"), Some(1));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Flagd {
    version: Version,
    encoding: Encoding,
    flag: Option<Box<str>>,
    cuts: Cuts,
    /// Running sums of 100 * weight / total, for version 1.
    percentages: Box<[f64]>,
}

impl Flagd {
    /// A rule over these weights. `flag` is the flag's key where the rule names nothing to bucket by; without it the unit is what the
    /// rule's first argument gives. Weights below zero, which flagd holds to 0, are 0 here.
    ///
    /// # Errors
    /// No weights, a sum of zero (nobody has a variant there), or a sum above 2^31 - 1.
    pub fn new(
        version: Version,
        encoding: Encoding,
        flag: Option<&str>,
        weights: &[u32],
    ) -> Result<Self, Error> {
        let cuts = Cuts::positive("weights", weights)?;
        let Ok(total) = i32::try_from(cuts.total()) else {
            return Err(Error::new("weights", Kind::Range, "must sum to at most 2147483647", cuts.total()));
        };
        let sum = |end: &mut f64, weight: &u32| {
            *end += 100.0 * f64::from(*weight) / f64::from(total);
            Some(*end)
        };
        let percentages = weights.iter().scan(0.0, sum).collect();
        Ok(Self { version, encoding, flag: flag.map(Into::into), cuts, percentages })
    }

    /// The 32 bits of the hash.
    #[must_use]
    pub fn hash(&self, unit: &str) -> u32 {
        let mut hasher = Murmur3::new(0);
        if let (Encoding::Cbor, Some(_)) = (self.encoding, &self.flag) {
            hasher.push(0x82); // a list of two
        }
        [self.flag.as_deref(), Some(unit)]
            .into_iter()
            .flatten()
            .for_each(|part| self.encoding.feed(&mut hasher, part));
        hasher.finish()
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
        let words =
            [("utf8", Encoding::Utf8), ("overlapped", Encoding::Overlapped), ("cbor", Encoding::Cbor)];
        let encoding = fields.required("encoding").and_then(|field| field.choice(&words));
        let flag = fields.optional("flag").map(|field| field.text());
        let weights = fields.required("weights").and_then(|field| field.wholes());
        let version = fields.checked(Version::try_from(version?));
        let flag = flag.map_or(Some(None), |flag| flag.map(Some))?;
        fields.checked(Self::new(version?, encoding?, flag, &weights?))
    }
}

impl Encoding {
    fn feed(self, hasher: &mut Murmur3, part: &str) {
        match self {
            Self::Overlapped => part.encode_utf16().for_each(|unit| hasher.push(unit)),
            Self::Utf8 => part.bytes().for_each(|byte| hasher.push(byte.into())),
            Self::Cbor => {
                cbor_head(part.len() as u64, |byte| hasher.push(byte.into()));
                part.bytes().for_each(|byte| hasher.push(byte.into()));
            }
        }
    }
}

/// The head of a CBOR text of `length` bytes, in its shortest form. RFC 8949, section 3.
fn cbor_head(length: u64, take: impl FnMut(u8)) {
    let bytes = length.to_be_bytes();
    let [.., low] = bytes;
    let (first, width) = match length {
        0..24 => (0x60 | low, 0),
        24..0x100 => (0x78, 1),
        0x100..0x1_0000 => (0x79, 2),
        0x1_0000..0x1_0000_0000 => (0x7a, 4),
        _ => (0x7b, 8),
    };
    let rest = bytes.into_iter().skip(8 - width);
    core::iter::once(first).chain(rest).for_each(take);
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
    use alloc::vec;
    use alloc::vec::Vec;

    #[test]
    fn edge_hashes_lose_their_variant_in_version_1_only() {
        // units of flagd's testbed whose hashes are 0, 1, 2^31 - 1, -2^31, -1
        let edges = ["ejOoVL", "bY9fO-", "SI7p-", "6LvT0", "ceQdGm"];
        let rule = |version| Flagd::new(version, Encoding::Utf8, None, &[1, 1]).unwrap();
        let assigned = |version| edges.map(|unit| rule(version).assign(unit));
        assert_eq!(assigned(Version::V1), [Some(0), Some(0), None, None, Some(0)]);
        assert_eq!(assigned(Version::V2), [Some(0), Some(0), Some(0), Some(1), Some(1)]);
    }

    #[test]
    fn the_flag_key_stands_before_the_unit_without_a_separator() {
        let rule = |encoding, flag| Flagd::new(Version::V2, encoding, flag, &[1]).unwrap();
        for encoding in [Encoding::Utf8, Encoding::Overlapped] {
            assert_eq!(rule(encoding, Some("flag")).hash("user"), rule(encoding, None).hash("flaguser"));
        }
        assert_eq!(rule(Encoding::Utf8, Some("flag")).assign(""), None);
    }

    #[test]
    fn cbor_heads_are_the_shortest() {
        let head = |length| {
            let mut head = Vec::new();
            cbor_head(length, |byte| head.push(byte));
            head
        };
        assert_eq!((head(0), head(23)), (vec![0x60], vec![0x77]));
        assert_eq!((head(24), head(255)), (vec![0x78, 24], vec![0x78, 255]));
        assert_eq!((head(256), head(65_535)), (vec![0x79, 1, 0], vec![0x79, 255, 255]));
        assert_eq!(head(65_536), [0x7a, 0, 1, 0, 0]);
        assert_eq!(head(1 << 32), [0x7b, 0, 0, 0, 1, 0, 0, 0, 0]);
    }

    #[test]
    fn impossible_weights_are_named() {
        for weights in [&[][..], &[0, 0], &[1 << 31], &[u32::MAX, u32::MAX]] {
            assert_eq!(
                Flagd::new(Version::V2, Encoding::Utf8, Some("f"), weights).unwrap_err().path(),
                "weights"
            );
        }
        assert_eq!(Version::try_from(3).unwrap_err().path(), "version");
    }
}
