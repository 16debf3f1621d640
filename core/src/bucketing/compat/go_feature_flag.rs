//! GO Feature Flag: FNV-1a of flag and key. Source: `thomaspoignant/go-feature-flag`, `modules/core/utils/hash.go` and
//! `modules/core/flag/rule.go`.
//!
//! `bucket` = fnv32(flag name ‖ key in UTF-8) mod (1000 times the sum of the percentages, mostly 100,000), without a separator. The variations
//! take their shares in *descending* order of their names. Flags with similar names are correlated: the hash has no seed of its own.

use super::Assign;
use super::check::{percentage, some};
use super::hash::Fnv1a;
use super::text::Encoding;
use crate::document::Fields;
use crate::error::{Error, Kind};
use crate::order;
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

/// Parts of a per cent.
const MULTIPLIER: f64 = 1_000.0;

fn bucket(flag: &str, unit: &str, total: u32) -> u32 {
    let mut hasher = Fnv1a::new();
    [flag, unit].iter().for_each(|part| Encoding::Utf8.each(part, |byte| hasher.push(byte)));
    hasher.finish().checked_rem(total).unwrap_or(0)
}

/// The whole part, as Go's conversion has it for numbers in range.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cut is what is wanted, and `as` saturates"
)]
fn whole(number: f64) -> u32 {
    number as u32
}

/// A rule with percentages.
///
/// ```
/// use rampgate::bucketing::compat::Assign;
/// use rampgate::bucketing::compat::go_feature_flag::Percentages;
///
/// let rule = Percentages::new("flag", &[("A", 70.0), ("B", 30.0)])?; // B holds the first 30,000 buckets
/// assert_eq!((rule.bucket("alice"), rule.assign("alice")), (55_025, Some(0)));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Percentages {
    flag: Box<str>,
    total: u32,
    /// For each variation its end and its position, in descending order of the names.
    ends: Box<[(u32, usize)]>,
}

impl Percentages {
    /// Variations by name and percentage; the answer is the position in this list. Go sums a map in no fixed order, so percentages whose sum
    /// depends on the order in its last bit are not reproducible there either.
    ///
    /// # Errors
    /// No variations, a name that is there twice, a percentage outside 0 to 100, or a sum of zero.
    pub fn new(flag: &str, variations: &[(&str, f64)]) -> Result<Self, Error> {
        let mut sorted = Vec::with_capacity(variations.len());
        for (position, (name, share)) in some("variations", variations)?.iter().enumerate() {
            let path = format!("variations[{position}]");
            if sorted.iter().any(|(other, _, _)| other == name) {
                return Err(Error::new(path, Kind::Conflict, "must not repeat a name", name));
            }
            sorted.push((*name, percentage(&path, *share)?, position));
        }
        order::sort_by(&mut sorted, |a, b| b.0.cmp(a.0));
        let total = whole(sorted.iter().map(|(_, share, _)| share).sum::<f64>() * MULTIPLIER);
        if total == 0 {
            return Err(Error::new("variations", Kind::Range, "must not sum to zero", 0));
        }
        let mut end = 0.0;
        let mut cut = |(_, share, position): (_, f64, usize)| {
            end += share * MULTIPLIER;
            (whole(end), position)
        };
        Ok(Self { flag: flag.into(), total, ends: sorted.into_iter().map(&mut cut).collect() })
    }

    /// The vendor's number of the unit, 0 to 1000 times the sum of the percentages, less one.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> u32 {
        bucket(&self.flag, unit, self.total)
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let flag = fields.required("flag").and_then(|field| field.text());
        let variations = fields.required("variations").and_then(|field| {
            let variations = field.list()?.into_iter().map(|variation| {
                let mut fields = variation.object()?;
                let name = fields.required("name").and_then(|field| field.text());
                let percentage = fields.required("percentage").and_then(|field| field.number(0.0..=100.0));
                fields.finish();
                Some((name?, percentage?))
            });
            variations.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()
        });
        fields.checked(Self::new(flag?, &variations?))
    }
}

impl Assign for Percentages {
    /// An empty unit is a missing bucketing key, an error at the vendor, and has no variation.
    fn assign(&self, unit: &str) -> Option<usize> {
        let bucket = self.bucket(unit);
        (!unit.is_empty())
            .then(|| self.ends.iter().find(|(end, _)| bucket < *end).map(|(_, position)| *position))?
    }
}

/// A progressive rollout at one moment: the end's variation, as variant 1, below the percentage reached, and the initial one, variant 0, above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progressive {
    flag: Box<str>,
    end: u32,
}

impl Progressive {
    /// `reached` is the percentage that the rollout has come to.
    ///
    /// # Errors
    /// A percentage outside 0 to 100.
    pub fn new(flag: &str, reached: f64) -> Result<Self, Error> {
        Ok(Self { flag: flag.into(), end: whole(percentage("reached", reached)? * MULTIPLIER) })
    }

    /// The vendor's number of the unit, 0 to 99,999.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> u32 {
        bucket(&self.flag, unit, 100_000)
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let flag = fields.required("flag").and_then(|field| field.text());
        let reached = fields.required("reached").and_then(|field| field.number(0.0..=100.0));
        fields.checked(Self::new(flag?, reached?))
    }
}

impl Assign for Progressive {
    fn assign(&self, unit: &str) -> Option<usize> {
        (!unit.is_empty()).then(|| usize::from(self.bucket(unit) < self.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;

    #[test]
    fn names_take_their_shares_in_descending_order() {
        let rule = Percentages::new("f", &[("a", 10.0), ("c", 20.0), ("b", 30.5)]).unwrap();
        assert_eq!(*rule.ends, [(20_000, 1), (50_500, 2), (60_500, 0)]);
        assert_eq!(rule.total, 60_500);
        assert!(rule.assign("u").is_some());
        assert_eq!(rule.assign(""), None);
    }

    #[test]
    fn impossible_percentages_are_named() {
        let path = |list| Percentages::new("f", list).unwrap_err().path().to_string();
        assert_eq!(path(&[]), "variations");
        assert_eq!(path(&[("a", 0.0)]), "variations");
        assert_eq!(path(&[("a", 1.0), ("a", 1.0)]), "variations[1]");
        assert_eq!(path(&[("a", f64::NAN)]), "variations[0]");
        assert_eq!(Progressive::new("f", -1.0).unwrap_err().path(), "reached");
    }

    #[test]
    fn a_progressive_rollout_moves_units_to_the_end() {
        assert_eq!(Progressive::new("f", 0.0).unwrap().assign("u"), Some(0));
        assert_eq!(Progressive::new("f", 100.0).unwrap().assign("u"), Some(1));
    }
}
