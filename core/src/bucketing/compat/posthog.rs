//! PostHog: 60 bits of SHA-1, as a fraction. Sources: `PostHog/posthog-python`, `posthog/feature_flags.py`; `PostHog/posthog-rs`,
//! `src/feature_flags.rs`.
//!
//! `n` = hex15(sha1(flag key ‖ `.` ‖ id ‖ salt)) / 0xFFFFFFFFFFFFFFF in 64-bit floats. The salt is empty for the rollout, which includes a
//! unit unless `n > percentage / 100`, and `variant` for the variant, whose share begins at the sum of those before it and does not hold
//! its end. The id is the distinct id, a group's key or a device id. The same flag key in two projects gives the same assignment.

use super::Assign;
use super::check::{percentage, percentages};
use super::hash::sha1_60;
use super::read::Read as _;
use crate::document::Fields;
use crate::error::Error;
use alloc::boxed::Box;

/// The hash of a flag.
///
/// ```
/// use rampgate::bucketing::compat::posthog::PostHog;
///
/// let flag = PostHog::new("simple-flag");
/// assert_eq!(flag.bucket("distinct_id_0"), 0.7836963764220432);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostHog {
    flag: Box<str>,
}

impl PostHog {
    /// The hash of the flag with this key.
    #[must_use]
    pub fn new(flag: &str) -> Self {
        Self { flag: flag.into() }
    }

    /// The number that decides whether the unit is in, 0 to 1.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> f64 {
        self.salted(unit, "")
    }

    /// The number that decides the variant, 0 to 1.
    #[must_use]
    pub fn variant_bucket(&self, unit: &str) -> f64 {
        self.salted(unit, "variant")
    }

    #[expect(clippy::cast_precision_loss, reason = "the vendor's own rounding, of the scale too")]
    fn salted(&self, unit: &str, salt: &str) -> f64 {
        sha1_60(&[&self.flag, ".", unit, salt]) as f64 / 0x0fff_ffff_ffff_ffff_u64 as f64
    }
}

/// A condition's rollout over the variants of a flag.
///
/// A unit that is in while no variant holds it gets `true` at PostHog; here that is the position after the last variant. So a flag without
/// variants is variant 0 or nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    hash: PostHog,
    share: f64,
    /// Running sums of percentage / 100.
    ends: Box<[f64]>,
}

impl Experiment {
    /// A rollout to `rollout` per cent, over variants with these percentages; none, for a flag without variants.
    ///
    /// # Errors
    /// A percentage outside 0 to 100.
    pub fn new(hash: PostHog, rollout: f64, variants: &[f64]) -> Result<Self, Error> {
        let share = percentage("rollout", rollout)? / 100.0;
        let variants = if variants.is_empty() { variants.into() } else { percentages("variants", variants)? };
        let sum = |end: &mut f64, percentage: f64| {
            *end += percentage / 100.0;
            Some(*end)
        };
        Ok(Self { hash, share, ends: variants.into_iter().scan(0.0, sum).collect() })
    }

    /// The number that decides whether the unit is in, 0 to 1.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> f64 {
        self.hash.bucket(unit)
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let flag = fields.required("flag").and_then(|field| field.text());
        let rollout = fields.optional("rollout").map_or(Some(100.0), |field| field.number(0.0..=100.0));
        let variants = fields.optional("variants").map_or(Some(Default::default()), |field| field.numbers());
        fields.checked(Self::new(PostHog::new(flag?), rollout?, &variants?))
    }
}

impl Assign for Experiment {
    fn assign(&self, unit: &str) -> Option<usize> {
        if self.bucket(unit) > self.share {
            return None;
        }
        if self.ends.is_empty() {
            return Some(0);
        }
        // the ends never fall, so the first end beyond the number closes the range that holds it
        let bucket = self.hash.variant_bucket(unit);
        Some(self.ends.iter().position(|end| bucket < *end).unwrap_or(self.ends.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_without_a_variant_is_the_position_after_the_last() {
        let flag = || PostHog::new("f");
        assert_eq!(Experiment::new(flag(), 100.0, &[]).unwrap().assign("u"), Some(0));
        assert_eq!(Experiment::new(flag(), 100.0, &[0.0, 0.0]).unwrap().assign("u"), Some(2));
        assert_eq!(Experiment::new(flag(), 0.0, &[50.0, 50.0]).unwrap().assign("u"), None);
        assert_eq!(Experiment::new(flag(), f64::NAN, &[]).unwrap_err().path(), "rollout");
        assert_eq!(Experiment::new(flag(), 1.0, &[1.0, -1.0]).unwrap_err().path(), "variants[1]");
    }
}
