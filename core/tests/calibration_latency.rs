//! Seeded Monte Carlo: the test of latencies errs no more often than it promises, and finds harm about as soon as it should.
//!
//! Bounds are wide enough for the seeds used here and tight enough that a wrong formula breaks them; the mutants at the end show
//! that they do.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test fails by panicking, also in its helpers"
)]

use rampgate::canary::{Components, DistributionCell, DistributionTest, Reference, Worse};
use rampgate::observe::Histogram;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A distribution of latencies in milliseconds, drawn by inversion of its chances of the bins.
#[derive(Clone)]
struct Latency {
    /// For each bin the chance of it and all below, in parts of 2^32.
    below: Vec<u64>,
    /// For each value of the highest 12 bits the bin to begin at.
    begin: Vec<u16>,
}

impl Latency {
    fn of(cdf: impl Fn(f64) -> f64) -> Self {
        let upper = |bin: usize| cdf(Histogram::lower_edge(bin + 1) as f64 / 1e6);
        let below: Vec<u64> = (0..Histogram::BINS)
            .map(
                |bin| {
                    if bin + 1 == Histogram::BINS { 1 << 32 } else { (upper(bin) * 4_294_967_296.0) as u64 }
                },
            )
            .collect();
        let begin = (0..4_096_u64).map(|high| below.partition_point(|b| *b <= high << 20) as u16).collect();
        Self { below, begin }
    }

    fn draw(&self, rng: &mut ChaCha8Rng) -> usize {
        let u = rng.random::<u32>();
        let mut bin = usize::from(self.begin[(u >> 20) as usize]);
        while self.below[bin] <= u64::from(u) {
            bin += 1;
        }
        bin
    }

    fn histogram(&self, units: usize, seed: u64) -> Histogram {
        let (mut rng, mut counts) = (ChaCha8Rng::seed_from_u64(seed), vec![0; Histogram::BINS]);
        (0..units).for_each(|_| counts[self.draw(&mut rng)] += 1);
        Histogram::from_counts(0, &counts).unwrap()
    }
}

fn lognormal(median: f64, sigma: f64) -> impl Fn(f64) -> f64 {
    move |x| libm::erfc(-libm::log(x.max(1e-9) / median) / sigma / std::f64::consts::SQRT_2) / 2.0
}

/// Lognormal around 80 ms with sigma 0.8, `slower` times as slow.
fn usual(slower: f64) -> Latency {
    Latency::of(lognormal(80.0 * slower, 0.8))
}

/// The same, but `share` of the requests take `extra` milliseconds more.
fn with_slow(share: f64, extra: f64) -> Latency {
    let base = lognormal(80.0, 0.8);
    Latency::of(move |x| (1.0 - share) * base(x) + share * base(x - extra))
}

/// Answers from a cache within 5 ms, and `misses` that take 150 ms.
fn cached(misses: f64) -> Latency {
    let (hit, miss) = (lognormal(5.0, 0.25), lognormal(150.0, 0.5));
    Latency::of(move |x| (1.0 - misses) * hit(x) + misses * miss(x))
}

/// A Pareto tail over a lognormal body.
fn pareto(slower: f64) -> Latency {
    let body = lognormal(80.0 * slower, 0.5);
    let tail = move |x: f64| if x > 120.0 * slower { 1.0 - libm::pow(120.0 * slower / x, 1.5) } else { 0.0 };
    Latency::of(move |x| 0.9 * body(x) + 0.1 * tail(x))
}

/// What is known at a look: of the present epoch all and what is new.
struct Seen<'a> {
    rho: f64,
    canary: &'a Histogram,
    control: &'a Histogram,
    new_canary: &'a [u64],
    new_control: &'a [u64],
    /// The epoch ends with this look.
    last: bool,
}

struct Scenario {
    control: fn(usize) -> Latency,
    canary: fn(usize) -> Latency,
    /// The canary's share in each epoch.
    rho: Vec<f64>,
    /// Looks in each epoch.
    looks: usize,
    /// Units between two looks.
    units: usize,
}

