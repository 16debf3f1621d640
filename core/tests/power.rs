//! What the simulated power says, beside closed forms, and frozen.

#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test fails by panicking, also in its helpers"
)]

use rampgate::canary::group_sequential::{Comparison, Sides};
use rampgate::canary::{Companion, Guardrail, Policy, Worse};
use rampgate::observe::{Histogram, Measure};
use rampgate::simulate::power::{Baseline, Runs, Stage, Trial, answer};
use rampgate::{Probability, Share};
use serde_json::Value;

fn share(text: &str) -> Share {
    text.parse().unwrap()
}

fn chance(p: f64) -> Probability {
    Probability::new(p).unwrap()
}

fn one_stage(canary: &str, control: &str, units: u64) -> Vec<Stage> {
    vec![Stage { canary: share(canary), control: share(control), units }]
}

fn policy(alpha: f64) -> Policy {
    let mut policy = Policy::default();
    policy.alpha = chance(alpha);
    policy
}

/// `testdata/power.json` was made by this crate: it holds what a seed gives, for ever, and in every language. That it is right is the
/// business of the other tests.
#[test]
fn a_seed_gives_the_same_answer_for_ever() {
    let vectors: Value = serde_json::from_str(include_str!("../testdata/power.json")).unwrap();
    let cases = vectors.get("cases").unwrap().as_array().unwrap();
    assert!(cases.len() >= 8);
    for case in cases {
        // the numbers are read exactly, so equal values are equal bits
        let given: Value =
            serde_json::from_str(&answer(&case.get("question").unwrap().to_string()).unwrap()).unwrap();
        assert_eq!(Some(&given), case.get("answer"), "{}", case.get("name").unwrap());
    }
}

/// Growth of the evidence for each unit, if the effect were known: a failing unit comes from the canary with chance theta, expected with rho.
fn growth(base: f64, ratio: f64, rho: f64) -> f64 {
    let theta = rho * ratio / (rho * ratio + 1.0 - rho);
    let divergence = theta * (theta / rho).ln() + (1.0 - theta) * ((1.0 - theta) / (1.0 - rho)).ln();
    base * (rho * ratio + 1.0 - rho) * divergence
}

/// The evidence has to reach ln(1/alpha), and mixing over unknown effects costs from 0.2 to 1.5 more: divided by the growth this brackets the
/// median, a little widened for the looks and the skew.
#[test]
fn medians_are_near_what_the_growth_of_the_evidence_says() {
    let runs = Runs::new(400, 1).unwrap();
    let cases: [(f64, f64, &str, &str, f64, u64); 4] = [
        (0.001, 2.0, "50%", "50%", 0.025, 1_000),
        (0.001, 2.0, "5%", "95%", 0.025, 5_000),
        (0.005, 1.5, "50%", "50%", 0.05, 500),
        (0.01, 3.0, "20%", "20%", 0.01, 100),
    ];
    for (base, ratio, canary, control, alpha, every) in cases {
        let rho = share(canary).fraction() / (share(canary).fraction() + share(control).fraction());
        let per_unit = growth(base, ratio, rho);
        let units = (6.0 * (1.0 / alpha).ln() / per_unit) as u64;
        let trial = Trial::new(
            Guardrail::new("errors").unwrap(),
            Baseline::rate(chance(base)),
            one_stage(canary, control, units),
        )
        .unwrap()
        .with_policy(policy(alpha))
        .unwrap()
        .with_looks(every)
        .unwrap();
        let found = trial.detection(ratio, runs).unwrap();
        let median = found.median.unwrap() as f64;
        let guess = |cost: f64| ((1.0 / alpha).ln() + cost) / per_unit;
        println!("{base} {ratio} {canary}: {median}, {} to {}", guess(0.2), guess(1.5));
        assert!((0.9 * guess(0.2)..=1.1 * guess(1.5)).contains(&median), "{base} {ratio} {canary}: {median}");
        let needed = trial.units_needed(ratio, chance(0.8), runs).unwrap().value.unwrap() as f64;
        assert!((1.25..=2.1).contains(&(needed / median)), "80% within {needed}, half within {median}");
    }
}

