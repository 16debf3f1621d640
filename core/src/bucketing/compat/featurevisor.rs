//! Featurevisor: MurmurHash3, a hundred thousand buckets. Source: `featurevisor/featurevisor`, `packages/sdk/src/bucketer.ts`,
//! `datafileReader.ts` and `evaluate.ts`.
//!
//! `bucket` = floor(mm3(attributes joined by `.` ‖ `.` ‖ feature key, seed 1) / 2^32 * 100000) in UTF-8. With `bucketBy` of one attribute the
//! unit is its value; with several (`and`) their values joined by points, in order; with `or` the first that is there.

use super::Assign;
use super::check::some;
use super::hash::Murmur3;
use super::read::Read as _;
use super::text::ByteEncoding;
use crate::document::Fields;
use crate::error::{Error, Kind};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

/// How many buckets there are.
const WHOLE: u32 = 100_000;

/// The traffic of a feature: who has it on, and in which variation.
///
/// ```
/// use rampgate::bucketing::compat::Assign;
/// use rampgate::bucketing::compat::featurevisor::Featurevisor;
///
/// let feature = Featurevisor::new("foo", 100_000, &[(0, 50_000), (50_000, 100_000)])?;
/// assert_eq!((feature.bucket("123"), feature.assign("123")), (3_151, Some(0)));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Featurevisor {
    feature: Box<str>,
    percentage: u32,
    allocation: Box<[(u32, u32)]>,
    ranges: Box<[(u32, u32)]>,
}

impl Featurevisor {
    /// A rule's `percentage` and the `allocation` of variations, all in thousandths of a per cent.
    ///
    /// On where `bucket <= percentage`, the bound included, except that 0 is nobody. The first range of the allocation with `start <= bucket
    /// <= end` gives the variation: both bounds are included, so a bound shared by two ranges is the first one's. A feature without
    /// variations is variant 0; one that is on while no range holds the unit has none.
    ///
    /// # Errors
    /// A number above 100,000, or an end before its start.
    pub fn new(feature: &str, percentage: u32, allocation: &[(u32, u32)]) -> Result<Self, Error> {
        if percentage > WHOLE {
            return Err(Error::new("percentage", Kind::Range, "must be at most 100000", percentage));
        }
        let allocation = in_order("allocation", allocation)?;
        Ok(Self { feature: feature.into(), percentage, allocation, ranges: Box::default() })
    }

    /// Puts the feature into a group of features that exclude each other: on where one of its `ranges` holds the number, whatever the
    /// percentage (unless it is 0). Here the end is not included.
    ///
    /// # Errors
    /// No ranges, a number above 100,000, or an end before its start.
    pub fn in_group(mut self, ranges: &[(u32, u32)]) -> Result<Self, Error> {
        self.ranges = in_order("ranges", some("ranges", ranges)?)?;
        Ok(self)
    }

    /// The vendor's number of the unit, 0 to 99,999.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> u32 {
        let hash = Murmur3::of(1, ByteEncoding::Utf8, &[unit, ".", &self.feature]);
        u32::try_from((u64::from(hash) * u64::from(WHOLE)) >> 32).unwrap_or(0) // below 100,000, so it never fails
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let feature = fields.required("feature").and_then(|field| field.text());
        let percentage = fields.required("percentage").and_then(|field| field.whole());
        let allocation = fields.optional("allocation").map_or(Some(Vec::new()), |field| field.whole_pairs());
        let ranges = fields.optional("ranges").map(|field| field.whole_pairs());
        let feature = Self::new(feature?, percentage?, &allocation?);
        match ranges {
            None => fields.checked(feature),
            Some(ranges) => {
                let ranges = ranges?;
                fields.checked(feature.and_then(|feature| feature.in_group(&ranges)))
            }
        }
    }
}

fn in_order(path: &str, ranges: &[(u32, u32)]) -> Result<Box<[(u32, u32)]>, Error> {
    for (position, (start, end)) in ranges.iter().enumerate() {
        if start > end || *end > WHOLE {
            let (path, value) = (format!("{path}[{position}]"), format!("{start} to {end}"));
            return Err(Error::new(path, Kind::Range, "must be in order and at most 100000", value));
        }
    }
    Ok(ranges.into())
}

impl Assign for Featurevisor {
    fn assign(&self, unit: &str) -> Option<usize> {
        let bucket = self.bucket(unit);
        let by_percentage = || bucket <= self.percentage;
        let by_group = || self.ranges.iter().any(|(start, end)| (*start..*end).contains(&bucket));
        if self.percentage == 0 || !(if self.ranges.is_empty() { by_percentage() } else { by_group() }) {
            return None;
        }
        if self.allocation.is_empty() {
            return Some(0);
        }
        self.allocation.iter().position(|(start, end)| (*start..=*end).contains(&bucket))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_included_except_in_a_group() {
        let feature = |percentage, allocation: &[_]| Featurevisor::new("f", percentage, allocation).unwrap();
        let bucket = feature(0, &[]).bucket("u");
        assert_eq!(feature(bucket, &[]).assign("u"), Some(0));
        assert_eq!(feature(bucket - 1, &[]).assign("u"), None);
        assert_eq!(feature(WHOLE, &[(0, bucket), (bucket, WHOLE)]).assign("u"), Some(0));
        assert_eq!(feature(1, &[]).in_group(&[(bucket, bucket + 1)]).unwrap().assign("u"), Some(0));
        assert_eq!(feature(WHOLE, &[]).in_group(&[(0, bucket)]).unwrap().assign("u"), None);
        assert_eq!(feature(0, &[]).in_group(&[(0, WHOLE)]).unwrap().assign("u"), None);
    }

    #[test]
    fn impossible_ranges_are_named() {
        assert_eq!(Featurevisor::new("f", WHOLE + 1, &[]).unwrap_err().path(), "percentage");
        assert_eq!(Featurevisor::new("f", 1, &[(0, 1), (2, 1)]).unwrap_err().path(), "allocation[1]");
        assert_eq!(Featurevisor::new("f", 1, &[]).unwrap().in_group(&[]).unwrap_err().path(), "ranges");
    }
}
