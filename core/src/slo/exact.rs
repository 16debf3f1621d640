//! Products too wide for `u128`, so that fractions of counts, times and objectives are divided once, at the end.

/// A whole number below 2^512, most significant limb first, so that the order of the arrays is that of the numbers.
///
/// Every product of this room stays below 2^320: counts and sums of counts have at most 96 bits, times 48, objectives 30,
/// and the parts that a result is told in 60.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Natural([u64; 8]);

impl Natural {
    pub(super) const ZERO: Self = Self([0; 8]);

    pub(super) fn of(number: u128) -> Self {
        let [high, low] = halves(number);
        Self([0, 0, 0, 0, 0, 0, high, low])
    }

    pub(super) fn times(self, factor: u128) -> Self {
        let [high, low] = halves(factor);
        self.times_limb(low).plus(self.times_limb(high).shifted())
    }

    pub(super) fn plus(self, other: Self) -> Self {
        let mut sum = self;
        let mut carry = 0;
        for (limb, other) in sum.0.iter_mut().zip(other.0).rev() {
            [carry, *limb] = halves(u128::from(*limb) + u128::from(other) + u128::from(carry));
        }
        sum
    }

    /// What is left of `self` when `other` is taken away, or how much it lacks: the magnitude, and whether it is negative.
    pub(super) fn minus(self, other: Self) -> (Self, bool) {
        let (larger, smaller) = if self < other { (other, self) } else { (self, other) };
        let mut difference = larger;
        let mut borrow = false;
        for (limb, other) in difference.0.iter_mut().zip(smaller.0).rev() {
            let (first, under) = limb.overflowing_sub(other);
            let (second, again) = first.overflowing_sub(u64::from(borrow));
            (*limb, borrow) = (second, under || again);
        }
        (difference, self < other)
    }

    /// self / divisor, rounded down and held at `i64::MAX`.
    pub(super) fn over(self, divisor: Self) -> i64 {
        let (mut low, mut high) = (0, i64::MAX); // divisor × low is at most self, all along
        while low < high {
            let middle = high - (high - low) / 2;
            if divisor.times_limb(middle.unsigned_abs()) <= self {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        low
    }

    /// self / divisor, rounded up and held at `i64::MAX`.
    pub(super) fn over_up(self, divisor: Self) -> i64 {
        let down = self.over(divisor);
        let exact = divisor.times_limb(down.unsigned_abs()) >= self;
        if exact { down } else { down.saturating_add(1) }
    }

    fn times_limb(self, factor: u64) -> Self {
        let mut product = self;
        let mut carry = 0;
        for limb in product.0.iter_mut().rev() {
            [carry, *limb] = halves(u128::from(*limb) * u128::from(factor) + u128::from(carry));
        }
        product
    }

    /// Times 2^64.
    fn shifted(self) -> Self {
        let [_, b, c, d, e, f, g, h] = self.0;
        Self([b, c, d, e, f, g, h, 0])
    }
}

/// A whole number with its sign, divided so that the result is never less than the exact one: more is spent, not less.
pub(super) fn signed_up((magnitude, negative): (Natural, bool), divisor: Natural) -> i64 {
    if negative { -magnitude.over(divisor) } else { magnitude.over_up(divisor) }
}

fn halves(number: u128) -> [u64; 2] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = number.to_be_bytes();
    [u64::from_be_bytes([a, b, c, d, e, f, g, h]), u64::from_be_bytes([i, j, k, l, m, n, o, p])]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_agrees_with_u128_where_that_suffices(a in any::<u64>(), b in any::<u64>(), c in 1..u64::MAX) {
            let product = u128::from(a) * u128::from(b);
            let wide = Natural::of(u128::from(a)).times(u128::from(b));
            prop_assert_eq!(wide, Natural::of(product));
            let divisor = Natural::of(u128::from(c));
            let held = |n: u128| i64::try_from(n).unwrap_or(i64::MAX);
            prop_assert_eq!(wide.over(divisor), held(product / u128::from(c)));
            prop_assert_eq!(wide.over_up(divisor), held(product.div_ceil(u128::from(c))));
            let (difference, negative) = Natural::of(u128::from(a)).minus(Natural::of(u128::from(b)));
            prop_assert_eq!(difference, Natural::of(u128::from(a.abs_diff(b))));
            prop_assert_eq!(negative, a < b);
        }

        #[test]
        fn wide_products_divide_back(a in any::<u128>(), b in 1..u128::MAX, c in 1..u128::MAX, q in 0..i64::MAX) {
            let divisor = Natural::of(b).times(c);
            let product = divisor.times(u128::from(q.unsigned_abs()));
            prop_assert_eq!(product.over(divisor), q);
            let (rest, _) = Natural::of(a).minus(Natural::ZERO);
            if rest > Natural::ZERO && rest < divisor {
                prop_assert_eq!(product.plus(rest).over(divisor), q);
                prop_assert_eq!(product.plus(rest).over_up(divisor), q.saturating_add(1));
                prop_assert_eq!(product.plus(rest).minus(product), (rest, false));
                prop_assert_eq!(product.minus(product.plus(rest)), (rest, true));
            }
        }
    }

    #[test]
    fn a_signed_quotient_never_says_less_than_the_exact_one() {
        let (seven, two) = (Natural::of(7), Natural::of(2));
        assert_eq!(signed_up((seven, false), two), 4);
        assert_eq!(signed_up((seven, true), two), -3);
    }
}
