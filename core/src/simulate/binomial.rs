//! Binomial numbers in a time that does not grow with the number of trials.

use super::Dice;
use crate::math;

/// Up to so many trials, counting random bits is as quick.
pub(super) const FEW: u64 = 512;
/// Expected successes below which they are counted up one by one.
const RARE: f64 = 10.0;

/// Successes among `trials` of chance `p` in (0, 1).
pub(super) fn drawn(dice: &mut Dice, trials: u64, p: f64) -> u64 {
    if p > 0.5 {
        return trials - drawn(dice, trials, 1.0 - p);
    }
    if math::count(trials) * p < RARE { rare(dice, trials, p) } else { rejected(dice, trials, p) }
}

/// By inversion: a uniform number is spent on the chances of 0, 1, 2, ... successes, each made of the one before.
fn rare(dice: &mut Dice, trials: u64, p: f64) -> u64 {
    let (n, odds) = (math::count(trials), p / (1.0 - p));
    let mut left = dice.uniform();
    let mut chance = math::exp(n * math::ln_1p(-p));
    let mut successes = 0.0;
    let mut hits = 0;
    // a hundred more than are expected come with a chance that a uniform number does not resolve
    while left > chance && hits < trials.min(128) {
        left -= chance;
        hits += 1;
        successes += 1.0;
        chance *= odds * (n - successes + 1.0) / successes;
    }
    hits
}

/// By transformed rejection from a table-shaped hat: algorithm BTRS of W. Hormann, The generation of binomial random variates, *Journal of Statistical Computation and Simulation*
/// 46 (1993). For n p of at least 10 and p of at most one half; about 1.2 pairs of uniform numbers each.
fn rejected(dice: &mut Dice, trials: u64, p: f64) -> u64 {
    let n = math::count(trials);
    let (odds, deviation) = (p / (1.0 - p), math::sqrt(n * p * (1.0 - p)));
    let b = 1.15 + 2.53 * deviation;
    let a = -0.0873 + 0.0248 * b + 0.01 * p;
    let centre = n * p + 0.5;
    let inside = 0.92 - 4.2 / b;
    let alpha = (2.83 + 5.1 / b) * deviation;
    let mode = math::floor((n + 1.0) * p);
    loop {
        let u = dice.uniform() - 0.5;
        let v = dice.uniform();
        let edge = 0.5 - u.abs();
        let k = math::floor((2.0 * a / edge + b) * u + centre);
        if !(0.0..=n).contains(&k) {
            continue;
        }
        let taken = edge >= 0.07 && v <= inside
            || math::ln(v * alpha / (a / (edge * edge) + b)) <= ln_against_mode(n, odds, mode, k);
        if taken {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to n")]
            return k as u64;
        }
    }
}

/// ln of the chance of k successes over that of the most likely number, by Stirling's series for the factorials.
fn ln_against_mode(n: f64, odds: f64, mode: f64, k: f64) -> f64 {
    let (mode_misses, misses) = (n - mode + 1.0, n - k + 1.0);
    // the misses of the two differ by little beside n: as 1 + their difference
    (mode + 0.5) * math::ln((mode + 1.0) / (odds * mode_misses))
        + (n + 1.0) * math::ln_1p((k - mode) / misses)
        + (k + 0.5) * math::ln(odds * misses / (k + 1.0))
        + math::stirling_remainder(mode + 1.0)
        + math::stirling_remainder(mode_misses)
        - math::stirling_remainder(k + 1.0)
        - math::stirling_remainder(misses)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    /// Chi-square of 40,000 numbers against the chances themselves, in cells that expect at least 20.
    #[test]
    fn numbers_have_the_binomial_law() {
        for (trials, p) in
            [(600, 0.001), (600, 0.016), (600, 0.02), (1_000, 0.5), (5_000, 0.002), (700, 0.97), (2_000, 0.3)]
        {
            let runs = 40_000_u32;
            let n = math::count(trials);
            let mut counts = vec![0_u64; usize::try_from(trials).unwrap() + 1];
            let mut dice = Dice::at_once(17, trials);
            (0..runs).for_each(|_| counts[usize::try_from(drawn(&mut dice, trials, p)).unwrap()] += 1);
            let mut ln_chance = n * math::ln_1p(-p);
            let (mut cells, mut cell) = (Vec::new(), (0, 0.0));
            for (k, count) in counts.iter().enumerate() {
                let k = math::count(k as u64);
                if k > 0.0 {
                    ln_chance += math::ln((n - k + 1.0) / k * p / (1.0 - p));
                }
                cell = (cell.0 + count, cell.1 + f64::from(runs) * math::exp(ln_chance));
                if cell.1 >= 20.0 {
                    cells.push(core::mem::take(&mut cell));
                }
            }
            let square = |(count, expected): &(u64, f64)| {
                let off = math::count(*count) - expected;
                off * off / expected
            };
            let chi_square: f64 = cells.iter().map(square).sum();
            // five standard deviations of a chi-square, which is about normal for so many cells
            let degrees = math::count(cells.len() as u64);
            assert!(
                chi_square < degrees + 5.0 * math::sqrt(2.0 * degrees) + 5.0,
                "{trials} {p}: {chi_square} of {degrees}"
            );
        }
    }

    #[test]
    fn many_trials_have_their_mean_and_variance() {
        for (trials, p) in
            [(1 << 40, 1e-9), (1 << 40, 0.3), (83_333_333, 0.07), (40_000_000, 1e-8), (1 << 40, 1.0 - 1e-6)]
        {
            let (mut sum, mut squares, runs) = (0.0, 0.0, 20_000);
            let mut dice = Dice::at_once(7, trials);
            let (n, mean) = (math::count(trials), math::count(trials) * p);
            for _ in 0..runs {
                let off = math::count(drawn(&mut dice, trials, p)) - mean;
                sum += off;
                squares += off * off;
            }
            let variance = n * p * (1.0 - p);
            let off = sum / f64::from(runs);
            assert!(off.abs() < 4.0 * math::sqrt(variance / f64::from(runs)), "{trials} {p}: {off}");
            assert!((squares / f64::from(runs) / variance - 1.0).abs() < 0.06, "{trials} {p}: {squares}");
        }
    }

    /// A frozen stream: every published plan is made of it.
    #[test]
    fn a_seed_gives_the_same_draws_for_ever() {
        let mut dice = Dice::at_once(2026, 5);
        let draws = [
            dice.binomial(100, 0.3),
            dice.binomial(1_000, 0.003),
            dice.binomial(1_000_000, 0.25),
            dice.binomial(1 << 40, 0.9),
        ];
        assert_eq!(draws, [33, 3, 250_175, 989_560_173_576]);
    }
}
