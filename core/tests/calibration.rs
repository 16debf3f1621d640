//! Seeded Monte Carlo: the judge errs no more often than it promises, and finds harm about as soon as it should.
//!
//! Bounds are wide enough for the seeds used here and tight enough that a wrong formula breaks them; the mutants at the end show
//! that they do.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a test fails by panicking, also in its helpers"
)]

use rampgate::canary::{
    Cell, Epoch, Guardrail, Judge, Look, Policy, RateTest, Verdict, ln_evidence_of_mismatch,
};
use rampgate::observe::{Counts, Tally};
use rampgate::{Share, Span, Timestamp};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Successes among `n` trials of chance `p`, by skipping from success to success.
fn binomial(rng: &mut ChaCha8Rng, n: u64, p: f64) -> u64 {
    let (mut position, mut hits) = (0.0, 0);
    loop {
        position += (1.0 - rng.random::<f64>()).ln() / (1.0 - p).ln();
        if position >= n as f64 {
            return hits;
        }
        hits += 1;
        position = position.floor() + 1.0;
        if position >= n as f64 {
            return hits;
        }
    }
}

struct Scenario {
    /// Canary and control shares of each stage.
    shares: Vec<(u32, u32)>,
    /// Looks in each stage; the last goes on until all looks are taken.
    stage_looks: usize,
    /// Looks in all.
    looks: usize,
    /// Requests that reach the two arms between two looks.
    requests: u64,
    /// Control rate at a look.
    base: fn(usize) -> f64,
    /// Ratio of the canary's rate at a look.
    ratio: fn(usize) -> f64,
}

impl Scenario {
    /// The first look at which `stop` holds, counted from 1.
    fn run(&self, judge: &Judge, seed: u64, stop: impl Fn(Verdict) -> bool) -> Option<usize> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut sums = vec![[(0_u64, 0_u64); 2]; self.shares.len()];
        let share = |ppm| Share::from_parts_per_million(ppm).unwrap();
        for look in 0..self.looks {
            let stage = (look / self.stage_looks).min(self.shares.len() - 1);
            let (canary, control) = self.shares[stage];
            let rho = f64::from(canary) / f64::from(canary + control);
            let in_canary = binomial(&mut rng, self.requests, rho);
            let base = (self.base)(look);
            let units = [in_canary, self.requests - in_canary];
            let rates = [base * (self.ratio)(look), base];
            for arm in 0..2 {
                sums[stage][arm].0 += units[arm];
                sums[stage][arm].1 += binomial(&mut rng, units[arm], rates[arm]);
            }
            let tallies: Vec<[Tally; 2]> = sums[..=stage]
                .iter()
                .map(|arms| {
                    arms.map(|(n, x)| {
                        let counts = Counts::new(n, x).unwrap();
                        Tally::from_counts(n, &[counts], Timestamp::EPOCH).unwrap()
                    })
                })
                .collect();
            let epochs: Vec<Epoch> = tallies
                .iter()
                .enumerate()
                .map(|(stage, [canary, control])| Epoch {
                    stage: stage as u32,
                    canary_share: share(self.shares[stage].0),
                    control_share: share(self.shares[stage].1),
                    canary,
                    control,
                    references: &[],
                })
                .collect();
            let view = Look {
                epochs: &epochs,
                stage: stage as u32,
                stages: self.shares.len() as u32,
                at: Timestamp::EPOCH,
                stale_after: Span::ZERO,
            };
            if stop(judge.find(&view).verdict) {
                return Some(look + 1);
            }
        }
        None
    }

    fn frequency(&self, judge: &Judge, runs: u64, stop: impl Fn(Verdict) -> bool) -> f64 {
        (0..runs).filter(|seed| self.run(judge, *seed, &stop).is_some()).count() as f64 / runs as f64
    }

    /// Median number of looks until harm is found; runs that never find it count as infinitely late.
    fn median_looks_to_harm(&self, judge: &Judge, runs: u64, from: usize) -> usize {
        let mut looks: Vec<usize> = (0..runs)
            .map(|seed| {
                self.run(judge, seed, |v| v == Verdict::Harm).map_or(usize::MAX, |look| look.max(from))
            })
            .collect();
        looks.sort_unstable();
        looks[looks.len() / 2] - from
    }
}

fn judge() -> Judge {
    Judge::new(Policy::default(), vec![Guardrail::new("errors").unwrap()]).unwrap()
}

/// Largest frequency that `runs` runs of an event of chance `p` show with probability 0.999.
fn at_most(p: f64, runs: u64) -> f64 {
    p + 3.1 * (p * (1.0 - p) / runs as f64).sqrt()
}

const RUNS: u64 = 400;

#[test]
fn a_harmless_release_is_rolled_back_no_more_often_than_alpha() {
    let ramp = vec![(10_000, 990_000), (50_000, 950_000), (250_000, 750_000), (500_000, 500_000)];
    let daily: fn(usize) -> f64 = |look| 0.004 + 0.0035 * (look as f64 / 8.0).sin();
    let cases: [(&str, Scenario); 3] = [
        (
            "50/50",
            Scenario {
                shares: vec![(500_000, 500_000); 5],
                stage_looks: 12,
                looks: 60,
                requests: 2_000,
                base: |_| 0.005,
                ratio: |_| 1.0,
            },
        ),
        (
            "a ramp with a daily cycle",
            Scenario {
                shares: ramp.clone(),
                stage_looks: 12,
                looks: 48,
                requests: 4_000,
                base: daily,
                ratio: |_| 1.0,
            },
        ),
        (
            "a better canary",
            Scenario {
                shares: ramp,
                stage_looks: 12,
                looks: 48,
                requests: 4_000,
                base: |_| 0.01,
                ratio: |_| 0.8,
            },
        ),
    ];
    for (name, scenario) in cases {
        let frequency = scenario.frequency(&judge(), RUNS, |verdict| verdict == Verdict::Harm);
        assert!(frequency <= at_most(0.05, RUNS), "{name}: {frequency}");
    }
}

