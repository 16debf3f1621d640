use super::{Components, DistributionCell, anywhere, placed};
use crate::canary::Worse;
use crate::error::{Error, Kind};
use crate::observe::Histogram;
use crate::quantity::shown;

/// Evidence that values are worse in the canary than in the control by more than is tolerated (harm), or worse by less than a
/// margin (safety): latencies, sizes, throughput.
///
/// A bet on the arm's label. For any chance p of "canary" that does not fall with the badness of the value and is chosen without the
/// data, multiply the wealth by p/rho for a unit of the canary and by (1-p)/(1-rho) for one of the control. The expected factor is
/// exactly 1 + E1\[p\] - E0\[p\], so it is at most 1 while the canary's values are stochastically no worse than the control's, and wealth
/// is an e-value at every stopping time (Ville 1939). Bets on labels: Shekhar and Ramdas 2023, Pandeva et al. 2022, Henzi and Law 2024.
/// p comes from a density ratio r that the bet expects, p = rho r/(rho r + 1 - rho); the [`Components`] hold one wealth for each of 36
/// ratios, which [`Reference`](super::Reference) places: r = exp(theta s) with the normal or Savage score s of the rank, six theta
/// each, and r = R above the reference's 90th, 95th, 99th and 99.9th percentile, six R each.
///
/// *k times worse* means k times as high, or as low where [lower is worse](Self::with_worse). The canary's values are divided by k, which moves them by
/// 64 log2 k bins of the [`Histogram`]: exactly, once k is rounded to whole bins. The rounding is towards caution and [`ratio`](Self::ratio)
/// is the k that is tested.
///
/// **Holds when** units were assigned by the stated shares, independently of what their values would be; each unit is counted once, with
/// one value (a unit that sends several requests is summarised first, by the mean or the worst within its window: betting on each request of a
/// few heavy users gives false alarms in 29% of all releases at a level of 5%); values of both arms are recorded alike; and the reference was chosen before.
/// Distributions may be of any form and may drift, and each cell has its own share.
///
/// ```
/// use rampgate::canary::{DistributionCell, DistributionTest, Reference};
/// use rampgate::observe::Histogram;
///
/// let spread = |fastest: u64| {
///     let mut histogram = Histogram::default();
///     (0..2_000).for_each(|n| histogram.record(fastest + n * 50_000));
///     histogram
/// };
/// let (past, control, canary) = (spread(20_000_000), spread(20_000_000), spread(35_000_000));
/// let reference = Reference::from_histogram(&past);
/// let cell = DistributionCell { rho: 0.5, canary: &canary, control: &control, reference: reference.as_ref() };
/// assert!(DistributionTest::harm(1.0)?.ln_evidence(&[cell]) > f64::ln(1.0 / 0.05), "15 ms more is worse");
/// assert!(DistributionTest::harm(2.0)?.ln_evidence(&[cell]) < 0.0, "and less than twice as slow");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DistributionTest {
    /// Bins by which the canary is made better before the arms are compared.
    shift: usize,
    /// +1 bets on a canary that is worse, -1 on one that is better.
    side: f64,
    worse: Worse,
}

impl DistributionTest {
    /// Is the canary more than `tolerated` times worse than the control? Rounded up to whole bins, towards no false alarm.
    ///
    /// # Errors
    /// A ratio that is not from 1 to 1000.
    pub fn harm(tolerated: f64) -> Result<Self, Error> {
        let (whole, rest) = bins(tolerated)?;
        Ok(Self { shift: whole + usize::from(rest), side: 1.0, worse: Worse::Higher })
    }

    /// Is the canary less than `margin` times worse than the control? Rounded down to whole bins, towards no false pass.
    ///
    /// The bets fall with the badness of the value, and are placed in the same parts of the distribution as those of harm: a canary whose
    /// slowest requests are slower is not declared safe for the sake of its fastest.
    ///
    /// # Errors
    /// A ratio that is not from 1 to 1000, or less than one bin (2^(1/64), about 1.0109).
    pub fn safety(margin: f64) -> Result<Self, Error> {
        let (shift, _) = bins(margin)?;
        if shift == 0 {
            return Err(Error::new(
                "ratio",
                Kind::Range,
                "must be at least one bin, 2^(1/64) = 1.0109",
                shown(margin),
            ));
        }
        Ok(Self { shift, side: -1.0, worse: Worse::Higher })
    }

    /// Both tests, with the check that they do not contradict each other once they are rounded.
    ///
    /// # Errors
    /// Those of [`harm`](Self::harm) about `tolerated_ratio` and of [`safety`](Self::safety) about `margin_ratio`, or a margin that in whole
    /// bins does not exceed what is tolerated.
    pub fn pair(tolerated: f64, margin: f64) -> Result<(Self, Self), Error> {
        let harm = Self::harm(tolerated).map_err(|error| error.at("tolerated_ratio"))?;
        let safety = Self::safety(margin).map_err(|error| error.at("margin_ratio"))?;
        if safety.shift <= harm.shift {
            let rule =
                alloc::format!("must exceed the tolerated ratio ({}) by a bin of 1.0109", shown(tolerated));
            return Err(Error::new("margin_ratio", Kind::Conflict, rule, shown(margin)));
        }
        Ok((harm, safety))
    }

    /// Says which values are the worse ones; higher ones, unless said otherwise.
    #[must_use]
    pub const fn with_worse(self, worse: Worse) -> Self {
        Self { worse, ..self }
    }

    /// The ratio that is tested: 2^(k/64) with a whole k.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        Histogram::ratio_of(self.shift)
    }

    /// What each bet gains in one epoch. Keep it for as long as the epoch's histograms do not change.
    #[must_use]
    pub fn components(&self, cell: &DistributionCell<'_>) -> Components {
        let mut components = Components::default();
        if !(cell.rho > 0.0 && cell.rho < 1.0) {
            return components;
        }
        match cell.reference {
            Some(reference) => {
                components.placed = placed::gains(cell, reference, self.shift, self.worse, self.side)
            }
            None => {
                components.anywhere = Some(anywhere::gains(cell, self.shift, self.worse, self.side).into())
            }
        }
        components
    }

    /// ln of the e-value over epochs: 0 without values, ln(1/alpha) or more is a decision at level alpha, whenever it is read.
    #[must_use]
    pub fn ln_evidence(&self, cells: &[DistributionCell<'_>]) -> f64 {
        let mut sum = Components::default();
        cells.iter().for_each(|cell| sum.add(&self.components(cell)));
        sum.ln_evidence()
    }
}

/// Whole bins in a ratio, and whether something of it is left over.
fn bins(ratio: f64) -> Result<(usize, bool), Error> {
    if (1.0..=1000.0).contains(&ratio) {
        Ok(Histogram::bins_in(ratio))
    } else {
        Err(Error::new("ratio", Kind::Range, "must be from 1 to 1000", shown(ratio)))
    }
}
