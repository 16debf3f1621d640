use super::{decimal, serialise_as_text_or_integer};
use crate::error::{Error, Kind};
use core::fmt;
use core::str::FromStr;

const BILLION: u32 = 1_000_000_000;

/// A service-level objective: the share of events that must be good, exact to one part per billion.
///
/// Held as the *allowed failure* in parts per billion, from 1 to 999,999,999, because all the arithmetic of budgets
/// starts there. 100% is refused (it leaves no budget to spend, so every failure would be infinitely bad) and so is 0%.
///
/// ```
/// use rampgate::Objective;
///
/// let objective: Objective = "99.95%".parse()?;
/// assert_eq!(objective.allowed_parts_per_billion(), 500_000);
/// assert!("100%".parse::<Objective>().is_err());
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Objective {
    allowed: u32,
}

impl Objective {
    /// The objective that allows `parts` failures in a billion events.
    ///
    /// # Errors
    /// `parts` outside 1 to 999,999,999.
    pub fn from_allowed_parts_per_billion(parts: u32) -> Result<Self, Error> {
        if parts == 0 || parts >= BILLION {
            let rule = "must allow from 1 to 999999999 failures in a billion";
            return Err(Error::new("objective", Kind::Range, rule, parts));
        }
        Ok(Self { allowed: parts })
    }

    /// Allowed failures in a billion events, 1 to 999,999,999.
    #[must_use]
    pub const fn allowed_parts_per_billion(self) -> u32 {
        self.allowed
    }
}

impl FromStr for Objective {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let Some(good) = text.strip_suffix('%').and_then(|number| decimal::scaled(number, 7)) else {
            let rule = "must be a percentage with at most seven decimals such as 99.95%";
            return Err(Error::new("objective", Kind::Syntax, rule, text));
        };
        u64::from(BILLION)
            .checked_sub(good)
            .and_then(|allowed| u32::try_from(allowed).ok())
            .and_then(|allowed| Self::from_allowed_parts_per_billion(allowed).ok())
            .ok_or_else(|| {
                Error::new("objective", Kind::Range, "must lie strictly between 0% and 100%", text)
            })
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal::write(f, u64::from(BILLION - self.allowed), 7)?;
        f.write_str("%")
    }
}

serialise_as_text_or_integer!(
    Objective,
    u32,
    |objective| objective.allowed,
    Objective::from_allowed_parts_per_billion
);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn text_round_trips_exactly() {
        for (text, allowed) in
            [("99.9%", 1_000_000), ("50%", 500_000_000), ("99.9999999%", 1), ("0.0000001%", 999_999_999)]
        {
            let objective: Objective = text.parse().unwrap();
            assert_eq!(objective.allowed_parts_per_billion(), allowed);
            assert_eq!(objective.to_string(), text);
        }
    }

    #[test]
    fn refuses_the_ends_and_anything_finer() {
        for bad in ["0%", "100%", "100.0000000%", "101%", "99.99999999%", "99.9", "-1%", ""] {
            assert!(bad.parse::<Objective>().is_err(), "{bad}");
        }
    }
}
