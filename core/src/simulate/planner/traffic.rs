use crate::error::{Error, Kind};
use crate::math;
use crate::quantity::Span;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

const HOUR: u64 = 3_600_000;

/// How many units come in each hour: always as many, or a profile of up to a week that repeats.
///
/// Within an hour units come evenly. A unit is what is assigned and has an outcome: a user's window or session, or a request.
///
/// ```
/// use rampgate::simulate::planner::Traffic;
///
/// let day: Vec<u64> = (0..24).map(|hour| if (8..20).contains(&hour) { 9_000 } else { 1_000 }).collect();
/// let traffic = Traffic::profile(day, 7)?; // the release starts at seven
/// assert_eq!(traffic.until("1h30m".parse()?), 1_000 + 4_500);
/// assert_eq!(traffic.busiest(), 9_000);
/// assert!(Traffic::constant(0).is_err());
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traffic {
    /// Units of each hour, from the hour in which the release starts on.
    hours: Vec<u64>,
    /// Units before each hour; one more than there are hours.
    before: Vec<u64>,
}

impl Traffic {
    /// Most units in an hour: a billion.
    pub const MOST: u64 = 1_000_000_000;
    /// Most hours of a profile: a week.
    pub const MOST_HOURS: usize = 168;

    /// As many units in every hour.
    ///
    /// # Errors
    /// No units, or more than [`MOST`](Self::MOST).
    pub fn constant(units_per_hour: u64) -> Result<Self, Error> {
        if (1..=Self::MOST).contains(&units_per_hour) {
            return Ok(Self::of(vec![units_per_hour]));
        }
        Err(Error::new("traffic", Kind::Range, "must be from 1 to 1000000000 units an hour", units_per_hour))
    }

    /// A profile that repeats, such as 24 hours or 168, and the hour of it in which the release starts, counted from 0.
    ///
    /// # Errors
    /// No hour or more than [`MOST_HOURS`](Self::MOST_HOURS); an hour of more than [`MOST`](Self::MOST) units; no units at all; a start that is not an hour of the profile.
    pub fn profile(mut hours: Vec<u64>, start_hour: usize) -> Result<Self, Error> {
        if !(1..=Self::MOST_HOURS).contains(&hours.len()) {
            return Err(Error::new("traffic.hours", Kind::Range, "must be 1 to 168 hours", hours.len()));
        }
        if let Some((hour, units)) = hours.iter().enumerate().find(|(_, units)| **units > Self::MOST) {
            let path = format!("traffic.hours[{hour}]");
            return Err(Error::new(path, Kind::Range, "must be from 0 to 1000000000 units", units));
        }
        if hours.iter().all(|units| *units == 0) {
            return Err(Error::new("traffic.hours", Kind::Range, "must hold an hour with units", 0));
        }
        if start_hour >= hours.len() {
            let rule = format!("must be an hour of the profile, from 0 to {}", hours.len() - 1);
            return Err(Error::new("traffic.start_hour", Kind::Conflict, rule, start_hour));
        }
        hours.rotate_left(start_hour);
        Ok(Self::of(hours))
    }

    fn of(hours: Vec<u64>) -> Self {
        let mut sum = 0;
        let mut before = vec![0];
        before.extend(hours.iter().map(|units| {
            sum += units;
            sum
        }));
        Self { hours, before }
    }

    /// Units that come from the release's start until so long after it.
    #[must_use]
    pub fn until(&self, after: Span) -> u64 {
        self.units(after.as_millis())
    }

    /// Units of the busiest hour.
    #[must_use]
    pub fn busiest(&self) -> u64 {
        self.hours.iter().copied().max().unwrap_or(0)
    }

    /// Units of an hour, on average.
    #[must_use]
    pub fn mean(&self) -> f64 {
        math::count(self.cycle()) / math::count(self.hours.len() as u64)
    }

    /// The same profile with so many times the units, rounded up.
    pub(super) fn times(&self, factor: f64) -> Option<Self> {
        let more = |units: &u64| {
            let units = math::ceil(math::count(*units) * factor);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to MOST")]
            (0.0..=math::count(Self::MOST)).contains(&units).then_some(units as u64)
        };
        self.hours.iter().map(more).collect::<Option<Vec<u64>>>().map(Self::of)
    }

    fn cycle(&self) -> u64 {
        self.before.last().copied().unwrap_or(0)
    }

    /// Units until so many milliseconds after the start.
    pub(super) fn units(&self, millis: u64) -> u64 {
        let hours = self.hours.len() as u64;
        let hour = millis / HOUR;
        let within = usize::try_from(hour % hours).unwrap_or(0);
        let of = |list: &[u64]| list.get(within).copied().unwrap_or(0);
        let part = of(&self.hours) * (millis % HOUR) / HOUR;
        (hour / hours).saturating_mul(self.cycle()).saturating_add(of(&self.before)).saturating_add(part)
    }

    /// Milliseconds until so many units have come, counted from `since` milliseconds after the start; held at 100 years.
    pub(super) fn time(&self, units: u64, since: u64) -> u64 {
        let goal = self.units(since).saturating_add(units);
        let (mut short, mut enough) = (0, Span::MAX.as_millis());
        while enough - short > 1 {
            let middle = u64::midpoint(short, enough);
            if self.units(since.saturating_add(middle)) >= goal { enough = middle } else { short = middle }
        }
        enough
    }

    /// Milliseconds within which so many units have come, from whichever full hour they are counted.
    pub(super) fn slowest(&self, units: u64) -> u64 {
        let starts = 0..self.hours.len() as u64;
        starts.map(|hour| self.time(units, hour * HOUR)).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_a_profile_add_up_and_repeat() {
        let traffic = Traffic::profile(vec![10, 0, 20], 2).unwrap();
        let at = |hours: u64| traffic.units(hours * HOUR);
        assert_eq!([0, 1, 2, 3, 4, 7].map(at), [0, 20, 30, 30, 50, 80]);
        assert_eq!(traffic.units(HOUR / 2), 10);
        assert_eq!((traffic.time(20, 0), traffic.time(21, 0)), (HOUR, HOUR + HOUR / 10));
        // from the hour after the busy one: ten at once, none for an hour, then twenty in the next
        assert_eq!(traffic.slowest(20), 2 * HOUR + HOUR / 2);
        assert_eq!(traffic.times(1.5).unwrap(), Traffic::profile(vec![15, 0, 30], 2).unwrap());
        assert_eq!(traffic.times(1e9), None);
    }

    #[test]
    fn impossible_traffic_is_refused_with_its_path() {
        let path = |made: Result<Traffic, Error>| alloc::string::String::from(made.unwrap_err().path());
        assert_eq!(path(Traffic::constant(Traffic::MOST + 1)), "traffic");
        assert_eq!(path(Traffic::profile(vec![], 0)), "traffic.hours");
        assert_eq!(path(Traffic::profile(vec![0; 24], 0)), "traffic.hours");
        assert_eq!(path(Traffic::profile(vec![1; 169], 0)), "traffic.hours");
        assert_eq!(path(Traffic::profile(vec![1, u64::MAX], 0)), "traffic.hours[1]");
        assert_eq!(path(Traffic::profile(vec![1; 24], 24)), "traffic.start_hour");
    }
}
