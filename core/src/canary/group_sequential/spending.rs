use crate::error::{Error, Kind};
use crate::math;
use crate::quantity::{Probability, shown};
use core::f64::consts::E;

/// How much of an error may be spent by which share of the information: the error spending function of Lan and DeMets (1983).
///
/// With a spending function the times of the looks need not be kept: a bound depends on the information seen so far alone, and
/// the error is kept whatever looks are taken, as long as their times are not chosen by looking at the results.
///
/// ```
/// use rampgate::Probability;
/// use rampgate::canary::group_sequential::Spending;
///
/// let alpha = Probability::new(0.025)?;
/// assert_eq!(Spending::power(2.0)?.spent(alpha, 0.5), 0.025 * 0.25);
/// assert!(Spending::OBRIEN_FLEMING.spent(alpha, 0.2) < 1e-6, "hardly anything early");
/// assert_eq!(Spending::POCOCK.spent(alpha, 1.0), 0.025);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spending(Function);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Function {
    ObrienFleming,
    Pocock,
    Power { rho: f64 },
    HwangShihDeCani { gamma: f64 },
}

impl Spending {
    /// O'Brien-Fleming type: 2 (1 - Phi(z / sqrt t)) with z the upper alpha/2 point (Lan and DeMets 1983). Early looks stop for overwhelming
    /// evidence alone, and the last bound is close to that of a test without looks.
    pub const OBRIEN_FLEMING: Self = Self(Function::ObrienFleming);
    /// Pocock type: alpha ln(1 + (e - 1) t) (Lan and DeMets 1983). Bounds of about the same height at every look.
    pub const POCOCK: Self = Self(Function::Pocock);

    /// Power family: alpha t^rho (Kim and DeMets 1987). 1 is linear, 3 is close to O'Brien-Fleming.
    ///
    /// # Errors
    /// `rho` outside 0.1 to 20.
    pub fn power(rho: f64) -> Result<Self, Error> {
        if (0.1..=20.0).contains(&rho) {
            Ok(Self(Function::Power { rho }))
        } else {
            Err(Error::new("rho", Kind::Range, "must be from 0.1 to 20", shown(rho)))
        }
    }

    /// Gamma family: alpha (1 - e^(-gamma t)) / (1 - e^(-gamma)), linear at 0 (Hwang, Shih and de Cani 1990). -4 is close to
    /// O'Brien-Fleming, 1 to Pocock.
    ///
    /// # Errors
    /// `gamma` outside -20 to 20.
    pub fn hwang_shih_de_cani(gamma: f64) -> Result<Self, Error> {
        if (-20.0..=20.0).contains(&gamma) {
            Ok(Self(Function::HwangShihDeCani { gamma }))
        } else {
            Err(Error::new("gamma", Kind::Range, "must be from -20 to 20", shown(gamma)))
        }
    }

    /// What may be spent of `total` up to the share `fraction` of the information: 0 at 0 and below, all at 1 and above.
    ///
    /// This is the error of one side. A two-sided test of level alpha spends alpha/2 on each, which is the two-sided form
    /// 4 (1 - Phi(z / sqrt t)), z the upper alpha/4 point, of O'Brien-Fleming. NaN counts as all.
    #[must_use]
    pub fn spent(self, total: Probability, fraction: f64) -> f64 {
        let total = total.get();
        if fraction <= 0.0 {
            return 0.0;
        }
        if fraction >= 1.0 || fraction.is_nan() {
            return total;
        }
        match self.0 {
            Function::ObrienFleming => {
                2.0 * math::normal_cdf(math::normal_quantile(total / 2.0) / math::sqrt(fraction))
            }
            Function::Pocock => total * math::ln_1p((E - 1.0) * fraction),
            Function::Power { rho } => total * math::pow(fraction, rho),
            Function::HwangShihDeCani { gamma } if gamma.abs() < 1e-9 => total * fraction,
            Function::HwangShihDeCani { gamma } => {
                total * math::exp_m1(-gamma * fraction) / math::exp_m1(-gamma)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_rises_from_nothing_to_all() {
        let total = Probability::ONE_IN_TWENTY;
        let families = [
            Spending::OBRIEN_FLEMING,
            Spending::POCOCK,
            Spending::power(0.5).unwrap(),
            Spending::power(3.0).unwrap(),
            Spending::hwang_shih_de_cani(-4.0).unwrap(),
            Spending::hwang_shih_de_cani(0.0).unwrap(),
            Spending::hwang_shih_de_cani(1.0).unwrap(),
        ];
        for spending in families {
            let spent = [0.0, 0.1, 0.5, 0.9, 0.999_999].map(|t| spending.spent(total, t));
            assert!(spent.array_windows().all(|[less, more]| less < more), "{spending:?} {spent:?}");
            assert!((spent[4] - 0.05).abs() < 1e-6, "{spending:?}");
            for fraction in [1.0, 1.2, f64::INFINITY, f64::NAN] {
                assert_eq!(spending.spent(total, fraction), 0.05, "{spending:?}");
            }
            assert_eq!(spending.spent(total, -1.0), 0.0);
        }
    }

    #[test]
    fn the_gamma_family_passes_through_linear_without_a_jump() {
        let at = |gamma| Spending::hwang_shih_de_cani(gamma).unwrap().spent(Probability::ONE_IN_TWENTY, 0.3);
        assert_eq!(at(0.0), 0.05 * 0.3);
        for gamma in [-1e-8, -1e-10, 1e-10, 1e-8] {
            assert!((at(gamma) / 0.015 - 1.0).abs() < 1e-8, "{gamma}");
        }
    }

    #[test]
    fn parameters_out_of_range_are_refused() {
        for rho in [0.0, -1.0, 20.1, f64::NAN, f64::INFINITY] {
            assert_eq!(Spending::power(rho).unwrap_err().path(), "rho");
        }
        for gamma in [-21.0, 21.0, f64::NAN, f64::NEG_INFINITY] {
            assert_eq!(Spending::hwang_shih_de_cani(gamma).unwrap_err().path(), "gamma");
        }
    }
}
