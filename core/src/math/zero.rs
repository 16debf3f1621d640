/// A zero of `f` between two points whose values, given with them, differ in sign: a point where |f| is at most `enough`, or as close to
/// zero as floats come. `None` where the signs do not differ, or where f is NaN.
///
/// Brent (1973), "Algorithms for minimization without derivatives", chapter 4: secant and inverse quadratic steps, halving where they fail.
pub(crate) fn zero(
    low: (f64, f64),
    high: (f64, f64),
    enough: f64,
    mut f: impl FnMut(f64) -> f64,
) -> Option<f64> {
    let ((mut a, mut at_a), (mut b, mut at_b)) = (low, high);
    if at_a.is_nan() || at_b.is_nan() || (at_a > 0.0 && at_b > 0.0) || (at_a < 0.0 && at_b < 0.0) {
        return None;
    }
    let (mut c, mut at_c) = (a, at_a); // the zero lies between b, the best, and c
    let (mut step, mut before, mut two_points) = (b - a, b - a, true); // whether a and c are the same
    for _ in 0..200 {
        if at_c.abs() < at_b.abs() {
            (a, b, c) = (b, c, b);
            (at_a, at_b, at_c) = (at_b, at_c, at_b);
            two_points = true;
        }
        let tolerance = 2.0 * f64::EPSILON * b.abs() + f64::MIN_POSITIVE;
        let half = (c - b) / 2.0;
        if half.abs() <= tolerance || at_b.abs() <= enough {
            break;
        }
        if before.abs() < tolerance || at_a.abs() <= at_b.abs() {
            (step, before) = (half, half);
        } else {
            let s = at_b / at_a;
            let (p, q) = if two_points {
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
        two_points = (at_b > 0.0) == (at_c > 0.0);
        if two_points {
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
        let root = zero((0.0, -2.0), (10.0, 998.0), 0.0, &mut counted).unwrap();
        assert!((root * root * root - 2.0).abs() < 4e-15, "{root}");
        let rough = zero((0.0, -2.0), (10.0, 998.0), 1e-3, |x: f64| x * x * x - 2.0).unwrap();
        assert!((rough * rough * rough - 2.0).abs() <= 1e-3 && rough != root, "{rough}");
        assert!(calls < 20, "{calls}");
    }

    #[test]
    fn the_ends_and_jumps_are_found_and_nonsense_is_not() {
        assert_eq!(zero((0.0, -1.0), (1.0, 0.0), 0.0, |x| x - 1.0), Some(1.0));
        assert_eq!(zero((0.0, 1.0), (1.0, 2.0), 0.0, |x| x + 1.0), None);
        assert_eq!(zero((0.0, f64::NAN), (1.0, 1.0), 0.0, |_| f64::NAN), None);
        assert_eq!(zero((0.0, -1.0), (1.0, 1.0), 0.0, |_| f64::NAN), None);
        let step = zero((0.0, -1.0), (1.0, 1e9), 0.0, |x| if x < 0.3 { -1.0 } else { 1e9 }).unwrap();
        assert!((step - 0.3).abs() < 1e-15, "{step}");
    }
}
