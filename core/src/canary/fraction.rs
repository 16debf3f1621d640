use super::wealth::{STEP_VARIANCE, mixture_near};
use super::{Interval, RateTest, Wealth};
use crate::error::Error;
use crate::math::{self, Point, crossing};
use crate::observe::Fractions;
use crate::quantity::Probability;

/// Ratios looked at by the interval: e^-14 to e^14.
const WIDEST_LN_RATIO: f64 = 14.0;

/// Units of both arms by the share of their requests that failed, while one share was in force.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FractionCell {
    /// The canary's share of the analysed units, strictly between 0 and 1; a cell outside that is left out.
    pub rho: f64,
    /// Units of the canary.
    pub canary: Fractions,
    /// Units of the control.
    pub control: Fractions,
}

/// Evidence that the mean failing share of units is above (harm) or below (safety) a bound times the control's.
///
/// One bet is made a unit, whatever the number of its requests. A unit of which the share f failed multiplies the wealth by
///
/// ```text
/// canary:   1 + f (q(R)/q(R0) - 1)              control:   1 + f ((1-q(R))/(1-q(R0)) - 1),      q(R) = rho R / (rho R + 1 - rho)
/// ```
///
/// As rho (q(R)/q(R0) - 1) = -(1/R0) (1-rho) ((1-q(R))/(1-q(R0)) - 1) = k >= 0 for R > R0, a unit's expected factor is exactly
/// 1 + k (E1 f - R0 E0 f), E1 and E0 the mean shares in canary and control. So it is 1 at the bound and below 1 on the safe side of it,
/// whatever the distributions, and the wealth is a non-negative supermartingale (Ville 1939). For shares of 0 and 1 alone this is
/// [`RateTest`](super::RateTest). The bets are mixed as there.
///
/// **Holds when** units were assigned by the stated share and independently of each other, each is counted once, when its window has
/// closed, and both arms are recorded alike. Requests of a unit may depend on each other in any way, and rates may drift.
///
/// ```
/// use rampgate::canary::{FractionCell, FractionTest};
/// use rampgate::observe::Fractions;
///
/// let (mut canary, mut control) = (Fractions::default(), Fractions::default());
/// for user in 0..400 {
///     canary.record(user % 8, 40)?; // of 40 requests of a user, 0 to 7 fail
///     control.record(user % 4, 40)?;
/// }
/// let evidence = FractionTest::harm(1.0)?.ln_evidence(&[FractionCell { rho: 0.5, canary, control }]);
/// assert!(evidence > 3.0, "{evidence}");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FractionTest(RateTest);

impl FractionTest {
    /// Is the canary's mean failing share more than `tolerated` times the control's?
    ///
    /// # Errors
    /// A ratio that is not from 0.001 to 1000.
    pub fn harm(tolerated: f64) -> Result<Self, Error> {
        RateTest::harm(tolerated).map(Self)
    }

    /// Is the canary's mean failing share less than `margin` times the control's?
    ///
    /// # Errors
    /// A ratio that is not from 0.001 to 1000.
    pub fn safety(margin: f64) -> Result<Self, Error> {
        RateTest::safety(margin).map(Self)
    }

    /// What the test's bets make of one cell.
    #[must_use]
    pub fn wealth(&self, cell: &FractionCell) -> Wealth {
        let bets = Bets::of(cell, self.0.ln_bound);
        Wealth::of(|step| bets.made(if self.0.side > 0.0 { step.up } else { step.down }).value)
    }

    /// ln of the e-value over cells; 0 without failures.
    #[must_use]
    pub fn ln_evidence(&self, cells: &[FractionCell]) -> f64 {
        let mut wealth = Wealth::default();
        cells.iter().for_each(|cell| wealth.add(&self.wealth(cell)));
        wealth.ln_evidence()
    }
}

/// The bets against one bound on one cell.
struct Bets<'a> {
    cell: &'a FractionCell,
    /// The chance that a failure is the canary's at the bound.
    q0: f64,
}

impl<'a> Bets<'a> {
    fn of(cell: &'a FractionCell, ln_bound: f64) -> Self {
        let bound = math::exp(ln_bound);
        Self { cell, q0: cell.rho * bound / (cell.rho * bound + (1.0 - cell.rho)) }
    }

    /// ln wealth of the bet on e^t = 1 + `growth`, and its derivative by the logarithm of the bound.
    fn made(&self, growth: f64) -> Point {
        if !(self.cell.rho > 0.0 && self.cell.rho < 1.0) {
            return Point { value: 0.0, slope: 0.0 };
        }
        let q0 = self.q0;
        let spread = 1.0 + q0 * growth;
        // q(R)/q(R0) - 1 and (1-q(R))/(1-q(R0)) - 1
        let (canary, control) = (growth * (1.0 - q0) / spread, -q0 * growth / spread);
        let by_bound = q0 * (1.0 - q0) * growth / (spread * spread);
        let canary_made = staked(&self.cell.canary, canary, -by_bound * (1.0 + growth));
        let control_made = staked(&self.cell.control, control, -by_bound);
        Point { value: canary_made.value + control_made.value, slope: canary_made.slope + control_made.slope }
    }
}

