use super::Stage;
use super::law::Law;
use crate::canary::{Epoch, Judge, Look, Reference, Verdict};
use crate::error::Error;
use crate::observe::{Histogram, Metric, Series, Tally};
use crate::quantity::{Span, Timestamp};
use crate::simulate::Dice;
use alloc::vec::Vec;

/// From so many values on, what the control has shown replaces the reference that is stated, as in a release.
const CONVINCING: u64 = 1_000;

/// A release to be played: who judges it, what its arms draw from, and which verdict ends it.
#[derive(Debug)]
pub(super) struct Play<'a> {
    pub(super) judge: &'a Judge,
    /// The stages, of which those before `first` are over and void.
    pub(super) stages: &'a [Stage],
    pub(super) first: usize,
    pub(super) look_every: u64,
    pub(super) control: &'a Law,
    pub(super) canary: &'a Law,
    /// Units after which the canary is what `canary` says; before that it is like the control.
    pub(super) onset: u64,
    pub(super) until: Verdict,
}

/// What both arms saw in one stage, and what was known of the control when it began.
struct Seen {
    position: u32,
    stage: Stage,
    canary: Tally,
    control: Tally,
    references: Vec<Option<Reference>>,
}

impl Play<'_> {
    /// All units of the stages played.
    pub(super) fn units(&self) -> u64 {
        self.stages.iter().skip(self.first).fold(0, |sum, stage| sum.saturating_add(stage.units))
    }

    /// The units after which the verdict was given, counted from the onset; `None` where it was not given, or before.
    pub(super) fn run(&self, dice: &mut Dice) -> Result<Option<u64>, Error> {
        let mut seen: Vec<Seen> = Vec::new();
        let mut units = 0;
        for (position, stage) in (0_u32..).zip(self.stages).skip(self.first) {
            seen.push(Seen {
                position,
                stage: *stage,
                canary: Tally::default(),
                control: Tally::default(),
                references: self.frozen(&seen),
            });
            let end = units + stage.units;
            while units < end {
                let next_look = (units / self.look_every + 1) * self.look_every;
                let next = if units < self.onset { next_look.min(self.onset) } else { next_look };
                let next = next.min(end);
                if let Some(present) = seen.last_mut() {
                    self.draw(present, dice, next - units, units >= self.onset)?;
                }
                units = next;
                if (units == next_look || units == end) && self.verdict(&seen, position) == self.until {
                    return Ok(units.checked_sub(self.onset).filter(|units| *units > 0));
                }
            }
        }
        Ok(None)
    }

    fn draw(&self, seen: &mut Seen, dice: &mut Dice, units: u64, worse: bool) -> Result<(), Error> {
        let canary = dice.binomial(units, seen.stage.rho());
        let law = if worse { self.canary } else { self.control };
        for (tally, units, law) in
            [(&mut seen.canary, canary, law), (&mut seen.control, units - canary, self.control)]
        {
            let drawn = law.draw(dice, units)?;
            tally.merge(&Tally::from_series(units, Vec::from([drawn]), Timestamp::EPOCH)?)?;
        }
        Ok(())
    }

    fn verdict(&self, seen: &[Seen], stage: u32) -> Verdict {
        let epochs: Vec<Epoch<'_>> = seen
            .iter()
            .map(|seen| Epoch {
                stage: seen.position,
                canary_share: seen.stage.canary,
                control_share: seen.stage.control,
                canary: &seen.canary,
                control: &seen.control,
                references: &seen.references,
            })
            .collect();
        let stages = u32::try_from(self.stages.len()).unwrap_or(u32::MAX);
        let look = Look { epochs: &epochs, stage, stages, at: Timestamp::EPOCH, stale_after: Span::ZERO };
        self.judge.find(&look).verdict
    }

    /// The reference that a stage begins with: of all that the control has shown so far.
    fn frozen(&self, seen: &[Seen]) -> Vec<Option<Reference>> {
        let stated = self.judge.guardrails().first().is_some_and(|guardrail| guardrail.reference().is_some());
        let mut past = Histogram::default();
        for series in seen.iter().filter_map(|seen| seen.control.series(Metric::new(0)?)) {
            if let Series::Distribution(histogram) = series {
                past.merge(histogram);
            }
        }
        let enough = !stated || past.units() >= CONVINCING;
        Vec::from([if enough { Reference::from_histogram(&past) } else { None }])
    }
}
