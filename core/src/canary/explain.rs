use super::evidence::Evidence;
use super::guardrail::Tests;
use super::{
    Arms, Comparison, Epoch, FractionCell, Guarantee, Guardrail, GuardrailReport, Interval, Look,
    QuantileReport, confidence_sequence, count_interval, count_ratio_interval, difference_interval,
    fraction_ratio_interval, mean_difference, quantile_band, quantile_ratio, ratio_interval,
};
use crate::math;
use crate::observe::{Counts, Events, Fractions, Histogram, Measure, Metric, Moments, Series, Tally};
use crate::quantity::{Probability, Share};
use alloc::vec::Vec;

/// The quantiles that a report shows: median, 95th and 99th percentile, in parts per million.
const LEVELS: [u32; 3] = [500_000, 950_000, 990_000];

impl GuardrailReport {
    pub(super) fn of(
        look: &Look<'_>,
        metric: Metric,
        guardrail: &Guardrail,
        evidence: &Evidence,
        culprit: bool,
        alpha: Probability,
    ) -> Self {
        let observed = |tally: &Tally| tally.series(metric).map_or(0, Series::units);
        let units =
            |epoch: &Epoch<'_>| Arms { canary: observed(epoch.canary), control: observed(epoch.control) };
        let add = |sum: &mut u64, more: &u64| *sum = sum.saturating_add(*more);
        let both = |arms: Arms<u64>| arms.canary.saturating_add(arms.control);
        let more = |times: Option<f64>, units: u64| times.map(|times| more_units(times, units));
        let (attempt, stage) = (summed(look.epochs, units, add), summed(look.present(), units, add));
        let counts = (guardrail.measure() == Measure::Rate)
            .then(|| summed(look.epochs, |epoch| epoch.counts(metric), |sum, more| *sum = sum.merged(*more)));
        Self {
            name: guardrail.name().into(),
            measure: guardrail.measure(),
            guarantee: match guardrail.tests() {
                Tests::Mean(_) => Guarantee::Asymptotic,
                _ => Guarantee::Exact,
            },
            required: guardrail.is_required(),
            units: attempt,
            counts,
            comparison: compare(look, metric, guardrail, counts, alpha),
            quantiles: quantiles(look, metric, alpha),
            shape: evidence.shape,
            ln_harm: evidence.ln_harm,
            ln_safety: evidence.ln_safety,
            culprit,
            lack: evidence.lack,
            more_units_to_safety: more(evidence.stage_to_safety, both(stage)),
            more_units_to_harm: more(evidence.attempt_to_harm, both(attempt)),
        }
    }
}

/// Units beyond those at hand, for so many times as many in all.
fn more_units(times: f64, units: u64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a forecast; the cast holds what is too large"
    )]
    let more = ((times - 1.0).max(0.0) * math::count(units)) as u64;
    more
}

/// What both arms had in all of the epochs, for showing only: the tests keep epochs apart.
fn summed<'e, 'a: 'e, T: Default>(
    epochs: impl IntoIterator<Item = &'e Epoch<'a>>,
    of: impl Fn(&Epoch<'_>) -> Arms<T>,
    add: impl Fn(&mut T, &T),
) -> Arms<T> {
    let mut sum = Arms::<T>::default();
    for arms in epochs.into_iter().map(of) {
        add(&mut sum.canary, &arms.canary);
        add(&mut sum.control, &arms.control);
    }
    sum
}

fn compare(
    look: &Look<'_>,
    metric: Metric,
    guardrail: &Guardrail,
    counts: Option<Arms<Counts>>,
    alpha: Probability,
) -> Option<Comparison> {
    Some(match guardrail.measure() {
        Measure::Rate => {
            let cells: Vec<_> = look.comparable().map(|epoch| epoch.cell(metric)).collect();
            let outcomes: Vec<_> = look.comparable().map(|epoch| epoch.outcomes(metric)).collect();
            let counts = counts?;
            Comparison {
                estimates: counts.map(Counts::rate),
                intervals: counts.map(|counts| confidence_sequence(counts, alpha)),
                ratio_interval: ratio_interval(&cells, alpha),
                difference_interval: difference_interval(
                    &outcomes,
                    guardrail.reference_rate().or(Some(Probability::ONE_IN_A_HUNDRED)),
                    alpha,
                ),
            }
        }
        Measure::Fraction => {
            let cells: Vec<_> = look.comparable().map(|epoch| epoch.fractions(metric)).collect();
            let arms = |epoch: &Epoch<'_>| {
                let FractionCell { canary, control, .. } = epoch.fractions(metric);
                Arms { canary, control }
            };
            let sum = summed(look.epochs, arms, Fractions::merge);
            Comparison {
                estimates: sum.map(|fractions| fractions.mean()),
                intervals: sum.map(|_| Interval::UNKNOWN),
                ratio_interval: fraction_ratio_interval(&cells, alpha),
                difference_interval: Interval::UNKNOWN,
            }
        }
        Measure::Count => {
            let events: Vec<_> = look.comparable().map(|epoch| epoch.events(metric)).collect();
            let sum = summed(look.epochs, |epoch| epoch.events(metric), |sum, more| *sum = sum.merged(*more));
            Comparison {
                estimates: sum.map(Events::rate),
                intervals: sum.map(|events| count_interval(events, alpha)),
                ratio_interval: count_ratio_interval(&events, alpha),
                difference_interval: Interval::UNKNOWN,
            }
        }
        Measure::Mean => {
            let epochs: Vec<_> = look.comparable().map(|epoch| epoch.moments(metric)).collect();
            let sum = summed(look.epochs, |epoch| epoch.moments(metric), Moments::merge);
            let companion = guardrail.companion();
            let found = mean_difference(&epochs, companion, alpha).ok();
            let ratio = |end: Option<f64>| end.map(|change| 1.0 + change);
            Comparison {
                estimates: sum.map(|moments| companion.estimate(&moments)),
                intervals: sum.map(|_| Interval::UNKNOWN),
                ratio_interval: found.map_or(Interval::UNKNOWN, |found| Interval {
                    lower: ratio(found.relative_interval.lower),
                    upper: ratio(found.relative_interval.upper),
                }),
                difference_interval: found.map_or(Interval::UNKNOWN, |found| found.interval),
            }
        }
        Measure::Distribution => return None,
    })
}

fn quantiles(look: &Look<'_>, metric: Metric, alpha: Probability) -> Vec<QuantileReport> {
    let mut sum = Arms::<Histogram>::default();
    for histograms in look.epochs.iter().filter_map(|epoch| epoch.histograms(metric)) {
        sum.canary.merge(histograms.canary);
        sum.control.merge(histograms.control);
    }
    if sum.canary.units() == 0 && sum.control.units() == 0 {
        return Vec::new();
    }
    let levels = LEVELS.iter().filter_map(|ppm| Share::from_parts_per_million(*ppm).ok());
    let end = |edge: Option<u64>| edge.map(math::count);
    levels
        .map(|level| {
            let band = |histogram: &Histogram| {
                let band = quantile_band(histogram, level, alpha);
                Interval { lower: end(band.at_least), upper: end(band.below) }
            };
            QuantileReport {
                level,
                bands: Arms { canary: band(&sum.canary), control: band(&sum.control) },
                ratio_interval: quantile_ratio(&sum.canary, &sum.control, level, alpha),
            }
        })
        .collect()
}
