use super::binomial;
use crate::math;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Seeded random numbers: the same seed and run give the same draws on every platform (`ChaCha` with 8 rounds, and integers or `libm` from there).
#[derive(Clone, Debug)]
pub struct Dice {
    rng: ChaCha8Rng,
    /// Whether binomial numbers of many trials are drawn at once, see `binomial.rs`: other draws of the same law.
    at_once: bool,
}

/// Trials beyond which a binomial number is cut before bits are counted.
const MANY: u64 = 1 << 20;

impl Dice {
    /// The draws of one run of many: runs of one seed are independent of each other.
    ///
    /// ```
    /// use rampgate::simulate::Dice;
    ///
    /// let mut dice = Dice::new(1, 0);
    /// let heads = dice.binomial(1_000, 0.5);
    /// assert!((400..600).contains(&heads));
    /// assert_eq!(Dice::new(1, 0).binomial(1_000, 0.5), heads);
    /// ```
    #[must_use]
    pub fn new(seed: u64, run: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(run);
        Self { rng, at_once: false }
    }

    /// Like [`new`](Self::new), but what a draw costs does not grow with the number of trials: the numbers have the same laws, and are others.
    pub(super) fn at_once(seed: u64, run: u64) -> Self {
        Self { at_once: true, ..Self::new(seed, run) }
    }

    pub(super) const fn draws_at_once(&self) -> bool {
        self.at_once
    }

    /// The draws of one moment of one run: independent of those of every other moment, and the same however many were drawn before it. Moments count from 0.
    pub(super) fn of_moment(seed: u64, run: u64, moment: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(run);
        // 2^32 words to each, more than any moment draws
        rng.set_word_pos((u128::from(moment) + 1) << 32);
        Self { rng, at_once: false }
    }

    /// Uniform over (0, 1), never 0 or 1.
    pub fn uniform(&mut self) -> f64 {
        (math::count(self.rng.next_u64() >> 11) + 0.5) / math::count(1 << 53)
    }

    /// Uniform over 0 to `below` - 1, for `below` of at most 2^32: off by at most 2^-32 of a chance.
    pub fn below(&mut self, below: u32) -> u32 {
        let scaled = u128::from(self.rng.next_u64()) * u128::from(below);
        u32::try_from(scaled >> 64).unwrap_or(0)
    }

    /// A standard normal number.
    pub fn normal(&mut self) -> f64 {
        math::normal_quantile(self.uniform())
    }

    /// An exponential number of mean 1.
    pub fn exponential(&mut self) -> f64 {
        -math::ln(self.uniform())
    }

    /// Successes among `trials` of chance `p`, exactly distributed for p rounded to 2^-64; p is held in 0 to 1.
    ///
    /// Each trial succeeds when a uniform number is below p. The binary digits of all of them are drawn side by side and only counted: a
    /// trial is decided at the first digit that differs from p's, so every digit halves the trials that are left. About two random bits a trial.
    pub fn binomial(&mut self, trials: u64, p: f64) -> u64 {
        if p >= 1.0 {
            return trials;
        }
        // not a number is no chance
        if p.is_nan() || p <= 0.0 {
            return 0;
        }
        if self.at_once && trials > binomial::FEW {
            return binomial::drawn(self, trials, p);
        }
        let (trials, p, mut successes) = self.cut(trials, p);
        let mut digits = fixed_point(p);
        let mut open = trials;
        while open > 0 && digits > 0 {
            let ones = self.ones(open);
            if digits >> 63 == 1 {
                successes += open - ones;
                open = ones;
            } else {
                open -= ones;
            }
            digits <<= 1;
        }
        successes
    }

    /// A gamma number of the given shape and scale 1, by rejection (Marsaglia and Tsang 2000); 0 for a shape that is not above 0.
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape.is_nan() || shape <= 0.0 {
            return 0.0;
        }
        if shape < 1.0 {
            // one more, times a power of a uniform number (section 8)
            let more = self.gamma(shape + 1.0);
            return more * math::pow(self.uniform(), 1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / math::sqrt(9.0 * d);
        loop {
            let x = self.normal();
            let root = 1.0 + c * x;
            let v = root * root * root;
            if root > 0.0 && math::ln(self.uniform()) < 0.5 * x * x + d - d * v + d * math::ln(v) {
                return d * v;
            }
        }
    }

    /// Events of a Poisson process before the time `mean`, held to 0 to 2^40.
    ///
    /// A long time is cut where an event well inside it falls, which is a gamma number; the events before that one are then known, or binomial
    /// (Ahrens and Dieter 1974). What is left is walked from event to event.
    pub fn poisson(&mut self, mean: f64) -> u64 {
        let (mut left, mut events) = (mean.clamp(0.0, math::count(1 << 40)), 0);
        while left > 30.0 {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 26 and 2^40"
            )]
            let inside = math::floor(left * 0.875) as u64;
            let at = self.gamma(math::count(inside));
            if at > left {
                return events + self.binomial(inside - 1, left / at);
            }
            events += inside;
            left -= at;
        }
        // not a number is no time
        while left > 0.0 {
            left -= self.exponential();
            events += u64::from(left > 0.0);
        }
        events
    }

    /// How `trials` fall into cells of the given chances; what the chances leave of 1 falls into none. Added to `cells`.
    pub fn multinomial(&mut self, trials: u64, chances: &[f64], cells: &mut [u64]) {
        let (mut open, mut left) = (trials, 1.0);
        for (chance, cell) in chances.iter().zip(cells) {
            if open == 0 {
                return;
            }
            let hits = self.binomial(open, chance / left);
            *cell = cell.saturating_add(hits);
            open -= hits;
            left = f64::max(left - chance, chance * 1e-12);
        }
    }

    /// Fewer trials with another chance, and the successes among the others, which are known: where the uniform number in the middle of the order falls says on
    /// which side of p one half of them is. It is a beta number, a ratio of gamma numbers (Ahrens and Dieter 1974).
    fn cut(&mut self, mut trials: u64, mut p: f64) -> (u64, f64, u64) {
        let mut successes = 0;
        while trials > MANY && p > 0.0 && p < 1.0 {
            let lower = trials / 2 + 1;
            let (below, above) =
                (self.gamma(math::count(lower)), self.gamma(math::count(trials - lower + 1)));
            let middle = below / (below + above);
            if middle <= p {
                successes += lower;
                (trials, p) = (trials - lower, (p - middle) / (1.0 - middle));
            } else {
                (trials, p) = (lower - 1, p / middle);
            }
        }
        (trials, p.clamp(0.0, 1.0), successes)
    }

    /// Ones among so many random bits.
    fn ones(&mut self, bits: u64) -> u64 {
        let whole: u64 = (0..bits / 64).map(|_| u64::from(self.rng.next_u64().count_ones())).sum();
        let rest = match bits % 64 {
            0 => 0,
            rest => (self.rng.next_u64() >> (64 - rest)).count_ones(),
        };
        whole + u64::from(rest)
    }
}

