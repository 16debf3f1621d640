use super::{Arms, Cell, DistributionCell, FractionCell, OutcomeCell, Reference};
use crate::observe::{Counts, Events, Fractions, Histogram, Metric, Moments, Series, Tally};
use crate::quantity::{Share, Span, Timestamp};
use alloc::vec::Vec;

/// What both arms saw while one pair of shares was in force. Counts are never pooled over epochs of different shares.
#[derive(Clone, Copy, Debug)]
pub struct Epoch<'a> {
    /// The stage it belongs to, counted from 0.
    pub stage: u32,
    /// How often the test for harm had begun anew inside the stage when this epoch began; 0 where tests begin with stages alone.
    pub segment: u32,
    /// Share of all units that were in the canary.
    pub canary_share: Share,
    /// Share of all units that were in the control and analysed.
    pub control_share: Share,
    /// What the canary saw.
    pub canary: &'a Tally,
    /// What the control saw.
    pub control: &'a Tally,
    /// By position of the metric: how the values of a distribution were spread before this epoch began, frozen then. A guardrail's own reference
    /// serves where there is none.
    pub references: &'a [Option<Reference>],
}

/// One look: all epochs of the present attempt, and when it is taken.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The epochs of this attempt, of all stages so far. Those of other attempts are void and must be left out.
    pub epochs: &'a [Epoch<'a>],
    /// The stage to be judged.
    pub stage: u32,
    /// How many stages the plan has.
    pub stages: u32,
    /// Into how many segments the plan cuts each stage, its first included; empty where the test for harm begins with stages alone. Fixed before
    /// the data is seen.
    pub segments: &'a [u32],
    /// When the look is taken.
    pub at: Timestamp,
    /// Outcomes older than this are [`Lack::Stale`](super::Lack::Stale).
    pub stale_after: Span,
}

/// The canary's share of what is in either arm; 0 where both are empty.
pub(super) fn rho(canary: Share, control: Share) -> f64 {
    let canary = f64::from(canary.parts_per_million());
    let both = canary + f64::from(control.parts_per_million());
    if both > 0.0 { canary / both } else { 0.0 }
}

impl Epoch<'_> {
    /// The canary's share of the analysed units; 0 or 1 where one arm was empty by plan, and nothing can be compared.
    pub(super) fn rho(&self) -> f64 {
        rho(self.canary_share, self.control_share)
    }

    pub(super) fn is_comparable(&self) -> bool {
        self.canary_share > Share::ZERO && self.control_share > Share::ZERO
    }

    /// Whether a restart of the test for harm, and nothing else, parts this epoch from the one before.
    pub(super) fn continues(&self, before: &Self) -> bool {
        self.stage == before.stage
            && self.segment > before.segment
            && (self.canary_share, self.control_share) == (before.canary_share, before.control_share)
    }

    pub(super) fn counts(&self, metric: Metric) -> Arms<Counts> {
        Arms { canary: self.canary.counts(metric), control: self.control.counts(metric) }
    }

    pub(super) fn cell(&self, metric: Metric) -> Cell {
        let Arms { canary, control } = self.counts(metric);
        Cell { rho: self.rho(), canary_failures: canary.failures(), control_failures: control.failures() }
    }

    pub(super) fn outcomes(&self, metric: Metric) -> OutcomeCell {
        let Arms { canary, control } = self.counts(metric);
        OutcomeCell { rho: self.rho(), canary, control }
    }

    pub(super) fn fractions(&self, metric: Metric) -> FractionCell {
        let of = |tally: &Tally| match tally.series(metric) {
            Some(Series::Fraction(fractions)) => *fractions,
            _ => Fractions::default(),
        };
        FractionCell { rho: self.rho(), canary: of(self.canary), control: of(self.control) }
    }

    pub(super) fn events(&self, metric: Metric) -> Arms<Events> {
        let of = |tally: &Tally| match tally.series(metric) {
            Some(Series::Count(events)) => *events,
            _ => Events::default(),
        };
        Arms { canary: of(self.canary), control: of(self.control) }
    }

    pub(super) fn moments(&self, metric: Metric) -> Arms<Moments> {
        let of = |tally: &Tally| match tally.series(metric) {
            Some(Series::Mean(moments)) => *moments,
            _ => Moments::default(),
        };
        Arms { canary: of(self.canary), control: of(self.control) }
    }

    /// The values of both arms; none where the tallies hold no distribution there.
    pub(super) fn histograms(&self, metric: Metric) -> Option<Arms<&Histogram>> {
        match (self.canary.series(metric)?, self.control.series(metric)?) {
            (Series::Distribution(canary), Series::Distribution(control)) => Some(Arms { canary, control }),
            _ => None,
        }
    }

    pub(super) fn distribution<'a>(
        &'a self,
        metric: Metric,
        stated: Option<&'a Reference>,
    ) -> Option<DistributionCell<'a>> {
        let Arms { canary, control } = self.histograms(metric)?;
        let frozen = self.references.get(metric.position()).and_then(Option::as_ref);
        Some(DistributionCell { rho: self.rho(), canary, control, reference: frozen.or(stated) })
    }
}

/// An epoch with those that [continue](Epoch::continues) it: what it would be without restarts.
pub(super) struct Joined<'a> {
    first: Epoch<'a>,
    sum: Option<Arms<Tally>>,
}

impl Joined<'_> {
    pub(super) fn epoch(&self) -> Epoch<'_> {
        match &self.sum {
            Some(Arms { canary, control }) => Epoch { canary, control, ..self.first },
            None => self.first,
        }
    }
}

impl<'a> Look<'a> {
    /// The epochs as if the test for harm had begun with stages alone. Only that test looks at segments.
    pub(super) fn joined(&self) -> Vec<Joined<'a>> {
        let mut joined: Vec<Joined<'a>> = Vec::with_capacity(self.epochs.len());
        let mut before: Option<&Epoch<'a>> = None;
        for epoch in self.epochs {
            let open = joined.last_mut().filter(|_| before.is_some_and(|before| epoch.continues(before)));
            before = Some(epoch);
            let taken = open.is_some_and(|Joined { first, sum }| {
                let (canary, control) = (first.canary, first.control);
                let sum =
                    sum.get_or_insert_with(|| Arms { canary: canary.clone(), control: control.clone() });
                // tallies of other metrics stay apart, as they always were
                sum.canary.merge(epoch.canary).and_then(|()| sum.control.merge(epoch.control)).is_ok()
            });
            if !taken {
                joined.push(Joined { first: *epoch, sum: None });
            }
        }
        joined
    }
}

impl Look<'_> {
    /// The epochs in which both arms had units by plan.
    pub(super) fn comparable(&self) -> impl Iterator<Item = &Epoch<'_>> {
        self.epochs.iter().filter(|epoch| epoch.is_comparable())
    }

    /// The epochs of the stage judged.
    pub(super) fn present(&self) -> impl Iterator<Item = &Epoch<'_>> {
        self.epochs.iter().filter(|epoch| epoch.stage == self.stage)
    }

    /// Units of the canary in the stage judged.
    pub(super) fn stage_units(&self) -> u64 {
        self.present().map(|epoch| epoch.canary.units()).fold(0, u64::saturating_add)
    }
}
