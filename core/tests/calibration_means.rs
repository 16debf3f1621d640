//! Seeded Monte Carlo of the tests of means, ratios and failing shares: how often they err, how soon they find what is there, and
//! that the same bounds catch the mistakes that people make.

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
    Arms, Cell, Change, Companion, FractionCell, FractionTest, MeanTest, RateTest, Worse, mean_difference,
};
use rampgate::observe::{Fractions, Moments};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Two independent standard normals (Box and Muller 1958).
fn normals(rng: &mut ChaCha8Rng) -> (f64, f64) {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    let (sine, cosine) = (core::f64::consts::TAU * rng.random::<f64>()).sin_cos();
    (radius * cosine, radius * sine)
}

/// Stages of a release: the canary's share of the units, and the base level of the values.
type Stages = &'static [(f64, f64)];

/// A way to raise the alarm over values.
type Alarm<'a> = &'a dyn Fn(&[Arms<Moments>]) -> bool;

/// Log-normal values of sigma 1.2 (skewness 11) whose mean follows a daily cycle, with a companion measured before the exposure: for
/// each alarm the first of the looks, one every 1,000 units, at which it was raised.
fn revenue<const N: usize>(
    seed: u64,
    stages: Stages,
    looks: u64,
    effect: f64,
    alarms: [Alarm<'_>; N],
) -> [Option<u64>; N] {
    let mut rng = rng(seed);
    let mut epochs: Vec<Arms<Moments>> = Vec::new();
    let per_stage = looks.div_ceil(stages.len() as u64);
    let mut raised = [None; N];
    for look in 0..looks {
        let (rho, base) = *stages.get((look / per_stage) as usize).unwrap();
        if look % per_stage == 0 {
            epochs.push(Arms { canary: Moments::default(), control: Moments::default() });
        }
        let epoch = epochs.last_mut().unwrap();
        let level = base * (1.0 + 0.5 * (look as f64 / 4.0).sin());
        for _ in 0..1_000 {
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
        for (raised, alarm) in raised.iter_mut().zip(alarms) {
            if raised.is_none() && alarm(&epochs) {
                *raised = Some(look + 1);
            }
        }
        if raised.iter().all(Option::is_some) {
            break;
        }
    }
    raised
}

fn worse(worse: Worse, companion: Companion) -> impl Fn(&[Arms<Moments>]) -> bool {
    let test = MeanTest::harm(worse, Change::Relative(0.0)).unwrap().with_companion(companion);
    move |epochs| test.ln_evidence(epochs).is_ok_and(|evidence| evidence >= NEEDED)
}

/// What people do instead of keeping epochs apart.
fn pooled(epochs: &[Arms<Moments>]) -> bool {
    let mut sum = Arms { canary: Moments::default(), control: Moments::default() };
    for epoch in epochs {
        sum.canary.merge(&epoch.canary);
        sum.control.merge(&epoch.control);
    }
    worse(Worse::Lower, Companion::Ignored)(&[sum])
}

/// A z-test at level 5% at every look.
fn peeking(epochs: &[Arms<Moments>]) -> bool {
    mean_difference(epochs, Companion::Ignored, Probability::ONE_IN_TWENTY)
        .is_ok_and(|found| found.difference / found.standard_error < -1.645)
}

const HALF: Stages = &[(0.5, 10.0)];
const SMALL: Stages = &[(0.05, 10.0)];
/// The share grows while the base level falls to a fifth: pooled, the canary looks worse.
const RAMP: Stages = &[(0.05, 30.0), (0.2, 20.0), (0.5, 6.0)];

/// How often each alarm is raised over 30 looks at a harmless release.
fn frequencies<const N: usize>(runs: u64, stages: Stages, alarms: [Alarm<'_>; N]) -> [f64; N] {
    let mut counts = [0.0; N];
    for seed in 0..runs {
        for (count, raised) in counts.iter_mut().zip(revenue(seed, stages, 30, 0.0, alarms)) {
            *count += f64::from(u8::from(raised.is_some())) / runs as f64;
        }
    }
    counts
}

#[test]
fn means_of_harmless_releases_seldom_raise_the_alarm() {
    for (name, stages) in [("half", HALF), ("a small share", SMALL), ("a ramp", RAMP)] {
        let runs = 150;
        let found = frequencies(
            runs,
            stages,
            [
                &worse(Worse::Lower, Companion::Ignored),
                &worse(Worse::Higher, Companion::Ignored),
                &worse(Worse::Lower, Companion::Covariate),
                &worse(Worse::Higher, Companion::Covariate),
            ],
        );
        for frequency in found {
            assert!(frequency <= at_most(0.05, runs), "{name}: {found:?}");
        }
    }
}

#[test]
fn pooling_shares_and_peeking_are_caught_by_the_same_bound() {
    let runs = 60;
    let [pooled, peeking, own] =
        frequencies(runs, RAMP, [&pooled, &peeking, &worse(Worse::Lower, Companion::Ignored)]);
    let bound = at_most(0.05, runs);
    assert!(pooled > 0.9 && peeking > bound && own <= bound, "{pooled} {peeking} {own}");
}

#[test]
fn a_mean_lower_by_a_tenth_is_found_and_a_covariate_finds_it_sooner() {
    let runs = 60;
    let (plain, adjusted) =
        (worse(Worse::Lower, Companion::Ignored), worse(Worse::Lower, Companion::Covariate));
    let found: Vec<[Option<u64>; 2]> =
        (0..runs).map(|seed| revenue(seed, HALF, 40, -0.1, [&plain, &adjusted])).collect();
    let median_of = |which: usize| median(runs, |seed| *found.get(seed as usize)?.get(which)?);
    assert!(
        (6..=13).contains(&median_of(0)) && median_of(1) <= median_of(0),
        "{} {}",
        median_of(0),
        median_of(1)
    );
}

#[test]
fn a_mean_at_its_margin_is_seldom_called_safe_and_an_unchanged_one_soon() {
    let safety = MeanTest::safety(Worse::Lower, Change::Relative(0.1)).unwrap();
    let passes =
        |epochs: &[Arms<Moments>]| safety.ln_evidence(epochs).is_ok_and(|evidence| evidence >= NEEDED);
    let runs = 80;
    for stages in [HALF, RAMP] {
        let found = frequency(runs, |seed| revenue(seed, stages, 30, -0.1, [&passes]) != [None]);
        assert!(found <= at_most(0.05, runs), "{found}");
    }
    let soon = median(30, |seed| revenue(seed, HALF, 40, 0.0, [&passes]).first().copied().flatten());
    assert!((6..=16).contains(&soon), "after {soon},000 units");
}

/// Requests and failing requests of one user: heavy users make many, and each user has a rate of its own.
fn user(rng: &mut ChaCha8Rng, factor: f64) -> (u64, u64) {
    let requests = 1 + (-5.0 * (1.0 - rng.random::<f64>()).ln()) as u64;
    // a tenth of the users see most of the failures
    let rate = if rng.random::<f64>() < 0.1 { 0.4 } else { 0.005 };
    (binomial(rng, requests, (rate * factor).min(1.0)), requests)
}

/// What was seen of the users of both arms, in every way of counting it.
struct Users {
    rho: f64,
    fractions: FractionCell,
    ratio: Arms<Moments>,
    /// Each request by itself, as if it were a unit.
    requests: Arms<Moments>,
    failures: [u64; 2],
}

/// Looks every 500 users; for each alarm whether and when it was raised.
fn users<const N: usize>(
    seed: u64,
    rho: f64,
    looks: u64,
    factor: f64,
    alarms: [&dyn Fn(&Users) -> bool; N],
) -> [Option<u64>; N] {
    let mut rng = rng(seed);
    let none = Arms { canary: Moments::default(), control: Moments::default() };
    let mut seen = Users {
        rho,
        fractions: FractionCell { rho, canary: Fractions::default(), control: Fractions::default() },
        ratio: none,
        requests: none,
        failures: [0, 0],
    };
    let mut raised = [None; N];
    for look in 0..looks {
        for _ in 0..500 {
            let in_canary = rng.random::<f64>() < rho;
            let (failed, requests) = user(&mut rng, if in_canary { factor } else { 1.0 });
            let [canary_failures, control_failures] = &mut seen.failures;
            let (fractions, ratio, each, failures) = if in_canary {
                (
                    &mut seen.fractions.canary,
                    &mut seen.ratio.canary,
                    &mut seen.requests.canary,
                    canary_failures,
                )
            } else {
                (
                    &mut seen.fractions.control,
                    &mut seen.ratio.control,
                    &mut seen.requests.control,
                    control_failures,
                )
            };
            fractions.record(failed, requests).unwrap();
            ratio.record(1_000 * failed.cast_signed(), 1_000 * requests.cast_signed()).unwrap();
            (0..requests).for_each(|n| each.record(if n < failed { 1_000 } else { 0 }, 0).unwrap());
            *failures += failed;
        }
        for (raised, alarm) in raised.iter_mut().zip(alarms) {
            if raised.is_none() && alarm(&seen) {
                *raised = Some(look + 1);
            }
        }
    }
    raised
}

fn by_fraction(seen: &Users) -> bool {
    FractionTest::harm(1.0).unwrap().ln_evidence(&[seen.fractions]) >= NEEDED
}

fn by_ratio(seen: &Users) -> bool {
    let test =
        MeanTest::harm(Worse::Higher, Change::Relative(0.0)).unwrap().with_companion(Companion::Denominator);
    test.ln_evidence(&[seen.ratio]).is_ok_and(|evidence| evidence >= NEEDED)
}

/// The variance of requests instead of users.
fn by_request_mean(seen: &Users) -> bool {
    let test = MeanTest::harm(Worse::Higher, Change::Relative(0.0)).unwrap();
    test.ln_evidence(&[seen.requests]).is_ok_and(|evidence| evidence >= NEEDED)
}

/// A bet a request instead of one a user.
fn by_request(seen: &Users) -> bool {
    let [canary_failures, control_failures] = seen.failures;
    let cell = Cell { rho: seen.rho, canary_failures, control_failures };
    RateTest::harm(1.0).unwrap().ln_evidence(&[cell]) >= NEEDED
}

#[test]
fn users_with_many_requests_are_bet_on_once_and_requests_are_caught() {
    let runs = 200;
    for rho in [0.5, 0.1] {
        let mut found = [0.0; 4];
        for seed in 0..runs {
            let alarms: [&dyn Fn(&Users) -> bool; 4] =
                [&by_fraction, &by_ratio, &by_request, &by_request_mean];
            for (found, raised) in found.iter_mut().zip(users(seed, rho, 30, 1.0, alarms)) {
                *found += f64::from(u8::from(raised.is_some())) / runs as f64;
            }
        }
        let [fraction, ratio, request, request_mean] = found;
        let bound = at_most(0.05, runs);
        assert!(fraction <= bound && ratio <= bound, "{rho}: {found:?}");
        assert!(request > 2.0 * bound && request_mean > bound, "{rho}: {found:?}");
    }
    let found: Vec<[Option<u64>; 2]> =
        (0..60).map(|seed| users(seed, 0.5, 40, 1.5, [&by_fraction, &by_ratio])).collect();
    let median_of = |which: usize| 500 * median(60, |seed| *found.get(seed as usize)?.get(which)?);
    assert!((2_000..=8_000).contains(&median_of(0)) && (2_000..=10_000).contains(&median_of(1)));
}
