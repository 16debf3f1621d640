//! One release that is guarded by every measure: the judge hears each of them, names the one that is worse, and forgets nothing over
//! replicas and restarts.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers"
)]

use rampgate::canary::{Guarantee, GuardrailReport, Verdict};
use rampgate::observe::{Measured, Outcome, ReplicaId};
use rampgate::release::{Release, Signal, Step};
use rampgate::rollout::{Action, Command};
use rampgate::{ErrorKind, Timestamp};

const SPEC: &str = r#"{
    "rampgate": 1,
    "name": "checkout v2",
    "flag": {"key": "checkout", "control": "v1", "canary": "v2"},
    "stages": [
        {"exposure": "20%", "min_dwell": "10m", "min_units": 500},
        {"exposure": "50%", "min_dwell": "10m", "min_units": 500}
    ],
    "guardrails": [
        {"name": "errors"},
        {"name": "refusals", "reference_rate": "30%", "margin_ratio": 1.5},
        {"name": "requests", "measure": "fraction"},
        {"name": "crashes", "measure": "count"},
        {"name": "latency", "measure": "distribution", "margin_ratio": 1.25},
        {"name": "revenue", "measure": "mean", "worse": "lower", "companion": "covariate"}
    ]
}"#;

/// How the canary differs from the control, each 1 where it does not.
#[derive(Clone, Copy)]
struct Canary {
    errors: u64,
    refusals: u64,
    requests: u64,
    crashes: u64,
    latency: u64,
    revenue: i64,
}

/// In hundredths of what the control has.
const ALIKE: Canary =
    Canary { errors: 100, refusals: 100, requests: 100, crashes: 100, latency: 100, revenue: 100 };

struct Story {
    release: Release,
    at: Timestamp,
    unit: u64,
    x: u64,
}

impl Story {
    fn new() -> Self {
        let release = Release::from_json(SPEC, ReplicaId(1)).unwrap();
        Self { release, at: "2026-11-24T12:00:00Z".parse().unwrap(), unit: 0, x: 12_345 }
    }

    /// A whole number below `below`, from a linear congruential generator.
    fn draw(&mut self, below: u64) -> u64 {
        self.x = (1_103_515_245 * self.x + 12_345) % (1 << 31);
        self.x / 64 % below
    }

    fn outcome(&mut self, canary: Option<&Canary>) -> Outcome {
        let metric = |release: &Release, name| release.metric(name).unwrap();
        let like = canary.copied().unwrap_or(ALIKE);
        let mut outcome = Outcome::good();
        if self.draw(100_000) < 10 * like.errors {
            outcome = outcome.failed(metric(&self.release, "errors"));
        }
        if self.draw(100_000) < 300 * like.refusals {
            outcome = outcome.failed(metric(&self.release, "refusals"));
        }
        let failed = (0..4).filter(|_| self.draw(100_000) < 20 * like.requests).count() as u64;
        let events = u64::from(self.draw(100_000) < 30 * like.crashes);
        let exposure = 1 + self.draw(30);
        let latency = (20_000_000 + self.draw(200) * self.draw(200) * 10_000) * like.latency / 100;
        let habit = i64::try_from(self.draw(20_000)).unwrap();
        let spent = (10_000 + habit + i64::try_from(self.draw(10_000)).unwrap()) * like.revenue / 100;
        outcome
            .measured(metric(&self.release, "requests"), Measured::Fraction { failed, requests: 4 })
            .measured(metric(&self.release, "crashes"), Measured::Count { events, exposure })
            .measured(metric(&self.release, "latency"), Measured::Value(latency))
            .measured(metric(&self.release, "revenue"), Measured::Pair { value: spent, companion: habit })
    }

    /// Serves and records so many users.
    fn serve(&mut self, users: u64, canary: &Canary) {
        for _ in 0..users {
            self.unit += 1;
            let assignment = self.release.assign(&format!("user-{}", self.unit));
            let (placement, is_new) = (assignment.placement, assignment.variant == "v2");
            let outcome = self.outcome(is_new.then_some(canary));
            self.release.record(placement, self.at, outcome).unwrap();
        }
    }

