//! Split, now Harness FME: one hundred buckets, under a seed. Sources: `splitio/javascript-commons`, `src/utils/murmur3/` and
//! `src/evaluator/`; `splitio/go-split-commons`, `engine/engine.go`.
//!
//! - algorithm 2: mm3(key in UTF-8, seed) mod 100 + 1;
//! - algorithm 1, legacy: Java's string hash `h = 31 h + unit`, in 32 bits, XOR the seed; then |h rem 100| + 1.
//!
//! Nothing but the key is hashed: the seed carries all the independence between flags.

use super::Assign;
use super::check::Cuts;
use super::hash::Murmur3;
use super::read::Read as _;
use super::text::{ByteEncoding, Encoding};
use crate::document::Fields;
use crate::error::{Error, Kind};

/// How an SDK reads the 32 bits of the legacy hash before it takes the remainder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Width {
    /// As a signed number, then without its sign: JavaScript, Java, Python.
    I32,
    /// As an unsigned number: Go. Another bucket for every hash with the top bit set.
    U32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    Murmur3,
    Legacy(Encoding, Width),
}

/// The hash: a key to 1..100.
///
/// ```
/// use rampgate::bucketing::compat::split::Split;
///
/// let flag = Split::murmur3(516558562);
/// assert_eq!(flag.hash("00018112-7d59-46cf-b9e0-f8fa625aa20b"), 3_687_293_017);
/// assert_eq!(flag.bucket("00018112-7d59-46cf-b9e0-f8fa625aa20b"), 18);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    algorithm: Algorithm,
    seed: u32,
}

impl Split {
    /// Algorithm 2. Of a seed beyond 32 bits, negative ones included, the low 32 bits count, as in every SDK.
    #[must_use]
    pub const fn murmur3(seed: i64) -> Self {
        Self { algorithm: Algorithm::Murmur3, seed: low_bits(seed) }
    }

    /// Algorithm 1. JavaScript and Java hash UTF-16 units as `I32`, Python code points as `I32`, Go UTF-8 bytes as `U32`.
    #[must_use]
    pub const fn legacy(seed: i64, encoding: Encoding, width: Width) -> Self {
        Self { algorithm: Algorithm::Legacy(encoding, width), seed: low_bits(seed) }
    }

    /// The 32 bits of the hash; where an SDK prints a signed number, these are its bits.
    #[must_use]
    pub fn hash(&self, key: &str) -> u32 {
        match self.algorithm {
            Algorithm::Murmur3 => Murmur3::of(self.seed, ByteEncoding::Utf8, &[key]),
            Algorithm::Legacy(encoding, _) => {
                let mut hash = 0_u32;
                encoding.each(key, |unit| hash = hash.wrapping_mul(31).wrapping_add(unit));
                hash ^ self.seed
            }
        }
    }

    /// The vendor's number, 1 to 100.
    #[must_use]
    pub fn bucket(&self, key: &str) -> u32 {
        let hash = self.hash(key);
        let magnitude = match self.algorithm {
            Algorithm::Legacy(_, Width::I32) => hash.cast_signed().unsigned_abs(),
            Algorithm::Legacy(_, Width::U32) | Algorithm::Murmur3 => hash,
        };
        magnitude % 100 + 1
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the low bits are what counts")]
const fn low_bits(seed: i64) -> u32 {
    seed as u32
}

/// The partitions of one condition, behind the flag's traffic allocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Experiment {
    hash: Split,
    cuts: Cuts,
    traffic: Option<(Split, u32)>,
}

impl Experiment {
    /// Treatments with the `size` of each in per cent: the first whose running sum reaches the number wins. Beyond the end nobody has
    /// one, which the SDKs call `control`.
    ///
    /// # Errors
    /// No sizes.
    pub fn new(hash: Split, sizes: &[u32]) -> Result<Self, Error> {
        Ok(Self { hash, cuts: Cuts::new("sizes", sizes)?, traffic: None })
    }

