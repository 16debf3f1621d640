use super::member::PARTS;
use crate::order;
use alloc::vec::Vec;

/// The most that the share of times at which at least `k` of the events occur can be, in 10^18 parts rounded up, if each occurs at
/// most `shares` of the time and nothing is known of which occur together.
///
/// It is the least over r < k of
///
/// > (sum of the n - r smallest) / (k - r), and at most 1:
///
/// each time at least k occur, at least k - r of the n - r rarest do. The bound is attained: M. Fréchet (1935) for k = 1 and
/// k = n, B. Rüger, "Das maximale Signifikanzniveau des Tests", Metrika 25 (1978), for equal shares, and Metrika 28
/// (1981) for any.
pub(super) fn most_at_least(k: usize, shares: &[u128]) -> u128 {
    let mut sorted: Vec<u128> = shares.to_vec();
    order::sort(&mut sorted);
    let mut sum: u128 = sorted.iter().sum(); // of 64 shares at most: below 2^66
    let mut least = PARTS;
    for (left_out, share) in (0..k).zip(sorted.iter().rev()) {
        let needed = u128::try_from(k - left_out).unwrap_or(1);
        least = least.min(sum.div_ceil(needed));
        sum -= share;
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TENTH: u128 = PARTS / 10;

    #[test]
    fn one_and_all_are_the_bounds_of_frechet() {
        assert_eq!(most_at_least(1, &[TENTH, 2 * TENTH]), 3 * TENTH); // apart
        assert_eq!(most_at_least(2, &[TENTH, 2 * TENTH]), TENTH); // one within the other
        assert_eq!(most_at_least(1, &[7 * TENTH, 8 * TENTH]), PARTS);
        assert_eq!(most_at_least(3, &[TENTH, TENTH, 0]), 0);
    }

    #[test]
    fn equal_shares_are_the_bound_of_ruger() {
        assert_eq!(most_at_least(2, &[TENTH; 5]), TENTH * 5 / 2);
        assert_eq!(most_at_least(4, &[3 * TENTH; 5]), (TENTH * 15).div_ceil(4));
    }

    /// What can be packed into times at which exactly k occur: for shares in whole tenths, by filling the times in turn.
    fn attained(k: usize, tenths: &[u128], times: usize) -> bool {
        // At each of the times k distinct events must occur; event i at most tenths[i] times: Gale and Ryser say that it
        // can be done if and only if the sum of min(tenths, times) is at least k × times.
        let times = times as u128;
        tenths.iter().map(|share| (*share).min(times)).sum::<u128>() >= k as u128 * times
    }

    proptest! {
        #[test]
        fn the_bound_is_attained_and_no_more_is(tenths in proptest::collection::vec(0..=10_u128, 1..7), k in 1..7_usize) {
            prop_assume!(k <= tenths.len());
            let shares: Vec<u128> = tenths.iter().map(|share| share * TENTH).collect();
            let bound = most_at_least(k, &shares);
            for times in 0..=10_usize {
                prop_assert_eq!(times as u128 * TENTH <= bound, attained(k, &tenths, times), "{} times", times);
            }
        }
    }
}
