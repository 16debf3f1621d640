use super::SliceReport;
use crate::error::{Error, Kind};
use crate::quantity::{Objective, Share, Span, Timestamp};
use crate::slo::exact::Natural;
use crate::slo::interval::in_order;
use crate::slo::{Budget, Counter, Interval, Reading};
use alloc::format;
use serde::{Deserialize, Serialize};

/// What a slice without events is. There is no default, because the choice changes the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdleSlices {
    /// No slice at all: left out of the numerator and the denominator.
    Skip,
    /// A good slice, as services count that promise uptime. Where no slice at all had events, nothing is said nevertheless.
    Good,
    /// A bad slice: there is always traffic, so its absence is an outage.
    Bad,
}

/// Parts that one slice is told in where its ratio counts: 10^12, so that 30 days of one-second slices fit a count.
pub(super) const PARTS: u64 = 1_000_000_000_000;

/// How time is cut into slices, and when a slice is good.
///
/// A slice starts at a multiple of its width since the Unix epoch. With Bᵢ of Tᵢ events of slice i bad:
///
/// | method | bad share | OpenSLO calls it |
/// |---|---|---|
/// | events | Σ Bᵢ / Σ Tᵢ | `Occurrences` |
/// | ratio of slices | mean of Bᵢ / Tᵢ | `RatioTimeslices` |
/// | binary slices | share of slices with (Tᵢ - Bᵢ) / Tᵢ below the slice target | `Timeslices` |
///
/// Slices weigh a quiet night as much as a busy noon, and binary ones also drop how bad a slice was; on one data set the
/// three may lie a hundredfold apart. So they are reported together.
///
/// ```
/// use rampgate::slo::{IdleSlices, Interval, Method, Slicing};
/// use rampgate::Timestamp;
///
/// // A day of five-minute slices: 200 quiet and clean ones, 88 busy ones in which 1% fails.
/// let slicing = Slicing::new("5m".parse()?, "99.5%".parse()?, IdleSlices::Skip)?;
/// let at = |slice: u64| Timestamp::from_millis(1_795_478_400_000 + slice * 300_000);
/// let day = (0..288).map(|n| {
///     let (good, bad) = if n < 200 { (10, 0) } else { (990, 10) };
///     Interval::new(at(n)?, at(n + 1)?, good, bad)
/// });
/// let day = day.collect::<Result<Vec<_>, _>>()?;
/// let report = slicing.report("99.9%".parse()?, &day, "1d".parse()?, at(288)?)?;
/// assert_eq!(report.events().bad_ppb(), Some(9_777_778)); // 0.978%
/// assert_eq!(report.ratio_slices().bad_ppb(), Some(3_055_556)); // 0.306%
/// assert_eq!(report.binary_slices().bad_ppb(), Some(305_555_556)); // 30.6%
/// let apart = report.disagreement().ok_or("nothing was counted")?;
/// assert_eq!((apart.least, apart.most), (Method::RatioSlices, Method::BinarySlices));
/// assert_eq!(apart.factor_ppm, Some(99_999_985)); // a hundredfold, each consumption rounded up
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Slicing {
    width: Span,
    target: Share,
    idle: IdleSlices,
}

impl Slicing {
    /// Slices of `width`, each good if at least the share `target` of its events was.
    ///
    /// # Errors
    /// A width outside 1 second to 30 days; a target of 0%, by which every slice would be good.
    pub fn new(width: Span, target: Share, idle: IdleSlices) -> Result<Self, Error> {
        if width.as_millis() < 1_000 || width > Counter::LONGEST_WINDOW {
            return Err(Error::new("width", Kind::Range, "must be from 1s to 30d", width));
        }
        if target == Share::ZERO {
            return Err(Error::new("slice_target", Kind::Range, "must be more than 0%", target));
        }
        Ok(Self { width, target, idle })
    }

