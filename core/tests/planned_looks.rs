//! Seeded Monte Carlo: a design with planned looks errs as often as it says, and the same bound catches one that does not.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use rampgate::Probability;
use rampgate::canary::group_sequential::{Decision, Design, Looks, Spec, Spending};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const RUNS: u32 = 40_000;
/// Four standard errors of a rate of 2.5% over the runs.
const ALLOWANCE: f64 = 4.0 * 0.00078;

fn design() -> Design {
    let alpha = Probability::new(0.025).unwrap();
    Spec::new(alpha, Spending::OBRIEN_FLEMING, Looks::equal(5).unwrap()).design().unwrap()
}

/// A standard normal number: Box and Muller (1958).
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    radius * (core::f64::consts::TAU * rng.random::<f64>()).cos()
}

/// How often a trial without an effect, of five equal steps, meets a look at which `stops` holds.
fn false_alarms(stops: impl Fn(usize, f64) -> bool) -> f64 {
    let mut rng = ChaCha8Rng::seed_from_u64(20_261_124);
    let mut alarms = 0;
    for _ in 0..RUNS {
        let mut sum = 0.0;
        let mut steps = 0.0;
        let mut met = |look| {
            sum += normal(&mut rng);
            steps += 1.0;
            stops(look, sum / f64::sqrt(steps))
        };
        alarms += u32::from((0..5).any(&mut met));
    }
    f64::from(alarms) / f64::from(RUNS)
}

fn errs_as_often_as_it_says(rate: f64) -> bool {
    (rate - 0.025).abs() <= ALLOWANCE
}

#[test]
fn five_looks_together_err_as_often_as_they_say() {
    let bounds: Vec<f64> = design().looks().iter().map(|look| look.efficacy.unwrap()).collect();
    let rate = false_alarms(|look, z| bounds.get(look).is_some_and(|bound| z >= *bound));
    assert!(errs_as_often_as_it_says(rate), "{rate}");
}

#[test]
fn the_bound_of_one_look_at_every_look_is_caught() {
    let rate = false_alarms(|_, z| z >= 1.959_964);
    assert!(!errs_as_often_as_it_says(rate), "{rate}");
    assert!(rate > 0.06, "five looks at 2.5% each are about 7% together: {rate}");
}

/// The estimate is too high as often as too low, and its interval holds the truth as often as it says; the ordinary estimate is too high more often.
#[test]
fn inference_after_the_end_is_calibrated() {
    let alpha = Probability::new(0.025).unwrap();
    let spec = Spec::new(alpha, Spending::POCOCK, Looks::equal(3).unwrap());
    let (design, drift) = (spec.design().unwrap(), 2.5);
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (mut low, mut ordinary_low, mut held) = (0, 0, 0);
    let runs = 600;
    for _ in 0..runs {
        let (mut score, mut statistics) = (0.0, Vec::new());
        let analysis = loop {
            score += drift / 3.0 + normal(&mut rng) * f64::sqrt(1.0 / 3.0);
            let information = design.looks().get(statistics.len()).unwrap().information;
            statistics.push(score / information.sqrt());
            let bound = design.looks().get(statistics.len() - 1).unwrap();
            let ends = statistics.len() == 3 || statistics.last().copied() >= bound.efficacy;
            if ends {
                break design.analyse(&statistics).unwrap();
            }
        };
        assert_ne!(analysis.decision, Decision::Continue);
        let conclusion = analysis.conclusion.unwrap();
        low += u32::from(conclusion.estimate < drift);
        ordinary_low += u32::from(analysis.z / analysis.information.sqrt() < drift);
        held += u32::from(conclusion.interval.contains(drift));
    }
    let share = |count: u32| f64::from(count) / f64::from(runs);
    // four standard errors of a half, and of 5%
    assert!((share(low) - 0.5).abs() < 0.082, "{}", share(low));
    assert!((share(held) - 0.95).abs() < 0.036, "{}", share(held));
    assert!(share(ordinary_low) < share(low), "{} {}", share(ordinary_low), share(low));
}
