use super::serialise_as_text_or_integer;
use crate::error::{Error, Kind};
use core::fmt;
use core::str::FromStr;

/// Units of the text form, largest first, with their milliseconds.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// A length of time in whole milliseconds: 0 to 100 years of 365.25 days.
///
/// The text form is a run of whole numbers with units, each at most once and largest first: `90s`, `1h30m`, `30d`.
/// A day is always 24 hours; there is no month, because no two agree on its length.
///
/// ```
/// use rampgate::Span;
///
/// let bake: Span = "1h30m".parse()?;
/// assert_eq!(bake.as_millis(), 5_400_000);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The longest span, 100 years of 365.25 days.
    pub const MAX: Self = Self(36_525 * 86_400_000);

    /// # Errors
    /// More than 100 years.
    pub fn from_millis(millis: u64) -> Result<Self, Error> {
        if millis > Self::MAX.0 {
            return Err(Error::new("span", Kind::Range, "must be at most 100 years", millis));
        }
        Ok(Self(millis))
    }

    /// The span of `millis`, held at [`Span::MAX`]; for constants and sums that are known to be in range.
    pub(crate) const fn clamped(millis: u64) -> Self {
        if millis > Self::MAX.0 { Self::MAX } else { Self(millis) }
    }

    /// Whole milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The sum, held at [`Span::MAX`].
    #[must_use]
    pub fn saturating_add(self, other: Self) -> Self {
        Self::clamped(self.0.saturating_add(other.0))
    }

    /// What is left of it without `other`; 0 where that is longer.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl FromStr for Span {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let malformed = || {
            let rule = "must be whole numbers with the units d, h, m, s, ms, largest first, such as 1h30m";
            Error::new("span", Kind::Syntax, rule, text)
        };
        let (mut rest, mut units, mut total) = (text, UNITS.iter(), 0_u64);
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(malformed)?;
            let (number, tail) = rest.split_at_checked(digits).ok_or_else(malformed)?;
            let letters = tail.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(tail.len());
            let (unit, tail) = tail.split_at_checked(letters).ok_or_else(malformed)?;
            let (_, millis) = units.find(|(name, _)| *name == unit).ok_or_else(malformed)?;
            let part = number.parse::<u64>().map_err(|_| malformed())?;
            total = total.saturating_add(part.saturating_mul(*millis));
            rest = tail;
        }
        if text.is_empty() {
            return Err(malformed());
        }
        Self::from_millis(total)
            .map_err(|_| Error::new("span", Kind::Range, "must be at most 100 years", text))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0;
        for (unit, millis) in UNITS {
            if rest >= millis {
                write!(f, "{}{unit}", rest / millis)?;
                rest %= millis;
            }
        }
        Ok(())
    }
}

serialise_as_text_or_integer!(Span, u64, |span| span.0, Span::from_millis);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn text_round_trips() {
        for text in ["0s", "1ms", "90d", "1h30m", "1d2h3m4s5ms", "36525d"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
        assert_eq!("90m".parse::<Span>().unwrap().to_string(), "1h30m");
    }

    #[test]
    fn refuses_anything_else() {
        for bad in [
            "",
            "5",
            "h",
            "-1h",
            "1.5h",
            "1m1h",
            "1h1h",
            "1 h",
            "1H",
            "1w",
            "36526d",
            "99999999999999999999d",
        ] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }
}
