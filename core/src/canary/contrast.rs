use super::{Arms, Change, Companion, MeanLack, MeanTest, Worse};
use crate::error::Error;
use crate::math;
use crate::observe::{Moments, Spread};
use alloc::vec::Vec;

/// Part of a variance below which a difference of variances is noise.
const ROUNDING: f64 = 1e-12;

/// What of two means is compared: canary - `factor` control - `shift`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Contrast {
    pub(super) factor: f64,
    pub(super) shift: f64,
    /// Whether the control's mean must be above 0 for the bound to mean what it says.
    pub(super) is_relative: bool,
    pub(super) companion: Companion,
}

/// An estimate and a variance.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Estimate {
    value: f64,
    variance: f64,
}

/// Contrasts of several epochs, weighed by their precision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Score {
    /// Sum of contrast / variance.
    sum: f64,
    /// Sum of 1 / variance.
    information: f64,
    /// Sum of n1 n0 / (n1 + n0).
    pub(super) units: f64,
}

impl Contrast {
    pub(super) fn worse_by(worse: Worse, change: Change) -> Result<Self, Error> {
        let (factor, shift) = change.checked(worse.sign())?;
        let is_relative = matches!(change, Change::Relative(part) if part > 0.0);
        Ok(Self { factor, shift, is_relative, companion: Companion::Ignored })
    }

    /// Canary less `factor` times the control.
    pub(super) const fn relative(factor: f64, companion: Companion) -> Self {
        Self { factor, shift: 0.0, is_relative: true, companion }
    }

    /// Canary less control.
    pub(super) const fn plain(companion: Companion) -> Self {
        Self { factor: 1.0, shift: 0.0, is_relative: false, companion }
    }

    pub(super) const fn with_companion(self, companion: Companion) -> Self {
        Self { companion, ..self }
    }

    fn estimate(&self, canary: &Spread, control: &Spread) -> Result<Estimate, MeanLack> {
        let c = self.factor;
        // the contrast, and what one unit of each arm adds to its variance
        let (value, of_canary, of_control) = match self.companion {
            Companion::Ignored | Companion::Covariate => {
                let b = if self.companion == Companion::Covariate { slope(canary, control, c) } else { 0.0 };
                let value =
                    canary.mean - c * control.mean - b * (canary.companion_mean - control.companion_mean);
                (value, residual(canary, 1.0, b), residual(control, c, b))
            }
            Companion::Denominator => {
                let (above, below) = (ratio(canary)?, ratio(control)?);
                (above.value - c * below.value, above.variance, c * c * below.variance)
            }
        };
        if of_canary <= 0.0 || (c > 0.0 && of_control <= 0.0) {
            return Err(MeanLack::NoVariance);
        }
        let pooled = (canary.units * of_canary + control.units * of_control) / (canary.units + control.units);
        let raised = |own: f64| own + (pooled - own).max(0.0) / 2.0;
        let variance = raised(of_canary) / canary.units + raised(of_control) / control.units;
        Ok(Estimate { value: value - self.shift, variance })
    }

    /// The control's mean, or ratio: what a relative change is a part of.
    fn base(&self, control: &Spread) -> Result<f64, MeanLack> {
        match self.companion {
            Companion::Ignored | Companion::Covariate => Ok(control.mean),
            Companion::Denominator => ratio(control).map(|ratio| ratio.value),
        }
    }
}

/// The multiple of the difference of the covariates' means that takes most of the variance out of the contrast.
fn slope(canary: &Spread, control: &Spread, c: f64) -> f64 {
    let covariance = canary.covariance / canary.units + c * control.covariance / control.units;
    let variance = canary.companion_variance / canary.units + control.companion_variance / control.units;
    if variance > 0.0 { covariance / variance } else { 0.0 }
}

/// Variance of c value - b companion in one arm; 0 where what is left of the value's is no more than rounding.
fn residual(arm: &Spread, c: f64, b: f64) -> f64 {
    let all = c * c * arm.variance;
    let left = all - 2.0 * c * b * arm.covariance + b * b * arm.companion_variance;
    if left > ROUNDING * all { left } else { 0.0 }
}

/// Sum of values by sum of companions, and the variance that one unit adds, by the delta method.
fn ratio(arm: &Spread) -> Result<Estimate, MeanLack> {
    if arm.companion_mean <= 0.0 {
        return Err(MeanLack::NotPositive);
    }
    let value = arm.mean / arm.companion_mean;
    Ok(Estimate { value, variance: residual(arm, 1.0, value) / (arm.companion_mean * arm.companion_mean) })
}

/// The epochs that are large enough to be judged, as means and variances.
///
/// # Errors
/// None is, or an arm of one has no variance.
pub(super) fn spreads(epochs: &[Arms<Moments>]) -> Result<Vec<Arms<Spread>>, MeanLack> {
    let large =
        |arms: &&Arms<Moments>| arms.canary.units().min(arms.control.units()) >= MeanTest::LEAST_UNITS;
    let mut spreads = Vec::with_capacity(epochs.len());
    for arms in epochs.iter().filter(large) {
        if let (Some(canary), Some(control)) = (arms.canary.spread(), arms.control.spread()) {
            if canary.variance <= 0.0 || control.variance <= 0.0 {
                return Err(MeanLack::NoVariance);
            }
            spreads.push(Arms { canary, control });
        }
    }
    if spreads.is_empty() { Err(MeanLack::TooFewUnits) } else { Ok(spreads) }
}

impl Score {
    /// The precision-weighted sum over epochs.
    pub(super) fn of(epochs: &[Arms<Spread>], contrast: &Contrast) -> Result<Self, MeanLack> {
        let mut score = Self { sum: 0.0, information: 0.0, units: 0.0 };
        for Arms { canary, control } in epochs {
            if contrast.is_relative && contrast.base(control)? <= 0.0 {
                return Err(MeanLack::NotPositive);
            }
            let estimate = contrast.estimate(canary, control)?;
            score.sum += estimate.value / estimate.variance;
            score.information += 1.0 / estimate.variance;
            score.units += canary.units * control.units / (canary.units + control.units);
        }
        Ok(score)
    }

    /// The weighted mean of the contrasts.
    pub(super) fn mean(&self) -> f64 {
        self.sum / self.information
    }

    /// Its standard error.
    pub(super) fn standard_error(&self) -> f64 {
        math::sqrt(1.0 / self.information)
    }

    /// A sum whose variance is `units`.
    pub(super) fn standardised_sum(&self) -> f64 {
        self.sum * math::sqrt(self.units / self.information)
    }
}
