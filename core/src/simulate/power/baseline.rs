use super::law::Law;
use crate::canary::{Reference, Worse};
use crate::error::{Error, Kind};
use crate::observe::{Histogram, Measure, Moments};
use crate::quantity::{Probability, Share, shown};
use crate::simulate::Cells;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

/// What the control's units are like, and what a canary is like that is k times worse.
///
/// | measure | the control | k times worse |
/// |---|---|---|
/// | rate | a chance to fail | k times the chance |
/// | fraction | chances of failing shares of a unit's requests | k times the chance of each |
/// | count | events by exposure, a Poisson process; one exposure for every unit | k times the rate |
/// | distribution | a histogram, or quantiles | k times every value (by 1/k where lower is worse) |
/// | mean | normal values of a mean and a standard deviation | the same |
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline(Kinds);

const LARGEST_RATIO: f64 = 1000.0;
/// A chance of 1, and what rounding may put on top of it.
const CERTAIN: f64 = 1.0 + 1e-12;

#[derive(Clone, Debug, PartialEq)]
enum Kinds {
    Rate(f64),
    /// The chance of each number of sixteenths.
    Fraction([f64; 17]),
    Count {
        rate: f64,
        exposure: u64,
    },
    /// The chance of each bin.
    Distribution(Vec<f64>),
    Mean {
        mean: f64,
        sd: f64,
    },
}

impl Baseline {
    /// What one look costs, where any but a distribution costs 1.
    pub(super) const fn steps(&self) -> u64 {
        if matches!(self.0, Kinds::Distribution(_)) { 10 } else { 1 }
    }

    /// Units that fail with this chance.
    #[must_use]
    pub fn rate(chance: Probability) -> Self {
        Self(Kinds::Rate(chance.get()))
    }

    /// Units by the share of their requests that fails, each with the chance of such a unit; no request of the others fails. Shares are rounded
    /// up to sixteenths, as in [`Fractions`](crate::observe::Fractions).
    ///
    /// ```
    /// use rampgate::simulate::power::Baseline;
    ///
    /// // one unit in fifty has a failure among four requests, one in a thousand nothing else
    /// let users = Baseline::fractions(&[("25%".parse()?, 0.02), ("100%".parse()?, 0.001)])?;
    /// assert_eq!(users.measure(), rampgate::observe::Measure::Fraction);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// No pair, or a share of 0%; a chance that is not from 0 to 1; chances of 1 and more in all, or of 0.
    pub fn fractions(failing: &[(Share, f64)]) -> Result<Self, Error> {
        let mut chances = [0.0; 17];
        let mut sum = 0.0;
        for (position, (share, chance)) in failing.iter().enumerate() {
            let path = || format!("failing[{position}]");
            if *share == Share::ZERO {
                return Err(Error::new(path(), Kind::Range, "must have a share above 0%", share));
            }
            if !(0.0..=1.0).contains(chance) {
                return Err(Error::new(
                    path(),
                    Kind::Range,
                    "must have a chance from 0 to 1",
                    shown(*chance),
                ));
            }
            let sixteenths = (16 * u64::from(share.parts_per_million())).div_ceil(1_000_000);
            if let Some(cell) = usize::try_from(sixteenths).ok().and_then(|cell| chances.get_mut(cell)) {
                *cell += chance;
            }
            sum += chance;
        }
        if !(sum > 0.0 && sum < 1.0) {
            let rule = "must have chances that add up to more than 0 and less than 1";
            return Err(Error::new("failing", Kind::Conflict, rule, shown(sum)));
        }
        Ok(Self(Kinds::Fraction(chances)))
    }

    /// Events that come at a rate by exposure, and the exposure of each unit.
    ///
    /// # Errors
    /// A rate that is not from 1e-12 to 1e6, an exposure that is not from 1 to 1,000,000.
    pub fn count(rate: f64, exposure: u64) -> Result<Self, Error> {
        if !(1e-12..=1e6).contains(&rate) {
            return Err(Error::new("rate", Kind::Range, "must be from 1e-12 to 1e6", shown(rate)));
        }
        if !(1..=1_000_000).contains(&exposure) {
            return Err(Error::new("exposure", Kind::Range, "must be from 1 to 1000000", exposure));
        }
        Ok(Self(Kinds::Count { rate, exposure }))
    }

    /// Values that are spread as those of a histogram, evenly over the logarithm within each bin.
    ///
    /// # Errors
    /// A histogram of no values.
    pub fn histogram(past: &Histogram) -> Result<Self, Error> {
        if past.units() == 0 {
            return Err(Error::new("histogram", Kind::Range, "must hold at least 1 value", 0));
        }
        let chances = (0..Histogram::BINS).map(|bin| crate::math::count(past.count(bin))).collect();
        Ok(Self(Kinds::Distribution(chances)))
    }

    /// Values of which quantiles are known, as for [`Reference::from_quantiles`]: the lognormal distribution through two of them.
    ///
    /// # Errors
    /// As for [`Reference::from_quantiles`].
    pub fn quantiles(quantiles: &[(Share, u64)]) -> Result<Self, Error> {
        Self::histogram(&Reference::stated(quantiles)?)
    }

