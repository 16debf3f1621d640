use crate::math::{self, HALF_NORMAL, Step};

/// Bets whose ln wealth is so far below the best one add nothing to the sum in binary64.
const NEGLIGIBLE: f64 = -45.0;

/// ln of what each of 48 bets has made of one unit of money, over one epoch or several.
///
/// Wealth of independent epochs multiplies, so their logarithms [`add`](Self::add); the mixture of the bets is taken last. A test
/// that is restarted needs the bets of each epoch once: every restart is a sum over the epochs from its own start on.
///
/// ```
/// use rampgate::canary::{Cell, RateTest, Wealth};
///
/// let test = RateTest::harm(1.0)?;
/// let cells = [(0.1, 4, 20), (0.5, 30, 22)].map(|(rho, canary_failures, control_failures)| Cell { rho, canary_failures, control_failures });
/// let mut wealth = Wealth::default();
/// cells.iter().for_each(|cell| wealth.add(&test.wealth(cell)));
/// assert_eq!(wealth.ln_evidence(), test.ln_evidence(&cells));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wealth {
    ln: [f64; HALF_NORMAL.len()],
}

impl Default for Wealth {
    /// Nothing seen: every bet still has what it began with.
    fn default() -> Self {
        Self { ln: [0.0; HALF_NORMAL.len()] }
    }
}

impl Wealth {
    /// The ln wealth of each bet, smallest step first.
    pub(super) fn of(bet: impl Fn(&Step) -> f64) -> Self {
        let mut wealth = Self::default();
        for (ln, step) in wealth.ln.iter_mut().zip(&HALF_NORMAL) {
            *ln = bet(step);
        }
        wealth
    }

    /// Puts what `other` has made on top. Adding in the order of the epochs gives the same bits everywhere.
    pub fn add(&mut self, other: &Self) {
        for (ln, more) in self.ln.iter_mut().zip(&other.ln) {
            *ln += more;
        }
    }

    /// ln of the e-value: the mean of the bets' wealth under the half-normal weights.
    #[must_use]
    pub fn ln_evidence(&self) -> f64 {
        let weighted = || self.ln.iter().zip(&HALF_NORMAL).map(|(ln, step)| ln + step.ln_weight);
        let largest = weighted().fold(f64::NEG_INFINITY, f64::max);
        let scaled = weighted().map(|ln| ln - largest).filter(|ln| *ln > NEGLIGIBLE).map(math::exp);
        largest + math::ln(scaled.sum())
    }
}
