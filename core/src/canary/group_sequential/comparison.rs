use super::{Design, Sides};
use crate::error::{Error, Kind};
use crate::math;
use crate::quantity::{Probability, Share, shown};
use serde::Serialize;

/// Two arms to be compared, and how far apart they are thought to be: from it follows how many units a comparison needs.
///
/// With z for the upper normal points of the error of one side and of 1 - power, rho the share of the units that the canary has, and N all units:
///
/// ```text
/// rates: sqrt(N) |p1 - p0| = z_alpha sqrt(p (1-p) (1/rho + 1/(1-rho))) + z_beta sqrt(p1 (1-p1)/rho + p0 (1-p0)/(1-rho)),  p = rho p1 + (1-rho) p0
/// means: sqrt(N) |d| = (z_alpha + z_beta) s sqrt(1/rho + 1/(1-rho))
/// ```
///
/// (Fleiss, Levin and Paik 2003, sections 4.1 to 4.4, without a continuity correction; at rho = 1/2 R's `power.prop.test`.) Normal theory throughout; the t distribution,
/// which asks for about one unit an arm more, is not offered.
///
/// **Holds when** units are independent, each counted once, and many enough for normal theory: some tens of failures in each arm, or means of some
/// hundreds of units.
///
/// ```
/// use rampgate::Probability;
/// use rampgate::canary::group_sequential::{Comparison, Sides};
///
/// let doubled = Comparison::rates(Probability::new(0.01)?, Probability::new(0.02)?)?;
/// let units = doubled.units(Probability::new(0.05)?, Sides::One, Probability::new(0.8)?);
/// assert_eq!(units.canary.ceil(), 1826.0);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    difference: f64,
    spread: Spread,
    /// The canary's share of the units.
    rho: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Spread {
    Rates { control: f64, canary: f64 },
    Means { sd: f64 },
}

/// Units of each arm, not rounded: round each up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Units {
    /// Units of the new version.
    pub canary: f64,
    /// Units of the old version.
    pub control: f64,
}

/// Units of a design with planned looks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PlannedUnits {
    /// With one look at the end.
    pub fixed: Units,
    /// When the trial goes on to its last look.
    pub largest: Units,
    /// On average, without an effect.
    pub expected_null: Units,
    /// On average, with the effect.
    pub expected_effect: Units,
}

impl Comparison {
    /// Two failure rates, half of the units in each arm.
    ///
    /// # Errors
    /// Equal rates.
    pub fn rates(control: Probability, canary: Probability) -> Result<Self, Error> {
        let (control, canary) = (control.get(), canary.get());
        let difference = canary - control;
        if difference == 0.0 {
            return Err(Error::new(
                "canary",
                Kind::Conflict,
                "must differ from the control's rate",
                shown(canary),
            ));
        }
        Ok(Self { difference, spread: Spread::Rates { control, canary }, rho: 0.5 })
    }

    /// A failure rate and `ratio` times it.
    ///
    /// # Errors
    /// A ratio of 1, and one whose rate is not strictly between 0 and 1.
    pub fn rate_ratio(control: Probability, ratio: f64) -> Result<Self, Error> {
        let canary = Probability::new(control.get() * ratio).map_err(|_| {
            let rule = "must make of the control's rate one strictly between 0 and 1";
            Error::new("ratio", Kind::Range, rule, shown(ratio))
        })?;
        Self::rates(control, canary)
            .map_err(|_| Error::new("ratio", Kind::Conflict, "must not be 1", shown(ratio)))
    }

    /// Two means that differ by `difference`, both with the standard deviation `sd`, half of the units in each arm.
    ///
    /// # Errors
    /// A difference that is zero or beyond 1e100, and a standard deviation that is not from 1e-100 to 1e100.
    pub fn means(difference: f64, sd: f64) -> Result<Self, Error> {
        if !(1e-100..=1e100).contains(&difference.abs()) {
            let rule = "must be a difference of 1e-100 to 1e100, up or down";
            return Err(Error::new("difference", Kind::Range, rule, shown(difference)));
        }
        if !(1e-100..=1e100).contains(&sd) {
            return Err(Error::new("sd", Kind::Range, "must be from 1e-100 to 1e100", shown(sd)));
        }
        Ok(Self { difference, spread: Spread::Means { sd }, rho: 0.5 })
    }

