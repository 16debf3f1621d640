use crate::error::{Error, Kind};
use crate::quantity::{Share, Span, scaled};
use core::fmt;
use core::str::FromStr;

/// A burn rate: how many times as fast as the objective allows. At 1 the budget lasts exactly its period.
///
/// Held as a reduced fraction of whole numbers, so that 2% of 28 days in an hour is 13.44 and 10% of them in three days is 14/15, and
/// neither is a float nearby.
///
/// ```
/// use rampgate::slo::burn_rate::Factor;
///
/// let factor: Factor = "14.4".parse()?;
/// assert_eq!(factor.parts_per_million(), 14_400_000);
/// assert_eq!(factor, Factor::spending("2%".parse()?, "30d".parse()?, "1h".parse()?)?);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Factor {
    num: u64,
    den: u64,
}

impl Factor {
    /// The burn rate that spends `share` of the budget of `period` within `window`: share × period / window.
    ///
    /// (Google, *The Site Reliability Workbook*, 2018, "Alerting on SLOs", iteration 4.)
    ///
    /// # Errors
    /// A share of 0%; a period or a window of no time.
    pub fn spending(share: Share, period: Span, window: Span) -> Result<Self, Error> {
        if share == Share::ZERO {
            return Err(Error::new("share", Kind::Range, "must be more than 0%", share));
        }
        for (path, span) in [("period", period), ("window", window)] {
            if span == Span::ZERO {
                return Err(Error::new(path, Kind::Range, "must be more than no time", span));
            }
        }
        let num = u128::from(share.parts_per_million()) * u128::from(period.as_millis());
        let den = 1_000_000 * u128::from(window.as_millis());
        Self::reduced(num, den).ok_or_else(|| {
            Error::new("share", Kind::Range, "makes a burn rate that cannot be held exactly", share)
        })
    }

    /// In parts per million, rounded down: 1,000,000 is exactly as fast as allowed.
    #[must_use]
    pub fn parts_per_million(self) -> u64 {
        if let Some(scaled) = self.num.checked_mul(1_000_000) {
            return scaled / self.den; // nearly always, and a fifth of the time
        }
        let parts = u128::from(self.num) * 1_000_000 / u128::from(self.den);
        u64::try_from(parts).unwrap_or(u64::MAX)
    }

    pub(super) fn num(self) -> u128 {
        u128::from(self.num)
    }

    pub(super) fn den(self) -> u128 {
        u128::from(self.den)
    }

    /// The burn rate that spends the same share of another period's budget in the same window.
    pub(super) fn at_period(self, from: Span, to: Span) -> Option<Self> {
        Self::reduced(self.num() * u128::from(to.as_millis()), self.den() * u128::from(from.as_millis()))
    }

    /// None for zero, and for what 64 bits cannot hold exactly.
    fn reduced(num: u128, den: u128) -> Option<Self> {
        let divisor = greatest_common_divisor(num, den);
        let num = u64::try_from(num.checked_div(divisor)?).ok()?;
        let den = u64::try_from(den.checked_div(divisor)?).ok()?;
        (num > 0 && den > 0).then_some(Self { num, den })
    }
}

/// Euclid's algorithm; 0 only for two zeros.
pub(super) fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl FromStr for Factor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let Some(parts) = scaled(text, 6) else {
            let rule = "must be a number with at most six decimals such as 14.4";
            return Err(Error::new("factor", Kind::Syntax, rule, text));
        };
        Self::reduced(u128::from(parts), 1_000_000)
            .ok_or_else(|| Error::new("factor", Kind::Range, "must be more than 0", text))
    }
}

impl fmt::Display for Factor {
    /// The decimal where six places hold it exactly, the fraction otherwise.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if 1_000_000 % self.den != 0 {
            return write!(f, "{}/{}", self.num, self.den);
        }
        let (whole, mut fraction) = (self.num / self.den, self.num % self.den * (1_000_000 / self.den));
        write!(f, "{whole}")?;
        if fraction == 0 {
            return Ok(());
        }
        let mut width = 6;
        while fraction % 10 == 0 {
            fraction /= 10;
            width -= 1;
        }
        write!(f, ".{fraction:0width$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn text_round_trips_or_is_a_fraction() {
        for text in ["14.4", "6", "1", "0.98", "0.000001", "13.44", "1000000000"] {
            assert_eq!(text.parse::<Factor>().unwrap().to_string(), text);
        }
        for bad in ["", "0", "0.0", "-1", "1e3", "0.0000001", "14,4"] {
            assert!(bad.parse::<Factor>().is_err(), "{bad}");
        }
        let slow =
            Factor::spending("10%".parse().unwrap(), "28d".parse().unwrap(), "3d".parse().unwrap()).unwrap();
        assert_eq!(slow.to_string(), "14/15");
        assert_eq!(slow.parts_per_million(), 933_333);
    }

    #[test]
    fn what_64_bits_cannot_hold_is_refused_and_not_rounded() {
        let odd = Factor { num: u64::MAX, den: u64::MAX - 1 };
        let (a, b) = ("29d".parse().unwrap(), "31d".parse().unwrap());
        assert_eq!(odd.at_period(a, b), None);
        assert_eq!(odd.at_period(a, a), Some(odd));
        assert_eq!(odd.parts_per_million(), 1_000_000);
    }
}
