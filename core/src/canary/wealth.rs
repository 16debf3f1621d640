use crate::math::{self, HALF_NORMAL, Point, Step};

/// Bets whose ln wealth is so far below the best one add nothing to the sum in binary64.
const NEGLIGIBLE: f64 = -45.0;
/// Variance of the half-normal steps, (ln 2)^2.
pub(super) const STEP_VARIANCE: f64 = core::f64::consts::LN_2 * core::f64::consts::LN_2;
/// Bets below e^-36 of the best move the end of an interval by less than 1e-13.
const NEGLIGIBLE_FOR_ENDS: f64 = -36.0;

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

    /// Each bet's number as another.
    pub(super) fn map(&self, number: impl Fn(&Step, f64) -> f64) -> Self {
        let mut numbers = Self::default();
        for ((to, from), step) in numbers.ln.iter_mut().zip(&self.ln).zip(&HALF_NORMAL) {
            *to = number(step, *from);
        }
        numbers
    }

    /// What the best of the bets has made: the mixture has made no more.
    #[cfg(feature = "simulate")]
    pub(super) fn most(&self) -> f64 {
        self.ln.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }

    /// Puts what `other` has made on top. Adding in the order of the epochs gives the same bits everywhere.
    pub fn add(&mut self, other: &Self) {
        for (ln, more) in self.ln.iter_mut().zip(&other.ln) {
            *ln += more;
        }
    }

    /// The wealth if there had been so many times the same data.
    pub(super) fn times(&self, times: f64) -> Self {
        Self { ln: self.ln.map(|ln| ln * times) }
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

/// ln of the mixture of the bets and its derivative, where a bet gives its ln wealth and the derivative of that.
///
/// The wealth of the bets has one peak over the steps, near `peak`. From there the steps are taken outwards until they no longer matter: with
/// many failures few of the 48 do.
pub(super) fn mixture_near(peak: f64, bet: impl Fn(&Step) -> Point) -> Point {
    let (near, far) = HALF_NORMAL.split_at(HALF_NORMAL.partition_point(|step| step.size < peak));
    let mut sum = Mixture { largest: f64::NEG_INFINITY, scaled: 0.0, slope: 0.0 };
    for step in far {
        if !sum.add(step.ln_weight, bet(step)) {
            break;
        }
    }
    for step in near.iter().rev() {
        if !sum.add(step.ln_weight, bet(step)) {
            break;
        }
    }
    Point { value: sum.largest + math::ln(sum.scaled), slope: sum.slope / sum.scaled }
}

/// A sum of exponentials, and of their slopes, both divided by the largest.
struct Mixture {
    largest: f64,
    scaled: f64,
    slope: f64,
}

/// ln of the sum over bets, and its derivative, of bets that are not near one peak known beforehand.
///
/// The bets come in an order in which their wealth has one peak; those that follow it stop where they no longer matter.
pub(super) fn mixture_over(stakes: impl Iterator<Item = f64>, bet: impl Fn(f64) -> Point) -> Point {
    let mut sum = Mixture { largest: f64::NEG_INFINITY, scaled: 0.0, slope: 0.0 };
    for stake in stakes {
        if !sum.add(0.0, bet(stake)) {
            break;
        }
    }
    Point { value: sum.largest + math::ln(sum.scaled), slope: sum.slope / sum.scaled }
}

impl Mixture {
    /// Whether what was added still matters.
    fn add(&mut self, ln_weight: f64, Point { value, slope }: Point) -> bool {
        let ln_wealth = ln_weight + value;
        let below = ln_wealth - self.largest;
        if below > 0.0 {
            let shrink = math::exp(-below);
            (self.scaled, self.slope) = (self.scaled * shrink + 1.0, self.slope * shrink + slope);
            self.largest = ln_wealth;
            true
        } else {
            let part = math::exp(below);
            (self.scaled, self.slope) = (self.scaled + part, self.slope + part * slope);
            below > NEGLIGIBLE_FOR_ENDS
        }
    }
}
