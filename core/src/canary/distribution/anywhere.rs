//! Bets for want of a reference, at fixed places on the scale of the bins.

use super::DistributionCell;
use super::groups::grouped;
use crate::canary::Worse;
use crate::math::{self, LogSum};
use crate::observe::Histogram;

/// Groups of 16 bins, a quarter of an octave, between bin 0 and the last bin, which are groups of their own.
const GROUPS: usize = (Histogram::BINS - 2) / 16 + 2;
/// Groups in an octave.
const OCTAVE: usize = 4;

/// A step begins at every half octave.
const STEP_PLACES: usize = GROUPS / 2;
/// ln of the ratio of the densities above a step.
const STEPS: [f64; 4] = [0.25, 0.6, 1.5, 4.0];
const STEP_WEIGHT: f64 = 0.4;

/// A ramp is centred at every octave, and is level an octave away from its centre.
const RAMP_PLACES: usize = GROUPS / OCTAVE;
/// ln of the ratio of the densities at the upper end of a ramp, against its centre.
const RAMPS: [f64; 5] = [0.06, 0.12, 0.25, 0.5, 1.0];
const RAMP_WEIGHT: f64 = 0.6;

const STEP_BETS: usize = STEP_PLACES * STEPS.len();
pub(super) const BETS: usize = STEP_BETS + RAMP_PLACES * RAMPS.len();

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses an index that is out of range"
)]
const EDGES: [u16; GROUPS - 1] = {
    let mut edges = [1; GROUPS - 1];
    let mut group = 1;
    while group < edges.len() {
        edges[group] = edges[group - 1] + 16;
        group += 1;
    }
    edges
};

/// What each bet gains on one cell, the steps before the ramps, each by place and in each place by strength.
pub(super) fn gains(cell: &DistributionCell<'_>, shift: usize, worse: Worse, side: f64) -> [f64; BETS] {
    let mut counts = [(0, 0); GROUPS];
    grouped(cell, &EDGES, shift, worse, &mut counts);
    let mut better = [(0.0, 0.0); GROUPS + 1];
    let mut seen = (0.0, 0.0);
    for (place, (x1, x0)) in better.iter_mut().skip(1).zip(counts) {
        seen = (seen.0 + math::count(x1), seen.1 + math::count(x1.saturating_add(x0)));
        *place = seen;
    }
    // what lies in groups from the first to below the second
    let within = |from: usize, to: usize| {
        let at = |group: usize| better.get(group.min(GROUPS)).copied().unwrap_or(seen);
        let ((x1, both), (lower_x1, lower)) = (at(to), at(from));
        (x1 - lower_x1, both - lower)
    };
    let mut gains = [0.0; BETS];
    let (step_gains, ramp_gains) = gains.split_at_mut(STEP_BETS);
    let gain = |ln_ratio: f64| (ln_ratio, math::ln_1p(cell.rho * math::exp_m1(ln_ratio)));
    let steps = STEPS.map(|ln_ratio| gain(side * ln_ratio));
    for (place, gains) in step_gains.chunks_mut(STEPS.len()).enumerate() {
        let (x1, both) = within(2 * place + 1, GROUPS);
        for (gain, (ln_ratio, loss)) in gains.iter_mut().zip(steps) {
            *gain = x1 * ln_ratio - both * loss;
        }
    }
    let ramps = RAMPS.map(|height| RAMP.map(|part| gain(side * height * part)));
    for (place, gains) in ramp_gains.chunks_mut(RAMPS.len()).enumerate() {
        let centre = OCTAVE * place + 1;
        let window = |part: usize| match part {
            0 => within(0, centre.saturating_sub(OCTAVE)),
            part if part + 1 == RAMP.len() => within(centre + OCTAVE, GROUPS),
            part => {
                within((centre + part).saturating_sub(OCTAVE + 1), (centre + part).saturating_sub(OCTAVE))
            }
        };
        for (gain, ramp) in gains.iter_mut().zip(&ramps) {
            for (part, (ln_ratio, loss)) in ramp.iter().enumerate() {
                let (x1, both) = window(part);
                *gain += x1 * ln_ratio - both * loss;
            }
        }
    }
    gains
}

/// How high a ramp is over the groups around its centre, beginning with all that lie below it.
const RAMP: [f64; 2 * OCTAVE + 2] = [-1.0, -0.875, -0.625, -0.375, -0.125, 0.125, 0.375, 0.625, 0.875, 1.0];

/// ln of the mixture of the bets, given ln of what each gained.
pub(super) fn ln_mixture(bets: &[f64; BETS]) -> f64 {
    let step = math::ln(STEP_WEIGHT / math::count(STEP_BETS as u64));
    let ramp = math::ln(RAMP_WEIGHT / math::count((BETS - STEP_BETS) as u64));
    let (mut mixture, mut total) = (LogSum::new(), LogSum::new());
    for (position, bet) in bets.iter().enumerate() {
        let ln_weight = if position < STEP_BETS { step } else { ramp };
        mixture.add(ln_weight + bet);
        total.add(ln_weight);
    }
    mixture.ln() - total.ln()
}
