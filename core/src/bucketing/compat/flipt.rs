//! Flipt: CRC-32. Source: `flipt-io/flipt`, `internal/server/evaluation/evaluation.go`.
//!
//! - Variants: `bucket` = crc32(flag key ‖ entity id) mod 1000, against running sums of the percentages times 10 in 32-bit floats, each cut
//!   to a whole number. Distributions of 0% are left out.
//! - A boolean threshold: crc32(entity id ‖ flag key) mod 100 < percentage, in the *opposite* order, so fractional thresholds round up.

use super::Assign;
use super::check::{percentage, percentages};
use super::hash::crc32;
use super::read::Read as _;
use crate::document::Fields;
use crate::error::{Error, Kind};
use alloc::boxed::Box;

/// What happens to the buckets beyond percentages that sum to less than 100: versions disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Remainder {
    /// Nobody has a variant there: what the source says in all versions that we could read.
    NoVariant,
    /// The percentages are scaled to sum to 100, each as `rollout / sum * 100`, and the last variant takes what is left: what is reported of
    /// later builds of version 2. The order of the operations is our reading; compare it with your server by [`shadow`](super::shadow) first.
    Normalised,
}

/// The distributions of a rule.
///
/// ```
/// use rampgate::bucketing::compat::Assign;
/// use rampgate::bucketing::compat::flipt::{Remainder, Variants};
///
/// let rule = Variants::new("flag", &[25.0, 25.0], Remainder::NoVariant)?;
/// assert_eq!((rule.bucket("alice"), rule.assign("alice")), (957, None));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variants {
    flag: Box<str>,
    /// For each distribution above zero its end and its position.
    ends: Box<[(u32, usize)]>,
}

impl Variants {
    /// Distributions by `rollout` percentage, which the vendor keeps in 32-bit floats.
    ///
    /// # Errors
    /// No percentages, one outside 0 to 100, or none above zero (the vendor then matches without a variant).
    pub fn new(flag: &str, rollouts: &[f64], remainder: Remainder) -> Result<Self, Error> {
        let rollouts = percentages("rollouts", rollouts)?;
        #[expect(clippy::cast_possible_truncation, reason = "the vendor's own rounding")]
        let valid =
            || rollouts.iter().map(|rollout| *rollout as f32).zip(0..).filter(|(rollout, _)| *rollout > 0.0);
        let sum: f32 = valid().map(|(rollout, _)| rollout).sum();
        if sum <= 0.0 {
            return Err(Error::new("rollouts", Kind::Range, "must not all be zero", 0));
        }
        let mut end = 0;
        let mut ends: Box<[_]> = valid()
            .map(|(rollout, position)| {
                let rollout =
                    if remainder == Remainder::Normalised { rollout / sum * 100.0 } else { rollout };
                end += whole(rollout * 10.0);
                (end, position)
            })
            .collect();
        if let (Remainder::Normalised, Some((end, _))) = (remainder, ends.last_mut()) {
            *end = 1_000;
        }
        Ok(Self { flag: flag.into(), ends })
    }

    /// The vendor's number of the unit, 0 to 999.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> u32 {
        crc32(&[&self.flag, unit]) % 1_000
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let words = [("no_variant", Remainder::NoVariant), ("normalised", Remainder::Normalised)];
        let flag = fields.required("flag").and_then(|field| field.text());
        let rollouts = fields.required("rollouts").and_then(|field| field.numbers());
        let remainder = fields.required("remainder").and_then(|field| field.choice(&words));
        fields.checked(Self::new(flag?, &rollouts?, remainder?))
    }
}

impl Assign for Variants {
    fn assign(&self, unit: &str) -> Option<usize> {
        let bucket = self.bucket(unit);
        self.ends.iter().find(|(end, _)| bucket < *end).map(|(_, position)| *position)
    }
}

/// A boolean flag's threshold: in, as variant 0, or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    flag: Box<str>,
    percentage: f32,
}

impl Threshold {
    /// # Errors
    /// A percentage outside 0 to 100.
    #[expect(clippy::cast_possible_truncation, reason = "the vendor's own rounding")]
    pub fn new(flag: &str, threshold: f64) -> Result<Self, Error> {
        Ok(Self { flag: flag.into(), percentage: percentage("percentage", threshold)? as f32 })
    }

    /// The vendor's number of the unit, 0 to 99.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> u32 {
        crc32(&[unit, &self.flag]) % 100
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let flag = fields.required("flag").and_then(|field| field.text());
        let percentage = fields.required("percentage").and_then(|field| field.number(0.0..=100.0));
        fields.checked(Self::new(flag?, percentage?))
    }
}

impl Assign for Threshold {
    #[expect(clippy::cast_precision_loss, reason = "below 100")]
    fn assign(&self, unit: &str) -> Option<usize> {
        ((self.bucket(unit) as f32) < self.percentage).then_some(0)
    }
}

/// The whole part of a number from 0 to 1,000 (a little above, where rounding had it so).
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cut is what is wanted, and `as` saturates"
)]
fn whole(number: f32) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn ends(rollouts: &[f64], remainder: Remainder) -> Vec<(u32, usize)> {
        Variants::new("f", rollouts, remainder).unwrap().ends.into()
    }

    #[test]
    fn percentages_are_cut_to_tenths_and_zeros_left_out() {
        assert_eq!(ends(&[33.33, 0.0, 33.33, 33.34], Remainder::NoVariant), [(333, 0), (666, 2), (999, 3)]);
        assert_eq!(ends(&[33.33, 0.0, 33.33, 33.34], Remainder::Normalised), [(333, 0), (666, 2), (1000, 3)]);
        assert_eq!(ends(&[20.0, 60.0], Remainder::Normalised), [(250, 0), (1000, 1)]);
        assert_eq!(Variants::new("f", &[0.0], Remainder::Normalised).unwrap_err().path(), "rollouts");
        assert_eq!(
            Variants::new("f", &[1.0, f64::NAN], Remainder::NoVariant).unwrap_err().path(),
            "rollouts[1]"
        );
    }

    #[test]
    fn a_fractional_threshold_rounds_up() {
        let threshold = |percentage| Threshold::new("f", percentage).unwrap();
        let bucket = threshold(0.0).bucket("u");
        assert_eq!(threshold(f64::from(bucket)).assign("u"), None);
        assert_eq!(threshold(f64::from(bucket) + 0.1).assign("u"), Some(0));
        assert_eq!(Threshold::new("f", 101.0).unwrap_err().path(), "percentage");
    }
}
