//! Statsig: 64 bits of SHA-256. Source: `statsig-io/statsig-server-core`, `statsig-rust/src/evaluation/evaluator.rs` and
//! `hashing/memo_sha_256.rs`.
//!
//! `H(x)` is the first 8 bytes of sha256(x), most significant first.
//!
//! - A rule's pass percentage: 100 passes and 0 fails; else `H(spec salt . rule salt . unit) mod 10000 < percentage * 100`. A rule without a
//!   salt uses its id.
//! - A `user_bucket` condition, which cuts experiments and layers: `H(salt . unit) mod 1000`, compared by `lt` or by membership in a set.

use super::Assign;
use super::check::{percentage, some};
use super::hash::sha256;
use super::read::Read as _;
use crate::document::Fields;
use crate::error::{Error, Kind};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec;

/// `H`, of parts joined by points.
fn hash(parts: &[&str]) -> u64 {
    sha256(parts).first_chunk().map_or(0, |head| u64::from_be_bytes(*head))
}

/// The first 8 bytes of SHA-256 of `text`, most significant first: the number behind all of Statsig's buckets.
///
/// ```
/// assert_eq!(rampgate::bucketing::compat::statsig::evaluation_hash("blargh"), 0x0AC3_3512_D18E_20D5);
/// ```
#[must_use]
pub fn evaluation_hash(text: &str) -> u64 {
    hash(&[text])
}

/// The pass percentage of a rule: in, as variant 0, or not.
#[derive(Clone, Debug, PartialEq)]
pub struct PassPercentage {
    spec_salt: Box<str>,
    rule_salt: Box<str>,
    percentage: f64,
}

impl PassPercentage {
    /// # Errors
    /// A percentage outside 0 to 100.
    pub fn new(spec_salt: &str, rule_salt: &str, pass_percentage: f64) -> Result<Self, Error> {
        let percentage = percentage("percentage", pass_percentage)?;
        Ok(Self { spec_salt: spec_salt.into(), rule_salt: rule_salt.into(), percentage })
    }

    /// The vendor's number of the unit, 0 to 9,999.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> u64 {
        hash(&[&self.spec_salt, ".", &self.rule_salt, ".", unit]) % 10_000
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let spec_salt = fields.required("spec_salt").and_then(|field| field.text());
        let rule_salt = fields.required("rule_salt").and_then(|field| field.text());
        let percentage = fields.required("percentage").and_then(|field| field.number(0.0..=100.0));
        fields.checked(Self::new(spec_salt?, rule_salt?, percentage?))
    }
}

impl Assign for PassPercentage {
    #[expect(clippy::cast_precision_loss, reason = "below 10,000")]
    fn assign(&self, unit: &str) -> Option<usize> {
        // 0 and 100 need no cases of their own: no number is below 0, and all are below 10,000
        ((self.bucket(unit) as f64) < self.percentage * 100.0).then_some(0)
    }
}

/// How many user buckets there are.
const USER_BUCKETS: u16 = 1_000;

/// `user_bucket` conditions, one after the other: a layer's experiments, or an experiment's groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserBuckets {
    salt: Box<str>,
    /// For each of the 1,000 buckets the first condition that holds it.
    owners: Box<[Option<usize>]>,
}

impl UserBuckets {
    /// Conditions with the operator `lt`, in their order: the first with `bucket < end` wins, so ends that do not rise starve the later ones.
    ///
    /// # Errors
    /// No ends, or one above 1,000.
    pub fn below(salt: &str, ends: &[u32]) -> Result<Self, Error> {
        let mut buckets = Self { salt: salt.into(), owners: vec![None; USER_BUCKETS.into()].into() };
        for (position, end) in some("ends", ends)?.iter().enumerate() {
            if *end > USER_BUCKETS.into() {
                let path = format!("ends[{position}]");
                return Err(Error::new(path, Kind::Range, "must be at most 1000", end));
            }
            (0..*end).for_each(|bucket| buckets.claim(bucket, position));
        }
        Ok(buckets)
    }

    /// Conditions with the operator `any` over explicit bucket numbers, as layers give them out; the first that holds the bucket wins.
    ///
    /// # Errors
    /// No sets, or a bucket above 999.
    pub fn sets(salt: &str, sets: &[&[u32]]) -> Result<Self, Error> {
        let mut buckets = Self { salt: salt.into(), owners: vec![None; USER_BUCKETS.into()].into() };
        for (position, set) in some("sets", sets)?.iter().enumerate() {
            for bucket in *set {
                if *bucket >= USER_BUCKETS.into() {
                    let path = format!("sets[{position}]");
                    return Err(Error::new(path, Kind::Range, "must hold buckets up to 999", bucket));
                }
                buckets.claim(*bucket, position);
            }
        }
        Ok(buckets)
    }

    fn claim(&mut self, bucket: u32, position: usize) {
        let owner = usize::try_from(bucket).ok().and_then(|bucket| self.owners.get_mut(bucket));
        if let Some(owner @ None) = owner {
            *owner = Some(position);
        }
    }

    /// The vendor's number of the unit, 0 to 999.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> u64 {
        hash(&[&self.salt, ".", unit]) % u64::from(USER_BUCKETS)
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let salt = fields.required("salt").and_then(|field| field.text());
        let ends = fields.required("ends").and_then(|field| field.wholes());
        fields.checked(Self::below(salt?, &ends?))
    }
}

impl Assign for UserBuckets {
    fn assign(&self, unit: &str) -> Option<usize> {
        self.owners.get(usize::try_from(self.bucket(unit)).ok()?).copied()?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn the_first_condition_that_holds_a_bucket_owns_it() {
        let cut = UserBuckets::below("s", &[500, 300, 1000]).unwrap();
        let owners: Vec<_> =
            [0, 299, 499, 500, 999].iter().map(|bucket: &usize| cut.owners[*bucket]).collect();
        assert_eq!(owners, [Some(0), Some(0), Some(0), Some(2), Some(2)]);
        let sets = UserBuckets::sets("s", &[&[], &[7, 999], &[7, 8]]).unwrap();
        assert_eq!(
            [sets.owners[7], sets.owners[999], sets.owners[8], sets.owners[9]],
            [Some(1), Some(1), Some(2), None]
        );
    }

    #[test]
    fn nothing_and_all_pass_as_they_say() {
        let rule = |percentage| PassPercentage::new("spec", "rule", percentage);
        assert_eq!(rule(0.0).unwrap().assign("u"), None);
        assert_eq!(rule(100.0).unwrap().assign("u"), Some(0));
        assert_eq!(rule(f64::NAN).unwrap_err().path(), "percentage");
        assert_eq!(UserBuckets::below("s", &[1001]).unwrap_err().path(), "ends[0]");
        assert_eq!(UserBuckets::sets("s", &[&[0], &[1000]]).unwrap_err().path(), "sets[1]");
        assert_eq!(UserBuckets::sets("s", &[]).unwrap_err().path(), "sets");
    }
}
