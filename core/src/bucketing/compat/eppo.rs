//! Eppo: 32 bits of MD5. Sources: `Eppo-exp/eppo-multiplatform`, `eppo_core/src/sharder.rs` and `eval/eval_assignment.rs`; for the legacy
//! form the Python SDK 1.3, `eppo_client/client.py`.
//!
//! `shard(salt, unit)` = (first 4 bytes of md5(salt ‖ `-` ‖ unit), most significant first) mod total shards, mostly 10,000.
//!
//! An allocation gives the first split *all* of whose shards hold the unit in *any* of their ranges. So several shards on one split express
//! traffic, variant, layer and holdout independently.

use super::Assign;
use super::check::{some, within};
use super::hash::md5;
use super::read::Read as _;
use crate::document::Fields;
use crate::error::{Error, Kind};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

/// `md5(parts)` to a shard; `total` is never zero.
fn shard_of(parts: &[&str], total: u32) -> u32 {
    let [.., a, b, c, d] = (md5(parts) >> 96).to_be_bytes();
    u32::from_be_bytes([a, b, c, d]).checked_rem(total).unwrap_or(0)
}

fn positive(total: u32) -> Result<u32, Error> {
    match total {
        0 => Err(Error::new("total_shards", Kind::Range, "must not be zero", total)),
        _ => Ok(total),
    }
}

fn owned(path: &str, ranges: &[(u32, u32)]) -> Result<Box<[(u32, u32)]>, Error> {
    for (position, (start, end)) in ranges.iter().enumerate() {
        if start > end {
            let (path, value) = (format!("{path}[{position}]"), format!("{start} to {end}"));
            return Err(Error::new(path, Kind::Range, "must end at or after its start", value));
        }
    }
    Ok(ranges.into())
}

/// Position of the first range that holds `bucket`; its start is in, its end is not.
fn position(ranges: &[(u32, u32)], bucket: u32) -> Option<usize> {
    ranges.iter().position(|(start, end)| (*start..*end).contains(&bucket))
}

/// One shard of a split: a salt and the ranges that a unit must be in.
///
/// ```
/// use rampgate::bucketing::compat::eppo::Shard;
///
/// let traffic = Shard::new("traffic-exp", 10_000, &[(0, 5_000)])?;
/// assert_eq!(traffic.bucket("alice"), 1_097);
/// assert!(traffic.holds("alice"));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    salt: Box<str>,
    total: u32,
    ranges: Box<[(u32, u32)]>,
}

impl Shard {
    /// A shard that holds units in any of `ranges`, whose starts are in and whose ends are not. Without ranges it holds nobody.
    ///
    /// # Errors
    /// No shards in total, or a range that ends before its start.
    pub fn new(salt: &str, total: u32, ranges: &[(u32, u32)]) -> Result<Self, Error> {
        Ok(Self { salt: salt.into(), total: positive(total)?, ranges: owned("ranges", ranges)? })
    }

    /// The vendor's number of the unit, 0 to the total less one.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> u32 {
        shard_of(&[&self.salt, "-", unit], self.total)
    }

    /// Whether any of the ranges holds the unit.
    #[must_use]
    pub fn holds(&self, unit: &str) -> bool {
        let bucket = self.bucket(unit);
        position(&self.ranges, bucket).is_some()
    }
}

/// The splits of an allocation, in order. Rules, and the times between which it runs (both ends included), are the host's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation(Box<[Vec<Shard>]>);

impl Allocation {
    /// A split without shards takes everyone who reaches it.
    ///
    /// # Errors
    /// No splits.
    pub fn new(splits: Vec<Vec<Shard>>) -> Result<Self, Error> {
        some("splits", &splits)?;
        Ok(Self(splits.into()))
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let splits = fields.required("splits").and_then(|field| {
            let splits = field.list()?.into_iter().map(|split| {
                let shards = split.list()?.into_iter().map(|shard| {
                    let mut fields = shard.object()?;
                    let salt = fields.required("salt").and_then(|field| field.text());
                    let total = fields.required("total_shards").and_then(|field| field.whole());
                    let ranges = fields.required("ranges").and_then(|field| field.whole_pairs());
                    fields.finish();
                    Shard::new(salt?, total?, &ranges?).map_err(|error| shard.refuse_with(&error)).ok()
                });
                shards.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()
            });
            splits.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()
        });
        fields.checked(Self::new(splits?))
    }
}

