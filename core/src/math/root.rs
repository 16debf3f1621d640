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

#[cfg(test)]
mod tests {
    use super::last_true;

    #[test]
    fn finds_the_edge_or_the_end() {
        assert!((last_true(0.0, 10.0, |x| x * x < 2.0) - core::f64::consts::SQRT_2).abs() < 1e-13);
        assert_eq!(last_true(0.0, 1.0, |_| true), 1.0);
        assert_eq!(last_true(0.0, 1.0, |_| false), 0.0);
    }
}
