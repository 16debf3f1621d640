/// The largest point of `[low, high]` up to which `holds` is true, by bisection to the resolution of 50 halvings.
///
/// `holds` must be true up to some point and false after it. Gives `low` where it is false at once, and `high` where it
/// stays true: the caller's interval is the answer's range.
pub(crate) fn last_true(low: f64, high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    if !holds(low) {
        return low;
    }
    if holds(high) {
        return high;
    }
    let (mut low, mut high) = (low, high);
    for _ in 0..50 {
        let middle = low + (high - low) / 2.0;
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// A function's value at a point, and its derivative there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) value: f64,
    pub(crate) slope: f64,
}

/// A step after which no other is taken.
const SMALL_STEP: f64 = 1e-9;

/// Where a falling function crosses zero in `[low, high]`: Newton's method from `start`, which falls back on bisection wherever
/// a step leaves the interval that is known to hold the crossing. It ends with the first of Newton's steps below 1e-9 of the larger of 1
/// and the crossing; as each step squares the error, what is left is rounding.
///
/// The ends are looked at only if a step reaches for them: `low` is the answer where the function is negative there, `high`
/// where it is positive there.
pub(crate) fn crossing(low: f64, high: f64, start: f64, f: impl Fn(f64) -> Point) -> f64 {
    let (mut left, mut right) = (low, high);
    let (mut left_seen, mut right_seen) = (false, false);
    let mut x = within(low, high, start);
    for _ in 0..80 {
        let Point { value, slope } = f(x);
        if value >= 0.0 {
            (left, left_seen) = (x, true);
        } else {
            (right, right_seen) = (x, true);
        }
        let step = value / slope;
        let newton = x - step;
        if step.abs() <= SMALL_STEP * x.abs().max(1.0) {
            return within(low, high, newton);
        }
        if right - left <= f64::EPSILON * x.abs().max(1.0) {
            return x;
        }
        let next = if newton > left && newton < right {
            newton
        } else if value < 0.0 && !left_seen {
            low
        } else if value >= 0.0 && !right_seen {
            high
        } else {
            left + (right - left) / 2.0
        };
        x = next;
    }
    x
}

/// The nearest point of `[low, high]`. (`f64::clamp` would panic with both, and so print floats: 7 KB of a module.)
fn within(low: f64, high: f64, x: f64) -> f64 {
    if x < low {
        low
    } else if x > high {
        high
    } else {
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_edge_or_the_end() {
        assert!((last_true(0.0, 10.0, |x| x * x < 2.0) - core::f64::consts::SQRT_2).abs() < 1e-13);
        assert_eq!(last_true(0.0, 1.0, |_| true), 1.0);
        assert_eq!(last_true(0.0, 1.0, |_| false), 0.0);
    }

    #[test]
    fn newton_finds_the_crossing_or_the_end() {
        let square = |x: f64| Point { value: 2.0 - x * x, slope: -2.0 * x };
        for start in [-5.0, 0.0, 0.1, 1.0, 9.0, 50.0] {
            let found = crossing(0.0, 10.0, start, square);
            assert!((found - core::f64::consts::SQRT_2).abs() < 1e-13, "{start}: {found}");
        }
        let steep =
            |x: f64| Point { value: -libm::atan(x - 3.0), slope: -1.0 / (1.0 + (x - 3.0) * (x - 3.0)) };
        assert!((crossing(-1e3, 1e3, 900.0, steep) - 3.0).abs() < 1e-12);
        let line = |x: f64| Point { value: -x, slope: -1.0 };
        assert_eq!(crossing(1.0, 2.0, 1.5, line), 1.0);
        assert_eq!(crossing(-2.0, -1.0, -1.5, line), -1.0);
        let flat = |_| Point { value: -1.0, slope: 0.0 };
        assert_eq!(crossing(0.0, 1.0, 0.5, flat), 0.0);
    }
}
