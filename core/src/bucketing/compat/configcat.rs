//! ConfigCat: 28 bits of SHA-1, a hundred buckets. Source: `configcat/rust-sdk`, `src/eval/evaluator.rs`.
//!
//! `bucket` = hex7(sha1(setting key ‖ attribute's text)) mod 100, without a separator; the first option with `bucket` below the running sum
//! of whole percentages. The attribute is `Identifier`, unless the setting names another.

use super::Assign;
use super::check::Cuts;
use super::hash::sha1_28;
use super::read::Read as _;
use crate::document::Fields;
use crate::error::{Error, Kind};
use alloc::boxed::Box;

/// The percentage options of a setting.
///
/// ```
/// use rampgate::bucketing::compat::Assign;
/// use rampgate::bucketing::compat::configcat::ConfigCat;
///
/// let setting = ConfigCat::new("isAwesome", &[20, 80])?;
/// assert_eq!((setting.bucket("alice"), setting.assign("alice")), (10, Some(0)));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigCat {
    setting: Box<str>,
    cuts: Cuts,
}

impl ConfigCat {
    /// # Errors
    /// No percentages, or a sum below 100, which at ConfigCat fails the evaluation of whoever falls beyond it.
    pub fn new(setting: &str, percentages: &[u32]) -> Result<Self, Error> {
        let cuts = Cuts::new("percentages", percentages)?;
        if cuts.total() < 100 {
            return Err(Error::new("percentages", Kind::Range, "must sum to 100", cuts.total()));
        }
        Ok(Self { setting: setting.into(), cuts })
    }

    /// The vendor's number of the unit, 0 to 99.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> u64 {
        sha1_28(&[&self.setting, unit]) % 100
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let setting = fields.required("setting").and_then(|field| field.text());
        let percentages = fields.required("percentages").and_then(|field| field.wholes());
        fields.checked(Self::new(setting?, &percentages?))
    }
}

impl Assign for ConfigCat {
    fn assign(&self, unit: &str) -> Option<usize> {
        self.cuts.at(self.bucket(unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_must_cover_everyone() {
        assert_eq!(ConfigCat::new("s", &[50, 49]).unwrap_err().value(), Some("99"));
        assert_eq!(ConfigCat::new("s", &[]).unwrap_err().path(), "percentages");
        assert_eq!(ConfigCat::new("s", &[0, 100]).unwrap().assign("u"), Some(1));
    }
}