/// The share of runs in which the evidence reaches 20, and the units after which it did, ascending.
fn alarms<E: FnMut(&Seen<'_>) -> f64>(
    s: &Scenario,
    runs: u64,
    evidence: impl Fn() -> E,
) -> (f64, Vec<usize>) {
    let looks: Vec<(f64, Latency, Latency)> = (0..s.rho.len() * s.looks)
        .map(|look| (s.rho[look / s.looks], (s.canary)(look), (s.control)(look)))
        .collect();
    let mut found = Vec::new();
    for seed in 0..runs {
        let (mut rng, mut evidence) = (ChaCha8Rng::seed_from_u64(seed), evidence());
        let mut all = [vec![0_u64; Histogram::BINS], vec![0_u64; Histogram::BINS]];
        for (look, (rho, canary, control)) in looks.iter().enumerate() {
            if look % s.looks == 0 {
                all.iter_mut().for_each(|counts| counts.fill(0));
            }
            let mut new = [vec![0_u64; Histogram::BINS], vec![0_u64; Histogram::BINS]];
            for _ in 0..s.units {
                let (arm, latency) = if rng.random::<f64>() < *rho { (0, canary) } else { (1, control) };
                new[arm][latency.draw(&mut rng)] += 1;
            }
            all.iter_mut().flatten().zip(new.iter().flatten()).for_each(|(sum, more)| *sum += more);
            let [canary, control] = [0, 1].map(|arm| Histogram::from_counts(0, &all[arm]).unwrap());
            let [new_canary, new_control] = [0, 1].map(|arm| new[arm].as_slice());
            let last = look % s.looks + 1 == s.looks;
            let seen = Seen { rho: *rho, canary: &canary, control: &control, new_canary, new_control, last };
            if evidence(&seen) >= f64::ln(20.0) {
                found.push((look + 1) * s.units);
                break;
            }
        }
    }
    found.sort_unstable();
    (found.len() as f64 / runs as f64, found)
}

/// ln of the evidence at a look; it may remember the looks before.
type Evidence<'a> = Box<dyn FnMut(&Seen<'_>) -> f64 + 'a>;

/// The test itself: epochs that are over are kept as their components.
fn tested<'a>(test: DistributionTest, reference: Option<&'a Reference>) -> impl Fn() -> Evidence<'a> {
    move || {
        let mut over = Components::default();
        Box::new(move |seen| {
            let cell =
                DistributionCell { rho: seen.rho, canary: seen.canary, control: seen.control, reference };
            let mut sum = over.clone();
            sum.add(&test.components(&cell));
            if seen.last {
                over = sum.clone();
            }
            sum.ln_evidence()
        })
    }
}

/// The same with a reference of its own making: the control's values of the epoch before, and none in the first.
fn learning(test: DistributionTest) -> Evidence<'static> {
    let (mut over, mut reference) = (Components::default(), None);
    Box::new(move |seen| {
        let (canary, control) = (seen.canary, seen.control);
        let cell = DistributionCell { rho: seen.rho, canary, control, reference: reference.as_ref() };
        let mut sum = over.clone();
        sum.add(&test.components(&cell));
        if seen.last {
            over = sum.clone();
            reference = Reference::from_histogram(control);
        }
        sum.ln_evidence()
    })
}

fn profile(latency: &Latency) -> Reference {
    Reference::from_histogram(&latency.histogram(200_000, 7)).unwrap()
}

fn harm() -> DistributionTest {
    DistributionTest::harm(1.0).unwrap()
}

/// Largest frequency that `runs` runs of an event of chance `p` show with probability 0.999.
fn at_most(p: f64, runs: u64) -> f64 {
    p + 3.1 * (p * (1.0 - p) / runs as f64).sqrt()
}

const RUNS: u64 = 400;

fn even(canary: fn(usize) -> Latency) -> Scenario {
    Scenario { control: |_| usual(1.0), canary, rho: vec![0.5], looks: 20, units: 500 }
}

