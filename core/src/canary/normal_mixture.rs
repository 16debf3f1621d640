use crate::error::{Error, Kind};
use crate::math::{self, Point, crossing};
use crate::quantity::{Probability, shown};

/// The mixture over normal drifts that turns a sum with known variance into evidence at every moment.
///
/// For a sum s whose variance so far is v, with r the `prior`:
///
/// ```text
/// one-sided:   ln E = (1/2) ln(4 r / (v + r)) + s^2 / (2 (v + r)) + ln Phi(s / sqrt(v + r))
/// two-sided:   ln E = (1/2) ln(r / (v + r)) + s^2 / (2 (v + r))
/// ```
///
/// Robbins (1970); in this form the normal mixtures of Howard, Ramdas, McAuliffe and Sekhon (2021). The one-sided one mixes over
/// drifts above 0 alone and holds against every drift at or below it.
///
/// **Holds when** v is at least 0 (of a negative one or of NaN nothing but NaN may come) and the sum is sub-Gaussian with variance v. For estimated variances it holds as the sample grows: see
/// [`MeanTest`](super::MeanTest).
///
/// ```
/// use rampgate::{Probability, canary::NormalMixture};
///
/// let mixture = NormalMixture::tuned(100.0, Probability::ONE_IN_TWENTY)?;
/// let bound = mixture.bound(1_000.0, Probability::ONE_IN_TWENTY);
/// assert!((mixture.ln_evidence(bound, 1_000.0) - f64::ln(20.0)).abs() < 1e-12);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NormalMixture {
    prior: f64,
}

impl NormalMixture {
    /// A mixture whose prior variance is 1/`prior`, where `prior` counts like v.
    ///
    /// # Errors
    /// Anything that is not positive and finite.
    pub fn new(prior: f64) -> Result<Self, Error> {
        if prior > 0.0 && prior.is_finite() {
            Ok(Self { prior })
        } else {
            Err(Error::new("prior", Kind::Range, "must be positive and finite", shown(prior)))
        }
    }

    /// The mixture whose two-sided bound at level `alpha` is about as small as it can be when the variance is `at`:
    /// r = at / (2 ln(1/alpha) + ln(1 + 2 ln(1/alpha))), as Howard et al. (2021) tune theirs.
    ///
    /// For a one-sided test at level a, tune at 2 a.
    ///
    /// # Errors
    /// A variance that is not positive and finite.
    pub fn tuned(at: f64, alpha: Probability) -> Result<Self, Error> {
        let twice = -2.0 * math::ln(alpha.get());
        Self::new(at / (twice + math::ln_1p(twice)))
    }

    pub(super) const fn of(prior: f64) -> Self {
        Self { prior }
    }

    /// ln of the one-sided e-value that the drift of a sum is above 0. `sum` and `variance` must not be NaN.
    #[must_use]
    pub fn ln_evidence(&self, sum: f64, variance: f64) -> f64 {
        let total = variance + self.prior;
        core::f64::consts::LN_2
            + self.ln_two_sided(sum, variance)
            + math::ln_normal_cdf(sum / math::sqrt(total))
    }

    /// ln of the two-sided e-value that the drift of a sum is not 0.
    #[must_use]
    pub fn ln_two_sided(&self, sum: f64, variance: f64) -> f64 {
        let total = variance + self.prior;
        0.5 * math::ln(self.prior / total) + sum * sum / (2.0 * total)
    }

    /// The sum at which the one-sided evidence reaches 1/`alpha`.
    #[must_use]
    pub fn bound(&self, variance: f64, alpha: Probability) -> f64 {
        let needed = -math::ln(alpha.get());
        let total = variance + self.prior;
        let width = math::sqrt(total);
        // in standard deviations z of the total: needed - (1/2) ln(4 r / total) - z^2 / 2 - ln Phi(z)
        let fixed = core::f64::consts::LN_2 + 0.5 * math::ln(self.prior / total);
        let left = |z: f64| {
            let ln_cdf = math::ln_normal_cdf(z);
            let hazard = math::normal_density(z) * math::exp(-ln_cdf);
            Point { value: needed - fixed - z * z / 2.0 - ln_cdf, slope: -z - hazard }
        };
        let far = math::sqrt(2.0 * (needed - fixed + 1.0).max(1.0));
        width * crossing(-1.0, 2.0 * far + 2.0, far, left)
    }

