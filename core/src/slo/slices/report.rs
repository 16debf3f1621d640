use super::slicing::PARTS;
use super::{IdleSlices, Slicing};
use crate::quantity::{Objective, Share, Span, Timestamp};
use crate::slo::exact::Natural;
use crate::slo::{Budget, Interval};
use serde::{Deserialize, Serialize};

/// A way to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Each event counts the same.
    Events,
    /// Each slice counts the same, with its share of bad events.
    RatioSlices,
    /// Each slice counts the same, as good or bad.
    BinarySlices,
}

/// How many slices there were, of which sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SliceCounts {
    /// Slices with events, at or above the slice target.
    pub good: u64,
    /// Slices with events, below it.
    pub bad: u64,
    /// Slices without events while one was counting.
    pub idle: u64,
    /// Slices of which nothing is known: neither good nor bad, and never counted.
    pub unwatched: u64,
}

/// What one method makes of the window. The budget's events are those of the method: events, 10^12 parts of a slice, slices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[must_use]
pub struct MethodReport {
    method: Method,
    bad_ppb: Option<u64>,
    budget: Budget,
}

impl MethodReport {
    fn of(method: Method, budget: Budget) -> Self {
        let reading = budget.reading();
        let total = u128::from(reading.good()) + u128::from(reading.bad());
        let ppb = Natural::of(u128::from(reading.bad())).times(1_000_000_000);
        let bad_ppb = (total > 0).then(|| ppb.over_up(Natural::of(total)).unsigned_abs());
        Self { method, bad_ppb, budget }
    }

    /// The method.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The share that was bad, in parts per billion, rounded up. None where nothing was counted.
    #[must_use]
    pub const fn bad_ppb(&self) -> Option<u64> {
        self.bad_ppb
    }

    /// What that spends of the budget of the window.
    #[must_use]
    pub const fn budget(&self) -> &Budget {
        &self.budget
    }
}

/// How far the methods lie apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Disagreement {
    /// The method by which least was consumed; the first in the order events, ratio, binary among equals.
    pub least: Method,
    /// The method by which most was consumed; the first among equals.
    pub most: Method,
    /// How much more that is, in parts per million of the budget, by events.
    pub apart_ppm: i64,
    /// How many times as much it is, in parts per million, rounded down. None where the least is nothing.
    pub factor_ppm: Option<i64>,
    /// Whether the budget stands in the same state by all three.
    pub same_state: bool,
}

/// Three budgets of the same time, and how far they disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[must_use]
pub struct SliceReport {
    objective: Objective,
    window: Span,
    width: Span,
    slice_target: Share,
    idle: IdleSlices,
    from: Timestamp,
    to: Timestamp,
    slices: SliceCounts,
    events: MethodReport,
    ratio_slices: MethodReport,
    binary_slices: MethodReport,
    disagreement: Option<Disagreement>,
}

