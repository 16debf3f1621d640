//! Draws and summaries that the simulations share.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// ln(1/0.05).
pub(crate) const NEEDED: f64 = 2.995_732_273_553_991;

/// A generator of its own for each run.
pub(crate) fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Successes among `n` trials of chance `p`, by skipping from success to success.
pub(crate) fn binomial(rng: &mut ChaCha8Rng, n: u64, p: f64) -> u64 {
    if p > 0.5 {
        return n - binomial(rng, n, 1.0 - p);
    }
    if p <= 0.0 {
        return 0;
    }
    let (mut position, mut hits) = (0.0, 0);
    loop {
        position = f64::floor(position + (1.0 - rng.random::<f64>()).ln() / (1.0 - p).ln()) + 1.0;
        if position > n as f64 {
            return hits;
        }
        hits += 1;
    }
}

/// Largest frequency that `runs` runs of an event of chance `p` show with probability 0.999.
pub(crate) fn at_most(p: f64, runs: u64) -> f64 {
    p + 3.1 * (p * (1.0 - p) / runs as f64).sqrt()
}

/// How many of `runs` seeds raise the alarm.
pub(crate) fn frequency(runs: u64, alarm: impl Fn(u64) -> bool) -> f64 {
    (0..runs).filter(|seed| alarm(*seed)).count() as f64 / runs as f64
}

/// The median over seeds of the look at which something is found; never counts as infinitely late.
pub(crate) fn median(runs: u64, found: impl Fn(u64) -> Option<u64>) -> u64 {
    let mut looks: Vec<u64> = (0..runs).map(|seed| found(seed).unwrap_or(u64::MAX)).collect();
    looks.sort_unstable();
    *looks.get(looks.len() / 2).unwrap()
}
