use super::Stage;
use super::law::Law;
use super::seen::Seen;
use crate::canary::{Judge, Verdict};
use crate::error::Error;
use crate::simulate::Dice;
use alloc::vec::Vec;

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
    /// After so many units of a stage the test for harm begins anew.
    pub(super) restart_every: Option<u64>,
    /// Units after which the canary is what `canary` says; before that it is like the control.
    pub(super) onset: u64,
    pub(super) until: Verdict,
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
        let segments = self.segments();
        for (position, stage) in (0_u32..).zip(self.stages).skip(self.first) {
            let begin =
                |seen: &[Seen]| Seen::new(self.judge, position, (stage.canary, stage.control), seen.iter());
            seen.push(begin(&seen));
            let (mut segment, mut restart) = (0, self.restart_every.map(|every| units + every));
            let end = units + stage.units;
            while units < end {
                if restart.is_some_and(|restart| units >= restart) {
                    segment += 1;
                    restart = self.restart_every.map(|every| units + every);
                    seen.push(begin(&seen).in_segment(segment));
                }
                let next_look = (units / self.look_every + 1) * self.look_every;
                let next = if units < self.onset { next_look.min(self.onset) } else { next_look };
                let next = next.min(end).min(restart.unwrap_or(end));
                if let Some(present) = seen.last_mut() {
                    self.draw(present, *stage, dice, (next - units, units >= self.onset))?;
                }
                units = next;
                if (units == next_look || units == end)
                    && self.verdict(&seen, position, &segments) == self.until
                {
                    return Ok(units.checked_sub(self.onset).filter(|units| *units > 0));
                }
            }
        }
        Ok(None)
    }

    fn draw(
        &self,
        seen: &mut Seen,
        stage: Stage,
        dice: &mut Dice,
        (units, worse): (u64, bool),
    ) -> Result<(), Error> {
        let canary = dice.binomial(units, stage.rho());
        let law = if worse { self.canary } else { self.control };
        seen.draw(dice, (canary, law), (units - canary, self.control))
    }

    /// Into how many segments each stage is cut.
    fn segments(&self) -> Vec<u32> {
        let cut = |every: u64| self.stages.iter().map(move |stage| stage.units.div_ceil(every));
        let cut = self.restart_every.into_iter().flat_map(cut);
        cut.map(|segments| u32::try_from(segments).unwrap_or(u32::MAX)).collect()
    }

    fn verdict(&self, seen: &[Seen], stage: u32, segments: &[u32]) -> Verdict {
        let stages = u32::try_from(self.stages.len()).unwrap_or(u32::MAX);
        Seen::verdict(self.judge, seen.iter(), stage, stages, segments)
    }
}