/// To look at any time costs units, and never saves so many that a test with one look would need more.
#[test]
fn units_needed_are_a_small_multiple_of_a_test_with_one_look() {
    let runs = Runs::new(400, 2).unwrap();
    let power = chance(0.8);
    let alpha = chance(0.05);
    let half = share("50%");
    let at = |ratio: f64| {
        let fixed = Comparison::rate_ratio(chance(0.005), ratio).unwrap().with_share(half).unwrap();
        fixed.units(alpha, Sides::One, power)
    };
    for ratio in [1.5, 2.0, 3.0] {
        let fixed = at(ratio);
        let one_look = fixed.canary + fixed.control;
        let trial = Trial::new(
            Guardrail::new("errors").unwrap(),
            Baseline::rate(chance(0.005)),
            one_stage("50%", "50%", (5.0 * one_look) as u64),
        )
        .unwrap()
        .with_looks((one_look / 50.0) as u64)
        .unwrap();
        let needed = trial.units_needed(ratio, power, runs).unwrap().value.unwrap() as f64;
        println!("{ratio}: {needed} {one_look}");
        assert!(
            (1.0..=2.3).contains(&(needed / one_look)),
            "{ratio}: {needed} units, {one_look} with one look"
        );
    }
    let means = Comparison::means(500.0, 4_000.0).unwrap().units(alpha, Sides::One, power);
    let one_look = means.canary + means.control;
    let trial = Trial::new(
        Guardrail::of("cost", Measure::Mean).unwrap(),
        Baseline::mean(10_000.0, 4_000.0).unwrap(),
        one_stage("50%", "50%", (6.0 * one_look) as u64),
    )
    .unwrap()
    .with_looks(50)
    .unwrap();
    let needed = trial.units_needed(1.05, power, runs).unwrap().value.unwrap() as f64;
    println!("mean: {needed} {one_look}");
    assert!((1.0..=2.6).contains(&(needed / one_look)), "{needed} units, {one_look} with one look");
}

/// Every measure, a canary that is worse and one that is not, by harm and by safety.
#[test]
fn each_measure_is_found_when_worse_and_passes_when_not() {
    let runs = Runs::new(100, 3).unwrap();
    let latencies = [("50%", 80_000_000), ("99%", 514_000_000)].map(|(level, value)| (share(level), value));
    let mut cached = Histogram::default();
    (0..900_u64).for_each(|n| cached.record(4_000_000 + 3_000 * n));
    (0..100_u64).for_each(|n| cached.record(120_000_000 + 900_000 * n));
    let cases = [
        (Measure::Rate, Worse::Higher, Baseline::rate(chance(0.01)), 2.0, 60_000),
        (
            Measure::Fraction,
            Worse::Higher,
            Baseline::fractions(&[(share("25%"), 0.03), (share("100%"), 0.01)]).unwrap(),
            2.0,
            60_000,
        ),
        (Measure::Count, Worse::Higher, Baseline::count(0.002, 10).unwrap(), 2.0, 20_000),
        (Measure::Distribution, Worse::Higher, Baseline::quantiles(&latencies).unwrap(), 1.2, 20_000),
        (Measure::Distribution, Worse::Lower, Baseline::histogram(&cached).unwrap(), 1.2, 20_000),
        (Measure::Mean, Worse::Higher, Baseline::mean(5_000.0, 3_000.0).unwrap(), 1.2, 20_000),
        (Measure::Mean, Worse::Lower, Baseline::mean(5_000.0, 3_000.0).unwrap(), 1.2, 20_000),
    ];
    for (measure, worse, baseline, ratio, units) in cases {
        let plain = Guardrail::of("guardrail", measure).unwrap();
        let guardrail = if worse == Worse::Lower { plain.with_worse(worse).unwrap() } else { plain };
        let trial =
            Trial::new(guardrail, baseline, one_stage("50%", "50%", units)).unwrap().with_looks(500).unwrap();
        let harmed = trial.detection(ratio, runs).unwrap();
        let healthy = trial.detection(1.0, runs).unwrap();
        let better = trial.detection(0.8, runs).unwrap();
        assert!(harmed.found > 0.97, "{measure:?} {worse:?}: {harmed:?}");
        assert!(
            healthy.found <= 0.13 && better.found <= 0.03,
            "{measure:?} {worse:?}: {healthy:?} {better:?}"
        );
        let safe = trial.safety(1.0, runs).unwrap();
        let at_margin = trial.safety(margin_of(measure), runs).unwrap();
        assert!(safe.found > 0.9 && at_margin.found <= 0.13, "{measure:?} {worse:?}: {safe:?} {at_margin:?}");
        assert!(safe.p90 >= safe.median && safe.mean <= units as f64);
    }
}

