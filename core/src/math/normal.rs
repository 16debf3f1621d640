use super::{exp, ln, ln_1p, sqrt};
use core::f64::consts::{FRAC_1_SQRT_2, LN_2};

/// ln(2 pi) / 2.
const HALF_LN_TAU: f64 = 0.918_938_533_204_672_8;

/// P(Z <= z) for a standard normal Z; keeps its relative accuracy in the lower tail.
pub(crate) fn normal_cdf(z: f64) -> f64 {
    libm::erfc(-z * FRAC_1_SQRT_2) / 2.0
}

/// The density of a standard normal at z.
pub(crate) fn normal_density(z: f64) -> f64 {
    exp(-z * z / 2.0 - HALF_LN_TAU)
}

/// ln P(Z <= z), also where the probability itself is too small to be a float.
pub(crate) fn ln_normal_cdf(z: f64) -> f64 {
    if z > 0.0 {
        return ln_1p(-normal_cdf(-z));
    }
    if z > -20.0 {
        return ln(libm::erfc(-z * FRAC_1_SQRT_2)) - LN_2;
    }
    // Abramowitz and Stegun (1964), 26.2.12: below -20 the next term is under 1e-16
    let y = 1.0 / (z * z);
    let series = 1.0 - y * (1.0 - y * (3.0 - y * (15.0 - y * (105.0 - y * (945.0 - y * 10_395.0)))));
    -z * z / 2.0 - HALF_LN_TAU - ln(-z) + ln(series)
}

/// The z for which P(Z <= z) is `p`: -infinity for 0, infinity for 1, NaN outside.
///
/// Wichura's algorithm AS 241, PPND16 (Applied Statistics 37, 1988): relative error about 1e-16.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        return q * ratio(r, &CENTRE);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    if tail == 0.0 {
        return if q < 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let r = sqrt(-ln(tail));
    let z = if r <= 5.0 { ratio(r - 1.6, &MIDDLE) } else { ratio(r - 5.0, &FAR) };
    if q < 0.0 { -z } else { z }
}

/// A quotient of two polynomials, coefficients from the constant up, the numerator's beside the denominator's.
fn ratio(x: f64, coefficients: &[(f64, f64); 8]) -> f64 {
    let (mut above, mut below) = (0.0, 0.0);
    for (a, b) in coefficients.iter().rev() {
        above = above * x + a;
        below = below * x + b;
    }
    above / below
}

const CENTRE: [(f64, f64); 8] = [
    (3.387_132_872_796_366_5, 1.0),
    (133.141_667_891_784_38, 42.313_330_701_600_91),
    (1_971.590_950_306_551_3, 687.187_007_492_057_9),
    (13_731.693_765_509_46, 5_394.196_021_424_751),
    (45_921.953_931_549_87, 21_213.794_301_586_597),
    (67_265.770_927_008_7, 39_307.895_800_092_71),
    (33_430.575_583_588_13, 28_729.085_735_721_943),
    (2_509.080_928_730_122_7, 5_226.495_278_852_545),
];

const MIDDLE: [(f64, f64); 8] = [
    (1.423_437_110_749_683_5, 1.0),
    (4.630_337_846_156_546, 2.053_191_626_637_759),
    (5.769_497_221_460_691, 1.676_384_830_183_803_8),
    (3.647_848_324_763_204_5, 0.689_767_334_985_1),
    (1.270_458_252_452_368_4, 0.148_103_976_427_480_08),
    (0.241_780_725_177_450_6, 0.015_198_666_563_616_457),
    (0.022_723_844_989_269_184, 5.475_938_084_995_345e-4),
    (7.745_450_142_783_414e-4, 1.050_750_071_644_416_9e-9),
];

const FAR: [(f64, f64); 8] = [
    (6.657_904_643_501_103, 1.0),
    (5.463_784_911_164_114, 0.599_832_206_555_888),
    (1.784_826_539_917_291_3, 0.136_929_880_922_735_8),
    (0.296_560_571_828_504_87, 0.014_875_361_290_850_615),
    (0.026_532_189_526_576_124, 7.868_691_311_456_133e-4),
    (0.001_242_660_947_388_078_4, 1.846_318_317_510_054_8e-5),
    (2.711_555_568_743_487_6e-5, 1.421_511_758_316_446e-7),
    (2.010_334_399_292_288_1e-7, 2.044_263_103_389_939_8e-15),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// mpmath 1.4.1 with 50 digits.
    const REFERENCE: [(f64, f64, f64); 8] = [
        (-37.0, 5.725571222524577e-300, -689.0305855768906),
        (-20.5, 1.0764673258790961e-93, -214.0667289632638),
        (-19.5, 5.48911547566041e-85, -194.0169657774975),
        (-10.0, 7.619853024160525e-24, -53.23128515051247),
        (-1.96, 0.024997895148220435, -3.6889636517296385),
        (0.0, 0.5, -LN_2),
        (3.0, 0.9986501019683699, -0.0013508099647481938),
        (8.0, 0.9999999999999993, -6.220960574271786e-16),
    ];

    #[test]
    fn agrees_with_fifty_digit_arithmetic() {
        for (z, p, ln_p) in REFERENCE {
            // the argument of erfc is rounded, which the tail magnifies by z^2
            let rounding = 4e-16 * (1.0 + z * z);
            assert!((normal_cdf(z) - p).abs() <= rounding * p, "{z}: {}", normal_cdf(z));
            assert!((ln_normal_cdf(z) - ln_p).abs() <= rounding * ln_p.abs(), "{z}: {}", ln_normal_cdf(z));
        }
        for z in [-37.0, -10.0, -5.0, -3.1, -1.0, -0.1, 0.0, 0.5, 2.0, 4.0] {
            let there_and_back = normal_quantile(normal_cdf(z));
            assert!((there_and_back - z).abs() <= 1e-12 * z.abs().max(1.0), "{z}: {there_and_back}");
        }
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-15);
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
        assert!(normal_quantile(1.1).is_nan() && normal_quantile(f64::NAN).is_nan());
        assert!((normal_density(1.0) - 0.241_970_724_519_143_37).abs() < 1e-16);
    }
}
