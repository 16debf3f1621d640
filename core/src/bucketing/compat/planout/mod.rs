//! PlanOut: 60 bits of SHA-1. Source: `facebookarchive/planout`, `python/planout/ops/random.py` and `namespace.py`, version 0.6.
//!
//! `H` = hex15(sha1(experiment salt ‖ `.` ‖ parameter salt ‖ separator ‖ units joined by `.`)), or of full salt ‖ `.` ‖ units. The parameter's
//! salt is its name, unless it names one; the separator is `.` mostly. Several units are one unit here, joined by points.
//!
//! ASCII only: PlanOut raises an error for anything else, and there is no number here.
//!
//! - uniform: `H / 0xFFFFFFFFFFFFFFF` in 64-bit floats;
//! - choice: `H mod n`;
//! - weighted choice: the first with `uniform * sum <= cumulative weight`, the bound included;
//! - Bernoulli: `uniform <= p`, the bound included;
//! - namespace: a segment is `H mod segments` under the parameter `segment`.

mod namespace;

pub use namespace::{Namespace, Segments};

use super::Assign;
use super::check::{some, within};
use super::hash::sha1_60;
use super::read::Read as _;
use crate::document::Fields;
use crate::error::{Error, Kind};
use alloc::boxed::Box;
use alloc::format;

/// The hash of one parameter.
///
/// ```
/// use rampgate::bucketing::compat::planout::PlanOut;
///
/// let parameter = PlanOut::new("test_salt", "foo");
/// assert_eq!(parameter.hash("4").map(|hash| hash % 8), Some(7)); // PlanOut's own test
/// assert_eq!(parameter.hash("zoë"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanOut {
    /// All that stands before the units.
    prefix: Box<str>,
}

impl PlanOut {
    /// The hash of the parameter `salt` of an experiment, separated by points.
    #[must_use]
    pub fn new(experiment_salt: &str, salt: &str) -> Self {
        Self::separated(experiment_salt, salt, ".")
    }

    /// The same, with another separator (`salt_sep`) before the units.
    #[must_use]
    pub fn separated(experiment_salt: &str, salt: &str, separator: &str) -> Self {
        Self { prefix: format!("{experiment_salt}.{salt}{separator}").into() }
    }

    /// The hash under a `full_salt`, which overrides both salts.
    #[must_use]
    pub fn with_full_salt(full_salt: &str) -> Self {
        Self { prefix: format!("{full_salt}.").into() }
    }

    /// The vendor's `H`, below 2^60; none where salt or unit are not ASCII.
    #[must_use]
    pub fn hash(&self, unit: &str) -> Option<u64> {
        (self.prefix.is_ascii() && unit.is_ascii()).then(|| sha1_60(&[&self.prefix, unit]))
    }

    /// The number from 0 to 1 behind floats, trials and weighted choices.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "the vendor's own rounding, of the scale too")]
    pub fn uniform(&self, unit: &str) -> Option<f64> {
        Some(self.hash(unit)? as f64 / 0x0fff_ffff_ffff_ffff_u64 as f64)
    }

    fn read_salt(fields: &mut Fields<'_>) -> Option<Self> {
        if let Some(full) = fields.optional("full_salt") {
            return Some(Self::with_full_salt(full.text()?));
        }
        let experiment_salt = fields.required("experiment_salt").and_then(|field| field.text());
        let salt = fields.required("salt").and_then(|field| field.text());
        let separator = fields.optional("separator").map_or(Some("."), |field| field.text());
        Some(Self::separated(experiment_salt?, salt?, separator?))
    }
}

/// `UniformChoice` among choices that weigh the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    hash: PlanOut,
    choices: u64,
}

impl Choice {
    /// # Errors
    /// No choices.
    pub fn new(hash: PlanOut, choices: u32) -> Result<Self, Error> {
        if choices == 0 {
            return Err(Error::new("choices", Kind::Range, "must be at least one", choices));
        }
        Ok(Self { hash, choices: choices.into() })
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let hash = PlanOut::read_salt(fields);
        let choices = fields.required("choices").and_then(|field| field.whole());
        fields.checked(Self::new(hash?, choices?))
    }
}

