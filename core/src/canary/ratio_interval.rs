use super::wealth::{STEP_VARIANCE, mixture_near};
use super::{Cell, Interval};
use crate::math::{self, Point, crossing};

/// Ratios looked at: e^-14 to e^14, about one to a million.
const WIDEST_LN_RATIO: f64 = 14.0;

/// Where the ratio of two failure rates, canary over control, lies: all ratios that the evidence at level `alpha` does not
/// exclude, one-sided at each end, so both ends hold at every moment at once with probability 1 - 2 `alpha`.
///
/// The lower end is the largest bound against which [`RateTest::harm`](super::RateTest::harm) reaches 1/`alpha`, the upper one the smallest
/// against which safety does. An end that nothing excludes, or that lies beyond e^-14 or e^14, is `None`.
///
/// **Holds when** one ratio holds in all cells; the rates themselves may drift.
///
/// ```
/// use rampgate::canary::{Cell, ratio_interval};
/// use rampgate::Probability;
///
/// let cell = Cell { rho: 0.5, canary_failures: 60, control_failures: 30 };
/// let interval = ratio_interval(&[cell], Probability::ONE_IN_TWENTY);
/// assert!(interval.lower.is_some_and(|lower| lower > 1.0) && interval.contains(2.0));
/// ```
#[must_use]
pub fn ratio_interval(cells: &[Cell], alpha: crate::Probability) -> Interval {
    let needed = -math::ln(alpha.get());
    let end = |upper: bool| {
        // the upper end of the ratio is the lower end of its inverse, with the arms swapped
        let inverse = |cell: &Cell| Cell {
            rho: 1.0 - cell.rho,
            canary_failures: cell.control_failures,
            control_failures: cell.canary_failures,
        };
        let turned = |cell: &Cell| if upper { inverse(cell) } else { *cell };
        lower_end(|| cells.iter().filter(|cell| cell.is_comparable()).map(turned), needed)
    };
    Interval { lower: end(false).map(math::exp), upper: end(true).map(|x| math::exp(-x)) }
}

/// The largest ln bound that evidence of harm of `needed` excludes.
fn lower_end<I: Iterator<Item = Cell>>(cells: impl Fn() -> I, needed: f64) -> Option<f64> {
    let (mut above, mut below, mut hits) = (0.0, 0.0, 0.0);
    for cell in cells() {
        let (x1, x0) = (math::count(cell.canary_failures), math::count(cell.control_failures));
        (above, below, hits) = (above + x1 * (1.0 - cell.rho), below + x0 * cell.rho, hits + x1);
    }
    if hits == 0.0 {
        return None;
    }
    // Mantel and Haenszel's estimate, with half a failure for an arm that had none
    let estimate = math::ln((above.max(0.25)) / (below.max(0.25)));
    let information: f64 = cells()
        .map(|cell| {
            let q = logistic(cell.rho, math::exp(estimate));
            math::count(cell.canary_failures.saturating_add(cell.control_failures)) * q * (1.0 - q)
        })
        .sum();
    let cost = 0.5 * math::ln_1p(information * STEP_VARIANCE);
    let start = estimate - math::sqrt(2.0 * (needed + cost) / information);
    let end = crossing(-WIDEST_LN_RATIO, WIDEST_LN_RATIO, start, |bound| {
        let Point { value, slope } = harm(&cells, estimate, bound);
        Point { value: value - needed, slope }
    });
    (end > -WIDEST_LN_RATIO).then_some(end)
}

/// The chance that a failing unit is in the canary.
fn logistic(rho: f64, ratio: f64) -> f64 {
    rho * ratio / (rho * ratio + (1.0 - rho))
}

