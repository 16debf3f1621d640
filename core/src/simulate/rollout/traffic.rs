use super::Recording;
use super::cycle::Cycle;
use super::time::{MINUTE, minutes};
use crate::error::{Error, Kind};
use crate::math;
use crate::quantity::{Span, shown};
use crate::simulate::Dice;
use alloc::vec::Vec;

/// How many units come, minute by minute.
///
/// Their number in a minute is a Poisson number around what is expected of that minute; of a recording it is the recorded number.
///
/// ```
/// use rampgate::simulate::rollout::Traffic;
///
/// let traffic = Traffic::constant(1_000.0)?.daily(0.6, "14h".parse()?)?.surge("2h".parse()?, "30m".parse()?, 5.0)?;
/// assert_eq!(traffic.units_per_minute(), 1_000.0);
/// assert_eq!(Traffic::constant(-1.0).unwrap_err().path(), "units_per_minute");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Traffic {
    source: Source,
    cycle: Option<Cycle>,
    surges: Vec<Surge>,
}

#[derive(Clone, Debug, PartialEq)]
enum Source {
    Constant(f64),
    Recorded(Recording),
}

/// A time of other traffic than usual.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Surge {
    from: u64,
    until: u64,
    factor: f64,
}

impl Traffic {
    /// Most units of a minute: 10^8.
    pub const MOST: u64 = 100_000_000;

    /// So many units a minute on average.
    ///
    /// # Errors
    /// A number that is not from 0.001 to 10^8.
    pub fn constant(units_per_minute: f64) -> Result<Self, Error> {
        if !(0.001..=1e8).contains(&units_per_minute) {
            let rule = "must be from 0.001 to 100000000";
            return Err(Error::new("units_per_minute", Kind::Range, rule, shown(units_per_minute)));
        }
        Ok(Self { source: Source::Constant(units_per_minute), cycle: None, surges: Vec::new() })
    }

    /// The units of a recording, good and bad.
    #[must_use]
    pub const fn recorded(recording: Recording) -> Self {
        Self { source: Source::Recorded(recording), cycle: None, surges: Vec::new() }
    }

    /// The same by day: `swing` more than the average at the time of day `peak` (UTC), as much less half a day from it, a cosine between.
    ///
    /// # Errors
    /// A swing that is not from 0 to 0.99, a peak of 24 hours or more.
    pub fn daily(self, swing: f64, peak: Span) -> Result<Self, Error> {
        Ok(Self { cycle: Some(Cycle::new(swing, peak)?), ..self })
    }

    /// The same, but `factor` times as much for a time; the time is counted from the start of the release. Surges that meet multiply.
    ///
    /// # Errors
    /// A factor that is not from 0 to 1000, a time of less than a minute, or more than 100 surges.
    pub fn surge(mut self, from: Span, lasting: Span, factor: f64) -> Result<Self, Error> {
        if !(0.0..=1_000.0).contains(&factor) {
            return Err(Error::new("factor", Kind::Range, "must be from 0 to 1000", shown(factor)));
        }
        if lasting.as_millis() < MINUTE {
            return Err(Error::new("lasting", Kind::Range, "must be at least 1m", lasting));
        }
        if self.surges.len() >= 100 {
            return Err(Error::new("surges", Kind::Range, "must be at most 100", self.surges.len() + 1));
        }
        let from = minutes(from);
        self.surges.push(Surge { from, until: from.saturating_add(minutes(lasting)), factor });
        Ok(self)
    }

    /// Units of a minute on average, before days and surges.
    #[must_use]
    pub fn units_per_minute(&self) -> f64 {
        match &self.source {
            Source::Constant(mean) => *mean,
            Source::Recorded(recording) => recording.units_per_minute(),
        }
    }

    /// Where in the recording a run begins; 0 where there is none.
    pub(super) fn offset(&self, dice: &mut Dice) -> u64 {
        match &self.source {
            Source::Constant(_) => 0,
            Source::Recorded(recording) => {
                u64::from(dice.below(u32::try_from(recording.minutes()).unwrap_or(u32::MAX)))
            }
        }
    }

    /// Units of a minute of the release, which is the minute `clock` since the Unix epoch.
    pub(super) fn draw(&self, dice: &mut Dice, minute: u64, clock: u64, offset: u64) -> u64 {
        let surges = self.surges.iter().filter(|surge| (surge.from..surge.until).contains(&minute));
        let surge = surges.fold(1.0, |factor, surge| factor * surge.factor);
        let factor = surge * self.cycle.map_or(1.0, |cycle| cycle.factor(clock));
        let mean = match &self.source {
            Source::Constant(mean) => *mean,
            Source::Recorded(recording) => {
                let (good, bad) = recording.at(minute + offset);
                if self.surges.is_empty() && self.cycle.is_none() {
                    return good + bad;
                }
                math::count(good + bad)
            }
        };
        dice.poisson(f64::min(mean * factor, 1e8))
    }
}
