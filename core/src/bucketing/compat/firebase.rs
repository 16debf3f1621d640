//! Firebase Remote Config, on servers: all 256 bits of SHA-256, in millionths of a per cent. Source: `firebase/firebase-admin-node`,
//! `src/remote-config/condition-evaluator-internal.ts`. Early builds took a 64-bit farmhash instead, which is not built here.
//!
//! `p` = sha256(seed ‖ `.` ‖ randomization id) mod 100,000,000, where an empty seed takes its point along.

use super::Assign;
use super::hash::sha256;
use super::read::Read as _;
use crate::document::Fields;
use crate::error::{Error, Kind};
use alloc::boxed::Box;

/// How many micro-percents there are.
const WHOLE: u32 = 100_000_000;

/// Which micro-percents a condition takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operator {
    /// `LESS_OR_EQUAL`: the bound belongs to it, so 0 still takes the number 0.
    AtMost(u32),
    /// `GREATER_THAN`.
    Above(u32),
    /// `BETWEEN`: above the first, at most the second.
    Between(u32, u32),
}

/// A percent condition: in, as variant 0, or not.
///
/// ```
/// use rampgate::bucketing::compat::firebase::{Firebase, Operator};
///
/// let condition = Firebase::new("seed", Operator::AtMost(50_000_000))?;
/// assert_eq!(condition.bucket("alice"), 43_407_366);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firebase {
    seed: Box<str>,
    operator: Operator,
}

impl Firebase {
    /// # Errors
    /// A bound above 100,000,000, or bounds out of order.
    pub fn new(seed: &str, operator: Operator) -> Result<Self, Error> {
        let at_most = |path, bound: u32, most: u32, rule| {
            if bound > most { Err(Error::new(path, Kind::Range, rule, bound)) } else { Ok(()) }
        };
        let (low, high) = match operator {
            Operator::AtMost(high) => (None, high),
            Operator::Above(low) => (Some(low), WHOLE),
            Operator::Between(low, high) => (Some(low), high),
        };
        at_most("at_most", high, WHOLE, "must be at most 100000000")?;
        at_most("above", low.unwrap_or(0), high, "must be at most the upper bound, or 100000000")?;
        Ok(Self { seed: seed.into(), operator })
    }

    /// The vendor's number of the unit, 0 to 99,999,999.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> u32 {
        let point = if self.seed.is_empty() { "" } else { "." };
        let digest = sha256(&[&self.seed, point, unit]);
        // the remainder of 256 bits, byte by byte: it never leaves 36 bits
        let remainder =
            digest.iter().fold(0_u64, |rest, byte| (rest * 256 + u64::from(*byte)) % u64::from(WHOLE));
        u32::try_from(remainder).unwrap_or(0) // below 100,000,000, so it never fails
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let seed = fields.optional("seed").map_or(Some(""), |field| field.text());
        let above = fields.optional("above").map(|field| field.whole());
        let at_most = fields.optional("at_most").map(|field| field.whole());
        let operator = match (above, at_most) {
            (Some(low), Some(high)) => Operator::Between(low?, high?),
            (Some(low), None) => Operator::Above(low?),
            (None, Some(high)) => Operator::AtMost(high?),
            (None, None) => {
                fields.required("at_most");
                return None;
            }
        };
        fields.checked(Self::new(seed?, operator))
    }
}

impl Assign for Firebase {
    /// An empty unit is a missing randomization id, and in no condition.
    fn assign(&self, unit: &str) -> Option<usize> {
        let bucket = self.bucket(unit);
        let is_in = match self.operator {
            Operator::AtMost(high) => bucket <= high,
            Operator::Above(low) => bucket > low,
            Operator::Between(low, high) => bucket > low && bucket <= high,
        };
        (is_in && !unit.is_empty()).then_some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_belong_to_what_they_close() {
        let is_in = |operator| Firebase::new("s", operator).unwrap().assign("u").is_some();
        let bucket = Firebase::new("s", Operator::AtMost(0)).unwrap().bucket("u");
        assert!(is_in(Operator::AtMost(bucket)) && !is_in(Operator::AtMost(bucket - 1)));
        assert!(is_in(Operator::Above(bucket - 1)) && !is_in(Operator::Above(bucket)));
        assert!(is_in(Operator::Between(bucket - 1, bucket)) && !is_in(Operator::Between(bucket, bucket)));
        assert_eq!(Firebase::new("s", Operator::AtMost(WHOLE)).unwrap().assign(""), None);
        let path = |operator| Firebase::new("s", operator).unwrap_err();
        assert_eq!(path(Operator::AtMost(WHOLE + 1)).path(), "at_most");
        assert_eq!(path(Operator::Above(WHOLE + 1)).path(), "above");
        assert_eq!(path(Operator::Between(2, 1)).path(), "above");
    }
}