/// ln of the evidence of harm against a bound, and its derivative by the logarithm of the bound.
fn harm<I: Iterator<Item = Cell>>(cells: &impl Fn() -> I, estimate: f64, bound: f64) -> Point {
    let ratio = math::exp(bound);
    mixture_near(estimate - bound, |step| {
        let (mut ln_wealth, mut slope) = (0.0, 0.0);
        for cell in cells() {
            let (x1, x0) = (math::count(cell.canary_failures), math::count(cell.control_failures));
            let q0 = logistic(cell.rho, ratio);
            let grown = q0 * step.up;
            ln_wealth += x1 * step.size - (x1 + x0) * math::ln_1p(grown);
            // q at the bound less q at the step
            slope -= (x1 + x0) * (grown * (1.0 - q0) / (1.0 + grown));
        }
        Point { value: ln_wealth, slope }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Probability;
    use crate::canary::{RateTest, Wealth};

    fn cell(rho: f64, canary_failures: u64, control_failures: u64) -> Cell {
        Cell { rho, canary_failures, control_failures }
    }

    #[test]
    fn the_interval_covers_the_estimate_and_needs_failures_for_each_end() {
        let of = |a, b| ratio_interval(&[cell(0.5, a, b)], Probability::ONE_IN_TWENTY);
        let both = of(60, 30);
        let (lower, upper) = (both.lower.unwrap(), both.upper.unwrap());
        assert!(lower > 1.0 && lower < 2.0 && upper > 2.0 && upper < 5.0, "{lower} {upper}");
        assert_eq!(ratio_interval(&[], Probability::ONE_IN_TWENTY), Interval { lower: None, upper: None });
        assert!(of(20, 0).lower.is_some() && of(20, 0).upper.is_none());
        assert!(of(0, 20).lower.is_none() && of(0, 20).upper.is_some());
        assert!(of(1, 0).lower.is_none(), "one failure is no proof");
        let alone = [cell(1.0, 100, 0), cell(0.0, 0, 100)];
        assert_eq!(ratio_interval(&alone, Probability::ONE_IN_TWENTY), Interval { lower: None, upper: None });
    }

    /// The ends are where the evidence itself, computed apart from this file, reaches 1/alpha.
    #[test]
    fn the_evidence_at_the_ends_is_what_is_needed() {
        let cases: [&[Cell]; 8] = [
            &[cell(0.5, 60, 30)],
            &[cell(0.01, 9, 40)],
            &[cell(0.05, 5, 0)],
            &[cell(0.5, 1_000_000, 1_000_500)],
            &[cell(0.01, 3, 300), cell(0.1, 12, 110), cell(0.5, 200, 180)],
            &[cell(0.9, 400, 2), cell(0.05, 1, 800), cell(0.5, 3, 3), cell(0.25, 0, 9)],
            &[cell(0.5, 6, 600_000)],
            &[cell(0.5, 70_000, 9)],
        ];
        for (cells, alpha) in cases.iter().zip([0.05, 0.001, 0.05, 0.2, 0.01, 0.05, 0.05, 0.05]) {
            let interval = ratio_interval(cells, Probability::new(alpha).unwrap());
            let evidence = |test: RateTest| {
                let mut wealth = Wealth::default();
                cells.iter().for_each(|cell| wealth.add(&test.wealth(cell)));
                wealth.ln_evidence()
            };
            for (end, side) in [(interval.lower, 1.0), (interval.upper, -1.0)] {
                let Some(end) = end else { continue };
                let test = RateTest::against(math::ln(end), side);
                let off = evidence(test) + math::ln(alpha);
                let failures: u64 =
                    cells.iter().map(|cell| cell.canary_failures + cell.control_failures).sum();
                // the last bit of ln of the end, times the failures
                let bits = 1e-12 * (1.0 + math::sqrt(math::count(failures)) * 30.0);
                assert!(off.abs() < bits, "{cells:?}: {off} at {end}");
            }
        }
    }

    #[test]
    fn extreme_inputs_stay_numbers() {
        for rho in [f64::NAN, -1.0, 0.0, 1e-300, 1e-9, 0.5, 1.0 - 1e-16, 1.0, f64::INFINITY] {
            for (a, b) in [(u64::MAX, 0), (0, u64::MAX), (u64::MAX, u64::MAX), (1, u64::MAX), (u64::MAX, 1)] {
                let found = ratio_interval(&[cell(rho, a, b)], Probability::ONE_IN_TWENTY);
                for end in [found.lower, found.upper].into_iter().flatten() {
                    assert!(end.is_finite(), "{rho} {a} {b}: {end}");
                }
            }
        }
    }
}