impl Assign for Allocation {
    fn assign(&self, unit: &str) -> Option<usize> {
        self.0.iter().position(|split| split.iter().all(|shard| shard.holds(unit)))
    }
}

/// An experiment of the old format (`rac` v3): exposure and variant by two salts of its own.
///
/// Exposure: `shard("exposure-" unit "-" key) <= percent_exposure * total`. The bound is included, so even an exposure of zero admits shard
/// 0. Variant: the first range that holds `shard("assignment-" unit "-" key)`. The key is the experiment's, in version 3 flag key, `-`,
/// allocation key.
#[derive(Clone, Debug, PartialEq)]
pub struct Legacy {
    key: Box<str>,
    total: u32,
    percent_exposure: f64,
    ranges: Box<[(u32, u32)]>,
}

impl Legacy {
    /// # Errors
    /// No shards in total, an exposure outside 0 to 1, no ranges, or one that ends before its start.
    pub fn new(key: &str, total: u32, percent_exposure: f64, ranges: &[(u32, u32)]) -> Result<Self, Error> {
        let ranges = owned("ranges", some("ranges", ranges)?)?;
        let percent_exposure = within("exposure", percent_exposure, 0.0..=1.0)?;
        Ok(Self { key: key.into(), total: positive(total)?, percent_exposure, ranges })
    }

    /// The number that decides whether the unit is in.
    #[must_use]
    pub fn exposure_bucket(&self, unit: &str) -> u32 {
        shard_of(&["exposure-", unit, "-", &self.key], self.total)
    }

    /// The number that decides the variant.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> u32 {
        shard_of(&["assignment-", unit, "-", &self.key], self.total)
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let key = fields.required("key").and_then(|field| field.text());
        let total = fields.required("total_shards").and_then(|field| field.whole());
        let exposure = fields.required("exposure").and_then(|field| field.number(0.0..=1.0));
        let ranges = fields.required("ranges").and_then(|field| field.whole_pairs());
        fields.checked(Self::new(key?, total?, exposure?, &ranges?))
    }
}

impl Assign for Legacy {
    fn assign(&self, unit: &str) -> Option<usize> {
        let is_in = f64::from(self.exposure_bucket(unit)) <= self.percent_exposure * f64::from(self.total);
        is_in.then(|| position(&self.ranges, self.bucket(unit)))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn all_shards_of_a_split_must_hold_the_unit() {
        let shard = |ranges: &[(u32, u32)]| Shard::new("s", 10_000, ranges).unwrap();
        let (all, none) = (shard(&[(0, 1), (1, 10_000)]), shard(&[]));
        assert_eq!(
            Allocation::new(vec![vec![all.clone(), none], vec![all.clone()], vec![]]).unwrap().assign("u"),
            Some(1)
        );
        assert_eq!(Allocation::new(vec![vec![]]).unwrap().assign(""), Some(0));
        assert_eq!(Allocation::new(vec![]).unwrap_err().path(), "splits");
        assert!(!shard(&[(all.bucket("u") + 1, 10_000), (0, all.bucket("u"))]).holds("u"));
    }

    #[test]
    fn the_bound_of_the_old_exposure_is_included() {
        let legacy = |exposure, total| Legacy::new("e", total, exposure, &[(0, total)]).unwrap();
        assert_eq!(legacy(0.0, 1).assign("u"), Some(0)); // the only shard is 0
        let bucket = legacy(0.0, 10_000).exposure_bucket("u");
        assert_eq!(legacy(f64::from(bucket) / 10_000.0, 10_000).assign("u"), Some(0));
        assert_eq!(legacy(f64::from(bucket - 1) / 10_000.0, 10_000).assign("u"), None);
    }

    #[test]
    fn impossible_shards_are_named() {
        assert_eq!(Shard::new("s", 0, &[]).unwrap_err().path(), "total_shards");
        assert_eq!(Shard::new("s", 9, &[(0, 1), (2, 1)]).unwrap_err().path(), "ranges[1]");
        assert_eq!(Legacy::new("e", 9, 1.0, &[]).unwrap_err().path(), "ranges");
        assert_eq!(Legacy::new("e", 9, f64::NAN, &[(0, 9)]).unwrap_err().path(), "exposure");
    }
}
