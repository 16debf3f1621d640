//! Unleash: MurmurHash3 of group and unit. Sources: `Unleash/unleash-client-node`, `src/strategy/util.ts`, `flexible-rollout-strategy.ts` and
//! `variant.ts`; `Unleash/yggdrasil`, `unleash-yggdrasil/src/strategy_parsing.rs`.
//!
//! `normalized(group, unit, N, seed)` = mm3(group ‖ `:` ‖ unit, seed) mod N + 1, from 1 to N.
//!
//! - A gradual rollout has N = 100 and seed 0, and is on where `percentage > 0` and `normalized <= percentage`. Its group is the parameter
//!   `groupId`, else the toggle's name.
//! - Variants have N = the sum of their weights (mostly 1000) and seed 86028157. Their group is the toggle's name, or the strategy's
//!   `groupId` for a strategy's own variants. The first variant whose cumulative weight reaches `normalized` wins.
//!
//! Which context field is the unit (stickiness) is the host's to decide; a missing or empty one is off.

use super::Assign;
use super::check::{Cuts, percentage};
use super::hash::Murmur3;
use super::read::Read as _;
use super::text::ByteEncoding;
use crate::document::Fields;
use crate::error::{Error, Kind};
use alloc::boxed::Box;

/// The seed of variants: a prime, so that a rollout says nothing about the variant.
const VARIANT_SEED: u32 = 86_028_157;

/// The hash: group and unit to 1..N.
///
/// ```
/// use rampgate::bucketing::compat::ByteEncoding;
/// use rampgate::bucketing::compat::unleash::Unleash;
///
/// let node = Unleash::new(ByteEncoding::LowByte, "flag");
/// let rust = Unleash::new(ByteEncoding::Utf8, "flag");
/// assert_eq!((node.bucket("zoë"), rust.bucket("zoë")), (74, 68));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unleash {
    encoding: ByteEncoding,
    group: Box<str>,
}

impl Unleash {
    /// The hash of `group`. Node's SDK takes the low byte of each UTF-16 unit; yggdrasil, and all SDKs built on it, take UTF-8.
    #[must_use]
    pub fn new(encoding: ByteEncoding, group: &str) -> Self {
        Self { encoding, group: group.into() }
    }

    /// The number of a gradual rollout, 1 to 100.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> u32 {
        self.hash(unit, 0) % 100 + 1
    }

    fn hash(&self, unit: &str, seed: u32) -> u32 {
        Murmur3::of(seed, self.encoding, &[&self.group, ":", unit])
    }
}

/// What a percentage with decimals means: the SDKs disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Decimals {
    /// Node compares the whole number 1..100 with it, so the decimals never count: 12.5% is 12%, and 0.5% is nobody.
    Ignored,
    /// yggdrasil cannot read it, so the rule is off for everyone: 12.5% is nobody.
    TurnOff,
}

/// A gradual rollout (`flexibleRollout`, `gradualRolloutUserId`, `gradualRolloutSessionId`): in, as variant 0, or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    hash: Unleash,
    percentage: f64,
}

impl Rollout {
    /// # Errors
    /// A percentage outside 0 to 100.
    pub fn new(hash: Unleash, rollout: f64, decimals: Decimals) -> Result<Self, Error> {
        let rollout = percentage("percentage", rollout)?;
        let whole = libm::trunc(rollout);
        let percentage = match decimals {
            Decimals::TurnOff if whole < rollout => 0.0,
            Decimals::TurnOff | Decimals::Ignored => whole,
        };
        Ok(Self { hash, percentage })
    }

    /// The vendor's number of the unit, 1 to 100.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> u32 {
        self.hash.bucket(unit)
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let hash = read_hash(fields);
        let percentage = fields.required("percentage").and_then(|field| field.number(0.0..=100.0));
        let words = [("ignored", Decimals::Ignored), ("turn_off", Decimals::TurnOff)];
        let decimals = fields.required("decimals").and_then(|field| field.choice(&words));
        fields.checked(Self::new(hash?, percentage?, decimals?))
    }
}

impl Assign for Rollout {
    fn assign(&self, unit: &str) -> Option<usize> {
        let is_in = !unit.is_empty() && f64::from(self.bucket(unit)) <= self.percentage; // no number is zero
        is_in.then_some(0)
    }
}

/// The variants of a toggle or a strategy, by weight. Overrides come first, and are the host's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variants {
    hash: Unleash,
    cuts: Cuts,
    total: u32,
}

impl Variants {
    /// # Errors
    /// No weights, or a sum of zero (Node has no variant then, and yggdrasil divides by it) or beyond 32 bits.
    pub fn new(hash: Unleash, weights: &[u32]) -> Result<Self, Error> {
        let cuts = Cuts::positive("weights", weights)?;
        let beyond = |_| Error::new("weights", Kind::Range, "must sum to at most 4294967295", cuts.total());
        let total = u32::try_from(cuts.total()).map_err(beyond)?;
        Ok(Self { hash, cuts, total })
    }

    /// The vendor's number of the unit, 1 to the sum of the weights.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> u64 {
        u64::from(self.hash.hash(unit, VARIANT_SEED) % self.total) + 1
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let hash = read_hash(fields);
        let weights = fields.required("weights").and_then(|field| field.wholes());
        fields.checked(Self::new(hash?, &weights?))
    }
}

impl Assign for Variants {
    fn assign(&self, unit: &str) -> Option<usize> {
        // the vendor wants cumulative >= number, counted from one; a variant without weight is never chosen
        (!unit.is_empty()).then(|| self.cuts.at(self.bucket(unit) - 1))?
    }
}

fn read_hash(fields: &mut Fields<'_>) -> Option<Unleash> {
    let encoding = fields.required("encoding").and_then(|field| field.choice(&ByteEncoding::WORDS));
    let group = fields.required("group").and_then(|field| field.text());
    Some(Unleash::new(encoding?, group?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn decimals_are_ignored_or_turn_the_rule_off() {
        let flag = || Unleash::new(ByteEncoding::Utf8, "g");
        let share = |percentage, decimals| {
            let rollout = Rollout::new(flag(), percentage, decimals).unwrap();
            (0..2000).filter(|n| rollout.assign(&format!("{n}")).is_some()).count()
        };
        assert_eq!(share(12.9, Decimals::Ignored), share(12.0, Decimals::TurnOff));
        assert_eq!(share(0.9, Decimals::Ignored), 0);
        assert_eq!(share(12.5, Decimals::TurnOff), 0);
        assert_eq!(share(100.0, Decimals::TurnOff), 2000);
        assert!(share(12.0, Decimals::Ignored) > 0);
        assert_eq!(Rollout::new(flag(), 100.0, Decimals::Ignored).unwrap().assign(""), None);
    }

    #[test]
    fn variants_without_weight_are_never_chosen() {
        let variants = Variants::new(Unleash::new(ByteEncoding::Utf8, "g"), &[0, 1, 0]).unwrap();
        assert!((0..100).all(|n| variants.assign(&format!("{n}")) == Some(1)));
        for bad in [&[][..], &[0, 0], &[u32::MAX, 1]] {
            assert_eq!(Variants::new(variants.hash.clone(), bad).unwrap_err().path(), "weights");
        }
    }
}
