//! The bets that a reference places.

use super::components::PLACED;
use super::groups::{MOST_GROUPS, grouped};
use super::reference::Placement;
use super::shape::{GRID, SHAPES, STEPS, Shape, TILTS};
use super::{DistributionCell, Reference};
use crate::canary::Worse;
use crate::math;

/// What each bet gains on one cell: for every group x1 ln(p/rho) + x0 ln((1-p)/(1-rho)), with p = rho r/(rho r + 1 - rho), which is
/// x1 ln r - (x1 + x0) ln(1 + rho (r - 1)). `side` is +1 for bets that rise with the value's badness, -1 for bets that fall.
pub(super) fn gains(
    cell: &DistributionCell<'_>,
    reference: &Reference,
    shift: usize,
    worse: Worse,
    side: f64,
) -> [f64; PLACED] {
    let mut counts = [(0, 0); MOST_GROUPS];
    let groups = reference.edges().len() + 1;
    let Some(counts) = counts.get_mut(..groups) else { return [0.0; PLACED] };
    grouped(cell, reference.edges(), shift, worse, counts);
    let counts = counts.iter().map(|(x1, x0)| (math::count(*x1), math::count(x1.saturating_add(*x0))));
    let mut both = [(0.0, 0.0); MOST_GROUPS];
    both.iter_mut().zip(counts).for_each(|(place, counts)| *place = counts);
    let Some(counts) = both.get(..groups) else { return [0.0; PLACED] };

    let placement = reference.placement(worse);
    let mut gains = [0.0; PLACED];
    let mut tails = placement.tails.iter();
    for ((shape, _), gains) in SHAPES.iter().zip(gains.chunks_mut(GRID)) {
        match shape {
            Shape::Shift => tilts(gains, counts, &placement, math::normal_quantile, cell.rho, side),
            Shape::Stretch => {
                tilts(gains, counts, &placement, |rank| -math::ln_1p(-rank) - 1.0, cell.rho, side)
            }
            Shape::Tail(_) | Shape::Anywhere => {
                let above = tails.next().and_then(|tail| counts.get(*tail..)).unwrap_or_default();
                steps(gains, above, cell.rho, side);
            }
        }
    }
    gains
}

/// r = exp(theta s), divided by its mean under the reference.
fn tilts(
    gains: &mut [f64],
    counts: &[(f64, f64)],
    placement: &Placement,
    score: impl Fn(f64) -> f64,
    rho: f64,
    side: f64,
) {
    let mut scores = [0.0; MOST_GROUPS];
    scores.iter_mut().zip(&placement.ranks).for_each(|(place, rank)| *place = side * score(*rank));
    for (gain, theta) in gains.iter_mut().zip(TILTS) {
        let mut ratios = [0.0; MOST_GROUPS];
        let mut mean = 0.0;
        for ((ratio, score), mass) in ratios.iter_mut().zip(scores).zip(&placement.masses) {
            *ratio = math::exp(theta * score);
            mean += mass * *ratio;
        }
        let ln_mean = math::ln(mean);
        for (((x1, both), score), ratio) in counts.iter().zip(scores).zip(ratios) {
            if *both > 0.0 {
                *gain += x1 * (theta * score - ln_mean) - both * math::ln_1p(rho * (ratio / mean - 1.0));
            }
        }
    }
}

/// r = R in the tail and 1 elsewhere: only values in the tail are bet on.
fn steps(gains: &mut [f64], tail: &[(f64, f64)], rho: f64, side: f64) {
    let (x1, both) = tail.iter().fold((0.0, 0.0), |(x1, both), (more_x1, more)| (x1 + more_x1, both + more));
    for (gain, ln_ratio) in gains.iter_mut().zip(STEPS) {
        let ln_ratio = side * ln_ratio;
        *gain = x1 * ln_ratio - both * math::ln_1p(rho * math::exp_m1(ln_ratio));
    }
}