/// Sum over units of ln(1 + f `stake`), and its derivative where that of the stake is `by_bound`.
fn staked(units: &Fractions, stake: f64, by_bound: f64) -> Point {
    let mut sum = Point { value: 0.0, slope: 0.0 };
    for (sixteenths, count) in (0_u8..).zip(units.counts()).skip(1).filter(|(_, count)| **count > 0) {
        let (share, count) = (f64::from(sixteenths) / 16.0, math::count(*count));
        sum.value += count * math::ln_1p(share * stake);
        sum.slope += count * share * by_bound / (1.0 + share * stake);
    }
    sum
}

/// Sum of the failing shares of units, and of their squares.
fn powers(units: &Fractions) -> (f64, f64) {
    (0_u8..).zip(units.counts()).fold((0.0, 0.0), |(sum, squares), (sixteenths, count)| {
        let (share, count) = (f64::from(sixteenths) / 16.0, math::count(*count));
        (sum + count * share, squares + count * share * share)
    })
}

/// Where the ratio of the mean failing shares, canary over control, lies: all ratios that [`FractionTest`] does not exclude at level
/// `alpha`, one-sided at each end. An end that nothing excludes is `None`.
///
/// **Holds when** [`FractionTest`] does and one ratio holds in all cells.
#[must_use]
pub fn fraction_ratio_interval(cells: &[FractionCell], alpha: Probability) -> Interval {
    let needed = -math::ln(alpha.get());
    let turned: alloc::vec::Vec<FractionCell> = cells
        .iter()
        .map(|cell| FractionCell { rho: 1.0 - cell.rho, canary: cell.control, control: cell.canary })
        .collect();
    Interval {
        lower: lower_end(cells, needed).map(math::exp),
        upper: lower_end(&turned, needed).map(|x| math::exp(-x)),
    }
}

