use alloc::vec;
use alloc::vec::Vec;

/// The chance of each value of U, from 0 to n m, when all arrangements of n and m untied points are equally likely.
///
/// Arrangements are counted rank by rank: giving rank j to the k-th smallest point of the first arm adds j - k to U. Counts are
/// only ever added, so nothing cancels, and they are exact up to 2^53.
pub(super) fn distribution(n: usize, m: usize) -> Vec<f64> {
    let width = n.saturating_mul(m).saturating_add(1);
    let mut empty = vec![0.0; width];
    if let Some(first) = empty.first_mut() {
        *first = 1.0;
    }
    let mut ways = vec![empty];
    ways.resize(n.saturating_add(1), vec![0.0; width]);
    for rank in 1..=n.saturating_add(m) {
        for k in (1..=n.min(rank)).rev() {
            let (before, from) = ways.split_at_mut(k);
            let (Some(fewer), Some(more)) = (before.last(), from.first_mut()) else { continue };
            for (sum, term) in more.iter_mut().skip(rank - k).zip(fewer) {
                *sum += term;
            }
        }
    }
    let counts = ways.pop().unwrap_or_default();
    let total: f64 = counts.iter().sum();
    counts.into_iter().map(|count| count / total).collect()
}

/// P(U >= u), at most 1.
pub(super) fn upper_tail(n: usize, m: usize, u: u64) -> f64 {
    let chances = distribution(n, m);
    let below = usize::try_from(u).unwrap_or(usize::MAX);
    chances.into_iter().skip(below).rev().sum::<f64>().min(1.0) // from the smallest term up
}

/// The smallest u, at least 1, for which P(U <= u) reaches `p`.
pub(super) fn lower_quantile(n: usize, m: usize, p: f64) -> u64 {
    let mut sum = 0.0;
    let mut u = 0_u64;
    for chance in distribution(n, m) {
        sum += chance;
        if sum >= p * (1.0 - 10.0 * f64::EPSILON) {
            break;
        }
        u += 1;
    }
    u.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_hand() {
        assert_eq!(distribution(2, 2), [1.0 / 6.0, 1.0 / 6.0, 2.0 / 6.0, 1.0 / 6.0, 1.0 / 6.0]);
        assert_eq!(distribution(1, 3), [0.25; 4]);
        assert_eq!(upper_tail(2, 2, 3), 2.0 / 6.0);
        assert!((upper_tail(2, 2, 0) - 1.0).abs() < 1e-15);
        assert_eq!((lower_quantile(2, 2, 0.01), lower_quantile(2, 2, 0.5)), (1, 2));
    }

    #[test]
    fn the_largest_arms_still_sum_to_one_and_are_symmetric() {
        let chances = distribution(49, 49);
        assert!((chances.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let mirrored = chances.iter().rev();
        assert!(chances.iter().zip(mirrored).all(|(one, other)| (one - other).abs() <= 1e-14 * one));
    }
}