    fn start(&mut self) {
        let step = self.release.step(self.at, Command::Start { by: "ana".into() }).unwrap();
        assert_eq!(step.decisions[0].action, Action::Advance);
    }

    fn tick(&mut self, minutes: &str) -> Step {
        self.at = self.at.saturating_add(minutes.parse().unwrap());
        self.release.step(self.at, Signal::Tick).unwrap()
    }

    /// Sees the control alone, starts, and serves until the judge has spoken or the users are used up.
    fn until_decided(canary: &Canary) -> (Step, u64) {
        let mut story = Self::new();
        story.serve(2_000, &ALIKE);
        story.start();
        let mut served = 0;
        loop {
            story.serve(1_000, canary);
            served += 1_000;
            let step = story.tick("5m");
            let decided = step.decisions.first().is_some_and(|decision| decision.action != Action::Hold);
            if decided || served >= 150_000 {
                return (step, served);
            }
        }
    }
}

fn of<'s>(step: &'s Step, name: &str) -> &'s GuardrailReport {
    step.report.as_ref().unwrap().guardrails.iter().find(|guardrail| &*guardrail.name == name).unwrap()
}

#[test]
fn whichever_measure_gets_worse_is_named_and_rolled_back() {
    for (name, canary) in [
        ("errors", Canary { errors: 300, ..ALIKE }),
        ("refusals", Canary { refusals: 130, ..ALIKE }),
        ("requests", Canary { requests: 300, ..ALIKE }),
        ("crashes", Canary { crashes: 300, ..ALIKE }),
        ("latency", Canary { latency: 120, ..ALIKE }),
        ("revenue", Canary { revenue: 85, ..ALIKE }),
    ] {
        let (step, _) = Story::until_decided(&canary);
        let report = step.report.as_ref().unwrap();
        assert_eq!(report.finding.verdict, Verdict::Harm, "{name}");
        assert_eq!(step.decisions[0].action, Action::RollBack, "{name}");
        let named: Vec<&str> = report.guardrails.iter().filter(|g| g.culprit).map(|g| &*g.name).collect();
        assert_eq!(named, [name]);
    }
}

#[test]
fn a_release_that_is_alike_everywhere_advances_on_proof() {
    let (step, served) = Story::until_decided(&ALIKE);
    assert_eq!(step.decisions[0].action, Action::Advance, "after {served}");
    for guardrail in &step.report.as_ref().unwrap().guardrails {
        assert!(
            guardrail.ln_safety >= step.report.as_ref().unwrap().finding.ln_safety_needed,
            "{}",
            guardrail.name
        );
        assert_eq!(guardrail.more_units_to_safety, Some(0), "{}", guardrail.name);
        let exact = guardrail.guarantee == Guarantee::Exact;
        assert_eq!(exact, &*guardrail.name != "revenue");
    }
    let latency = of(&step, "latency");
    assert_eq!((latency.comparison, latency.quantiles.len()), (None, 3));
    assert!(latency.quantiles.iter().all(|quantile| quantile.ratio_interval.contains(1.0)));
    assert!(of(&step, "revenue").comparison.unwrap().ratio_interval.contains(1.0));
    assert!(of(&step, "refusals").comparison.unwrap().difference_interval.contains(0.0));
}

/// The forecast is of what goes on as it has: from a third of the way it points near to where the decision was made.
#[test]
fn forecasts_point_to_where_the_decision_is_made() {
    let (_, served) = Story::until_decided(&ALIKE);
    let mut story = Story::new();
    story.serve(2_000, &ALIKE);
    story.start();
    story.serve(served / 2, &ALIKE);
    let step = story.tick("5m");
    let needed =
        step.report.as_ref().unwrap().guardrails.iter().map(|g| g.more_units_to_safety).max().unwrap();
    let told = served / 2 + needed.unwrap();
    assert!((served / 2..served * 3).contains(&told), "decided after {served}, told {told}");
}

