use super::law::Law;
use crate::canary::{Epoch, Judge, Look, Reference, Verdict};
use crate::error::Error;
use crate::observe::{Histogram, Metric, Series, Tally};
use crate::quantity::{Share, Span, Timestamp};
use crate::simulate::Dice;
use alloc::vec::Vec;

/// From so many values on, what the control has shown replaces the reference that is stated, as in a release.
const CONVINCING: u64 = 1_000;

/// What both arms saw in one stage of a release that is played, and what was known of the control when it began.
#[derive(Clone, Debug)]
pub(in crate::simulate) struct Seen {
    position: u32,
    segment: u32,
    canary_share: Share,
    control_share: Share,
    pub(in crate::simulate) canary: Tally,
    pub(in crate::simulate) control: Tally,
    references: Vec<Option<Reference>>,
}

impl Seen {
    /// A stage that begins, with the reference of all that the control has shown in the stages before.
    pub(in crate::simulate) fn new<'a>(
        judge: &Judge,
        position: u32,
        (canary_share, control_share): (Share, Share),
        past: impl Iterator<Item = &'a Self>,
    ) -> Self {
        let stated = judge.guardrails().first().is_some_and(|guardrail| guardrail.reference().is_some());
        let mut values = Histogram::default();
        for series in past.filter_map(|seen| seen.control.series(Metric::new(0)?)) {
            if let Series::Distribution(histogram) = series {
                values.merge(histogram);
            }
        }
        let enough = !stated || values.units() >= CONVINCING;
        let references = Vec::from([if enough { Reference::from_histogram(&values) } else { None }]);
        let (canary, control) = (Tally::default(), Tally::default());
        Self { position, segment: 0, canary_share, control_share, canary, control, references }
    }

    /// The same, as the segment of its stage with this number.
    pub(in crate::simulate) fn in_segment(self, segment: u32) -> Self {
        Self { segment, ..self }
    }

    /// Draws so many units of each arm, from what the arm's units are like.
    pub(in crate::simulate) fn draw(
        &mut self,
        dice: &mut Dice,
        canary: (u64, &Law),
        control: (u64, &Law),
    ) -> Result<(), Error> {
        for (tally, (units, law)) in [(&mut self.canary, canary), (&mut self.control, control)] {
            let drawn = law.draw(dice, units)?;
            tally.merge(&Tally::from_series(units, Vec::from([drawn]), Timestamp::EPOCH)?)?;
        }
        Ok(())
    }

    /// The stage as the judge sees it.
    pub(in crate::simulate) fn epoch(&self) -> Epoch<'_> {
        Epoch {
            stage: self.position,
            segment: self.segment,
            canary_share: self.canary_share,
            control_share: self.control_share,
            canary: &self.canary,
            control: &self.control,
            references: &self.references,
        }
    }

    /// The judge's verdict on a stage, with all stages up to it.
    pub(in crate::simulate) fn verdict<'a>(
        judge: &Judge,
        seen: impl Iterator<Item = &'a Self>,
        stage: u32,
        stages: u32,
        segments: &[u32],
    ) -> Verdict {
        let epochs: Vec<Epoch<'_>> = seen.map(Self::epoch).collect();
        let (at, stale_after) = (Timestamp::EPOCH, Span::ZERO);
        let look = Look { epochs: &epochs, stage, stages, segments, at, stale_after };
        judge.find(&look).verdict
    }
}
