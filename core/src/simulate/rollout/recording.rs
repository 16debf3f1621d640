use super::Traffic;
use crate::error::{Error, Kind};
use crate::math;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// What a service did, minute by minute: how many units it served well and how many not. Each run begins at another minute of it, drawn anew, and goes round
/// from its end to its beginning.
///
/// ```
/// use rampgate::simulate::rollout::Recording;
///
/// let recording = Recording::of_rows(&[(704, 1), (690, 0)], 5)?;
/// assert_eq!((recording.minutes(), recording.units_per_minute()), (10, 139.5));
/// assert_eq!(Recording::new(&[(0, 0)]).unwrap_err().path(), "minutes");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    minutes: Arc<[(u64, u64)]>,
    good: u64,
    bad: u64,
}

impl Recording {
    /// Most minutes: two years of them.
    pub const LONGEST: usize = 1 << 20;

    /// Good and bad units of each minute, in order.
    ///
    /// # Errors
    /// No minute or more than [`LONGEST`](Self::LONGEST), more than 10^8 units in one, or none in all of them.
    pub fn new(minutes: &[(u64, u64)]) -> Result<Self, Error> {
        Self::of_rows(minutes, 1)
    }

    /// Good and bad units of rows that are so many minutes long each, spread evenly over those.
    ///
    /// # Errors
    /// As for [`new`](Self::new), and rows of no minute.
    pub fn of_rows(rows: &[(u64, u64)], minutes_each: u32) -> Result<Self, Error> {
        let each = u64::from(minutes_each);
        let all = (rows.len() as u64).saturating_mul(each);
        if !(1..=Self::LONGEST as u64).contains(&all) {
            return Err(Error::new("minutes", Kind::Range, "must be 1 to 1048576 minutes", all));
        }
        let (mut good, mut bad) = (0, 0);
        let mut minutes = Vec::new();
        for (position, row) in rows.iter().enumerate() {
            if row.0.max(row.1) / each > Traffic::MOST / 2 {
                let path = format!("minutes[{position}]");
                return Err(Error::new(
                    path,
                    Kind::Range,
                    "must be at most 10^8 units a minute",
                    row.0.max(row.1),
                ));
            }
            good += row.0;
            bad += row.1;
            // what falls before the end of each minute, less what fell before its beginning
            let until = |count: u64, minute: u64| {
                u64::try_from(u128::from(count) * u128::from(minute) / u128::from(each)).unwrap_or(0)
            };
            minutes.extend((0..each).map(|minute| {
                (
                    until(row.0, minute + 1) - until(row.0, minute),
                    until(row.1, minute + 1) - until(row.1, minute),
                )
            }));
        }
        if good + bad == 0 {
            return Err(Error::absent("minutes", Kind::Range, "must hold at least one unit"));
        }
        Ok(Self { minutes: minutes.into(), good, bad })
    }

    /// How many minutes it has.
    #[must_use]
    pub fn minutes(&self) -> u64 {
        self.minutes.len() as u64
    }

    /// Units of a minute, on average.
    #[must_use]
    pub fn units_per_minute(&self) -> f64 {
        math::count(self.good + self.bad) / math::count(self.minutes())
    }

    /// Share of all units that were bad.
    #[must_use]
    pub fn rate(&self) -> f64 {
        math::count(self.bad) / math::count(self.good + self.bad)
    }

    /// Good and bad of a minute, any number of minutes from the beginning.
    pub(super) fn at(&self, minute: u64) -> (u64, u64) {
        let place = usize::try_from(minute % self.minutes()).ok();
        place.and_then(|place| self.minutes.get(place)).copied().unwrap_or((0, 0))
    }
}