fn margin_of(measure: Measure) -> f64 {
    if matches!(measure, Measure::Distribution | Measure::Mean) { 1.1 } else { 2.0 }
}

#[test]
fn the_smallest_effect_is_where_the_units_needed_are_the_budget() {
    let runs = Runs::new(300, 4).unwrap();
    let trial = Trial::new(
        Guardrail::new("errors").unwrap(),
        Baseline::rate(chance(0.01)),
        one_stage("50%", "50%", 30_000),
    )
    .unwrap();
    let power = chance(0.9);
    let smallest = trial.smallest_effect(power, runs).unwrap().value.unwrap();
    assert!(trial.units_needed(smallest, power, runs).unwrap().value.is_some());
    let smaller = 1.0 + (smallest - 1.0) * 0.9;
    assert_eq!(trial.units_needed(smaller, power, runs).unwrap().value, None);
    // where nearly every unit fails already, no effect fits that could be found
    let broken = Trial::new(
        Guardrail::new("errors").unwrap(),
        Baseline::rate(chance(0.99)),
        one_stage("50%", "50%", 500),
    )
    .unwrap();
    assert_eq!(broken.smallest_effect(power, runs).unwrap().value, None);
}

#[test]
fn what_cannot_be_played_is_refused_with_its_path() {
    let rate = || Baseline::rate(chance(0.4));
    let errors = || Guardrail::new("errors").unwrap();
    let half = || one_stage("50%", "50%", 1_000);
    let refused = |made: Result<Trial, rampgate::Error>| made.unwrap_err().to_string();
    let one =
        |canary, control, units| refused(Trial::new(errors(), rate(), one_stage(canary, control, units)));
    assert_eq!(one("0%", "50%", 9), "invalid `stages[0].canary`: must be above 0%, got 0%");
    assert_eq!(
        one("60%", "50%", 9),
        "invalid `stages[0].canary`: must leave room for the control's share, got 60%"
    );
    assert_eq!(one("5%", "5%", 0), "invalid `stages[0].units`: must be at least 1, got 0");
    assert!(one("5%", "5%", u64::MAX).contains("1099511627776 units together"));
    assert!(refused(Trial::new(errors(), rate(), vec![])).contains("1 to 100 stages, got 0"));
    let latency = Guardrail::of("latency", Measure::Distribution).unwrap();
    assert!(
        refused(Trial::new(latency, rate(), half()))
            .contains("`baseline`: must be of a distribution, as the guardrail is, got rate")
    );
    let ratio =
        Guardrail::of("ratio", Measure::Mean).unwrap().with_companion(Companion::Denominator).unwrap();
    assert!(
        refused(Trial::new(ratio, Baseline::mean(5.0, 2.0).unwrap(), half())).contains("guardrail.companion")
    );
    let trial = Trial::new(errors(), rate(), half()).unwrap();
    assert!(refused(trial.clone().with_looks(0)).contains("`look_every`"));
    assert!(
        refused(trial.clone().with_onset(1_000)).contains("below the units of all stages (1000), got 1000")
    );
    for (ratio, path) in [
        (3.0, "chance of more than 1"),
        (f64::NAN, "0.001 to 1000"),
        (-1.0, "0.001"),
        (f64::INFINITY, "1000"),
    ] {
        let error = trial.detection(ratio, Runs::new(1, 1).unwrap()).unwrap_err();
        assert!(error.path() == "ratio" && error.to_string().contains(path), "{error}");
    }
    assert!(
        Baseline::fractions(&[(share("25%"), 0.7), (share("50%"), 0.3)])
            .unwrap_err()
            .to_string()
            .contains("`failing`")
    );
    assert_eq!(
        Baseline::fractions(&[(share("25%"), 0.7), (share("50%"), -0.3)]).unwrap_err().path(),
        "failing[1]"
    );
    assert_eq!(Baseline::fractions(&[(Share::ZERO, 0.7)]).unwrap_err().path(), "failing[0]");
    assert_eq!(Baseline::count(f64::NAN, 1).unwrap_err().path(), "rate");
    assert_eq!(Baseline::count(1.0, 0).unwrap_err().path(), "exposure");
    assert_eq!(Baseline::mean(f64::INFINITY, 1.0).unwrap_err().path(), "mean");
    assert_eq!(Baseline::mean(1.0, 0.0).unwrap_err().path(), "sd");
    assert_eq!(Baseline::histogram(&Histogram::default()).unwrap_err().path(), "histogram");
}

