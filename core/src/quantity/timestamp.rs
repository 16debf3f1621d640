use super::Span;
use crate::error::{Error, Kind};
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};

const DAY: u64 = 86_400_000;

/// An instant: whole milliseconds since 1970-01-01T00:00:00Z, up to the end of the year 9999.
///
/// The library has no clock; the host passes the time in. The text form is RFC 3339 in UTC, with a `Z`; serialised, it
/// is the integer. Seconds passed for milliseconds land in January 1970, which is the usual mistake.
///
/// ```
/// use rampgate::Timestamp;
///
/// let at: Timestamp = "2026-11-24T12:00:00Z".parse()?;
/// assert_eq!(at.as_millis(), 1_795_521_600_000);
/// assert_eq!(at.to_string(), "2026-11-24T12:00:00Z");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Timestamp(u64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);
    /// 9999-12-31T23:59:59.999Z.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// # Errors
    /// An instant after the year 9999.
    pub fn from_millis(millis: u64) -> Result<Self, Error> {
        if millis > Self::MAX.0 {
            let rule = "must be Unix milliseconds up to the end of the year 9999";
            return Err(Error::new("timestamp", Kind::Range, rule, millis));
        }
        Ok(Self(millis))
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Time from `earlier` to here; zero where `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Span {
        Span::from_millis(self.0.saturating_sub(earlier.0)).unwrap_or(Span::MAX)
    }

    /// `span` later, held at [`Timestamp::MAX`].
    #[must_use]
    pub fn saturating_add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.as_millis())).min(Self::MAX)
    }

    /// Year, month and day in UTC.
    pub(crate) fn date(self) -> (u64, u64, u64) {
        date(self.0 / DAY)
    }

    /// Midnight of a date in UTC; none outside the years 1970 to 9999, or where there is no such day.
    pub(crate) fn of_date(year: u64, month: u64, day: u64) -> Option<Self> {
        let sound = (1970..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=month_length(year, month)).contains(&day);
        sound.then(|| Self(days(year, month, day) * DAY))
    }

    /// `span` earlier, held at [`Timestamp::EPOCH`].
    #[must_use]
    pub fn saturating_sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.as_millis()))
    }
}

impl TryFrom<u64> for Timestamp {
    type Error = Error;

    fn try_from(millis: u64) -> Result<Self, Error> {
        Self::from_millis(millis)
    }
}

impl From<Timestamp> for u64 {
    fn from(at: Timestamp) -> Self {
        at.0
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        parse(text).map(Self).ok_or_else(|| {
            let rule = "must be a UTC time from 1970 to 9999 such as 2026-11-24T12:00:00Z";
            Error::new("timestamp", Kind::Syntax, rule, text)
        })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.0 / DAY);
        let millis = self.0 % DAY;
        let (hour, minute, second) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1_000 % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if !millis.is_multiple_of(1_000) {
            write!(f, ".{:03}", millis % 1_000)?;
        }
        f.write_str("Z")
    }
}

/// `YYYY-MM-DDTHH:MM:SS[.mmm]Z` to Unix milliseconds.
fn parse(text: &str) -> Option<u64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let mut parts = date.split('-');
    let (year, month, day) =
        (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "000"));
    let mut units = clock.split(':');
    let (hour, minute, second) =
        (digits(units.next()?, 2)?, digits(units.next()?, 2)?, digits(units.next()?, 2)?);
    let millis = digits(fraction, 3)?;
    let in_range = year >= 1970
        && (1..=12).contains(&month)
        && (1..=month_length(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    (in_range && parts.next().is_none() && units.next().is_none())
        .then(|| days(year, month, day) * DAY + ((hour * 60 + minute) * 60 + second) * 1_000 + millis)
}

fn digits(text: &str, width: usize) -> Option<u64> {
    (text.len() == width && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn month_length(year: u64, month: u64) -> u64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date in the Gregorian calendar: years are counted from March, so the leap day comes last.
/// Source: Howard Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days`]: `civil_from_days` of the same source.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn every_day_to_the_year_9999_round_trips_and_follows_the_last() {
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for n in 0..=Timestamp::MAX.0 / DAY {
            assert_eq!(date(n), (year, month, day));
            assert_eq!(days(year, month, day), n);
            day += 1;
            if day > month_length(year, month) {
                (day, month) = (1, month + 1);
            }
            if month > 12 {
                (month, year) = (1, year + 1);
            }
        }
        assert_eq!((year, month, day), (10_000, 1, 1));
    }

    #[test]
    fn text_round_trips() {
        for text in ["1970-01-01T00:00:00Z", "2000-02-29T23:59:59.007Z", "9999-12-31T23:59:59.999Z"] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn refuses_anything_else() {
        for bad in [
            "",
            "2026-11-24",
            "2026-11-24T12:00:00",
            "2026-11-24T12:00:00+01:00",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2026-11-24T24:00:00Z",
            "2026-11-24T12:00:60Z",
            "2026-11-24T12:00:00.1Z",
            "2026-1-24T12:00:00Z",
            "2026-11-24-01T12:00:00Z",
        ] {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
        }
    }
}
