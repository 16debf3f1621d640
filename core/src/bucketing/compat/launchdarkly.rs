//! LaunchDarkly: 60 bits of SHA-1, as a fraction. Sources: `launchdarkly/rust-server-sdk-evaluation`, `src/contexts/context.rs` and
//! `variation.rs`; `launchdarkly/js-core`, `packages/shared/sdk-server/src/evaluation/Bucketer.ts` and `Evaluator.ts`.
//!
//! `bucket` = hex15(sha1(prefix ‖ `.` ‖ value)) / 0xFFFFFFFFFFFFFFF, where the prefix is the rollout's seed in decimal, else
//! flag key ‖ `.` ‖ salt (a segment's own key and salt for a segment rule).
//!
//! The value is the `bucketBy` attribute (the key, if none is named): a text as it is, a whole number in decimal. Anything else,
//! a missing attribute and a missing context have bucket 0, and so the first variation that weighs anything. Experiments ignore `bucketBy`.

use super::Assign;
use super::check::{some, within};
use super::hash::sha1_60;
use super::read::Read as _;
use crate::document::Fields;
use crate::error::{Error, Kind};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString as _;

/// The scale of 15 hexadecimal digits. Neither float can hold it: both round it to 2^60.
const SCALE: u64 = 0x0fff_ffff_ffff_ffff;

/// In which float an SDK computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Float {
    /// 32 bits: Rust, Go, Java.
    F32,
    /// 64 bits: JavaScript, Python, Ruby.
    F64,
}

/// What a seed of zero means: the SDKs disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SeedZero {
    /// It is a seed like any other: Rust.
    Counts,
    /// It is no seed at all, so key and salt are taken: JavaScript.
    IsAbsent,
}

/// What a rollout buckets by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Value<'a> {
    /// A text, hashed as it is.
    Text(&'a str),
    /// A whole number, hashed in decimal.
    Integer(i64),
    /// Anything else, and what is not there: bucket 0.
    Other,
}

/// The hash: a value to a number from 0 to 1.
///
/// ```
/// use rampgate::bucketing::compat::launchdarkly::{Float, LaunchDarkly, Value};
///
/// let flag = LaunchDarkly::keyed("hashKey", "saltyA", Float::F64);
/// assert!((flag.bucket(Value::Text("userKeyA")) - 0.42157587).abs() < 1e-7);
/// assert_eq!(flag.bucket(Value::Other), 0.0);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaunchDarkly {
    prefix: Box<str>,
    float: Float,
}

impl LaunchDarkly {
    /// The hash of a flag, or of a segment, without a seed.
    #[must_use]
    pub fn keyed(key: &str, salt: &str, float: Float) -> Self {
        Self { prefix: format!("{key}.{salt}").into(), float }
    }

    /// The hash of a rollout with a seed; key and salt have no part in it.
    #[must_use]
    pub fn seeded(seed: i64, float: Float) -> Self {
        Self { prefix: seed.to_string().into(), float }
    }

    /// The hash of a rollout whose document has a seed, key and salt: `zero` says which of them a seed of 0 leaves in force.
    #[must_use]
    pub fn seeded_or_keyed(seed: i64, zero: SeedZero, (key, salt): (&str, &str), float: Float) -> Self {
        match zero {
            SeedZero::IsAbsent if seed == 0 => Self::keyed(key, salt, float),
            SeedZero::Counts | SeedZero::IsAbsent => Self::seeded(seed, float),
        }
    }

    /// The vendor's number, 0 to 1 (which rounding can reach). Of [`Float::F32`] it is the 32-bit number, exactly.
    #[must_use]
    pub fn bucket(&self, value: Value<'_>) -> f64 {
        self.bucket_of(value, None)
    }

    /// The number of an old user model's `secondary` key: `.` and the key are appended to the value. An opt-in of old SDKs, and never in experiments.
    #[must_use]
    pub fn bucket_with_secondary(&self, value: Value<'_>, secondary: &str) -> f64 {
        self.bucket_of(value, Some(secondary))
    }