impl Assign for Choice {
    fn assign(&self, unit: &str) -> Option<usize> {
        usize::try_from(self.hash.hash(unit)?.checked_rem(self.choices)?).ok()
    }
}

/// `WeightedChoice`.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedChoice {
    hash: PlanOut,
    /// Running sums of the weights.
    ends: Box<[f64]>,
}

impl WeightedChoice {
    /// Weights of any sum. The bound is included, so a first choice without weight takes whoever hashes to zero.
    ///
    /// # Errors
    /// No weights, or one that is below zero or not finite, or whose sum is.
    pub fn new(hash: PlanOut, weights: &[f64]) -> Result<Self, Error> {
        let mut sum = 0.0;
        let mut end = |(position, weight): (usize, &f64)| {
            let path = format!("weights[{position}]");
            sum = within(&path, sum + within(&path, *weight, 0.0..=f64::MAX)?, 0.0..=f64::MAX)?;
            Ok(sum)
        };
        let ends =
            some("weights", weights)?.iter().enumerate().map(&mut end).collect::<Result<_, Error>>()?;
        Ok(Self { hash, ends })
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let hash = PlanOut::read_salt(fields);
        let weights = fields.required("weights").and_then(|field| field.numbers());
        fields.checked(Self::new(hash?, &weights?))
    }
}

impl Assign for WeightedChoice {
    fn assign(&self, unit: &str) -> Option<usize> {
        let stop = self.ends.last()? * self.hash.uniform(unit)?;
        self.ends.iter().position(|end| stop <= *end)
    }
}

/// `BernoulliTrial`: 1, as variant 0, or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Bernoulli {
    hash: PlanOut,
    p: f64,
}

impl Bernoulli {
    /// # Errors
    /// A probability outside 0 to 1.
    pub fn new(hash: PlanOut, p: f64) -> Result<Self, Error> {
        Ok(Self { hash, p: within("p", p, 0.0..=1.0)? })
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let hash = PlanOut::read_salt(fields);
        let p = fields.required("p").and_then(|field| field.number(0.0..=1.0));
        fields.checked(Self::new(hash?, p?))
    }
}

impl Assign for Bernoulli {
    fn assign(&self, unit: &str) -> Option<usize> {
        (self.hash.uniform(unit)? <= self.p).then_some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_salt_and_a_separator_change_what_is_hashed() {
        let hash = |planout: PlanOut| planout.hash("u");
        assert_eq!(hash(PlanOut::with_full_salt("e.p")), hash(PlanOut::new("e", "p")));
        assert_eq!(hash(PlanOut::separated("e", "p", "")), PlanOut::with_full_salt("e").hash("pu"));
        assert_eq!(PlanOut::new("ë", "p").hash("u"), None);
    }

    #[test]
    fn weights_of_any_sum_scale() {
        let choice = |weights: &[f64]| WeightedChoice::new(PlanOut::new("e", "p"), weights);
        assert_eq!(choice(&[0.0, 2.0, 0.0]).unwrap().assign("u"), Some(1));
        assert_eq!(choice(&[0.0]).unwrap().assign("u"), Some(0));
        assert_eq!(choice(&[1.0, 3.0]).unwrap().assign("u"), choice(&[25.0, 75.0]).unwrap().assign("u"));
        for bad in [&[1.0, f64::NAN][..], &[1.0, -1.0], &[f64::MAX, f64::MAX]] {
            assert_eq!(choice(bad).unwrap_err().path(), "weights[1]");
        }
        assert_eq!(choice(&[]).unwrap_err().path(), "weights");
        assert_eq!(Choice::new(PlanOut::new("e", "p"), 0).unwrap_err().path(), "choices");
        assert_eq!(Bernoulli::new(PlanOut::new("e", "p"), f64::NAN).unwrap_err().path(), "p");
    }
}
