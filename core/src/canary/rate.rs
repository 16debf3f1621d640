use super::Wealth;
use crate::error::{Error, Kind};
use crate::math;
use crate::quantity::shown;

/// Failures of both arms while one share was in force. The test sees nothing else: successes carry no information about a
/// ratio of small rates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// The canary's share of the analysed units, strictly between 0 and 1; a cell outside that is left out.
    pub rho: f64,
    /// Units of the canary that failed.
    pub canary_failures: u64,
    /// Units of the control that failed.
    pub control_failures: u64,
}

impl Cell {
    /// Whether both arms had a share, so that there is something to compare.
    pub(super) fn is_comparable(&self) -> bool {
        self.rho > 0.0 && self.rho < 1.0
    }
}

/// Evidence that the ratio of two failure rates, canary over control, is above (harm) or below (safety) a bound.
///
/// A failing unit is in the canary with probability q(R) = rho R / (rho R + 1 - rho), where R is the ratio of the rates. Against
/// the bound R0 the evidence is the mixture, over R beyond R0, of the likelihood ratio
///
/// ```text
/// sum over cells of  x1 ln(q(R)/q(R0)) + x0 ln((1-q(R))/(1-q(R0)))  =  x1 t - (x1 + x0) ln(1 + q(R0)(e^t - 1)),  t = ln R - ln R0
/// ```
///
/// with |t| half-normal, standard deviation ln 2, on the 48 Gauss-Legendre points up to 8 standard deviations. Only the
/// *ratio* of the rates is tested, so base rates may drift, and each cell has its own share. Source: conditional-binomial
/// test of Lindon and Malek (2022) with a one-sided mixture; anytime validity by Ville (1939).
///
/// **Holds when** units were assigned by the stated share, each unit is counted once, and outcomes of both arms are recorded alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateTest {
    pub(super) ln_bound: f64,
    /// +1 looks above the bound, -1 below it.
    pub(super) side: f64,
}

impl RateTest {
    /// Is the canary's rate more than `tolerated` times the control's?
    ///
    /// # Errors
    /// A ratio that is not from 0.001 to 1000.
    pub fn harm(tolerated: f64) -> Result<Self, Error> {
        Self::checked(tolerated, 1.0)
    }

    /// Is the canary's rate less than `margin` times the control's?
    ///
    /// # Errors
    /// A ratio that is not from 0.001 to 1000.
    pub fn safety(margin: f64) -> Result<Self, Error> {
        Self::checked(margin, -1.0)
    }

    fn checked(ratio: f64, side: f64) -> Result<Self, Error> {
        if (0.001..=1000.0).contains(&ratio) {
            Ok(Self { ln_bound: math::ln(ratio), side })
        } else {
            Err(Error::new("ratio", Kind::Range, "must be from 0.001 to 1000", shown(ratio)))
        }
    }

    /// A test against any bound, for the search for the ends of an interval.
    #[cfg(test)]
    pub(super) const fn against(ln_bound: f64, side: f64) -> Self {
        Self { ln_bound, side }
    }

    /// What the test's bets make of one cell; [`Wealth::add`] joins cells, [`Wealth::ln_evidence`] mixes the bets.
    #[must_use]
    pub fn wealth(&self, cell: &Cell) -> Wealth {
        if !cell.is_comparable() {
            return Wealth::default();
        }
        self.made(&self.losses(cell.rho), cell)
    }

    /// What each bet loses at every failure of either arm, at a share strictly between 0 and 1: ln(1 + q(R0)(e^t - 1)).
    pub(super) fn losses(&self, rho: f64) -> Wealth {
        let bound = math::exp(self.ln_bound);
        let q0 = rho * bound / (rho * bound + (1.0 - rho));
        Wealth::of(|step| math::ln_1p(q0 * if self.side > 0.0 { step.up } else { step.down }))
    }

    /// The bets' wealth by [`losses`](Self::losses) of the cell's share.
    pub(super) fn made(&self, losses: &Wealth, cell: &Cell) -> Wealth {
        let (x1, x0) = (math::count(cell.canary_failures), math::count(cell.control_failures));
        losses.map(|step, loss| {
            let t = if self.side > 0.0 { step.size } else { -step.size };
            x1 * t - (x1 + x0) * loss
        })
    }

    /// ln of the e-value: 0 without failures, ln(1/alpha) or more is a decision at level alpha, whenever it is read.
    #[must_use]
    pub fn ln_evidence(&self, cells: &[Cell]) -> f64 {
        let mut wealth = Wealth::default();
        cells.iter().for_each(|cell| wealth.add(&self.wealth(cell)));
        wealth.ln_evidence()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn harm(rho: f64, a: u64, b: u64, ln_bound: f64) -> f64 {
        let test = RateTest { ln_bound, side: 1.0 };
        test.ln_evidence(&[Cell { rho, canary_failures: a, control_failures: b }])
    }

    /// mpmath 1.4.1 with 50 digits, the integral itself.
    #[test]
    fn agrees_with_the_integral_to_fourteen_digits() {
        for (rho, a, b, ln_bound, expected) in [
            (0.5, 10, 5, 0.0, 0.579_001_831_946_148_6),
            (0.01, 3, 0, 0.0, 2.713_638_891_147_530_4),
            (0.1, 0, 50, 0.0, -1.655_472_699_811_076_7),
            (0.5, 40, 30, 0.095_310_179_804_324_9, -0.383_802_297_533_366_37),
        ] {
            let found = harm(rho, a, b, ln_bound);
            assert!((found - expected).abs() < 2e-14, "{a}/{b} at {rho}: {found} {expected}");
        }
    }

    #[test]
    fn safety_is_harm_with_the_arms_swapped() {
        let cell = Cell { rho: 0.2, canary_failures: 3, control_failures: 41 };
        let swapped = Cell { rho: 0.8, canary_failures: 41, control_failures: 3 };
        let safety = RateTest::safety(2.0).unwrap().ln_evidence(&[cell]);
        let harm = RateTest::harm(0.5).unwrap().ln_evidence(&[swapped]);
        assert!((safety - harm).abs() < 1e-12, "{safety} {harm}");
    }

    #[test]
    fn nothing_seen_or_nothing_to_compare_is_no_evidence() {
        let test = RateTest::harm(1.0).unwrap();
        assert_eq!(test.ln_evidence(&[]), 0.0);
        let alone = Cell { rho: 1.0, canary_failures: 1_000, control_failures: 0 };
        assert_eq!(test.ln_evidence(&[alone]), 0.0);
    }

    #[test]
    fn more_canary_failures_never_lower_the_evidence_of_harm() {
        let evidence: Vec<f64> = (0..200).map(|a| harm(0.05, a, 30, 0.0)).collect();
        assert!(evidence.windows(2).all(|pair| pair[0] <= pair[1]));
    }

    #[test]
    fn huge_counts_stay_finite() {
        for (a, b) in [(u64::MAX, 0), (0, u64::MAX), (u64::MAX, u64::MAX), (1 << 60, 1 << 59)] {
            assert!(harm(0.5, a, b, 0.0).is_finite());
        }
    }
}