    /// Lets only `allocation` per cent in, by the number under `hash`, the flag's `trafficAllocationSeed`; the others have no
    /// treatment here, and the flag's default treatment there. Only the first condition of type `ROLLOUT` asks this, and only below 100.
    ///
    /// # Errors
    /// An allocation above 100.
    pub fn with_traffic(mut self, hash: Split, allocation: u32) -> Result<Self, Error> {
        if allocation > 100 {
            return Err(Error::new("traffic.allocation", Kind::Range, "must be at most 100", allocation));
        }
        self.traffic = Some((hash, allocation));
        Ok(self)
    }

    /// The vendor's number of the unit, 1 to 100.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> u32 {
        self.hash.bucket(unit)
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let words = [("murmur3", false), ("legacy", true)];
        let legacy = fields.required("algorithm").and_then(|field| field.choice(&words));
        let (mut encoding, mut width) = (Some(Encoding::Utf16), Some(Width::I32));
        if legacy.is_none() {
            // which fields there may be is not known, so none is refused
            let _ = (fields.optional("encoding"), fields.optional("width"));
        }
        if legacy == Some(true) {
            let widths = [("i32", Width::I32), ("u32", Width::U32)];
            encoding = fields.required("encoding").and_then(|field| field.choice(&Encoding::WORDS));
            width = fields.required("width").and_then(|field| field.choice(&widths));
        }
        let seed = fields.required("seed").and_then(|field| field.signed());
        let sizes = fields.required("sizes").and_then(|field| field.wholes());
        let traffic = fields.optional("traffic").map(|field| {
            let mut fields = field.object()?;
            let seed = fields.required("seed").and_then(|field| field.signed());
            let allocation = fields.required("allocation").and_then(|field| field.whole());
            fields.finish();
            Some((seed?, allocation?))
        });
        let (legacy, encoding, width) = (legacy?, encoding?, width?);
        let hash = |seed| if legacy { Split::legacy(seed, encoding, width) } else { Split::murmur3(seed) };
        let experiment = Self::new(hash(seed?), &sizes?).and_then(|experiment| match traffic {
            None => Ok(Some(experiment)),
            Some(None) => Ok(None),
            Some(Some((seed, allocation))) => experiment.with_traffic(hash(seed), allocation).map(Some),
        });
        fields.checked(experiment)?
    }
}

impl Assign for Experiment {
    fn assign(&self, unit: &str) -> Option<usize> {
        let is_in = self.traffic.is_none_or(|(hash, allocation)| hash.bucket(unit) <= allocation);
        is_in.then(|| self.cuts.at(u64::from(self.bucket(unit) - 1)))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_legacy_hash_with_the_top_bit_set_splits_the_widths() {
        let bucket = |seed, width| Split::legacy(seed, Encoding::Utf16, width).bucket("");
        assert_eq!(bucket(-1, Width::I32), 2);
        assert_eq!(bucket(-1, Width::U32), 96); // 4294967295 mod 100 + 1
        assert_eq!(bucket(i64::from(i32::MIN), Width::I32), 49);
        assert_eq!(bucket(7, Width::I32), bucket(7, Width::U32));
    }

    #[test]
    fn only_the_low_bits_of_a_seed_count() {
        assert_eq!(Split::murmur3(-1).seed, u32::MAX);
        assert_eq!(Split::murmur3(-1), Split::murmur3(0xffff_ffff));
        assert_eq!(Split::murmur3(1 << 32), Split::murmur3(0));
    }

    #[test]
    fn traffic_keeps_out_and_sizes_may_fall_short() {
        let hash = Split::murmur3(1);
        assert_eq!(Experiment::new(hash, &[0, 0]).unwrap().assign("u"), None);
        let all = Experiment::new(hash, &[0, 100]).unwrap();
        assert_eq!(all.assign("u"), Some(1));
        assert_eq!(all.clone().with_traffic(hash, 0).unwrap().assign("u"), None);
        assert_eq!(all.clone().with_traffic(hash, 100).unwrap().assign("u"), Some(1));
        assert_eq!(all.with_traffic(hash, 101).unwrap_err().path(), "traffic.allocation");
        assert_eq!(Experiment::new(hash, &[]).unwrap_err().path(), "sizes");
    }
}