    /// Sets the share of the compared units that the canary has.
    ///
    /// # Errors
    /// 0% and 100%: an empty arm.
    pub fn with_share(self, share: Share) -> Result<Self, Error> {
        if share == Share::ZERO || share == Share::ALL {
            return Err(Error::new("share", Kind::Range, "must lie strictly between 0% and 100%", share));
        }
        Ok(Self { rho: share.fraction(), ..self })
    }

    /// Units that a test with one look needs to find the difference, in its direction, with probability `power`. A power no larger than the error of one side needs none.
    #[must_use]
    pub fn units(&self, alpha: Probability, sides: Sides, power: Probability) -> Units {
        let (null, effect) = self.deviations();
        let z_alpha = -math::normal_quantile(alpha.get() / sides.count());
        let root = (z_alpha * null + math::normal_quantile(power.get()) * effect) / self.difference.abs();
        let total = root.max(0.0) * root.max(0.0);
        Units { canary: total * self.rho, control: total * (1.0 - self.rho) }
    }

    /// Probability that a test with one look and `total` units in both arms finds the difference: with its true direction, and with the wrong one, which only a two-sided
    /// test can. Some tools call the sum of both the power.
    ///
    /// ```
    /// use rampgate::Probability;
    /// use rampgate::canary::group_sequential::{Comparison, Sides};
    ///
    /// let (right, wrong) = Comparison::means(0.1, 1.0)?.power(3_140.0, Probability::new(0.05)?, Sides::Two)?;
    /// assert!((right - 0.8).abs() < 1e-3 && wrong < 1e-5);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// Less than one unit, or more than 1e18.
    pub fn power(&self, total: f64, alpha: Probability, sides: Sides) -> Result<(f64, f64), Error> {
        if !(1.0..=1e18).contains(&total) {
            return Err(Error::new("total", Kind::Range, "must be from 1 to 1e18", shown(total)));
        }
        let (null, effect) = self.deviations();
        let height = -math::normal_quantile(alpha.get() / sides.count()) * null;
        let shift = math::sqrt(total) * self.difference.abs();
        let wrong = if sides == Sides::Two { math::normal_cdf(-(height + shift) / effect) } else { 0.0 };
        Ok((math::normal_cdf((shift - height) / effect), wrong))
    }

    /// Units of a design with planned looks that finds the difference with probability `power`: those of the fixed test times the design's [`Inflation`](super::Inflation).
    ///
    /// # Errors
    /// As for [`Design::drift_for`].
    pub fn planned(&self, design: &Design, power: Probability) -> Result<PlannedUnits, Error> {
        let fixed = self.units(design.alpha(), design.sides(), power);
        let size = design.inflation(power)?;
        let times = |factor: f64| Units { canary: fixed.canary * factor, control: fixed.control * factor };
        Ok(PlannedUnits {
            fixed,
            largest: times(size.largest),
            expected_null: times(size.expected_null),
            expected_effect: times(size.expected_effect),
        })
    }

    /// Standard deviation of the difference, for one unit in all: when there is no difference, and when there is.
    fn deviations(&self) -> (f64, f64) {
        let (canary, control) = (1.0 / self.rho, 1.0 / (1.0 - self.rho));
        match self.spread {
            Spread::Rates { control: p0, canary: p1 } => {
                let pooled = self.rho * p1 + (1.0 - self.rho) * p0;
                let effect = p1 * (1.0 - p1) * canary + p0 * (1.0 - p0) * control;
                (math::sqrt(pooled * (1.0 - pooled) * (canary + control)), math::sqrt(effect))
            }
            Spread::Means { sd } => {
                let both = sd * math::sqrt(canary + control);
                (both, both)
            }
        }
    }
}
