use super::{decimal, serialise_as_text_or_integer};
use crate::error::{Error, Kind};
use core::fmt;
use core::str::FromStr;

/// A share of units, in whole parts per million: 0 to 1,000,000.
///
/// The text form is a percentage with at most four decimals, so `0.0001%` is one part per million. A finer
/// percentage is refused rather than rounded: rounding `0.00005%` to nothing would silently switch a release off.
///
/// ```
/// use rampgate::Share;
///
/// let share: Share = "12.5%".parse()?;
/// assert_eq!(share.parts_per_million(), 125_000);
/// assert_eq!(share.to_string(), "12.5%");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u32);

impl Share {
    /// Nobody.
    pub const ZERO: Self = Self(0);
    /// Everybody.
    pub const ALL: Self = Self(1_000_000);

    /// The share of `parts` in a million.
    ///
    /// # Errors
    /// `parts` above 1,000,000.
    pub fn from_parts_per_million(parts: u32) -> Result<Self, Error> {
        if parts > Self::ALL.0 {
            return Err(Error::new(
                "share",
                Kind::Range,
                "must be from 0 to 1000000 parts per million",
                parts,
            ));
        }
        Ok(Self(parts))
    }

    /// The share of `parts` in a million, held at [`Share::ALL`]; for constants and results that are known to be in range.
    pub(crate) const fn clamped(parts: u32) -> Self {
        if parts > Self::ALL.0 { Self::ALL } else { Self(parts) }
    }

    /// Parts per million, 0 to 1,000,000.
    #[must_use]
    pub const fn parts_per_million(self) -> u32 {
        self.0
    }

    /// The share as a fraction from 0 to 1, for statistics and plots; decisions compare the integers.
    #[must_use]
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / f64::from(Self::ALL.0)
    }

    /// What this share leaves.
    #[must_use]
    pub const fn complement(self) -> Self {
        Self(Self::ALL.0 - self.0)
    }
}

impl FromStr for Share {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let Some(number) = text.strip_suffix('%') else {
            return Err(Error::new("share", Kind::Syntax, "must be a percentage such as 12.5%", text));
        };
        let Some(parts) = decimal::scaled(number, 4) else {
            let rule = "must be a plain percentage with at most four decimals";
            return Err(Error::new("share", Kind::Syntax, rule, text));
        };
        u32::try_from(parts)
            .ok()
            .filter(|parts| *parts <= Self::ALL.0)
            .map(Self)
            .ok_or_else(|| Error::new("share", Kind::Range, "must be from 0% to 100%", text))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal::write(f, u64::from(self.0), 4)?;
        f.write_str("%")
    }
}

serialise_as_text_or_integer!(Share, u32, |share| share.0, Share::from_parts_per_million);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn text_round_trips() {
        for text in ["0%", "0.0001%", "12.5%", "99.9999%", "100%"] {
            assert_eq!(text.parse::<Share>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn refuses_what_it_would_have_to_round_or_guess() {
        for bad in ["", "%", "5", "0.25", "-1%", "1e1%", "0.00001%", "100.0001%", "99999999999%", "5 %"] {
            let error = bad.parse::<Share>().unwrap_err();
            assert_eq!(error.value(), Some(bad));
        }
    }
}