impl SliceReport {
    pub(super) fn of(
        slicing: Slicing,
        objective: Objective,
        intervals: &[Interval],
        window: Span,
        now: Timestamp,
    ) -> Self {
        let width = slicing.width().as_millis().max(1);
        let (first, end) = (slicing.slice_of(now.saturating_sub(window)), slicing.slice_of(now));
        let inside = |interval: &&Interval| (first..end).contains(&slicing.slice_of(interval.from));
        let mut sums = Sums::default();
        let mut open: Option<(u64, u128, u128)> = None;
        for interval in intervals.iter().filter(inside) {
            let slice = slicing.slice_of(interval.from);
            let (good, bad) = (u128::from(interval.good), u128::from(interval.bad));
            open = match open {
                Some((number, g, b)) if number == slice => Some((number, g + good, b + bad)),
                before => {
                    sums.close(slicing, before);
                    Some((slice, good, bad))
                }
            };
        }
        sums.close(slicing, open);
        let active = sums.slices.good.saturating_add(sums.slices.bad);
        let watched = active.saturating_add(sums.slices.idle);
        sums.slices.unwatched = end.saturating_sub(first).saturating_sub(watched);
        let counted = match slicing.idle() {
            IdleSlices::Bad => sums.slices.idle,
            IdleSlices::Good if active > 0 => sums.slices.idle,
            _ => 0,
        };
        let (idle_good, idle_bad) =
            if slicing.idle() == IdleSlices::Bad { (0, counted) } else { (counted, 0) };
        let budget = |good, bad| slicing.budget(objective, window, watched, good, bad);
        let events = MethodReport::of(Method::Events, budget(sums.good, sums.bad));
        let parts = active.saturating_mul(PARTS);
        let ratio = budget(
            parts.saturating_sub(sums.bad_parts).saturating_add(idle_good.saturating_mul(PARTS)),
            sums.bad_parts.saturating_add(idle_bad.saturating_mul(PARTS)),
        );
        let binary =
            budget(sums.slices.good.saturating_add(idle_good), sums.slices.bad.saturating_add(idle_bad));
        let ratio_slices = MethodReport::of(Method::RatioSlices, ratio);
        let binary_slices = MethodReport::of(Method::BinarySlices, binary);
        let at = |slice: u64| Timestamp::from_millis(slice.saturating_mul(width)).unwrap_or(Timestamp::MAX);
        Self {
            objective,
            window,
            width: slicing.width(),
            slice_target: slicing.target(),
            idle: slicing.idle(),
            from: at(first),
            to: at(end),
            slices: sums.slices,
            events,
            ratio_slices,
            binary_slices,
            disagreement: disagreement([&events, &ratio_slices, &binary_slices]),
        }
    }

    /// The slices, by sort.
    #[must_use]
    pub const fn slices(&self) -> SliceCounts {
        self.slices
    }

    /// The start of the first slice, and the end of the last.
    #[must_use]
    pub const fn covers(&self) -> (Timestamp, Timestamp) {
        (self.from, self.to)
    }

    /// By events.
    pub const fn events(&self) -> &MethodReport {
        &self.events
    }

    /// By the mean of the slices' ratios.
    pub const fn ratio_slices(&self) -> &MethodReport {
        &self.ratio_slices
    }

    /// By good and bad slices.
    pub const fn binary_slices(&self) -> &MethodReport {
        &self.binary_slices
    }

    /// How far the three disagree. None unless all three counted something.
    #[must_use]
    pub const fn disagreement(&self) -> Option<Disagreement> {
        self.disagreement
    }
}

#[derive(Default)]
struct Sums {
    slices: SliceCounts,
    good: u64,
    bad: u64,
    bad_parts: u64,
}

impl Sums {
    /// Counts a slice that is complete.
    fn close(&mut self, slicing: Slicing, slice: Option<(u64, u128, u128)>) {
        let Some((_, good, bad)) = slice else { return };
        let held = |sum: u64, more: u128| sum.saturating_add(u64::try_from(more).unwrap_or(u64::MAX));
        self.good = held(self.good, good);
        self.bad = held(self.bad, bad);
        let kind = if good + bad == 0 {
            &mut self.slices.idle
        } else {
            self.bad_parts = self.bad_parts.saturating_add(slicing.bad_parts(good, bad));
            if slicing.is_good(good, bad) { &mut self.slices.good } else { &mut self.slices.bad }
        };
        *kind = kind.saturating_add(1);
    }
}

fn disagreement(reports: [&MethodReport; 3]) -> Option<Disagreement> {
    let [events, ratio, binary] = reports.map(|report| report.budget.consumed_by_events_ppm());
    let consumed =
        [(events?, Method::Events), (ratio?, Method::RatioSlices), (binary?, Method::BinarySlices)];
    let least = consumed.iter().min_by_key(|(ppm, _)| *ppm)?;
    let most = consumed.iter().rev().max_by_key(|(ppm, _)| *ppm)?; // the last of equals, so the first in order
    let times = Natural::of(u128::from(most.0.unsigned_abs())).times(1_000_000);
    let [one, two, three] = reports.map(|report| report.budget.state());
    Some(Disagreement {
        least: least.1,
        most: most.1,
        apart_ppm: most.0.saturating_sub(least.0),
        factor_ppm: (least.0 > 0).then(|| times.over(Natural::of(u128::from(least.0.unsigned_abs())))),
        same_state: one == two && two == three,
    })
}