#[test]
fn a_release_that_is_no_slower_is_rolled_back_no_more_often_than_alpha() {
    let drift: fn(usize) -> Latency = |look| usual(1.0 + 0.5 * (look as f64 / 6.0).sin());
    let ramp = vec![0.01, 0.05, 0.25, 0.5];
    let reference = profile(&usual(1.0));
    let wrong = profile(&usual(1.3));
    let far = profile(&usual(0.2));
    let cases: [(&str, Scenario, Option<&Reference>); 6] = [
        ("50/50", even(|_| usual(1.0)), Some(&reference)),
        ("50/50, no reference", even(|_| usual(1.0)), None),
        ("5/95", Scenario { rho: vec![0.05], ..even(|_| usual(1.0)) }, Some(&reference)),
        (
            "a ramp with a daily cycle",
            Scenario { control: drift, canary: drift, rho: ramp.clone(), looks: 5, units: 500 },
            Some(&wrong),
        ),
        (
            "the same, no reference",
            Scenario { control: drift, canary: drift, rho: ramp, looks: 5, units: 500 },
            None,
        ),
        ("a reference five times too fast", even(|_| usual(1.0)), Some(&far)),
    ];
    for (name, scenario, reference) in cases {
        let (frequency, _) = alarms(&scenario, RUNS, tested(harm(), reference));
        println!("{name}: {frequency}");
        assert!(frequency <= at_most(0.05, RUNS), "{name}: {frequency}");
    }
    let stages = Scenario { rho: vec![0.05, 0.2, 0.5, 0.5], looks: 5, ..even(|_| usual(1.0)) };
    let (frequency, _) = alarms(&stages, RUNS, || learning(harm()));
    println!("learned from the epoch before: {frequency}");
    assert!(frequency <= at_most(0.05, RUNS), "learned from the epoch before: {frequency}");
    let tolerated = DistributionTest::harm(1.1).unwrap();
    let at_the_bound = even(|_| usual(1.1));
    let (frequency, _) = alarms(&at_the_bound, RUNS, tested(tolerated, Some(&reference)));
    println!("tolerated: {frequency}");
    assert!(frequency <= at_most(0.05, RUNS), "10% tolerated: {frequency}");
}

#[test]
fn a_faster_canary_is_hardly_ever_rolled_back() {
    let reference = profile(&usual(1.0));
    for (reference, most) in [(Some(&reference), 0.01), (None, 0.025)] {
        let (frequency, _) = alarms(&even(|_| usual(0.9)), RUNS, tested(harm(), reference));
        println!("faster: {frequency}");
        assert!(frequency <= most, "{frequency}");
    }
    let lower = harm().with_worse(Worse::Lower);
    let (frequency, _) = alarms(&even(|_| usual(1.1)), RUNS, tested(lower, Some(&reference)));
    assert!(frequency <= 0.01, "more throughput: {frequency}");
}

#[test]
fn a_canary_at_its_margin_passes_no_more_often_than_beta() {
    let safety = DistributionTest::safety(1.1).unwrap();
    let reference = profile(&usual(1.0));
    let margin = even(|_| usual(1.1));
    for (reference, rho) in [(Some(&reference), 0.5), (None, 0.2)] {
        let scenario = Scenario { rho: vec![rho], ..even(|_| usual(1.1)) };
        let (frequency, _) = alarms(&scenario, RUNS, tested(safety, reference));
        println!("margin: {frequency}");
        assert!(frequency <= at_most(0.05, RUNS), "{frequency}");
    }
    let (harmed, _) = alarms(&margin, 100, tested(harm(), Some(&reference)));
    assert!(harmed > 0.9, "and is found to be slower: {harmed}");
}

