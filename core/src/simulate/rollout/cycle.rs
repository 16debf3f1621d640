use super::time::MINUTE;
use crate::error::{Error, Kind};
use crate::math;
use crate::quantity::{Span, shown};

const DAY: u64 = 86_400_000;

/// How a day goes: a cosine around 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cycle {
    swing: f64,
    /// Minutes after midnight.
    peak: u64,
}

impl Cycle {
    pub(super) fn new(swing: f64, peak: Span) -> Result<Self, Error> {
        if !(0.0..=0.99).contains(&swing) {
            return Err(Error::new("swing", Kind::Range, "must be from 0 to 0.99", shown(swing)));
        }
        if peak.as_millis() >= DAY {
            return Err(Error::new("peak", Kind::Range, "must be below 24h", peak));
        }
        Ok(Self { swing, peak: peak.as_millis() / MINUTE })
    }

    /// At a minute since the Unix epoch.
    pub(super) fn factor(self, clock: u64) -> f64 {
        let day = DAY / MINUTE;
        let since = (clock % day + day - self.peak) % day;
        let angle = 2.0 * core::f64::consts::PI * math::count(since) / math::count(day);
        1.0 + self.swing * math::cos(angle)
    }
}