#[test]
fn references_are_frozen_at_the_start_and_survive_a_restart() {
    let mut story = Story::new();
    story.serve(2_000, &ALIKE);
    story.start();
    story.serve(3_000, &ALIKE);
    let state = story.release.state().unwrap();
    let mut resumed = Release::resume(SPEC, &state, ReplicaId(2)).unwrap();
    let at = story.at.saturating_add("1m".parse().unwrap());
    let (here, there) =
        (story.release.step(at, Signal::Tick).unwrap(), resumed.step(at, Signal::Tick).unwrap());
    assert_eq!(here, there);

    // without the units before the start there is nothing to place bets by, and the evidence is another
    let mut cold = Story::new();
    cold.start();
    (cold.unit, cold.x) = (2_000, 12_345);
    cold.serve(3_000, &ALIKE);
    let cold = cold.release.step(at, Signal::Tick).unwrap();
    assert!((of(&cold, "latency").ln_harm - of(&here, "latency").ln_harm).abs() > 1e-6);
}

#[test]
fn a_delta_of_measurements_merges_once() {
    let mut story = Story::new();
    story.start();
    let mut edge = Release::from_json(SPEC, ReplicaId(7)).unwrap();
    edge.follow(&story.release.directive().unwrap()).unwrap();
    let placement = edge.assign("user-1").placement;
    let latency = edge.metric("latency").unwrap();
    let outcome = Outcome::good().measured(latency, Measured::Value(81_000_000));
    (0..500).for_each(|_| edge.record(placement, story.at, outcome).unwrap());
    let delta = edge.take_delta().unwrap();
    for _ in 0..3 {
        let _ = story.release.merge(&delta).unwrap();
    }
    let step = story.tick("1m");
    let units = of(&step, "latency").units;
    assert_eq!(units.canary + units.control, 500);
    assert_eq!(of(&step, "errors").units.canary + of(&step, "errors").units.control, 500);
    assert_eq!(of(&step, "crashes").units.canary + of(&step, "crashes").units.control, 0);
}

#[test]
fn a_measurement_of_the_wrong_kind_is_an_error_and_counts_nothing() {
    let mut story = Story::new();
    story.start();
    let placement = story.release.assign("user-1").placement;
    for (name, measured) in [
        ("errors", Measured::Value(1)),
        ("latency", Measured::Pair { value: 1, companion: 0 }),
        ("requests", Measured::Fraction { failed: 2, requests: 1 }),
        ("revenue", Measured::Pair { value: i64::MAX, companion: 0 }),
    ] {
        let metric = story.release.metric(name).unwrap();
        let outcome = Outcome::good().measured(metric, measured);
        let error = story.release.record(placement, story.at, outcome).unwrap_err();
        assert_eq!(error.path(), format!("metrics[{}]", metric.position()), "{name}");
    }
    let step = story.tick("1m");
    assert_eq!(step.report.unwrap().units.canary, 0);
}

#[test]
fn a_spec_asks_of_each_measure_only_what_it_has() {
    let refused = |from: &str, to: &str| {
        assert!(SPEC.contains(from), "{from}");
        let error = Release::from_json(&SPEC.replace(from, to), ReplicaId(1)).unwrap_err();
        (error.path().to_owned(), error.kind())
    };
    let latency = r#""measure": "distribution", "margin_ratio": 1.25"#;
    assert_eq!(
        refused(latency, r#""measure": "distribution", "ceiling": "1%""#),
        ("guardrails[4].ceiling".into(), ErrorKind::Unknown)
    );
    assert_eq!(
        refused(latency, r#""measure": "percentile""#),
        ("guardrails[4].measure".into(), ErrorKind::Unknown)
    );
    let objective = |metric| {
        let rest = r#""target": "99%", "period": "1d", "detection_delay": "5m", "on_missing_data": "hold""#;
        format!(r#""objective": {{"metric": "{metric}", {rest}}}, "guardrails": ["#)
    };
    assert_eq!(
        refused(r#""guardrails": ["#, &objective("latency")),
        ("objective.metric".into(), ErrorKind::Conflict)
    );
    let fractions = SPEC.replace(r#""guardrails": ["#, &objective("requests"));
    assert!(Release::from_json(&fractions, ReplicaId(1)).is_ok());
    let nine: String = (0..9).map(|n| format!(r#"{{"name": "m{n}", "measure": "count"}},"#)).collect();
    assert_eq!(refused(r#""guardrails": ["#, &format!(r#""guardrails": [{nine}"#)).0, "guardrails");
}
