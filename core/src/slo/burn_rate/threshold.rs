use super::Factor;
use super::factor::greatest_common_divisor;
use crate::quantity::{Objective, Share};

/// A failure rate as an exact fraction of at most 1, and the comparison of counts with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Threshold {
    num: u128,
    den: u128,
}

impl Threshold {
    /// `share` of the failure rate at which `objective` burns at `factor`; none where that is more than everything.
    ///
    /// Below 2^64 × 2^30 × 2^20 on either side of the fraction.
    pub(super) fn of(factor: Factor, objective: Objective, share: Share) -> Option<Self> {
        let allowed = u128::from(objective.allowed_parts_per_billion());
        let num = factor.num() * allowed * u128::from(share.parts_per_million());
        let den = factor.den() * 1_000_000_000 * 1_000_000;
        Self::at_most_one(num, den)
    }

    pub(super) fn at_most_one(num: u128, den: u128) -> Option<Self> {
        let divisor = greatest_common_divisor(num, den);
        let (num, den) = (num.checked_div(divisor)?, den.checked_div(divisor)?);
        (0 < num && num <= den).then_some(Self { num, den })
    }

    /// A fraction that is known to be below 1, as it is.
    pub(super) const fn raw(num: u128, den: u128) -> Self {
        Self { num, den }
    }

    /// Whether bad / (good + bad) is at least this: bad × (den - num) >= good × num, with no rounding and no overflow. Not without bad events.
    pub(super) fn is_reached(self, good: u64, bad: u64) -> bool {
        if bad == 0 {
            return false; // nearly always, and the threshold is more than nothing
        }
        let spared = self.den - self.num;
        if self.den >> 64 == 0 {
            return spared * u128::from(bad) >= self.num * u128::from(good);
        }
        wide(spared, bad) >= wide(self.num, good)
    }

    /// Whether bad / (good + bad) is more than this.
    pub(super) fn is_exceeded(self, good: u64, bad: u64) -> bool {
        wide(self.den - self.num, bad) > wide(self.num, good)
    }

    /// The rate as a float, for evidence: the nearest one, or its neighbour.
    pub(super) fn rate(self) -> f64 {
        float(self.num) / float(self.den)
    }
}

/// a × b in 192 bits, as two digits that compare in order.
fn wide(a: u128, b: u64) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let low = (a & LOW) * u128::from(b);
    let high = (a >> 64) * u128::from(b) + (low >> 64);
    (high, low & LOW)
}

fn float(n: u128) -> f64 {
    let digit = |part: u128| crate::math::count(u64::try_from(part).unwrap_or(u64::MAX));
    digit(n >> 64) * 18_446_744_073_709_551_616.0 + digit(n & u128::from(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_edge_is_exact() {
        let fast = Threshold::of("14.4".parse().unwrap(), "99.9%".parse().unwrap(), Share::ALL).unwrap();
        assert_eq!((fast.num, fast.den), (9, 625));
        assert!(fast.is_reached(616, 9) && !fast.is_reached(617, 9));
        assert!(!fast.is_exceeded(616, 9) && fast.is_exceeded(615, 9));
        assert!(fast.is_reached(u64::MAX, u64::MAX / 616 * 9 + 9));
        let never = Threshold::of("14.4".parse().unwrap(), "90%".parse().unwrap(), Share::ALL);
        assert_eq!(never, None);
        let all = Threshold::of("10".parse().unwrap(), "90%".parse().unwrap(), Share::ALL).unwrap();
        assert!(all.is_reached(0, 1) && !all.is_reached(1, u64::MAX));
        assert_eq!(fast.rate(), 0.0144);
    }

    proptest! {
        /// Against plain u128 arithmetic, where that suffices.
        #[test]
        fn both_ways_to_compare_agree(num in 1..1_000_000_u128, more in 0..1_000_000_u128, good in 0..1_u64 << 40, bad in 0..1_u64 << 40) {
            let den = num + more;
            let total = u128::from(good) + u128::from(bad);
            let small = Threshold { num, den };
            let large = Threshold { num: num << 70, den: den << 70 };
            prop_assert_eq!(small.is_reached(good, bad), bad > 0 && u128::from(bad) * den >= num * total);
            prop_assert_eq!(large.is_reached(good, bad), small.is_reached(good, bad));
            prop_assert_eq!(small.is_exceeded(good, bad), u128::from(bad) * den > num * total);
            prop_assert_eq!(large.is_exceeded(good, bad), small.is_exceeded(good, bad));
        }
    }
}