    #[expect(clippy::cast_precision_loss, reason = "the vendor's own rounding")]
    fn bucket_of(&self, value: Value<'_>, secondary: Option<&str>) -> f64 {
        let (point, secondary) = (if secondary.is_some() { "." } else { "" }, secondary.unwrap_or(""));
        let hash = |text: &str| sha1_60(&[&self.prefix, ".", text, point, secondary]);
        let hash = match value {
            Value::Text(text) => hash(text),
            Value::Integer(integer) => hash(Decimal::of(integer).as_str()),
            Value::Other => return 0.0,
        };
        match self.float {
            Float::F32 => f64::from(hash as f32 / SCALE as f32),
            Float::F64 => hash as f64 / SCALE as f64,
        }
    }
}

/// A percentage rollout or experiment over variations.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    hash: LaunchDarkly,
    /// Running sums of weight / 100000, added up in the hash's own float.
    ends: Box<[f64]>,
    secondary: Option<Box<str>>,
}

impl Rollout {
    /// The variations' weights out of 100,000, in the order of the flag. A unit gets the first whose running sum exceeds its number, and
    /// the *last* beyond the end, also where the weights sum to less than 100,000 or to nothing.
    ///
    /// # Errors
    /// No weights, or one above 100,000.
    pub fn new(hash: LaunchDarkly, weights: &[u32]) -> Result<Self, Error> {
        let (mut single, mut double) = (0.0_f32, 0.0_f64);
        let mut end = |(position, weight): (usize, &u32)| {
            if *weight > 100_000 {
                let path = format!("weights[{position}]");
                return Err(Error::new(path, Kind::Range, "must be at most 100000", weight));
            }
            let weight = f64::from(*weight);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "whole numbers up to 100,000 are exact in 32 bits"
            )]
            {
                single += weight as f32 / 100_000.0;
            }
            double += weight / 100_000.0;
            Ok(if hash.float == Float::F32 { f64::from(single) } else { double })
        };
        let ends = some("weights", weights)?.iter().enumerate().map(&mut end).collect::<Result<_, _>>()?;
        Ok(Self { hash, ends, secondary: None })
    }

    /// Appends an old user model's `secondary` key for every unit; see [`LaunchDarkly::bucket_with_secondary`].
    #[must_use]
    pub fn secondary(mut self, secondary: &str) -> Self {
        self.secondary = Some(secondary.into());
        self
    }

    /// The vendor's number of the value.
    #[must_use]
    pub fn bucket(&self, value: Value<'_>) -> f64 {
        self.hash.bucket_of(value, self.secondary.as_deref())
    }

    /// Position of the value's variation; always one of them.
    #[must_use]
    pub fn variation(&self, value: Value<'_>) -> usize {
        let bucket = self.bucket(value);
        let last = self.ends.len().saturating_sub(1);
        self.ends.iter().position(|end| bucket < *end).unwrap_or(last)
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let hash = read_hash(fields);
        let weights = fields.required("weights").and_then(|field| field.wholes());
        fields.checked(Self::new(hash?, &weights?))
    }
}

impl Assign for Rollout {
    /// The variation of a unit that is a text.
    fn assign(&self, unit: &str) -> Option<usize> {
        Some(self.variation(Value::Text(unit)))
    }
}

/// A segment rule with a weight: in, as variant 0, or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    hash: LaunchDarkly,
    share: f64,
}

impl Segment {
    /// In where the number is below `weight` / 100,000.
    ///
    /// # Errors
    /// A weight outside 0 to 100,000.
    pub fn new(hash: LaunchDarkly, weight: f64) -> Result<Self, Error> {
        let weight = within("weight", weight, 0.0..=100_000.0)?;
        #[expect(clippy::cast_possible_truncation, reason = "the vendor's own rounding")]
        let single = f64::from(weight as f32 / 100_000.0);
        let share = if hash.float == Float::F32 { single } else { weight / 100_000.0 };
        Ok(Self { hash, share })
    }

    /// Whether the value is in the segment.
    #[must_use]
    pub fn includes(&self, value: Value<'_>) -> bool {
        self.hash.bucket(value) < self.share
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let hash = read_hash(fields);
        let weight = fields.required("weight").and_then(|field| field.number(0.0..=100_000.0));
        fields.checked(Self::new(hash?, weight?))
    }
}

impl Assign for Segment {
    fn assign(&self, unit: &str) -> Option<usize> {
        self.includes(Value::Text(unit)).then_some(0)
    }
}

