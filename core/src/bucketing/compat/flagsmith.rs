//! Flagsmith: all 128 bits of MD5, as a percentage. Source: `Flagsmith/flagsmith-engine`, `flag_engine/utils/hashing.py` and
//! `segments/evaluator.py`.
//!
//! `v` = (md5(ids joined by `,`) mod 9999) / 9998 * 100 in 64-bit floats. Where that is 100 exactly, the list of ids is hashed once more,
//! repeated twice, then three times, and so on.
//!
//! - A percentage split: ids are the segment's key and the context's value (the identity's key, unless the rule names another property);
//!   in where `v <= percentage`.
//! - Multivariate values: ids are the feature's key and the identity's key; variants sorted by priority, in where `start <= v < start +
//!   weight`. The remainder is the control, the feature's own value.

use super::Assign;
use super::check::{percentage, percentages};
use super::hash::md5_of;
use super::read::Read as _;
use crate::document::Fields;
use crate::error::Error;
use alloc::boxed::Box;

/// The hash: a unit, beside a segment's or a feature's key, to a percentage in [0, 100).
///
/// ```
/// use rampgate::bucketing::compat::flagsmith::Flagsmith;
///
/// let feature = Flagsmith::new("12");
/// assert_eq!(feature.bucket("93"), 27.655531106221243);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flagsmith {
    key: Box<str>,
}

impl Flagsmith {
    /// The hash beside this key, the first of the ids.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self { key: key.into() }
    }

    /// The vendor's number of the unit, from 0 and below 100.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> f64 {
        // one list in ten thousand needs a second round; that 64 need another each is beyond any chance, and it ends the loop
        (1..=64).map(|times| self.percentage(unit, times)).find(|value| *value < 100.0).unwrap_or(0.0)
    }

    fn percentage(&self, unit: &str, times: usize) -> f64 {
        let comma = |nth: usize| if nth == 0 { "" } else { "," };
        let list = (0..times).flat_map(|nth| [comma(nth), &*self.key, ",", unit]);
        let remainder = u32::try_from(md5_of(list) % 9999).unwrap_or(0); // below 9999, so it never fails
        f64::from(remainder) / 9998.0 * 100.0
    }
}

/// A `PERCENTAGE_SPLIT` condition: in, as variant 0, or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    hash: Flagsmith,
    percentage: f64,
}

impl Segment {
    /// In where the number is at most `split`: the bound belongs to it, so a split of 0 still admits a number of 0.
    ///
    /// # Errors
    /// A percentage outside 0 to 100.
    pub fn new(hash: Flagsmith, split: f64) -> Result<Self, Error> {
        Ok(Self { hash, percentage: percentage("percentage", split)? })
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let key = fields.required("key").and_then(|field| field.text());
        let percentage = fields.required("percentage").and_then(|field| field.number(0.0..=100.0));
        fields.checked(Self::new(Flagsmith::new(key?), percentage?))
    }
}

impl Assign for Segment {
    fn assign(&self, unit: &str) -> Option<usize> {
        (self.hash.bucket(unit) <= self.percentage).then_some(0)
    }
}

/// The variants of a multivariate feature; none is the control.
#[derive(Clone, Debug, PartialEq)]
pub struct Variants {
    hash: Flagsmith,
    /// Running sums of the weights.
    ends: Box<[f64]>,
}

impl Variants {
    /// Variants by weight in per cent, sorted by priority already.
    ///
    /// # Errors
    /// No weights, or one outside 0 to 100.
    pub fn new(hash: Flagsmith, weights: &[f64]) -> Result<Self, Error> {
        let sum = |end: &mut f64, weight: f64| {
            *end += weight;
            Some(*end)
        };
        Ok(Self { hash, ends: percentages("weights", weights)?.into_iter().scan(0.0, sum).collect() })
    }

    /// The vendor's number of the unit.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> f64 {
        self.hash.bucket(unit)
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let key = fields.required("key").and_then(|field| field.text());
        let weights = fields.required("weights").and_then(|field| field.numbers());
        fields.checked(Self::new(Flagsmith::new(key?), &weights?))
    }
}

impl Assign for Variants {
    fn assign(&self, unit: &str) -> Option<usize> {
        let bucket = self.bucket(unit);
        self.ends.iter().position(|end| bucket < *end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn a_hundred_is_hashed_again_with_the_list_repeated() {
        let feature = Flagsmith::new("f");
        let unit = (0..).map(|n| format!("u{n}")).find(|unit| feature.percentage(unit, 1) == 100.0).unwrap();
        assert_eq!(feature.bucket(&unit), feature.percentage(&unit, 2));
        let twice = Flagsmith::new(&format!("f,{unit},f"));
        assert_eq!(feature.bucket(&unit), twice.percentage(&unit, 1));
        assert!(feature.bucket(&unit) < 100.0);
    }

    #[test]
    fn the_bound_of_a_split_is_included_and_of_a_variant_is_not() {
        let bucket = Flagsmith::new("f").bucket("u");
        let split = |percentage| Segment::new(Flagsmith::new("f"), percentage);
        assert_eq!(split(bucket).unwrap().assign("u"), Some(0));
        let variants = |weights: &[f64]| Variants::new(Flagsmith::new("f"), weights);
        assert_eq!(variants(&[bucket, 100.0]).unwrap().assign("u"), Some(1));
        assert_eq!(variants(&[0.0]).unwrap().assign("u"), None);
        assert_eq!(split(f64::NAN).unwrap_err().path(), "percentage");
        assert_eq!(variants(&[1.0, 101.0]).unwrap_err().path(), "weights[1]");
    }
}
