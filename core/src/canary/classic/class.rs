use super::super::{Arms, Interval};
use super::{Direction, MannWhitney, Measure, Method, Metric, Series, points};
use crate::math;
use crate::quantity::{Probability, shown};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use serde::Serialize;

/// The part of the estimate that the interval must clear: Kayenta's constant.
const TOLERANCE: f64 = 0.25;

/// Level of the interval: Kayenta's constant.
const LEVEL: f64 = 0.98;

/// What one metric shows. A closed set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub enum Class {
    /// No difference that is significant, large enough and in the direction that matters.
    Pass,
    /// The canary is significantly higher.
    High,
    /// The canary is significantly lower.
    Low,
    /// An arm has no data.
    Nodata,
    /// An arm has no data, and the metric must have some: counts as a failure of the metric.
    NodataFailMetric,
    /// One point in each arm, and they differ: nothing can be compared.
    Error,
}

/// What one metric shows, with the numbers behind it; those that were not computed are `None`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MetricReport {
    /// Name of the metric.
    pub name: Box<str>,
    /// What it shows.
    pub class: Class,
    /// Whether it fails the whole canary.
    pub critical: bool,
    /// Whether it is shown and not counted.
    pub muted: bool,
    /// Why, with the numbers, for people.
    pub reason: String,
    /// Points that were compared, after gaps and outliers.
    pub points: Arms<u64>,
    /// Shifts, canary - control, that are not excluded at 98%.
    pub interval: Option<Interval>,
    /// Median difference, canary - control.
    pub estimate: Option<f64>,
    /// What the interval must clear: a quarter of the estimate's magnitude.
    pub tolerance: Option<f64>,
    /// Effect by the metric's measure; `None` also where a mean is 0, so that there is no ratio.
    pub effect: Option<f64>,
}

impl MetricReport {
    pub(super) fn of(metric: &Metric, series: &Series) -> Self {
        let (canary, control) = series.prepared(metric);
        let points_compared = Arms { canary: canary.len() as u64, control: control.len() as u64 };
        let bare = |class, reason: &str| Self {
            name: metric.name.clone(),
            class,
            critical: metric.critical
                && matches!(class, Class::Nodata | Class::NodataFailMetric | Class::Error),
            muted: metric.muted,
            reason: reason.into(),
            points: points_compared,
            interval: None,
            estimate: None,
            tolerance: None,
            effect: None,
        };
        let (Some(first), Some(other)) = (canary.first(), control.first()) else {
            let class = if metric.must_have_data && !metric.critical {
                Class::NodataFailMetric
            } else {
                Class::Nodata
            };
            return bare(
                class,
                if canary.is_empty() { "the canary has no data" } else { "the control has no data" },
            );
        };
        if canary == control || canary.iter().chain(&control).all(|x| points::same(*x, *first)) {
            return bare(Class::Pass, "both arms hold the same values");
        }
        if canary.len() == 1 && control.len() == 1 {
            let reason =
                format!("one point in each arm cannot be compared: {} and {}", shown(*first), shown(*other));
            return bare(Class::Error, &reason);
        }
        let effect = match metric.measure {
            Measure::MeanRatio => mean_ratio(&canary, &control),
            Measure::Cles => None,
        };
        let test = MannWhitney::of_sorted(canary, control);
        let effect = if metric.measure == Measure::Cles { Some(test.cles()) } else { effect };
        let level = Probability::new(LEVEL).unwrap_or(Probability::ONE_IN_TWENTY);
        let interval = test.interval(level, Method::NormalCorrected).ok();
        let estimate = test.estimate();
        let judged = Judged { metric, interval, estimate, effect };
        let (class, critical) = judged.class();
        let reason = judged.reason(class, critical);
        let tolerance = Some(judged.tolerance());
        Self {
            class,
            critical,
            reason,
            interval,
            estimate: Some(estimate),
            tolerance,
            effect,
            ..bare(class, "")
        }
    }
}

/// The numbers that a class is read from.
struct Judged<'a> {
    metric: &'a Metric,
    interval: Option<Interval>,
    estimate: f64,
    effect: Option<f64>,
}

impl Judged<'_> {
    fn tolerance(&self) -> f64 {
        TOLERANCE * self.estimate.abs()
    }

    fn ends(&self) -> (f64, f64) {
        let end = |end: fn(Interval) -> Option<f64>| self.interval.and_then(end).unwrap_or(0.0);
        (end(|interval| interval.lower), end(|interval| interval.upper))
    }

    /// The class, and whether it is critical. An effect that is undefined bounds nothing: it is never small enough.
    fn class(&self) -> (Class, bool) {
        let metric = self.metric;
        let (lower, upper) = self.ends();
        let rises = |from: f64| self.effect.is_none_or(|effect| effect >= from);
        let falls = |from: f64| self.effect.is_none_or(|effect| effect <= from);
        if metric.direction != Direction::Decrease
            && lower > self.tolerance()
            && rises(metric.allowed.increase)
        {
            (Class::High, metric.critical && rises(metric.critical_from.increase))
        } else if metric.direction != Direction::Increase
            && upper < -self.tolerance()
            && falls(metric.allowed.decrease)
        {
            (Class::Low, metric.critical && falls(metric.critical_from.decrease))
        } else {
            (Class::Pass, false)
        }
    }

    fn reason(&self, class: Class, critical: bool) -> String {
        let (lower, upper) = self.ends();
        let (lower_end, upper_end, tolerance) = (shown(lower), shown(upper), shown(self.tolerance()));
        let effect = self.effect.map_or("undefined".into(), shown);
        let place = if lower > self.tolerance() {
            format!("is above the tolerance {tolerance}")
        } else if upper < -self.tolerance() {
            format!("is below the tolerance -{tolerance}")
        } else {
            format!("reaches into the tolerance {tolerance}")
        };
        let word = match class {
            Class::High => "high",
            Class::Low => "low",
            _ => "pass",
        };
        let critical = if critical { ", critical" } else { "" };
        format!("{word}{critical}: the interval {lower_end} to {upper_end} {place}; the effect is {effect}")
    }
}

/// Mean over mean; undefined where either is 0.
fn mean_ratio(canary: &[f64], control: &[f64]) -> Option<f64> {
    let mean = |arm: &[f64]| arm.iter().sum::<f64>() / math::count(arm.len() as u64);
    let (canary, control) = (mean(canary), mean(control));
    (canary != 0.0 && control != 0.0).then(|| (canary / control).clamp(f64::MIN, f64::MAX))
}
