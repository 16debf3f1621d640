use crate::canary::Interval;
use crate::math;
use crate::observe::Histogram;
use crate::quantity::{Probability, Share};
use serde::Serialize;

/// Where a quantile of one arm lies, in thousandths of the metric's unit, by the edges of the histogram's bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct QuantileBand {
    /// It is at least this; `None` where nothing bounds it yet.
    pub at_least: Option<u64>,
    /// It is less than this; `None` where nothing bounds it yet.
    pub below: Option<u64>,
}

/// Where the quantile of a level lies, at every moment at once: each end is wrong with probability at most `alpha`, so both hold
/// with 1 - 2 `alpha`.
///
/// The quantile is the smallest value that at least `level` of all values do not exceed. An edge is excluded from above it (or below) where
/// fewer (more) than that share lie below the edge and the mixture over Beta(1/2, 1/2) against `level` reaches 1/alpha (Robbins 1970; for
/// quantiles Howard and Ramdas 2022). One edge alone decides whether an end is wrong, the one next to the true quantile; so no price is paid for trying all of them.
///
/// **Holds when** the values, one for each unit, come from one distribution that does not change. Where it drifts, compare the arms by
/// the [`DistributionTest`](super::DistributionTest), which needs nothing of the kind.
///
/// ```
/// use rampgate::canary::quantile_band;
/// use rampgate::observe::Histogram;
/// use rampgate::Probability;
///
/// let mut latency = Histogram::default();
/// (1..=10_000_u64).for_each(|n| latency.record(n * 100_000));
/// let band = quantile_band(&latency, "95%".parse()?, Probability::ONE_IN_TWENTY);
/// assert!(band.at_least.is_some_and(|ns| (930_000_000..950_000_000).contains(&ns)));
/// assert!(band.below.is_some_and(|ns| (950_000_000..980_000_000).contains(&ns)));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[must_use]
pub fn quantile_band(histogram: &Histogram, level: Share, alpha: Probability) -> QuantileBand {
    if level == Share::ZERO || level == Share::ALL {
        return QuantileBand { at_least: None, below: None };
    }
    let needed = -math::ln(alpha.get());
    let wanted = u128::from(level.parts_per_million()) * u128::from(histogram.units());
    // of the values below the edge: whether they are fewer than the level wants, and whether that is evidence
    let judged = |edge: usize| {
        let below = histogram.below(edge);
        let above = histogram.units().saturating_sub(below);
        let odds = math::ln_beta_binomial_odds(below, above, 0.5, 0.5, level.fraction());
        ((u128::from(below) * 1_000_000).cmp(&wanted), odds >= needed)
    };
    // edges up to here have too few values below them, and edges from there on too many
    let lower = first_edge(|edge| judged(edge) != (core::cmp::Ordering::Less, true)).checked_sub(1);
    let upper = first_edge(|edge| judged(edge) == (core::cmp::Ordering::Greater, true));
    QuantileBand {
        at_least: lower.filter(|edge| *edge > 0).map(Histogram::lower_edge),
        below: (upper < Histogram::BINS).then(|| Histogram::lower_edge(upper)),
    }
}

/// The first of the edges for which `holds`, which must hold for all later ones; `BINS` where it does for none. Edge 0 lies below all values.
fn first_edge(holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (1, Histogram::BINS);
    while low < high {
        let middle = usize::midpoint(low, high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// Where the ratio of the two arms' quantiles of a level lies, canary over control: each end is wrong with probability at most `alpha`,
/// at every moment at once.
///
/// Each end takes one end of each arm's [band](quantile_band) at alpha/2, so it is wider than a test of the difference would need. It shows how
/// large a difference is; whether there is one, the [`DistributionTest`](super::DistributionTest) finds out sooner.
///
/// **Holds when** the bands of both arms do.
#[must_use]
pub fn quantile_ratio(canary: &Histogram, control: &Histogram, level: Share, alpha: Probability) -> Interval {
    let Ok(half) = Probability::new(alpha.get() / 2.0) else { return Interval { lower: None, upper: None } };
    let (canary, control) = (quantile_band(canary, level, half), quantile_band(control, level, half));
    let ratio = |above: Option<u64>, below: Option<u64>| match (above, below) {
        (Some(above), Some(below)) => Some(math::count(above) / math::count(below)),
        _ => None,
    };
    Interval { lower: ratio(canary.at_least, control.below), upper: ratio(canary.below, control.at_least) }
}
