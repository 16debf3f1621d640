use super::Recording;
use super::cycle::Cycle;
use crate::error::Error;
use crate::math;
use crate::quantity::{Probability, Span};
use crate::simulate::Dice;

/// Which share of the old version's units fails, minute by minute: what a healthy release meets in both arms.
///
/// ```
/// use rampgate::simulate::rollout::Background;
///
/// let background = Background::constant("0.005".parse::<f64>().map(rampgate::Probability::new)??).daily(0.5, "3h".parse()?)?;
/// assert_eq!(background.rate(), 0.005);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Background {
    source: Source,
    cycle: Option<Cycle>,
}

#[derive(Clone, Debug, PartialEq)]
enum Source {
    Constant(f64),
    Recorded(Recording),
}

impl Background {
    /// Each unit fails with this chance.
    #[must_use]
    pub const fn constant(rate: Probability) -> Self {
        Self { source: Source::Constant(rate.get()), cycle: None }
    }

    /// Units fail as they did in a recording: with traffic of the same recording exactly so many, else with the chance that its minute had.
    #[must_use]
    pub const fn recorded(recording: Recording) -> Self {
        Self { source: Source::Recorded(recording), cycle: None }
    }

    /// The same by day: `swing` more than the average at the time of day `peak` (UTC), as much less half a day from it, a cosine between.
    ///
    /// # Errors
    /// A swing that is not from 0 to 0.99, a peak of 24 hours or more.
    pub fn daily(self, swing: f64, peak: Span) -> Result<Self, Error> {
        Ok(Self { cycle: Some(Cycle::new(swing, peak)?), ..self })
    }

    /// The share that fails on average.
    #[must_use]
    pub fn rate(&self) -> f64 {
        match &self.source {
            Source::Constant(rate) => *rate,
            Source::Recorded(recording) => recording.rate(),
        }
    }

    /// The chance that faults multiply: of a recording its average, for a minute's own says little.
    pub(super) fn usual(&self, clock: u64) -> f64 {
        f64::min(self.rate() * self.cycle.map_or(1.0, |cycle| cycle.factor(clock)), 1.0)
    }

    /// How many of a minute's units fail.
    pub(super) fn draw(&self, dice: &mut Dice, units: u64, minute: u64, clock: u64) -> u64 {
        if let Source::Recorded(recording) = &self.source {
            let (good, bad) = recording.at(minute);
            if good + bad == units && self.cycle.is_none() {
                return bad;
            }
        }
        dice.binomial(units, self.chance(minute, clock))
    }

    /// The chance of a unit of this minute.
    pub(super) fn chance(&self, minute: u64, clock: u64) -> f64 {
        let rate = match &self.source {
            Source::Constant(rate) => *rate,
            Source::Recorded(recording) => match recording.at(minute) {
                (0, 0) => recording.rate(),
                (good, bad) => math::count(bad) / math::count(good + bad),
            },
        };
        f64::min(rate * self.cycle.map_or(1.0, |cycle| cycle.factor(clock)), 1.0)
    }
}