#[test]
fn a_canary_at_its_margin_passes_no_more_often_than_beta() {
    let scenario = Scenario {
        shares: vec![(200_000, 800_000)],
        stage_looks: 60,
        looks: 60,
        requests: 2_000,
        base: |_| 0.005,
        ratio: |_| 2.0,
    };
    let policy = Policy::default();
    let guardrail = Guardrail::new("errors").unwrap().with_ratios(1.9, 2.0).unwrap();
    let judge = Judge::new(policy, vec![guardrail]).unwrap();
    let frequency = scenario.frequency(&judge, RUNS, |verdict| verdict == Verdict::Safe);
    assert!(frequency <= at_most(0.05, RUNS), "{frequency}");
    assert!(frequency > 0.0, "a test that never errs is not the test that was promised");
}

/// Error rate 0.5%, half and half, five stages of which the first four last 8,000 requests. A fixed test that looks once needs
/// 24,600 requests for 1.5 times the errors at 80% power.
#[test]
fn harm_is_found_about_as_soon_as_a_fixed_test_would() {
    let five = |ratio| Scenario {
        shares: vec![(500_000, 500_000); 5],
        stage_looks: 8,
        looks: 120,
        requests: 1_000,
        base: |_| 0.005,
        ratio,
    };
    let slight = five(|_| 1.5).median_looks_to_harm(&judge(), 200, 0);
    assert!((23..=31).contains(&slight), "1.5x after a median of {slight},000 requests");
    let double = five(|_| 2.0).median_looks_to_harm(&judge(), 200, 0);
    assert!((6..=12).contains(&double), "2x after a median of {double},000 requests");
}

/// Twice the errors from request 200,000 on, which is where the fifth stage begins.
#[test]
fn a_late_regression_is_found_soon_after_it_begins() {
    let late = Scenario {
        shares: vec![(500_000, 500_000); 5],
        stage_looks: 50,
        looks: 250,
        requests: 1_000,
        base: |_| 0.005,
        ratio: |look| if look < 200 { 1.0 } else { 2.0 },
    };
    let further = late.median_looks_to_harm(&judge(), 100, 200);
    assert!((8..=19).contains(&further), "after a median of {further},000 further requests");
}

#[test]
fn a_correct_split_is_seldom_called_a_mismatch_and_a_wrong_one_soon() {
    let alarms = |in_canary: f64, seed| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (mut canary, mut control) = (0, 0);
        (0..200).any(|_| {
            let hits = binomial(&mut rng, 1_000, in_canary);
            (canary, control) = (canary + hits, control + 1_000 - hits);
            ln_evidence_of_mismatch(0.2, canary, control) >= f64::ln(1000.0)
        })
    };
    assert!((0..1_000).filter(|seed| alarms(0.2, *seed)).count() <= 4);
    assert!((0..100).filter(|seed| alarms(0.21, *seed)).count() >= 99);
}

/// The bound of the first test has teeth: the same simulation flags a formula that is wrong in a way people get wrong.
#[test]
fn mutants_are_caught_by_the_same_bound() {
    let frequency = |alarm: &dyn Fn(u64, u64) -> bool, rho: f64| {
        let alarmed = |seed: &u64| {
            let mut rng = ChaCha8Rng::seed_from_u64(*seed);
            let (mut a, mut b) = (0, 0);
            (0..60).any(|_| {
                let units = binomial(&mut rng, 2_000, rho);
                a += binomial(&mut rng, units, 0.005);
                b += binomial(&mut rng, 2_000 - units, 0.005);
                alarm(a, b)
            })
        };
        (0..RUNS).filter(alarmed).count() as f64 / RUNS as f64
    };
    let evidence = |rho, a, b| {
        RateTest::harm(1.0).unwrap().ln_evidence(&[Cell { rho, canary_failures: a, control_failures: b }])
    };
    let needed = f64::ln(20.0);
    let bound = at_most(0.05, RUNS);
    assert!(frequency(&|a, b| evidence(0.3, a, b) >= needed, 0.3) <= bound, "the test itself");
    type Alarm<'a> = &'a dyn Fn(u64, u64) -> bool;
    let mutants: [(&str, f64, Alarm<'_>); 3] = [
        ("forgets the share", 0.7, &|a, b| evidence(0.5, a, b) >= needed),
        ("peeks with a fixed-sample z-test", 0.5, &|a, b| {
            (a as f64 - b as f64) / ((a + b) as f64).sqrt().max(1.0) >= 1.645
        }),
        ("drops the weight of its restarts", 0.5, &|a, b| evidence(0.5, a, b) + f64::ln(8.0) >= needed),
    ];
    for (name, rho, alarm) in mutants {
        let frequency = frequency(alarm, rho);
        assert!(frequency > bound, "{name}: {frequency} is within the bound {bound}");
    }
}