    /// Normal values, in thousandths of the metric's unit. Skewed values are found somewhat later, and need more units for the guarantee to hold.
    ///
    /// # Errors
    /// A mean that is not from 1 to 2^38, a standard deviation that is not from 1 to 2^36.
    pub fn mean(mean: f64, sd: f64) -> Result<Self, Error> {
        if !(1.0..=274_877_906_944.0).contains(&mean) {
            return Err(Error::new("mean", Kind::Range, "must be from 1 to 274877906944", shown(mean)));
        }
        if !(1.0..=68_719_476_736.0).contains(&sd) {
            return Err(Error::new("sd", Kind::Range, "must be from 1 to 68719476736", shown(sd)));
        }
        Ok(Self(Kinds::Mean { mean, sd }))
    }

    /// What is measured.
    #[must_use]
    pub fn measure(&self) -> Measure {
        match self.0 {
            Kinds::Rate(_) => Measure::Rate,
            Kinds::Fraction(_) => Measure::Fraction,
            Kinds::Count { .. } => Measure::Count,
            Kinds::Distribution(_) => Measure::Distribution,
            Kinds::Mean { .. } => Measure::Mean,
        }
    }

    /// The share of events that fail, where that is what is measured.
    pub(in crate::simulate) fn failing(&self) -> Option<f64> {
        match &self.0 {
            Kinds::Rate(chance) => Some(*chance),
            Kinds::Fraction(chances) => {
                let shares =
                    (0_u32..).zip(chances).map(|(sixteenths, chance)| f64::from(sixteenths) / 16.0 * chance);
                Some(shares.sum())
            }
            Kinds::Count { .. } | Kinds::Distribution(_) | Kinds::Mean { .. } => None,
        }
    }

    /// The largest ratio that there is an arm for.
    pub(in crate::simulate) fn largest_ratio(&self, worse: Worse) -> f64 {
        let largest = match (&self.0, worse) {
            (Kinds::Rate(chance), _) => 1.0 / chance,
            (Kinds::Fraction(chances), _) => 1.0 / chances.iter().sum::<f64>(),
            (Kinds::Count { .. } | Kinds::Distribution(_), _) => LARGEST_RATIO,
            (Kinds::Mean { mean, sd }, Worse::Higher) => {
                crate::math::count(Moments::LARGEST.unsigned_abs()) / (mean + 10.0 * sd)
            }
            (Kinds::Mean { mean, sd }, Worse::Lower) => f64::min(*mean, *sd),
        };
        f64::min(largest, LARGEST_RATIO)
    }

    /// What an arm draws from whose units are `ratio` times worse.
    pub(in crate::simulate) fn law(&self, ratio: f64, worse: Worse) -> Result<Law, Error> {
        if !(0.001..=LARGEST_RATIO).contains(&ratio) {
            return Err(Error::new("ratio", Kind::Range, "must be from 0.001 to 1000", shown(ratio)));
        }
        let factor = if worse == Worse::Higher { ratio } else { 1.0 / ratio };
        let refuse = |rule: &'static str| Err(Error::new("ratio", Kind::Conflict, rule, shown(ratio)));
        Ok(match &self.0 {
            Kinds::Rate(chance) if chance * factor > CERTAIN => {
                return refuse("must not make a chance of more than 1");
            }
            Kinds::Rate(chance) => Law::Rate(f64::min(chance * factor, 1.0)),
            Kinds::Fraction(chances) => {
                let mut cells = chances.map(|chance| chance * factor);
                let failing: f64 = cells.iter().sum();
                if failing > CERTAIN {
                    return refuse("must not make chances of more than 1 in all");
                }
                if let Some(none) = cells.first_mut() {
                    *none = f64::max(1.0 - failing, 0.0);
                }
                Law::Fraction(Cells::new(&cells)?)
            }
            Kinds::Count { rate, exposure } => Law::Count { rate: rate * factor, exposure: *exposure },
            Kinds::Distribution(chances) => Law::Distribution(Cells::new(&shifted(chances, factor))?),
            Kinds::Mean { mean, sd } => {
                let (mean, sd) = (mean * factor, sd * factor);
                let largest = crate::math::count(Moments::LARGEST.unsigned_abs()) * CERTAIN;
                if mean + 10.0 * sd > largest || f64::min(mean, sd) * CERTAIN < 1.0 {
                    return refuse(
                        "must leave mean and deviation at 1 or more, and ten deviations below 2^40",
                    );
                }
                Law::Mean { mean, sd }
            }
        })
    }
}

/// The chances of the bins once every value is multiplied by `factor`. A bin that comes to lie across two gives each its part; what
/// passes the outermost bins stays in them.
fn shifted(chances: &[f64], factor: f64) -> Vec<f64> {
    let bins = 64.0 * crate::math::ln(factor) / core::f64::consts::LN_2;
    let whole = crate::math::floor(bins);
    let upper = bins - whole;
    let mut moved = vec![0.0; chances.len()];
    let last = crate::math::count(chances.len().saturating_sub(1) as u64);
    let mut put = |position: f64, chance: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held within the bins")]
        let bin = position.clamp(0.0, last) as usize;
        if let Some(cell) = moved.get_mut(bin) {
            *cell += chance;
        }
    };
    for (bin, chance) in (0_u64..).zip(chances) {
        let position = crate::math::count(bin) + whole;
        put(position, chance * (1.0 - upper));
        put(position + 1.0, chance * upper);
    }
    moved
}