fn lower_end(cells: &[FractionCell], needed: f64) -> Option<f64> {
    let comparable = || cells.iter().filter(|cell| cell.rho > 0.0 && cell.rho < 1.0);
    let (mut above, mut below, mut hits) = (0.0, 0.0, 0.0);
    for cell in comparable() {
        let (canary, control) = (powers(&cell.canary).0, powers(&cell.control).0);
        (above, below, hits) = (above + canary * (1.0 - cell.rho), below + control * cell.rho, hits + canary);
    }
    if hits == 0.0 {
        return None;
    }
    let estimate = math::ln(above.max(0.25) / below.max(0.25));
    // the square of the score's slope by its variance, both at the estimate
    let (mut slope, mut variance) = (0.0, 0.0);
    for cell in comparable() {
        let q = Bets::of(cell, estimate).q0;
        let ((x1, xx1), (x0, xx0)) = (powers(&cell.canary), powers(&cell.control));
        slope += (x1 + x0) * q * (1.0 - q);
        variance += xx1 * (1.0 - q) * (1.0 - q) + xx0 * q * q;
    }
    let information = slope * slope / variance;
    let cost = 0.5 * math::ln_1p(information * STEP_VARIANCE);
    let start = estimate - math::sqrt(2.0 * (needed + cost) / information);
    let end = crossing(-WIDEST_LN_RATIO, WIDEST_LN_RATIO, start, |bound| {
        let mixed = mixture_near(estimate - bound, |step| {
            cells.iter().fold(Point { value: 0.0, slope: 0.0 }, |sum, cell| {
                let made = Bets::of(cell, bound).made(step.up);
                Point { value: sum.value + made.value, slope: sum.slope + made.slope }
            })
        });
        Point { value: mixed.value - needed, slope: mixed.slope }
    });
    (end > -WIDEST_LN_RATIO).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canary::{Cell, RateTest, ratio_interval};

    fn units(of: &[(u64, u64)]) -> Fractions {
        let mut units = Fractions::default();
        for (sixteenths, count) in of {
            (0..*count).for_each(|_| units.record(*sixteenths, 16).unwrap());
        }
        units
    }

    #[test]
    fn whole_failures_alone_are_the_rate_test() {
        let cell = |rho, a, b| FractionCell {
            rho,
            canary: units(&[(0, 50), (16, a)]),
            control: units(&[(0, 9), (16, b)]),
        };
        let plain = |rho, a, b| Cell { rho, canary_failures: a, control_failures: b };
        let fractions = [cell(0.1, 7, 30), cell(0.5, 25, 12), cell(1.0, 3, 0)];
        let cells = [plain(0.1, 7, 30), plain(0.5, 25, 12)];
        for (fraction, rate) in [
            (FractionTest::harm(1.2).unwrap(), RateTest::harm(1.2).unwrap()),
            (FractionTest::safety(3.0).unwrap(), RateTest::safety(3.0).unwrap()),
        ] {
            let difference = fraction.ln_evidence(&fractions) - rate.ln_evidence(&cells);
            assert!(difference.abs() < 1e-12, "{difference}");
        }
        let alpha = Probability::ONE_IN_TWENTY;
        let (own, plain) = (fraction_ratio_interval(&fractions, alpha), ratio_interval(&cells, alpha));
        assert!((own.lower.unwrap() - plain.lower.unwrap()).abs() < 1e-11);
        assert!((own.upper.unwrap() - plain.upper.unwrap()).abs() < 1e-11);
    }

    /// Every way a unit may turn out, weighed by its chance: the expected factor is 1 at the bound and 1 + k (E1 f - R0 E0 f) elsewhere.
    #[test]
    fn a_unit_is_a_fair_bet_at_the_bound_whatever_the_distribution() {
        let control = [(0_u64, 0.5), (1, 0.3), (7, 0.15), (16, 0.05)];
        let mean = |of: &[(u64, f64)]| {
            of.iter().map(|(f, p)| f64::from(u32::try_from(*f).unwrap()) / 16.0 * p).sum::<f64>()
        };
        let base = mean(&control);
        for (rho, ratio) in [(0.5, 1.0), (0.05, 1.0), (0.3, 2.0), (0.2, 0.7)] {
            for aim in [ratio, 0.9 * ratio, 1.1 * ratio] {
                // a canary of another shape: shares of 0, 3 and 16 sixteenths, of mean aim times the control's
                let whole = aim * base / 2.0;
                let canary = [(3, (aim * base - whole) * 16.0 / 3.0), (16, whole)];
                let rest = 1.0 - canary.iter().map(|(_, p)| p).sum::<f64>();
                let canary = [(0, rest), canary[0], canary[1]];
                for (test, side) in
                    [(FractionTest::harm(ratio).unwrap(), 1.0), (FractionTest::safety(ratio).unwrap(), -1.0)]
                {
                    let none = Fractions::default();
                    let factor = |cell: FractionCell| math::exp(test.ln_evidence(&[cell]));
                    let of_canary: f64 = canary
                        .iter()
                        .map(|(f, p)| {
                            p * factor(FractionCell { rho, canary: units(&[(*f, 1)]), control: none })
                        })
                        .sum();
                    let of_control: f64 = control
                        .iter()
                        .map(|(f, p)| {
                            p * factor(FractionCell { rho, canary: none, control: units(&[(*f, 1)]) })
                        })
                        .sum();
                    let expected = rho * of_canary + (1.0 - rho) * of_control;
                    let excess = side * (mean(&canary) - ratio * base);
                    assert!(
                        (expected - 1.0).abs() < 1e-14 || (expected - 1.0) * excess > 0.0,
                        "{rho} {ratio} {aim}: {expected}"
                    );
                    assert!(aim == ratio || (expected - 1.0).abs() > 1e-6, "the bet has a stake");
                }
            }
        }
    }

    #[test]
    fn the_evidence_at_the_ends_is_what_is_needed() {
        let cells = [
            FractionCell {
                rho: 0.1,
                canary: units(&[(1, 30), (4, 8), (16, 2)]),
                control: units(&[(1, 200), (5, 60)]),
            },
            FractionCell { rho: 0.5, canary: units(&[(2, 100)]), control: units(&[(1, 90), (16, 3)]) },
        ];
        let interval = fraction_ratio_interval(&cells, Probability::new(0.01).unwrap());
        for (end, side) in [(interval.lower, 1.0), (interval.upper, -1.0)] {
            let test = FractionTest(RateTest::against(math::ln(end.unwrap()), side));
            let off = test.ln_evidence(&cells) + math::ln(0.01);
            assert!(off.abs() < 1e-11, "{off}");
        }
    }

    #[test]
    fn extreme_inputs_stay_numbers() {
        let full =
            |count: u64| serde_json::from_str::<Fractions>(&alloc::format!("{:?}", [count; 17])).unwrap();
        for rho in [f64::NAN, -1.0, 0.0, 1e-300, 1e-9, 0.5, 1.0 - 1e-16, 1.0, f64::INFINITY] {
            for (canary, control) in [(u64::MAX, 0), (0, u64::MAX), (u64::MAX, u64::MAX), (1, u64::MAX)] {
                let cell = FractionCell { rho, canary: full(canary), control: full(control) };
                let found = fraction_ratio_interval(&[cell], Probability::ONE_IN_TWENTY);
                for end in [found.lower, found.upper].into_iter().flatten() {
                    assert!(end.is_finite(), "{rho} {canary} {control}: {end}");
                }
                assert!(
                    !FractionTest::harm(1.0).unwrap().ln_evidence(&[cell]).is_nan(),
                    "{rho} {canary} {control}"
                );
            }
        }
    }
}
