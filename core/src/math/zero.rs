/// A zero of `f` between `low` and `high`, where its signs differ; `None` where they do not, or where f is NaN.
///
/// Brent (1973), "Algorithms for minimization without derivatives", chapter 4: secant and inverse quadratic steps, halving where they fail.
pub(crate) fn zero(low: f64, high: f64, mut f: impl FnMut(f64) -> f64) -> Option<f64> {
    let (mut a, mut b) = (low, high);
    let (mut at_a, mut at_b) = (f(a), f(b));
    if at_a.is_nan() || at_b.is_nan() || (at_a > 0.0 && at_b > 0.0) || (at_a < 0.0 && at_b < 0.0) {
        return None;
    }
    let (mut c, mut at_c) = (a, at_a); // the zero lies between b, the best, and c
    let (mut step, mut before) = (b - a, b - a);
    for _ in 0..200 {
        if at_c.abs() < at_b.abs() {
            (a, b, c) = (b, c, b);
            (at_a, at_b, at_c) = (at_b, at_c, at_b);
        }
        let tolerance = 2.0 * f64::EPSILON * b.abs() + f64::MIN_POSITIVE;
        let half = (c - b) / 2.0;
        if half.abs() <= tolerance || at_b == 0.0 {
            break;
        }
        if before.abs() < tolerance || at_a.abs() <= at_b.abs() {
            (step, before) = (half, half);
        } else {
            let s = at_b / at_a;
            let (p, q) = if a == c {
                (2.0 * half * s, 1.0 - s)
            } else {
                let (q, r) = (at_a / at_c, at_b / at_c);
                (s * (2.0 * half * q * (q - r) - (b - a) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0))
            };
            let (p, q) = if p > 0.0 { (p, -q) } else { (-p, q) };
            let fits = 2.0 * p < 3.0 * half * q - (tolerance * q).abs() && p < (before * q / 2.0).abs();
            (step, before) = if fits { (p / q, step) } else { (half, half) };
        }
        (a, at_a) = (b, at_b);
        b += if step.abs() > tolerance { step } else { tolerance.copysign(half) };
        at_b = f(b);
        if at_b.is_nan() {
            return None;
        }
        if (at_b > 0.0) == (at_c > 0.0) {
            (c, at_c) = (a, at_a);
            (step, before) = (b - a, b - a);
        }
    }
    Some(b)
}

#[cfg(test)]
mod tests {
    use super::zero;

    #[test]
    fn finds_a_zero_in_few_steps() {
        let mut calls = 0;
        let mut counted = |x: f64| {
            calls += 1;
            x * x * x - 2.0
        };
        let root = zero(0.0, 10.0, &mut counted).unwrap();
        assert!((root * root * root - 2.0).abs() < 4e-15, "{root}");
        assert!(calls < 20, "{calls}");
        assert_eq!(zero(0.0, 1.0, |x| x - 1.0), Some(1.0));
        assert_eq!(zero(0.0, 1.0, |x| x + 1.0), None);
        assert_eq!(zero(0.0, 1.0, |_| f64::NAN), None);
        let step = zero(0.0, 1.0, |x| if x < 0.3 { -1.0 } else { 1e9 }).unwrap();
        assert!((step - 0.3).abs() < 1e-15, "{step}");
    }
}