/// Medians of the units of both arms together. A rank test of fixed size with one look at 80% power needs 1,822 units for 10% more.
#[test]
fn harm_is_found_about_as_soon_as_a_fixed_test_would() {
    type Make = fn(usize) -> Latency;
    type Case = (&'static str, Make, Make, f64, [usize; 3]);
    let cases: [Case; 8] = [
        ("10% slower", |_| usual(1.0), |_| usual(1.1), 0.5, [40, 2_000, 3_300]),
        ("5% slower", |_| usual(1.0), |_| usual(1.05), 0.5, [80, 7_000, 12_500]),
        ("10% slower at 5%", |_| usual(1.0), |_| usual(1.1), 0.05, [80, 10_000, 16_500]),
        ("2% take 600 ms more", |_| usual(1.0), |_| with_slow(0.02, 600.0), 0.5, [40, 1_800, 2_750]),
        ("0.3% take 2 s more", |_| usual(1.0), |_| with_slow(0.003, 2_000.0), 0.5, [80, 8_500, 13_200]),
        ("misses from 10% to 13%", |_| cached(0.1), |_| cached(0.13), 0.5, [80, 4_000, 6_800]),
        ("10% slower, Pareto", |_| pareto(1.0), |_| pareto(1.1), 0.5, [40, 1_200, 2_100]),
        (
            "as fast, more spread",
            |_| usual(1.0),
            |_| Latency::of(lognormal(80.0, 1.0)),
            0.5,
            [40, 1_000, 1_900],
        ),
    ];
    for (name, control, canary, rho, [looks, least, most]) in cases {
        let reference = profile(&control(0));
        let units = if looks == 80 { 500 } else { 250 };
        let scenario = Scenario { control, canary, rho: vec![rho], looks, units };
        let (_, found) = alarms(&scenario, 200, tested(harm(), Some(&reference)));
        println!("{name}: {:?} {:?}", found.get(100), found.get(160));
        let median = *found.get(100).unwrap_or(&usize::MAX);
        assert!((least..=most).contains(&median), "{name}: after a median of {median} units");
    }
}

#[test]
fn a_wrong_reference_or_none_costs_power_and_no_more() {
    let (slow, fast) = (profile(&usual(1.3)), profile(&usual(1.0 / 1.3)));
    for (name, reference, looks, most) in [
        ("too slow", Some(&slow), 40, 3_900),
        ("too fast", Some(&fast), 40, 3_900),
        ("none", None, 80, 6_500),
    ] {
        let scenario = Scenario { looks, units: 250, ..even(|_| usual(1.1)) };
        let (_, found) = alarms(&scenario, 200, tested(harm(), reference));
        println!("{name}: {:?} {:?}", found.get(100), found.get(160));
        let median = *found.get(100).unwrap_or(&usize::MAX);
        assert!((2_000..=most).contains(&median), "{name}: after a median of {median} units");
    }
}

/// Two epochs of 2,000 units with no difference come first; the second has a reference that the first one made. There are no restarts
/// here, so what the bets lost meanwhile has to be won back.
#[test]
fn a_reference_made_on_the_way_finds_harm() {
    let canary: fn(usize) -> Latency = |look| usual(if look < 16 { 1.0 } else { 1.2 });
    let scenario = Scenario { canary, rho: vec![0.5; 5], looks: 8, units: 250, ..even(canary) };
    let (_, found) = alarms(&scenario, 200, || learning(harm()));
    println!("learned, 20% slower after 4,000: {:?} {:?}", found.get(100), found.get(160));
    let median = *found.get(100).unwrap_or(&usize::MAX);
    assert!((5_200..=7_500).contains(&median), "after a median of {median} units");
}

#[test]
fn safety_is_shown_soon_where_the_canary_is_as_fast_and_seldom_where_its_tail_is_slower() {
    let safety = DistributionTest::safety(1.1).unwrap();
    let reference = profile(&usual(1.0));
    let same = Scenario { looks: 40, units: 250, ..even(|_| usual(1.0)) };
    let (_, found) = alarms(&same, 200, tested(safety, Some(&reference)));
    let median = *found.get(100).unwrap_or(&usize::MAX);
    println!("safe: {:?} {:?}", found.get(100), found.get(160));
    assert!((2_400..=3_900).contains(&median), "after a median of {median} units");
    let (frequency, _) = alarms(&even(|_| with_slow(0.05, 600.0)), 200, tested(safety, Some(&reference)));
    println!("slow tail passes: {frequency}");
    assert!(
        frequency <= 0.03,
        "5% of its requests take 600 ms more, and it passes in {frequency} of all cases"
    );
}

/// Values of both arms in bins from the one given on.
fn above(seen: &Seen<'_>, bin: usize) -> (f64, f64) {
    let from = |h: &Histogram| (h.units() - h.below(bin)) as f64;
    (from(seen.canary), from(seen.control))
}

/// The bounds of the tests above have teeth: the same simulation flags tests that are wrong in ways people get wrong.
#[test]
fn mutants_are_caught_by_the_same_bound() {
    let reference: &'static Reference = Box::leak(Box::new(profile(&usual(1.0))));
    let cell = |seen: &Seen<'_>, rho: f64, test: DistributionTest| {
        let (canary, control) = (seen.canary, seen.control);
        test.ln_evidence(&[DistributionCell { rho, canary, control, reference: Some(reference) }])
    };
    let forgets_the_share = || -> Evidence<'_> { Box::new(move |seen| cell(seen, 0.5, harm())) };
    let bets_on_any_difference = || -> Evidence<'_> {
        let opposite = harm().with_worse(Worse::Lower);
        Box::new(move |seen| cell(seen, seen.rho, harm()).max(cell(seen, seen.rho, opposite)) - f64::ln(2.0))
    };
    // learns the canary's share of each group from the past, without making it rise
    let unconstrained = || -> Evidence<'_> {
        let (mut past, mut wealth) = (vec![(0.0, 0.0); Histogram::BINS / 16 + 1], 0.0);
        Box::new(move |seen| {
            let mut new = vec![(0.0, 0.0); past.len()];
            for (bin, (x1, x0)) in seen.new_canary.iter().zip(seen.new_control).enumerate() {
                new[bin / 16].0 += *x1 as f64;
                new[bin / 16].1 += *x0 as f64;
            }
            for ((x1, x0), (seen1, seen0)) in new.into_iter().zip(&mut past) {
                let p: f64 = (20.0 * seen.rho + *seen1) / (20.0 + *seen1 + *seen0);
                wealth += x1 * (p / seen.rho).ln() + x0 * ((1.0 - p) / (1.0 - seen.rho)).ln();
                *seen1 += x1;
                *seen0 += x0;
            }
            wealth
        })
    };
    // bets on the rank, among all values so far, above which the canary is seen most
    let looks_for_the_threshold = || -> Evidence<'_> {
        Box::new(move |seen| {
            let mut pooled = seen.canary.clone();
            pooled.merge(seen.control);
            let bins = (0..Histogram::BINS).filter(|bin| pooled.count(*bin) > 0);
            let gain = |bin| {
                let (x1, x0) = above(seen, bin);
                let ratio: f64 = 2.0;
                x1 * ratio.ln() - (x1 + x0) * (1.0 + seen.rho * (ratio - 1.0)).ln()
            };
            bins.map(gain).fold(0.0, f64::max)
        })
    };
    let bound = at_most(0.05, RUNS);
    type Mutant<'a> = (&'a str, f64, fn(usize) -> Latency, &'a dyn Fn() -> Evidence<'a>);
    let mutants: [Mutant<'_>; 4] = [
        ("forgets the share", 0.7, |_| usual(1.0), &forgets_the_share),
        ("bets on any difference", 0.5, |_| usual(0.9), &bets_on_any_difference),
        ("learns each bin without order", 0.5, |_| usual(0.8), &unconstrained),
        ("thresholds from the data bet on", 0.5, |_| usual(1.0), &looks_for_the_threshold),
    ];
    for (name, rho, canary, evidence) in mutants {
        let scenario = Scenario { rho: vec![rho], ..even(canary) };
        let (frequency, _) = alarms(&scenario, RUNS, evidence);
        println!("{name}: {frequency}");
        assert!(frequency > bound, "{name}: {frequency} is within the bound {bound}");
        let (itself, _) = alarms(&scenario, RUNS, tested(harm(), Some(reference)));
        assert!(itself <= bound, "the test itself, where one {name}: {itself}");
    }
}
