use crate::error::{Error, Kind};
use crate::quantity::shown;
use alloc::format;
use alloc::vec::Vec;

/// Most points of one arm.
pub(super) const MOST: usize = 100_000;

/// Largest magnitude of a point: sums, differences and fences of such points stay finite.
pub(super) const LARGEST: f64 = 1e300;

/// The rule for the length of an arm.
pub(super) const LENGTH_RULE: &str = "must hold at most 100000 points";

/// Refuses too many points and points that are not numbers; a missing point (NaN) only where `gaps` are not allowed.
pub(super) fn check(path: &str, points: &[f64], gaps: bool) -> Result<(), Error> {
    if points.len() > MOST {
        return Err(Error::new(path, Kind::Range, LENGTH_RULE, points.len()));
    }
    let bad = |x: &f64| if x.is_nan() { !gaps } else { x.abs() > LARGEST };
    match points.iter().position(bad) {
        None => Ok(()),
        Some(position) => {
            let value = points.get(position).copied().unwrap_or(f64::NAN);
            Err(Error::new(
                format!("{path}[{position}]"),
                Kind::Range,
                "must be from -1e300 to 1e300",
                shown(value),
            ))
        }
    }
}

/// The points in ascending order, with one zero only.
pub(super) fn ascending(points: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = points.into_iter().map(|x| x + 0.0).collect(); // -0 + 0 is 0
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// Whether two points of sorted arms are equal: with one zero and no NaN, equal bits.
pub(super) fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits()
}