fn read_hash(fields: &mut Fields<'_>) -> Option<LaunchDarkly> {
    let floats = [("f32", Float::F32), ("f64", Float::F64)];
    let zeros = [("counts", SeedZero::Counts), ("is_absent", SeedZero::IsAbsent)];
    let float = fields.required("float").and_then(|field| field.choice(&floats));
    let seed = fields.optional("seed").map(|field| field.signed());
    let zero = fields.optional("seed_zero").map_or(Some(SeedZero::Counts), |field| field.choice(&zeros));
    // a rollout with a seed that counts may name key and salt, as the vendor's documents do, and needs neither
    let needs_key = seed.is_none() || zero == Some(SeedZero::IsAbsent);
    let mut text = |name| match needs_key {
        true => fields.required(name).and_then(|field| field.text()),
        false => fields.optional(name).map_or(Some(""), |field| field.text()),
    };
    let (key, salt) = (text("key"), text("salt"));
    let (key, salt, float) = (key?, salt?, float?);
    Some(match seed {
        None => LaunchDarkly::keyed(key, salt, float),
        Some(seed) => LaunchDarkly::seeded_or_keyed(seed?, zero?, (key, salt), float),
    })
}

/// An integer in decimal, without allocating.
struct Decimal {
    digits: [u8; 20],
    length: usize,
}

impl Decimal {
    fn of(value: i64) -> Self {
        let mut decimal = Self { digits: [0; 20], length: 0 };
        // 20 characters hold every i64, so this cannot fail
        let _ = core::fmt::Write::write_fmt(&mut decimal, format_args!("{value}"));
        decimal
    }

    fn as_str(&self) -> &str {
        self.digits.get(..self.length).and_then(|digits| core::str::from_utf8(digits).ok()).unwrap_or("")
    }
}

impl core::fmt::Write for Decimal {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        let end = self.length + text.len();
        self.digits.get_mut(self.length..end).ok_or(core::fmt::Error)?.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_hashed_as_its_digits() {
        let flag = LaunchDarkly::keyed("k", "s", Float::F64);
        for integer in [0, -1, i64::MIN, i64::MAX] {
            let text = integer.to_string();
            assert_eq!(flag.bucket(Value::Integer(integer)), flag.bucket(Value::Text(&text)));
        }
        assert_eq!(flag.bucket(Value::Other), 0.0);
    }

    #[test]
    fn a_seed_of_zero_counts_or_is_absent() {
        let flag = |zero| LaunchDarkly::seeded_or_keyed(0, zero, ("k", "s"), Float::F64);
        assert_eq!(flag(SeedZero::Counts), LaunchDarkly::seeded(0, Float::F64));
        assert_eq!(flag(SeedZero::IsAbsent), LaunchDarkly::keyed("k", "s", Float::F64));
        assert_eq!(
            LaunchDarkly::seeded_or_keyed(-7, SeedZero::IsAbsent, ("k", "s"), Float::F64).prefix,
            "-7".into()
        );
    }

    #[test]
    fn beyond_the_end_is_the_last_variation() {
        let flag = || LaunchDarkly::keyed("k", "s", Float::F32);
        assert_eq!(Rollout::new(flag(), &[0, 0, 0]).unwrap().assign("u"), Some(2));
        assert_eq!(Rollout::new(flag(), &[0, 100_000, 0]).unwrap().variation(Value::Other), 1);
        assert_eq!(Rollout::new(flag(), &[]).unwrap_err().path(), "weights");
        assert_eq!(Rollout::new(flag(), &[0, 100_001]).unwrap_err().path(), "weights[1]");
        assert_eq!(Segment::new(flag(), f64::NAN).unwrap_err().path(), "weight");
    }

    #[test]
    fn a_secondary_key_is_appended_with_a_point() {
        let flag = LaunchDarkly::keyed("k", "s", Float::F64);
        assert_eq!(flag.bucket_with_secondary(Value::Text("u"), "v"), flag.bucket(Value::Text("u.v")));
        assert_eq!(flag.bucket_with_secondary(Value::Integer(1), ""), flag.bucket(Value::Text("1.")));
        let rollout = Rollout::new(flag.clone(), &[50_000, 50_000]).unwrap().secondary("v");
        assert_eq!(rollout.bucket(Value::Text("u")), flag.bucket(Value::Text("u.v")));
    }
}
