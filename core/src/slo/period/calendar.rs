use crate::error::{Error, Kind};
use crate::quantity::{Span, Timestamp};
use crate::slo::interval::after;
use alloc::format;
use serde::{Deserialize, Serialize};

/// A stretch of time with a budget of its own: from one instant up to, and without, another.
///
/// ```
/// use rampgate::slo::{Calendar, Period};
///
/// let now = "2022-08-11T08:31:00Z".parse()?;
/// let week = Period::calendar(Calendar::Week, &[], now)?;
/// assert_eq!(week.from().to_string(), "2022-08-08T00:00:00Z");
/// assert_eq!(week.to().to_string(), "2022-08-15T00:00:00Z");
/// assert_eq!(Period::rolling("30d".parse()?, now)?.from().to_string(), "2022-07-12T08:31:00Z");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    from: Timestamp,
    to: Timestamp,
}

/// A unit of the local calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calendar {
    /// From midnight to midnight: 23 or 25 hours where clocks are changed.
    Day,
    /// From Monday to Monday.
    Week,
    /// From the first of a month to the first of the next.
    Month,
    /// Three months from the first of January, April, July or October.
    Quarter,
    /// From the first of January to the next.
    Year,
}

/// From this instant on, local clocks are ahead of UTC by so many minutes; negative where they are behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offset {
    /// The instant.
    pub since: Timestamp,
    /// Minutes ahead of UTC, from -1,440 to 1,440.
    pub minutes: i32,
}

const MINUTE: i64 = 60_000;

impl Period {
    /// The period from `from` up to `to`, which the host worked out.
    ///
    /// # Errors
    /// An end that is not after the start.
    pub fn between(from: Timestamp, to: Timestamp) -> Result<Self, Error> {
        after("to", from, to)?;
        Ok(Self { from, to })
    }

    /// The `window` that ends at `now`.
    ///
    /// # Errors
    /// No time, or a window that begins before 1970.
    pub fn rolling(window: Span, now: Timestamp) -> Result<Self, Error> {
        if window == Span::ZERO || window.as_millis() > now.as_millis() {
            let rule = "must be more than nothing, and begin after 1970";
            return Err(Error::new("window", Kind::Range, rule, window));
        }
        Ok(Self { from: now.saturating_sub(window), to: now })
    }

    /// The day, week, month, quarter or year that holds `now`, by local clocks that are ahead of UTC as `offsets` say: each
    /// from its instant on, the first also before it. None are UTC.
    ///
    /// Give the changes of the clocks from two periods before `now` to two after it; a database of zones has them. Where
    /// midnight comes twice, the period starts at the first; where it is left out, when the clocks go on.
    ///
    /// ```
    /// use rampgate::slo::{Calendar, Offset, Period};
    ///
    /// // Berlin, the day when clocks go back: it has 25 hours.
    /// let offsets = [
    ///     Offset { since: "2026-03-29T01:00:00Z".parse()?, minutes: 120 },
    ///     Offset { since: "2026-10-25T01:00:00Z".parse()?, minutes: 60 },
    /// ];
    /// let day = Period::calendar(Calendar::Day, &offsets, "2026-10-25T12:00:00Z".parse()?)?;
    /// assert_eq!(day.from().to_string(), "2026-10-24T22:00:00Z");
    /// assert_eq!(day.length().to_string(), "1d1h");
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// Offsets of more than a day, or not in the order of their instants; a period that reaches outside the years 1970 to
    /// 9999.
    pub fn calendar(unit: Calendar, offsets: &[Offset], now: Timestamp) -> Result<Self, Error> {
        for (position, offset) in offsets.iter().enumerate() {
            if offset.minutes.abs() > 1_440 {
                let path = format!("offsets[{position}].minutes");
                return Err(Error::new(path, Kind::Range, "must be from -1440 to 1440", offset.minutes));
            }
        }
        if let Some(position) = offsets.array_windows().position(|[one, next]| next.since <= one.since) {
            let path = format!("offsets[{}].since", position.saturating_add(1));
            return Err(Error::absent(path, Kind::Order, "must be later than the one before it"));
        }
        let outside = || Error::new("now", Kind::Range, "must lie in a period from 1970 to 9999", now);
        let local = local(offsets, now).ok_or_else(outside)?;
        let first = unit.start(local).ok_or_else(outside)?;
        let mut from = instant(offsets, first).ok_or_else(outside)?;
        let mut to = unit.next(first).and_then(|next| instant(offsets, next)).ok_or_else(outside)?;
        // Clocks that go back over midnight show the day before once more, though the new one has begun.
        if to <= now {
            from = to;
            to = unit.next(first).and_then(|next| instant(offsets, unit.next(next)?)).ok_or_else(outside)?;
        }
        Self::between(from, to)
    }

    /// When it starts.
    #[must_use]
    pub const fn from(&self) -> Timestamp {
        self.from
    }

    /// When it has ended.
    #[must_use]
    pub const fn to(&self) -> Timestamp {
        self.to
    }

    /// How long it is.
    #[must_use]
    pub fn length(&self) -> Span {
        self.to.since(self.from)
    }

    /// Whether the instant lies in it.
    #[must_use]
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

impl Calendar {
    /// The local midnight at which the unit that holds the local time starts; local times are written as if they were UTC.
    fn start(self, local: Timestamp) -> Option<Timestamp> {
        let (year, month, day) = local.date();
        match self {
            Self::Day => Timestamp::of_date(year, month, day),
            Self::Week => {
                let midnight = Timestamp::of_date(year, month, day)?;
                let since_monday = (midnight.as_millis() / DAY + 3) % 7; // 1970-01-01 was a Thursday
                let monday = midnight.as_millis().checked_sub(since_monday * DAY)?;
                Timestamp::from_millis(monday).ok()
            }
            Self::Month => Timestamp::of_date(year, month, 1),
            Self::Quarter => Timestamp::of_date(year, (month - 1) / 3 * 3 + 1, 1),
            Self::Year => Timestamp::of_date(year, 1, 1),
        }
    }

