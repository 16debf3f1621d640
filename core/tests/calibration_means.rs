//! Seeded Monte Carlo of the tests of means, ratios, counts, failing shares, high base rates and differences: how often they err,
//! how soon they find what is there, and that the same bounds catch the mistakes that people make.

#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test fails by panicking, also in its helpers"
)]

use rampgate::Probability;
use rampgate::canary::{
    Arms, Cell, Change, Companion, CountTest, DifferenceTest, FractionCell, FractionTest, HighRateTest,
    MeanTest, OutcomeCell, RateTest, Worse, difference_interval, mean_difference,
};
use rampgate::observe::{Counts, Events, Fractions, Moments};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// ln(1/0.05).
const NEEDED: f64 = 2.995_732_273_553_991;

fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Two independent standard normals (Box and Muller 1958).
fn normals(rng: &mut ChaCha8Rng) -> (f64, f64) {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    let (sine, cosine) = (core::f64::consts::TAU * rng.random::<f64>()).sin_cos();
    (radius * cosine, radius * sine)
}

/// Successes among `n` trials of chance `p`, by skipping from success to success.
fn binomial(rng: &mut ChaCha8Rng, n: u64, p: f64) -> u64 {
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
fn at_most(p: f64, runs: u64) -> f64 {
    p + 3.1 * (p * (1.0 - p) / runs as f64).sqrt()
}

/// How many of `runs` seeds raise the alarm.
fn frequency(runs: u64, alarm: impl Fn(u64) -> bool) -> f64 {
    (0..runs).filter(|seed| alarm(*seed)).count() as f64 / runs as f64
}

/// The median over seeds of the look at which something is found; never counts as infinitely late.
fn median(runs: u64, found: impl Fn(u64) -> Option<u64>) -> u64 {
    let mut looks: Vec<u64> = (0..runs).map(|seed| found(seed).unwrap_or(u64::MAX)).collect();
    looks.sort_unstable();
    *looks.get(looks.len() / 2).unwrap()
}

/// Stages of a release: the canary's share of the units, and the base level of the values.
type Stages = &'static [(f64, f64)];

/// Log-normal values of sigma 1.2 (skewness 11) whose mean follows a daily cycle, with a companion measured before: looks until the test `stop`s.
fn revenue(
    seed: u64,
    stages: Stages,
    looks: u64,
    units: u64,
    effect: f64,
    stop: impl Fn(&[Arms<Moments>]) -> bool,
) -> Option<u64> {
    let mut rng = rng(seed);
    let mut epochs: Vec<Arms<Moments>> = Vec::new();
    let per_stage = looks.div_ceil(stages.len() as u64);
    for look in 0..looks {
        let (rho, base) = *stages.get((look / per_stage) as usize).unwrap();
        if look % per_stage == 0 {
            epochs.push(Arms { canary: Moments::default(), control: Moments::default() });
        }
        let epoch = epochs.last_mut().unwrap();
        let level = base * (1.0 + 0.5 * (look as f64 / 4.0).sin());
        for _ in 0..units {
            let (own, before) = normals(&mut rng);
            let habit = (0.6 * before).exp();
            let value = level * habit * (1.04 * own).exp();
            let (arm, factor) = if rng.random::<f64>() < rho {
                (&mut epoch.canary, 1.0 + effect)
            } else {
                (&mut epoch.control, 1.0)
            };
            arm.record((value * factor * 1_000.0) as i64, (habit * 1_000.0) as i64).unwrap();
        }
        if stop(&epochs) {
            return Some(look + 1);
        }
    }
    None
}

fn harm(companion: Companion) -> impl Fn(&[Arms<Moments>]) -> bool {
    let test = MeanTest::harm(Worse::Lower, Change::Relative(0.0)).unwrap().with_companion(companion);
    move |epochs| test.ln_evidence(epochs).is_ok_and(|evidence| evidence >= NEEDED)
}

const HALF: Stages = &[(0.5, 10.0)];
const SMALL: Stages = &[(0.05, 10.0)];
/// The share grows while the base level falls to a fifth.
const RAMP: Stages = &[(0.05, 30.0), (0.2, 20.0), (0.5, 6.0)];

#[test]
fn x_means() {
    for (name, stages) in [("small", SMALL), ("ramp", RAMP)] {
        for companion in [Companion::Ignored, Companion::Covariate] {
            let f = frequency(1_000, |seed| revenue(seed, stages, 30, 1_000, 0.0, harm(companion)).is_some());
            println!("mean null {name} {companion:?}: {f}");
            let higher =
                MeanTest::harm(Worse::Higher, Change::Relative(0.0)).unwrap().with_companion(companion);
            let f = frequency(1_000, |seed| {
                revenue(seed, stages, 30, 1_000, 0.0, |e| higher.ln_evidence(e).is_ok_and(|x| x >= NEEDED))
                    .is_some()
            });
            println!("mean null higher {name} {companion:?}: {f}");
        }
        let pooled = |epochs: &[Arms<Moments>]| {
            let mut sum = Arms { canary: Moments::default(), control: Moments::default() };
            for e in epochs {
                sum.canary.merge(&e.canary);
                sum.control.merge(&e.control);
            }
            harm(Companion::Ignored)(&[sum])
        };
        println!(
            "pooled {name}: {}",
            frequency(200, |seed| revenue(seed, stages, 30, 1_000, 0.0, pooled).is_some())
        );
        let peek = |epochs: &[Arms<Moments>]| {
            mean_difference(epochs, Companion::Ignored, Probability::ONE_IN_TWENTY)
                .is_ok_and(|d| d.difference / d.standard_error < -1.645)
        };
        println!(
            "peek {name}: {}",
            frequency(200, |seed| revenue(seed, stages, 30, 1_000, 0.0, peek).is_some())
        );
        for companion in [Companion::Ignored, Companion::Covariate] {
            let m = median(60, |seed| revenue(seed, stages, 60, 1_000, -0.1, harm(companion)));
            println!("mean 10% lower {name} {companion:?}: {m}k");
        }
    }
}
