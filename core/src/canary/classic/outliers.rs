use super::points::ascending;
use crate::math;
use alloc::vec::Vec;

/// Whether points far outside an arm's own bulk are dropped before the arms are compared.
///
/// Each arm is fenced by its own points: from min(p1, p25 - factor IQR) to max(p99, p75 + factor IQR), ends included (Tukey
/// 1977, with Kayenta's widening to the 1st and 99th percentile). Percentiles are type 7 of Hyndman and Fan (1996).
///
/// A fault that hits one request in a hundred *is* an outlier: [`Remove`](Self::Remove) hides it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Outliers {
    /// All points count.
    #[default]
    Keep,
    /// Points beyond the fences are dropped.
    Remove {
        /// How many interquartile ranges the fences stand off the quartiles, more than 0 and at most 1000. Kayenta's is 3.
        factor: f64,
    },
}

impl Outliers {
    /// The points that stay, in ascending order.
    pub(super) fn kept(self, points: impl IntoIterator<Item = f64>) -> Vec<f64> {
        let mut sorted = ascending(points);
        if let Self::Remove { factor } = self
            && let (Some(p1), Some(p25), Some(p75), Some(p99)) = (
                percentile(&sorted, 1),
                percentile(&sorted, 25),
                percentile(&sorted, 75),
                percentile(&sorted, 99),
            )
        {
            let reach = factor * (p75 - p25);
            let (low, high) = (p1.min(p25 - reach), p99.max(p75 + reach));
            sorted.retain(|x| (low..=high).contains(x));
        }
        sorted
    }
}

/// Type 7 of Hyndman and Fan (1996): at the place (n - 1) p, counted from 0, interpolated between its neighbours.
fn percentile(sorted: &[f64], percent: usize) -> Option<f64> {
    let place = sorted.len().checked_sub(1)?.saturating_mul(percent);
    let below = *sorted.get(place / 100)?;
    let above = *sorted.get(place.div_ceil(100))?;
    let part = math::count(u64::try_from(place % 100).ok()?) / 100.0;
    Some(below + part * (above - below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_interpolate_and_an_empty_arm_has_none() {
        assert_eq!(percentile(&[1.0, 2.0, 3.0, 4.0], 25), Some(1.75));
        assert_eq!(percentile(&[1.0, 2.0, 3.0, 4.0], 99), Some(3.9699999999999998));
        assert_eq!(percentile(&[7.0], 75), Some(7.0));
        assert_eq!(percentile(&[], 50), None);
    }

    #[test]
    fn a_far_point_goes_and_the_ends_stay() {
        let points = (0..200).map(f64::from).chain([10_000.0, -10_000.0]);
        let remove = Outliers::Remove { factor: 3.0 };
        assert_eq!(remove.kept(points.clone()).len(), 200);
        assert_eq!(Outliers::Keep.kept(points).len(), 202);
        assert_eq!(remove.kept([1.0, 2.0, 3.0]), [1.0, 2.0, 3.0]);
        assert!(remove.kept([]).is_empty());
    }
}
