use super::{LogSum, count, exp, ln, sqrt};

/// ln(2 / sqrt(pi)), which is -ln Gamma(3/2).
const LN_TWO_OVER_SQRT_PI: f64 = 0.12078223763524522;

/// P(|Z| > |z|) for a standard normal Z: erfc(|z| / sqrt(2)).
pub(crate) fn normal_tails(z: f64) -> f64 {
    libm::erfc(z.abs() * core::f64::consts::FRAC_1_SQRT_2)
}

/// P(X > x) for X chi-square distributed with `degrees` degrees of freedom. 1 for x <= 0, and without degrees of freedom: then nothing can differ.
///
/// The closed forms of Abramowitz and Stegun (1964), 26.4.4 and 26.4.5, with y = x/2:
///
/// ```text
/// even: e^-y (1 + y + y^2/2! + ... up to y^(degrees/2 - 1))
/// odd:  erfc(sqrt(y)) + e^-y (y^(1/2)/Gamma(3/2) + y^(3/2)/Gamma(5/2) + ... up to y^(degrees/2 - 1))
/// ```
///
/// Every term is positive, so nothing cancels, and the terms are summed as logarithms, so none is lost beside a large x.
pub(crate) fn chi_square_tail(x: f64, degrees: u32) -> f64 {
    if degrees == 0 || x <= 0.0 {
        return 1.0;
    }
    let y = x / 2.0;
    if y == f64::INFINITY {
        return 0.0;
    }
    let odd = degrees % 2 == 1;
    let (rest, mut ln_term, mut power) =
        if odd { (libm::erfc(sqrt(y)), ln(y) / 2.0 - y + LN_TWO_OVER_SQRT_PI, 1.5) } else { (0.0, -y, 1.0) };
    let mut sum = LogSum::new();
    for _ in 0..degrees / 2 {
        sum.add(ln_term);
        ln_term += ln(y / power);
        power += 1.0;
    }
    (rest + exp(sum.ln())).min(1.0)
}

/// Pearson's statistic: the sum of (observed - expected)^2 / expected. `None` where an expected count is zero or there are no cells.
pub(crate) fn chi_square(cells: impl IntoIterator<Item = (u64, f64)>) -> Option<f64> {
    let mut sum = None;
    for (observed, expected) in cells {
        if expected <= 0.0 {
            return None;
        }
        let excess = count(observed) - expected;
        sum = Some(sum.unwrap_or(0.0) + excess * excess / expected);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// mpmath 1.3.0 with 50 digits: the regularised upper incomplete gamma function.
    const REFERENCE: [(f64, u32, f64); 11] = [
        (3.0, 1, 0.0832645166635504),
        (9.0, 9, 0.43727418891386705),
        (21.67, 9, 0.00998578929957833),
        (81.0, 81, 0.47910138169026883),
        (150.5, 81, 4.399060221759647e-06),
        (400.0, 81, 1.040950570564661e-43),
        (5.0, 2, 0.0820849986238988),
        (99.0, 99, 0.4810969124082639),
        (0.001, 9, 1.0),
        (1490.0, 1000, 5.583293257892946e-22),
        (1300.0, 9, 3.093716120468291e-274),
    ];

    /// The same source: erfc.
    const NORMAL: [(f64, f64); 4] = [
        (0.5, 0.6170750774519738),
        (-1.96, 0.04999579029644087),
        (5.0, 5.733031437583878e-07),
        (30.0, 9.813427854296374e-198),
    ];

    #[test]
    fn tails_agree_with_fifty_digit_arithmetic() {
        for (x, degrees, expected) in REFERENCE {
            let found = chi_square_tail(x, degrees);
            assert!((found - expected).abs() <= 1e-12 * expected, "{x} {degrees}: {found}");
        }
        for (z, expected) in NORMAL {
            let found = normal_tails(z);
            assert!((found - expected).abs() <= 1e-13 * expected, "{z}: {found}");
        }
    }

    #[test]
    fn a_tail_is_a_probability_whatever_it_is_asked() {
        for degrees in [0, 1, 2, 9, 81, 1_000] {
            for x in [0.0, 1e-300, 1.0, 745.0, 1e6, 1e300, f64::INFINITY] {
                let tail = chi_square_tail(x, degrees);
                assert!((0.0..=1.0).contains(&tail), "{x} {degrees}: {tail}");
            }
        }
        assert_eq!(normal_tails(0.0), 1.0);
        assert_eq!(chi_square([(1, 0.0)]), None);
        assert_eq!(chi_square([(3, 2.0), (1, 2.0)]), Some(1.0));
    }
}