#[test]
fn a_document_reports_all_that_is_wrong_with_it() {
    let error = answer(
        r#"{"guardrail": {"name": "errors", "margin_ratio": 0.5}, "baseline": {"count": {"rate": -1, "exposure": 0}},
            "stages": [{"canary": "50%", "control": "half", "units": 1.5}], "runs": 0, "ask": {"guess": {}}, "more": 1}"#,
    )
    .unwrap_err();
    let paths: Vec<&str> = error.problems().map(rampgate::Problem::path).collect();
    for path in [
        "guardrail.margin_ratio",
        "baseline.count.rate",
        "baseline.count.exposure",
        "stages[0].control",
        "stages[0].units",
        "runs",
        "ask",
        "more",
    ] {
        assert!(paths.contains(&path), "{path} is not among {paths:?}");
    }
    let error = answer(
        r#"{"guardrail": {"name": "latency", "measure": "distribution"}, "stages": [], "ask": {"detection": {"ratio": 1}},
            "baseline": {"quantiles": [{"share": "50%", "value": 9}]}}"#,
    )
    .unwrap_err();
    assert_eq!((error.path(), error.problems().count()), ("baseline.quantiles", 1));

    let trial = r#"{"guardrail": {"name": "errors"}, "baseline": {"rate": 0.01},
        "stages": [{"canary": "50%", "control": "50%", "units": 1000}], "look_every": 500, "onset": 100"#;
    let by_hand = Trial::new(
        Guardrail::new("errors").unwrap(),
        Baseline::rate(chance(0.01)),
        one_stage("50%", "50%", 1_000),
    );
    let by_hand = by_hand.unwrap().with_looks(500).unwrap().with_onset(100).unwrap();
    assert_eq!(Trial::from_json(&format!("{trial}}}")).unwrap(), by_hand);
    // a trial says neither what is asked nor how often it is played
    let error = Trial::from_json(&format!("{trial}, \"seed\": 1, \"ask\": {{}}}}")).unwrap_err();
    assert_eq!(error.problems().map(rampgate::Problem::path).collect::<Vec<_>>(), ["seed", "ask"]);
}

/// A document may not ask for days: what it could ask for is told, and that is answered.
#[test]
fn a_question_that_takes_hours_is_refused() {
    let latency = r#"{"name": "e", "measure": "distribution"}"#;
    let quantiles =
        r#"{"quantiles": [{"share": "50%", "value": 80000000}, {"share": "99%", "value": 400000000}]}"#;
    let ask = |guardrail: &str, baseline: &str, stages: usize, runs: u32, ask: &str| {
        let units = 100_000 / stages;
        let stage = format!(r#"{{"canary": "50%", "control": "50%", "units": {units}}}"#);
        let stages = vec![stage; stages].join(",");
        answer(&format!(
            r#"{{"guardrail": {guardrail}, "baseline": {baseline}, "stages": [{stages}], "look_every": 1, "runs": {runs}, "ask": {ask}}}"#
        ))
    };
    let smallest = r#"{"smallest_effect": {"power": 0.8}}"#;
    let safety = r#"{"safety": {"ratio": 1}}"#;
    for (stages, runs, question) in [(1, 100_000, smallest), (100, 3, smallest), (1, 100_000, safety)] {
        let error = ask(latency, quantiles, stages, runs, question).unwrap_err();
        assert_eq!((error.path(), error.kind().code()), ("runs", "range"), "{error}");
        assert!(error.to_string().contains("must be at most "), "{error}");
    }
    // 100,001 looks of 5 steps: 2,399 runs and no more
    let rate =
        |runs| ask(r#"{"name": "e"}"#, r#"{"rate": 0.5}"#, 1, runs, r#"{"detection": {"ratio": 1.9}}"#);
    assert!(rate(2_399).is_ok());
    assert!(rate(2_400).unwrap_err().to_string().contains("must be at most 2399 "));
}