    /// The three budgets of the window that ends at `now`, from its closed slices. The one that is still open is left out: it
    /// could yet turn either way.
    ///
    /// # Errors
    /// A window outside 1 hour to 30 days, or shorter than a slice; intervals that are out of order, overlap, or reach over
    /// the edge of a slice.
    pub fn report(
        &self,
        objective: Objective,
        intervals: &[Interval],
        window: Span,
        now: Timestamp,
    ) -> Result<SliceReport, Error> {
        crate::slo::budget::period_rule(window)
            .map_err(|rule| Error::new("window", Kind::Range, rule, window))?;
        if window < self.width {
            return Err(Error::new("window", Kind::Conflict, "must be at least one slice", window));
        }
        in_order(intervals)?;
        let across = |interval: &Interval| {
            self.slice_of(interval.from) != self.slice_of(interval.to.saturating_sub(Span::clamped(1)))
        };
        if let Some(position) = intervals.iter().position(across) {
            let rule = format!("must lie within one slice of {}", self.width);
            let value = intervals.get(position).map_or(now, Interval::to);
            return Err(Error::new(format!("intervals[{position}].to"), Kind::Conflict, rule, value));
        }
        Ok(SliceReport::of(*self, objective, intervals, window, now))
    }

    /// The same of a counter, from the buckets that divide a slice.
    ///
    /// A counter holds fine buckets for a short time only: slices of one minute for 6 hours, of five for a day, of 30 minutes for
    /// 3 days and of two hours for 30 days, at the least.
    ///
    /// # Errors
    /// Those of [`report`](Self::report); a width that is no multiple of ten seconds; a window for which the counter no longer
    /// holds buckets that divide a slice.
    pub fn read(
        &self,
        objective: Objective,
        counter: &Counter,
        window: Span,
        now: Timestamp,
    ) -> Result<SliceReport, Error> {
        self.report(objective, &Interval::of_width(counter, self.width, window, now)?, window, now)
    }

    /// The width of a slice.
    #[must_use]
    pub const fn width(&self) -> Span {
        self.width
    }

    /// The share of a slice's events that must be good for the slice to be.
    #[must_use]
    pub const fn target(&self) -> Share {
        self.target
    }

    /// What a slice without events is.
    #[must_use]
    pub const fn idle(&self) -> IdleSlices {
        self.idle
    }

    /// The number of the slice that holds `at`.
    pub(super) fn slice_of(&self, at: Timestamp) -> u64 {
        at.as_millis() / self.width.as_millis().max(1)
    }

    /// Whether a slice of these events, which are some, is good: (T - B) / T >= target, exactly.
    pub(super) fn is_good(&self, good: u128, bad: u128) -> bool {
        good * 1_000_000 >= u128::from(self.target.parts_per_million()) * (good + bad)
    }

    /// The bad share of a slice of these events, which are some, in parts of it, rounded up.
    pub(super) fn bad_parts(self, good: u128, bad: u128) -> u64 {
        Natural::of(bad).times(u128::from(PARTS)).over_up(Natural::of(good + bad)).unsigned_abs()
    }

    /// A budget of the window, of which `slices` closed slices were seen, in `good` and `bad` parts.
    pub(super) fn budget(
        &self,
        objective: Objective,
        window: Span,
        slices: u64,
        good: u64,
        bad: u64,
    ) -> Budget {
        let watched = Span::clamped(slices.saturating_mul(self.width.as_millis())).min(window);
        let reading =
            Reading { window, resolution: self.width, watched, good, bad, late: 0, ahead: 0, rejected: 0 };
        Budget::from_checked(objective, window, &reading, Budget::AT_RISK)
    }
}

/// A slicing as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    width: Span,
    slice_target: Share,
    idle: IdleSlices,
}

impl From<Slicing> for Parts {
    fn from(slicing: Slicing) -> Self {
        Self { width: slicing.width, slice_target: slicing.target, idle: slicing.idle }
    }
}

impl TryFrom<Parts> for Slicing {
    type Error = Error;

    fn try_from(parts: Parts) -> Result<Self, Error> {
        Self::new(parts.width, parts.slice_target, parts.idle)
    }
}