/// p in (0, 1) as a multiple of 2^-64, rounded down; at least one.
fn fixed_point(p: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "p is between 0 and 1, so the product is within 0 to 2^64"
    )]
    let scaled = (p * 18_446_744_073_709_551_616.0) as u64;
    scaled.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    #[test]
    fn binomials_have_their_mean_and_variance() {
        for (trials, p) in [
            (1_000, 0.003),
            (1_000, 0.5),
            (200, 0.9),
            (7, 0.25),
            (100_000, 1e-4),
            (40_000_000, 0.3),
            (1 << 40, 1e-9),
        ] {
            let (mut sum, mut squares) = (0.0, 0.0);
            let runs = 4_000;
            let mut dice = Dice::new(7, trials);
            for _ in 0..runs {
                let x = math::count(dice.binomial(trials, p));
                sum += x;
                squares += x * x;
            }
            let n = math::count(trials);
            let (mean, variance) = (n * p, n * p * (1.0 - p));
            let found = sum / f64::from(runs);
            let spread = squares / f64::from(runs) - found * found;
            assert!(
                (found - mean).abs() < 4.0 * math::sqrt(variance / f64::from(runs)),
                "{trials} {p}: {found}"
            );
            assert!((spread / variance - 1.0).abs() < 0.12, "{trials} {p}: {spread} {variance}");
        }
        let mut dice = Dice::new(1, 1);
        assert_eq!((dice.binomial(9, 0.0), dice.binomial(9, 1.0), dice.binomial(9, f64::NAN)), (0, 9, 0));
    }

    #[test]
    fn gamma_and_poisson_numbers_have_their_mean_and_variance() {
        let mut dice = Dice::new(9, 0);
        let runs = 20_000;
        let mut moments = |draw: &mut dyn FnMut(&mut Dice) -> f64| {
            let (mut sum, mut squares) = (0.0, 0.0);
            for _ in 0..runs {
                let x = draw(&mut dice);
                sum += x;
                squares += x * x;
            }
            let mean = sum / f64::from(runs);
            (mean, squares / f64::from(runs) - mean * mean)
        };
        for size in [0.5, 1.0, 7.0, 31.0, 2_000.0] {
            let gamma = moments(&mut |dice| dice.gamma(size));
            let poisson = moments(&mut |dice| math::count(dice.poisson(size)));
            for (mean, variance) in [gamma, poisson] {
                assert!((mean - size).abs() < 4.0 * math::sqrt(size / f64::from(runs)), "{size}: {mean}");
                assert!((variance / size - 1.0).abs() < 0.1, "{size}: {variance}");
            }
        }
        let none: Vec<u64> = [0.0, -1.0, f64::NAN].map(|mean| Dice::new(1, 1).poisson(mean)).into();
        assert_eq!((none, Dice::new(1, 1).gamma(f64::NAN)), (vec![0, 0, 0], 0.0));
    }

    #[test]
    fn cells_of_a_multinomial_sum_to_the_trials() {
        let chances = [0.1, 0.0, 0.2, 0.65, 0.05];
        let mut cells = [0; 5];
        Dice::new(3, 0).multinomial(100_000, &chances, &mut cells);
        assert_eq!(cells.iter().sum::<u64>(), 100_000);
        for (chance, cell) in chances.iter().zip(cells) {
            assert!((math::count(cell) - 1e5 * chance).abs() < 600.0, "{cells:?}");
        }
    }

    /// A frozen stream: what a seed gives is part of every published table.
    #[test]
    fn a_seed_gives_the_same_draws_for_ever() {
        let mut dice = Dice::new(2026, 5);
        let draws =
            [dice.binomial(1_000, 0.3), dice.binomial(1_000_000, 0.001), u64::from(dice.below(1_000))];
        assert_eq!(draws, [305, 987, 511]);
        assert_eq!((dice.uniform(), dice.normal()), (0.835826423645327, -0.28454375843083946));
    }
}
