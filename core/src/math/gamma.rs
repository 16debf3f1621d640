use super::{count, ln, ln_1p};

/// ln(2 pi) / 2.
const HALF_LN_TAU: f64 = 0.918_938_533_204_672_8;

/// ln of the gamma function, for x > 0.
fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// What Stirling's formula leaves out: ln Gamma(x) - [(x - 1/2) ln x - x + ln(2 pi)/2], for x > 0.
///
/// From 10 on by the asymptotic series (Abramowitz and Stegun 1964, 6.1.41), whose next term is below 1e-16 there.
pub(crate) fn stirling_remainder(x: f64) -> f64 {
    if x < 10.0 {
        return ln_gamma(x) - ((x - 0.5) * ln(x) - x + HALF_LN_TAU);
    }
    let y = 1.0 / (x * x);
    let series = 1.0 / 12.0
        - y * (1.0 / 360.0
            - y * (1.0 / 1260.0
                - y * (1.0 / 1680.0 - y * (1.0 / 1188.0 - y * (691.0 / 360_360.0 - y / 156.0)))));
    series / x
}

/// ln of the odds that a Beta(`prior_hits`, `prior_misses`) mixture gives to `hits` and `misses`, against a fixed chance
/// `p` of a hit:
///
/// ```text
/// ln B(prior_hits + hits, prior_misses + misses) - ln B(prior_hits, prior_misses) - hits ln p - misses ln(1 - p)
/// ```
///
/// This is the test martingale of Robbins (1970) and, with the prior k p and k (1 - p), the two-arm case of Lindon and
/// Malek (2022). The powers are combined before anything cancels, so that it keeps its digits at billions of counts,
/// where a difference of log-gammas loses 1e-6 and more.
pub(crate) fn ln_beta_binomial_odds(
    hits: u64,
    misses: u64,
    prior_hits: f64,
    prior_misses: f64,
    p: f64,
) -> f64 {
    let (hits, misses) = (count(hits), count(misses));
    let prior = prior_hits + prior_misses;
    let (a, b) = (prior_hits + hits, prior_misses + misses);
    let n = a + b;
    let (mean, miss) = (prior_hits / prior, prior_misses / prior);
    // a/n against p, without dividing first: a - n p = (prior_hits - prior p) + (hits (1-p) - misses p)
    let excess = (prior_hits - prior * p) + (hits * (1.0 - p) - misses * p);
    let likelihood = weighted_ln(hits, a, n * p, excess) + weighted_ln(misses, b, n * (1.0 - p), -excess);
    let drift = (prior_hits - 0.5) * ln(a / n / mean) + (prior_misses - 0.5) * ln(b / n / miss);
    let width = 0.5 * ln(prior / n);
    let remainder = stirling_remainder(a) + stirling_remainder(b) - stirling_remainder(n);
    let prior_remainder =
        stirling_remainder(prior_hits) + stirling_remainder(prior_misses) - stirling_remainder(prior);
    likelihood + drift + width + remainder - prior_remainder
}

/// `weight` ln(`value` / `base`), where `difference` = `value` - `base` is known more exactly than the two.
fn weighted_ln(weight: f64, value: f64, base: f64, difference: f64) -> f64 {
    let relative = difference / base;
    if weight == 0.0 {
        0.0
    } else if relative.abs() < 0.5 {
        weight * ln_1p(relative)
    } else {
        weight * ln(value / base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn multinomial(hits: u64, misses: u64, rho: f64, k: f64) -> f64 {
        ln_beta_binomial_odds(hits, misses, k * rho, k * (1.0 - rho), rho)
    }

    /// mpmath 1.4.1 with 50 digits, from the definition.
    #[test]
    fn agrees_with_fifty_digit_arithmetic() {
        for (hits, misses, rho, k, expected) in [
            (55, 30, 0.5, 100.0, 1.394_875_538_393_488_5),
            (55, 30, 0.5, 10.0, 2.216_704_591_429_621_7),
            (12, 40, 0.1, 100.0, 1.133_033_785_674_060_2),
            (1_200, 9_000, 0.1, 100.0, 14.247_035_249_249_496),
        ] {
            let found = multinomial(hits, misses, rho, k);
            assert!((found - expected).abs() < 1e-13 * expected, "{hits}/{misses}: {found}");
        }
    }

    /// The same source, at counts where a difference of three log-gammas has lost its digits.
    #[test]
    fn keeps_its_digits_at_billions_of_counts() {
        for (hits, misses, rho, k, expected) in [
            (1_000_000_000, 1_000_000_000, 0.5, 100.0, -8.408_121_398_972_463),
            (500_100_000, 9_499_900_000, 0.05, 100.0, 1.298_527_276_940_985),
        ] {
            let found = multinomial(hits, misses, rho, k);
            assert!((found - expected).abs() < 1e-10, "{hits}/{misses}: {found}");
        }
        assert!((ln_beta_binomial_odds(7, 100_000, 0.5, 0.5, 0.001) - 68.446_732_431_860_67).abs() < 1e-11);
        assert!((ln_beta_binomial_odds(0, 5_000, 0.5, 0.5, 0.001) - 0.171_515_129_284_890_47).abs() < 1e-12);
    }

    #[test]
    fn nothing_seen_is_no_evidence() {
        assert!(multinomial(0, 0, 0.05, 100.0).abs() < 1e-12);
        assert!(ln_beta_binomial_odds(0, 0, 0.5, 0.5, 0.001).abs() < 1e-12);
    }

    #[test]
    fn ln_gamma_agrees_with_fifty_digit_arithmetic() {
        for (x, expected) in [
            (2.000_000_1, 4.227_843_666_532_498e-8),
            (1.5, -0.120_782_237_635_245_22),
            (1000.0, 5_905.220_423_209_181),
            (1e15, 3.353_877_639_491_066_8e16),
        ] {
            assert!((ln_gamma(x) - expected).abs() <= 2e-15 * f64::abs(expected).max(1e-2), "{x}");
        }
    }
}
