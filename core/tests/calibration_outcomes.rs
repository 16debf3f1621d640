//! Seeded Monte Carlo of high base rates, differences of rates and counts: how often they err and how soon they find what is there.

#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test fails by panicking, also in its helpers"
)]

mod draws;

use draws::{NEEDED, at_most, binomial, frequency, median, rng};
use rampgate::Probability;
use rampgate::canary::{
    Arms, Cell, Companion, CountTest, DifferenceTest, HighRateTest, OutcomeCell, RateTest,
    difference_interval, mean_difference,
};
use rampgate::observe::{Counts, Events, Moments};
use rand::Rng;

/// Units until the alarm, where rates follow a daily cycle of the given depth; looks every `every` units.
fn outcomes(
    seed: u64,
    rho: f64,
    base: f64,
    depth: f64,
    ratio: f64,
    (looks, every): (u64, u64),
    alarm: impl Fn(&[OutcomeCell]) -> bool,
) -> Option<u64> {
    let mut rng = rng(seed);
    let mut sums = [(0, 0); 2];
    (0..looks).find_map(|look| {
        let rate = base * (1.0 + depth * (look as f64 / 5.0).sin());
        let in_canary = binomial(&mut rng, every, rho);
        let [canary, control] = &mut sums;
        for (sum, units, rate) in [(canary, in_canary, rate * ratio), (control, every - in_canary, rate)] {
            *sum = (sum.0 + units, sum.1 + binomial(&mut rng, units, rate));
        }
        let [canary, control] = sums.map(|(units, failures)| Counts::new(units, failures).unwrap());
        alarm(&[OutcomeCell { rho, canary, control }]).then_some((look + 1) * every)
    })
}

#[test]
fn high_base_rates_are_judged_by_successes_too() {
    let test = |reference| HighRateTest::harm(1.0, Probability::new(reference).unwrap()).unwrap();
    let alarm = |test: HighRateTest| move |cells: &[OutcomeCell]| test.ln_evidence(cells) >= NEEDED;
    let runs = 300;
    for (rho, reference) in [(0.5, 0.3), (0.05, 0.3), (0.5, 0.1)] {
        let found = frequency(runs, |seed| {
            outcomes(seed, rho, 0.3, 0.5, 1.0, (40, 2_000), alarm(test(reference))).is_some()
        });
        assert!(found <= at_most(0.05, runs), "{rho} {reference}: {found}");
    }
    let failures = |cells: &[OutcomeCell]| {
        let cells: Vec<Cell> = cells
            .iter()
            .map(|cell| Cell {
                rho: cell.rho,
                canary_failures: cell.canary.failures(),
                control_failures: cell.control.failures(),
            })
            .collect();
        RateTest::harm(1.0).unwrap().ln_evidence(&cells) >= NEEDED
    };
    for ratio in [1.1, 1.05] {
        let every = if ratio > 1.07 { 500 } else { 2_000 };
        let looks = (60, every);
        let of = |reference: f64| {
            median(60, |seed| outcomes(seed, 0.5, 0.3, 0.0, ratio, looks, alarm(test(reference))))
        };
        let alone = median(60, |seed| outcomes(seed, 0.5, 0.3, 0.0, ratio, looks, failures));
        let bound = if ratio > 1.07 { 12_500 } else { 52_000 };
        assert!(
            of(0.3) <= bound && of(0.15) <= bound * 3 / 2 && of(0.3) < alone,
            "{ratio}: {} {}",
            of(0.3),
            of(0.15)
        );
    }
}

#[test]
fn the_difference_of_rates_is_covered_at_every_look() {
    let runs = 150;
    for (rho, base, ratio, depth) in [(0.5, 0.01, 1.0, 0.8), (0.05, 0.02, 1.0, 0.8), (0.3, 0.3, 1.2, 0.0)] {
        let truth = base * (ratio - 1.0);
        let (harm, safety) = (DifferenceTest::harm(truth).unwrap(), DifferenceTest::safety(truth).unwrap());
        let missed = frequency(runs, |seed| {
            let excluded =
                |cells: &[OutcomeCell]| harm.ln_evidence(cells).max(safety.ln_evidence(cells)) >= NEEDED;
            outcomes(seed, rho, base, depth, ratio, (30, 2_000), excluded).is_some()
        });
        assert!(missed <= at_most(0.1, runs), "{rho} {base} {ratio}: {missed}");
    }
}

/// Beside the asymptotic interval of the same counts, which supposes normal sums.
#[test]
fn the_exact_difference_is_little_wider_than_the_asymptotic_one() {
    for (rho, units, base) in
        [(0.5, 20_000_u64, 0.01), (0.05, 200_000, 0.01), (0.5, 20_000, 0.3), (0.5, 1_000_000, 0.001)]
    {
        let in_canary = (units as f64 * rho) as u64;
        let failures = |n: u64| (n as f64 * base) as u64;
        let counts = |n: u64| Counts::new(n, failures(n)).unwrap();
        let cell = OutcomeCell { rho, canary: counts(in_canary), control: counts(units - in_canary) };
        let width = |interval: rampgate::canary::Interval| interval.upper.unwrap() - interval.lower.unwrap();
        let exact = width(difference_interval(&[cell], None, Probability::ONE_IN_TWENTY));
        let stated = width(difference_interval(
            &[cell],
            Some(Probability::new(base).unwrap()),
            Probability::ONE_IN_TWENTY,
        ));
        let moments = |n: u64| {
            let f = failures(n);
            let text = format!(
                r#"{{"units":{n},"value":{},"companion":0,"value_squared":{},"companion_squared":0,"product":0}}"#,
                f * 1_000,
                f * 1_000_000
            );
            serde_json::from_str::<Moments>(&text).unwrap()
        };
        let arms = Arms { canary: moments(in_canary), control: moments(units - in_canary) };
        let found = mean_difference(&[arms], Companion::Ignored, Probability::ONE_IN_TWENTY).unwrap();
        let asymptotic = width(found.interval) / 1_000.0;
        assert!(
            exact < 1.32 * asymptotic && stated <= exact * 1.02,
            "{rho} {base}: {exact} {stated} {asymptotic}"
        );
    }
}

/// Events that come by chance over exposures of random length, with a daily cycle.
#[test]
fn counts_by_exposure_hold_their_level() {
    let runs = 300;
    let count = |seed: u64, ratio: f64| {
        let mut rng = rng(seed);
        let mut sums = [Events::default(); 2];
        (0_u64..40).find_map(|look| {
            let level = 0.002 * (1.0 + 0.9 * (look as f64 / 5.0).sin());
            for (arm, (sum, factor)) in sums.iter_mut().zip([ratio, 1.0]).enumerate() {
                let units = if arm == 0 { 100 } else { 900 };
                let exposure: u64 =
                    (0..units).map(|_| (-20.0 * (1.0 - rng.random::<f64>()).ln()) as u64).sum();
                let events = binomial(&mut rng, exposure, level * factor);
                *sum = sum.merged(Events { units, events, exposure });
            }
            let [canary, control] = sums;
            (CountTest::harm(1.0).unwrap().ln_evidence(&[Arms { canary, control }]) >= NEEDED)
                .then_some(look + 1)
        })
    };
    let found = frequency(runs, |seed| count(seed, 1.0).is_some());
    assert!(found <= at_most(0.05, runs), "{found}");
    let looks = median(60, |seed| count(seed, 1.5));
    assert!((3..=10).contains(&looks), "1.5 times the events after {looks} looks");
}
