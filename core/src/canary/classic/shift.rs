//! The pairwise differences x - y of two sorted arms, counted and ranked without storing them.

use super::points::same;
use crate::math;

/// How many pairs have a difference for which `holds`. It must hold upwards: with a difference, for all larger ones.
///
/// One pass over both arms: the y that do, for one x, are the first ones, and at least as many for the next x.
pub(super) fn pairs_where(x: &[f64], y: &[f64], holds: impl Fn(f64) -> bool) -> u64 {
    let mut rest = y.iter().peekable();
    let (mut first, mut pairs) = (0_u64, 0_u64);
    for a in x {
        while rest.next_if(|b| holds(a - **b)).is_some() {
            first += 1;
        }
        pairs += first;
    }
    pairs
}

/// All pairs.
pub(super) fn pairs(x: &[f64], y: &[f64]) -> u64 {
    pairs_where(x, y, |_| true)
}

/// The `rank`-th smallest difference, counted from 1: bisection over the floats themselves, so the answer is one of the differences,
/// bit for bit, after at most 64 passes.
pub(super) fn ranked(x: &[f64], y: &[f64], rank: u64) -> f64 {
    let all = pairs(x, y);
    let (smallest, largest) = ends(x, y);
    let (mut low, mut high) = (key(smallest), key(largest));
    while low < high {
        let middle = low + (high - low) / 2;
        let t = float(middle);
        if all - pairs_where(x, y, |d| d > t) >= rank {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    float(low) + 0.0 // one zero only
}

/// The median of the differences (Hodges and Lehmann 1963).
pub(super) fn median(x: &[f64], y: &[f64]) -> f64 {
    let all = pairs(x, y);
    let lower = ranked(x, y, all.div_ceil(2));
    if all % 2 == 1 { lower } else { (lower + ranked(x, y, all / 2 + 1)) / 2.0 }
}

/// The smallest and the largest difference.
pub(super) fn ends(x: &[f64], y: &[f64]) -> (f64, f64) {
    let at = |end: Option<&f64>| end.copied().unwrap_or(0.0); // an arm is never empty
    (at(x.first()) - at(y.last()), at(x.last()) - at(y.first()))
}

/// The lower end of the set of shifts that the normal approximation does not exclude at `z` standard deviations.
///
/// As a function of the shift t, the standardised statistic of x - t against y is a staircase that falls at the differences. Between
/// two steps it is (C - n m / 2 - correction) / sigma, with C the differences above t, and sigma free of ties across the arms. The end is the
/// difference at which it falls to z or below.
///
/// R and Kayenta first ask whether z is exceeded at the smallest difference itself, and give that difference where it is not. There the statistic
/// is no smaller and sigma no larger than just after it, so that the rule says nothing new.
pub(super) fn lower_end(x: &[f64], y: &[f64], z: f64, correction: f64) -> f64 {
    let all = pairs(x, y);
    let centre = math::count(all) / 2.0;
    let sigma = sigma(x.len(), y.len(), ties(x) + ties(y)); // never 0: ties within arms alone
    let score = |above: u64| {
        let excess = math::count(above) - centre;
        let corrected = if excess == 0.0 { 0.0 } else { excess - correction.copysign(excess) };
        corrected / sigma
    };
    let (mut low, mut high) = (1, all);
    while low < high {
        let middle = low + (high - low) / 2;
        if score(all - middle) <= z {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    ranked(x, y, low)
}

/// The standard deviation of U, with `ties` the sum of t^3 - t over the groups of tied points.
pub(super) fn sigma(n: usize, m: usize, ties: f64) -> f64 {
    let (n, m) = (math::count(n as u64), math::count(m as u64));
    let all = n + m;
    math::sqrt((n * m / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)))).max(0.0))
}

/// The sum of t^3 - t over the groups of equal points.
pub(super) fn ties(sorted: &[f64]) -> f64 {
    sorted.chunk_by(|a, b| same(*a, *b)).map(|group| cubes(group.len() as u64)).sum()
}

fn cubes(t: u64) -> f64 {
    let t = math::count(t);
    t * t * t - t
}

/// A whole number that orders as the float does.
fn key(x: f64) -> u64 {
    let bits = x.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

fn float(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key ^ 1 << 63 } else { !key })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn ranks_are_those_of_the_sorted_differences() {
        let x: Vec<f64> = [-3.5, -0.1, 0.0, 0.2, 0.2, 7.25].to_vec();
        let y: Vec<f64> = [-1e9, -0.1, 0.1, 0.2, 3.0].to_vec();
        let mut all: Vec<f64> = x.iter().flat_map(|a| y.iter().map(move |b| a - b)).collect();
        all.sort_by(f64::total_cmp);
        for (position, difference) in (1..).zip(&all) {
            assert_eq!(ranked(&x, &y, position).to_bits(), difference.to_bits());
        }
        assert_eq!(median(&x, &y), (all[14] + all[15]) / 2.0);
    }

    #[test]
    fn keys_order_as_floats_do() {
        let floats = [f64::MIN, -1.0, -5e-324, 0.0, 5e-324, 1.0, f64::MAX];
        assert!(floats.windows(2).all(|pair| key(pair[0]) < key(pair[1])));
        assert!(floats.iter().all(|x| float(key(*x)) == *x));
    }
}