    /// The start of the next unit, of the start of one.
    fn next(self, start: Timestamp) -> Option<Timestamp> {
        let (year, month, _) = start.date();
        let months = match self {
            Self::Day => return later(start, 1),
            Self::Week => return later(start, 7),
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        };
        let month = month - 1 + months;
        Timestamp::of_date(year + month / 12, month % 12 + 1, 1)
    }
}

const DAY: u64 = 86_400_000;

fn later(at: Timestamp, days: u64) -> Option<Timestamp> {
    Timestamp::from_millis(at.as_millis().checked_add(days * DAY)?).ok()
}

/// How far local clocks are ahead at an instant, in minutes.
fn ahead(offsets: &[Offset], at: Timestamp) -> i32 {
    let current = offsets.iter().rev().find(|offset| offset.since <= at).or_else(|| offsets.first());
    current.map_or(0, |offset| offset.minutes)
}

/// What local clocks show, written as if it were UTC.
fn local(offsets: &[Offset], at: Timestamp) -> Option<Timestamp> {
    shifted(at, i64::from(ahead(offsets, at)))
}

/// The first instant at which local clocks show at least `local`, which they did not a moment before.
fn instant(offsets: &[Offset], local: Timestamp) -> Option<Timestamp> {
    let shown = offsets.iter().map(|offset| offset.minutes).chain(offsets.is_empty().then_some(0));
    let shown = shown.filter_map(|minutes| {
        let at = shifted(local, -i64::from(minutes))?;
        (ahead(offsets, at) == minutes).then_some(at)
    });
    // Left out: the clocks jumped over it at one of the changes.
    let jumped = offsets.array_windows().filter_map(|[before, after]| {
        let from = shifted(after.since, i64::from(before.minutes))?;
        let to = shifted(after.since, i64::from(after.minutes))?;
        (from <= local && local < to).then_some(after.since)
    });
    shown.chain(jumped).min()
}

fn shifted(at: Timestamp, minutes: i64) -> Option<Timestamp> {
    let millis = i64::try_from(at.as_millis()).ok()?.checked_add(minutes * MINUTE)?;
    Timestamp::from_millis(u64::try_from(millis).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn period(
        unit: Calendar,
        offsets: &[Offset],
        now: &str,
    ) -> (alloc::string::String, alloc::string::String) {
        use alloc::string::ToString;
        let period = Period::calendar(unit, offsets, at(now)).unwrap();
        assert!(period.holds(at(now)), "{now}");
        (period.from().to_string(), period.to().to_string())
    }

    fn pair(from: &str, to: &str) -> (alloc::string::String, alloc::string::String) {
        (from.into(), to.into())
    }

    #[test]
    fn units_start_and_end_where_the_calendar_says() {
        let now = "2024-02-29T23:59:59.999Z";
        for (unit, from, to) in [
            (Calendar::Day, "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
            (Calendar::Week, "2024-02-26T00:00:00Z", "2024-03-04T00:00:00Z"),
            (Calendar::Month, "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
            (Calendar::Quarter, "2024-01-01T00:00:00Z", "2024-04-01T00:00:00Z"),
            (Calendar::Year, "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
        ] {
            assert_eq!(period(unit, &[], now), pair(from, to));
        }
    }

    #[test]
    fn a_midnight_that_is_left_out_or_comes_twice_starts_one_day_and_not_two() {
        // Havana: clocks go on at midnight, and back at one o'clock.
        let havana = [
            Offset { since: at("2025-11-02T05:00:00Z"), minutes: -300 },
            Offset { since: at("2026-03-08T05:00:00Z"), minutes: -240 },
            Offset { since: at("2026-11-01T05:00:00Z"), minutes: -300 },
        ];
        let left_out = pair("2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z");
        assert_eq!(period(Calendar::Day, &havana, "2026-03-08T05:00:00Z"), left_out);
        let twice = pair("2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z");
        assert_eq!(period(Calendar::Day, &havana, "2026-11-01T04:30:00Z"), twice);
        assert_eq!(period(Calendar::Day, &havana, "2026-11-01T05:30:00Z"), twice);
        // Clocks that go back from midnight show the evening before once more, though the day has begun.
        let midnight = [
            Offset { since: at("2026-01-01T00:00:00Z"), minutes: 60 },
            Offset { since: at("2026-06-30T23:30:00Z"), minutes: 0 },
        ];
        let begun = pair("2026-06-30T23:00:00Z", "2026-07-02T00:00:00Z");
        assert_eq!(period(Calendar::Day, &midnight, "2026-06-30T23:45:00Z"), begun);
    }

    #[test]
    fn refuses_what_is_no_period() {
        let now = at("2026-11-24T00:00:00Z");
        assert!(Period::between(now, now).is_err());
        assert!(Period::rolling(Span::ZERO, now).is_err());
        let far = [Offset { since: now, minutes: 1_441 }];
        assert_eq!(Period::calendar(Calendar::Day, &far, now).unwrap_err().path(), "offsets[0].minutes");
        let twice = [Offset { since: now, minutes: 0 }; 2];
        assert_eq!(Period::calendar(Calendar::Day, &twice, now).unwrap_err().path(), "offsets[1].since");
        assert!(Period::calendar(Calendar::Year, &[], Timestamp::MAX).is_err());
        assert!(Period::calendar(Calendar::Week, &[], Timestamp::EPOCH).is_err());
    }
}