    /// The absolute sum at which the two-sided evidence reaches 1/`alpha`.
    #[must_use]
    pub fn two_sided_bound(&self, variance: f64, alpha: Probability) -> f64 {
        let total = variance + self.prior;
        math::sqrt(2.0 * total * (0.5 * math::ln(total / self.prior) - math::ln(alpha.get())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alpha(a: f64) -> Probability {
        Probability::new(a).unwrap()
    }

    /// confseq 0.0.11: `normal_log_mixture` and `normal_mixture_bound`, `v_opt` 100, `alpha_opt` 0.05. Its one-sided mixture is tuned at twice the level.
    #[test]
    fn agrees_with_confseq() {
        let one = NormalMixture::tuned(100.0, alpha(0.1)).unwrap();
        let two = NormalMixture::tuned(100.0, alpha(0.05)).unwrap();
        for (s, v, one_sided, two_sided) in [
            (0.0, 10.0, -0.245_174_488_606_994_03, -0.292_116_696_465_806_96),
            (5.0, 10.0, 0.755_160_136_521_625_1, 0.260_966_919_975_084_9),
            (30.0, 100.0, 3.580_569_603_558_775, 2.901_375_010_405_018),
            (150.0, 1_000.0, 9.686_462_634_151_376, 8.916_739_781_660_795),
            (4_000.0, 1e6, 3.165_250_983_869_554, 2.359_008_285_124_186),
        ] {
            assert!((one.ln_evidence(s, v) - one_sided).abs() < 2e-13, "{s} {v}");
            assert!((two.ln_two_sided(s, v) - two_sided).abs() < 2e-13, "{s} {v}");
        }
        for (v, level, bound) in [
            (1.0, 0.01, 11.513_624_000_384_88),
            (10.0, 0.05, 11.492_681_796_253_237),
            (100.0, 0.01, 33.717_706_856_691_62),
            (1_000.0, 0.01, 110.351_172_329_899_33),
            (1e6, 0.05, 3_957.394_301_021_822),
        ] {
            assert!((one.bound(v, alpha(level)) / bound - 1.0).abs() < 1e-10, "{v} {level}");
        }
        for (v, level, bound) in [
            (1.0, 0.05, 9.084_379_437_310_579),
            (100.0, 0.05, 30.352_089_903_762_53),
            (1_000.0, 0.01, 117.337_992_216_679_04),
        ] {
            assert!((two.two_sided_bound(v, alpha(level)) / bound - 1.0).abs() < 1e-14, "{v} {level}");
        }
    }

    #[test]
    fn nothing_seen_is_no_evidence_and_far_sums_stay_finite() {
        let mixture = NormalMixture::new(200.0).unwrap();
        assert!(mixture.ln_evidence(0.0, 0.0).abs() < 1e-15);
        assert!(mixture.ln_evidence(-1e150, 1e9).is_finite() && mixture.ln_evidence(1e150, 1e9).is_finite());
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(NormalMixture::new(bad).is_err());
        }
    }

    #[test]
    fn the_bound_is_where_the_evidence_is_what_is_needed() {
        for prior in [1e-6, 1.0, 200.0, 1e9] {
            let mixture = NormalMixture::new(prior).unwrap();
            for variance in [0.0, 1.0, 1e3, 1e12] {
                for level in [0.9, 0.5, 0.05, 1e-6, 1e-300] {
                    let bound = mixture.bound(variance, alpha(level));
                    let off = mixture.ln_evidence(bound, variance) + math::ln(level);
                    assert!(off.abs() < 1e-10, "{prior} {variance} {level}: {off}");
                }
            }
        }
    }
}
