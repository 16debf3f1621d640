//! Seeded Monte Carlo: what the classic judge does to harmless canaries when it is read more than once.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use rampgate::canary::classic::{Config, Metric, Report, Series, Verdict};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const POINTS: usize = 60;

/// Points of a time series whose logarithms are standard normal and keep `kept` of their predecessor.
fn arm(rng: &mut ChaCha8Rng, kept: f64) -> Vec<f64> {
    let mut normal = || (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
    let mut x = normal();
    let fresh = (1.0 - kept * kept).sqrt();
    (0..POINTS)
        .map(|_| {
            x = kept * x + fresh * normal();
            x.exp()
        })
        .collect()
}

/// Shares of harmless canaries that look bad at some look: that do not pass, and that have an interval without 0.
struct Rates {
    failed: f64,
    excluded: f64,
}

fn rates(runs: u32, metrics: usize, looks: &[usize], kept: f64) -> Rates {
    let names: Vec<String> = (0..metrics).map(|n| format!("m{n}")).collect();
    let judge = Config::new(names.iter().map(|name| Metric::new(name, &["all"]).unwrap()).collect()).unwrap();
    let judge = judge.with_thresholds(100.0, 50.0).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1947);
    let (mut failed, mut excluded) = (0, 0);
    for _ in 0..runs {
        let arms: Vec<_> = names.iter().map(|_| [arm(&mut rng, kept), arm(&mut rng, kept)]).collect();
        let read = |look: &usize| {
            let series = |(name, [canary, control]): (&String, &[Vec<f64>; 2])| {
                let seen = |arm: &[f64]| arm.iter().take(*look).copied().collect::<Vec<f64>>();
                Series::new(name, &seen(canary), &seen(control)).unwrap()
            };
            judge.judge(&names.iter().zip(&arms).map(series).collect::<Vec<_>>()).unwrap()
        };
        let reports: Vec<Report> = looks.iter().map(read).collect();
        let without_zero =
            |report: &Report| report.metrics.iter().any(|m| !m.interval.unwrap().contains(0.0));
        failed += u32::from(reports.iter().any(|report| report.verdict != Verdict::Pass));
        excluded += u32::from(reports.iter().any(without_zero));
    }
    let share = |count: u32| f64::from(count) / f64::from(runs);
    Rates { failed: share(failed), excluded: share(excluded) }
}

#[test]
fn what_is_promised_holds_for_one_look_at_one_metric_of_independent_points_and_for_nothing_else() {
    let eleven: Vec<usize> = (2..=12).map(|n| 5 * n).collect();
    let promised = 0.02;
    let once = rates(2_000, 1, &[POINTS], 0.0);
    let peeking = rates(1_000, 1, &eleven, 0.0);
    let five = rates(100, 5, &eleven, 0.0);
    let dependent = rates(1_000, 1, &[POINTS], 0.7);
    let all = rates(100, 5, &eleven, 0.7);
    for (what, rates) in [
        ("one look", &once),
        ("11 looks", &peeking),
        ("11 looks, 5 metrics", &five),
        ("one look, dependent points", &dependent),
        ("11 looks, 5 metrics, dependent points", &all),
    ] {
        println!("{what}: {} fail, {} of the intervals exclude 0", rates.failed, rates.excluded);
    }
    assert!(once.excluded <= 1.3 * promised && once.failed <= 0.25 * promised);
    assert!(peeking.excluded > 2.0 * promised && peeking.failed > once.failed);
    assert!(five.excluded > 8.0 * promised);
    assert!(dependent.failed > 5.0 * promised);
    assert!(all.failed > 20.0 * promised);
}
