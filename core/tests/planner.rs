//! What the planner plans: laws, and real releases played through a plan.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_precision_loss,
    reason = "a test fails by panicking, also in its helpers"
)]

use rampgate::canary::Guardrail;
use rampgate::observe::{Measure, Outcome, ReplicaId};
use rampgate::release::{ControlPool, Release, Signal, Spec};
use rampgate::rollout::Command;
use rampgate::rollout::{Phase, Plan, Requirement};
use rampgate::simulate::Dice;
use rampgate::simulate::planner::{Allowance, Answer, Bound, Goal, Onset, Planned, Remedy, Traffic};
use rampgate::simulate::power::{Baseline, Runs};
use rampgate::slo::{Clearance, Gate, OnMissing, Reading};
use rampgate::{Probability, Share, Span, Timestamp};

fn share(text: &str) -> Share {
    text.parse().unwrap()
}

fn span(text: &str) -> Span {
    text.parse().unwrap()
}

fn chance(p: f64) -> Probability {
    Probability::new(p).unwrap()
}

fn gate(target: &str, period: &str) -> Gate {
    Gate::new(target.parse().unwrap(), span(period), span("15m"), OnMissing::FailOpen).unwrap()
}

/// Errors of 0.5% against an objective of 99%, a month of it.
fn goal(units_per_hour: u64, spend: &str) -> Goal {
    let allowance = Allowance::new(gate("99%", "30d"), share("90%"), share(spend)).unwrap();
    let traffic = Traffic::constant(units_per_hour).unwrap();
    let errors = Guardrail::new("errors").unwrap();
    Goal::new(traffic, errors, Baseline::rate(chance(0.005)), allowance, span("1d"))
        .unwrap()
        .with_runs(Runs::new(120, 1).unwrap())
}

fn planned(goal: &Goal) -> Planned {
    match goal.plan().unwrap() {
        Answer::Plan(plan) => *plan,
        Answer::Refusal(refusal) => panic!("{}", refusal.reason),
    }
}

fn exposures(plan: &Planned) -> Vec<String> {
    plan.stages.iter().map(|stage| stage.exposure.to_string()).collect()
}

#[test]
fn more_traffic_never_takes_longer() {
    let mut before = Span::MAX;
    for thousands in [8, 12, 20, 40, 80, 200, 1_000] {
        let plan = planned(&goal(thousands * 1_000, "0.5%"));
        println!("{thousands}: {:?} {}", exposures(&plan), plan.done_within);
        assert!(plan.done_within <= before, "{thousands}: {} after {before}", plan.done_within);
        before = plan.done_within;
    }
}

#[test]
fn a_looser_margin_never_takes_more_units() {
    let fixed = goal(20_000, "0.5%").with_first(share("10%")).unwrap().with_bake(Span::ZERO);
    let mut before = u64::MAX;
    for margin in [1.7, 2.0, 2.5, 3.5, 6.0] {
        let plan = planned(&fixed.with_remedy(&Remedy::Margin(margin)).unwrap());
        let units = plan.stages.iter().map(|stage| stage.expected_analysed).sum();
        println!("{margin}: {units}");
        assert!(units <= before, "{margin}: {units} after {before}");
        before = units;
    }
}

#[test]
fn a_larger_allowance_never_finishes_later_and_limits_are_kept() {
    let mut before = Span::MAX;
    for spend in ["0.05%", "0.1%", "0.2%", "0.4%", "1%"] {
        let plan = planned(&goal(20_000, spend));
        println!("{spend}: {:?} {}", exposures(&plan), plan.done_within);
        assert!(plan.done_within <= before);
        before = plan.done_within;
        assert!(plan.early.spend <= share(spend).fraction());
        assert!(plan.late.unwrap().spend <= 0.225);
        assert!(plan.by_deadline >= 0.9 && plan.gets_through >= plan.by_deadline);
        let shares: Vec<f64> = plan.stages.iter().map(|stage| stage.exposure.fraction()).collect();
        assert!(shares.windows(2).all(|two| two[1] <= 10.0 * two[0] + 1e-9), "{shares:?}");
        assert!(
            plan.harms
                .iter()
                .all(|harm| harm.ratio >= 2.0 && harm.found + harm.overdue + harm.missed > 0.999)
        );
    }
    // with one limit for both kinds of harm, a ladder would buy nothing
    let plan = planned(&goal(20_000, "1%").with_remedy(&Remedy::LateSpend(share("1%"))).unwrap());
    assert_eq!(exposures(&plan), ["50%"]);
}

#[test]
fn what_binds_a_stage_is_said_with_its_numbers() {
    let slow = goal(20_000, "0.05%").with_growth(5.0).unwrap();
    let plan = planned(&slow);
    let bounds: Vec<Bound> = plan.stages.iter().map(|stage| stage.bound_by).collect();
    println!("{:?} {:?}", exposures(&plan), plan.stages);
    assert_eq!(bounds, [Bound::Spend, Bound::Growth, Bound::Asked]);
    assert!(plan.stages[0].why.contains("0.05% is allowed"), "{}", plan.stages[0].why);
    assert!(plan.stages[1].why.contains("at most 5"), "{}", plan.stages[1].why);
    let late = goal(20_000, "0.05%")
        .with_last(share("20%"))
        .unwrap()
        .with_remedy(&Remedy::LateSpend(share("0.3%")))
        .unwrap();
    assert!(planned(&late).late.unwrap().spend <= 0.003);
}

/// A spec with the plan's part as it was given out.
fn spec(plan: &Planned, guardrail: &str, control: &str) -> String {
    let document = plan.document.to_json();
    let fragment = document.strip_prefix('{').unwrap().strip_suffix('}').unwrap();
    format!(
        r#"{{"rampgate": 1, "name": "n", "flag": {{"key": "k", "control": "a", "canary": "b"}}, "control": "{control}",
            "guardrails": [{guardrail}],
            "objective": {{"metric": "errors", "target": "90%", "period": "1d", "detection_delay": "15m", "on_missing_data": "allow"}}, {fragment}}}"#
    )
}

#[test]
fn the_document_is_accepted_as_it_is() {
    let errors = || Guardrail::new("errors").unwrap();
    let ceiling = errors().with_ceiling(chance(0.02)).unwrap();
    let latency = Guardrail::of("latency", Measure::Distribution).unwrap();
    let quantiles = [(share("50%"), 80_000_000), (share("99%"), 514_000_000)];
    let rate = || Baseline::rate(chance(0.005));
    let with = |guardrail: Guardrail, baseline| {
        let allowance = Allowance::new(gate("99%", "30d"), share("90%"), share("1%")).unwrap();
        let traffic = Traffic::constant(40_000).unwrap();
        Goal::new(traffic, guardrail, baseline, allowance, span("1d"))
            .unwrap()
            .with_runs(Runs::new(40, 1).unwrap())
    };
    let (plain, capped) = (r#"{"name": "errors"}"#, r#"{"name": "errors", "ceiling": "2%"}"#);
    let slow = r#"{"name": "errors", "required": false}, {"name": "latency", "measure": "distribution"}"#;
    for (goal, guardrail, last, requires) in [
        (with(errors(), rate()), plain, "50%", Requirement::Safe),
        (with(errors(), rate()).with_control(ControlPool::Matched), plain, "50%", Requirement::Safe),
        (with(ceiling, rate()), capped, "100%", Requirement::Safe),
        (with(errors(), rate()).with_full(Requirement::NoHarm), plain, "100%", Requirement::NoHarm),
        (with(errors(), rate()).with_full(Requirement::Unmonitored), plain, "100%", Requirement::Unmonitored),
        (with(latency, Baseline::quantiles(&quantiles).unwrap()), slow, "50%", Requirement::Safe),
    ] {
        let plan = planned(&goal);
        let control =
            if goal == goal.clone().with_control(ControlPool::Matched) { "matched" } else { "rest" };
        Plan::from_json(&plan.document.to_json()).unwrap();
        let spec = Spec::from_json(&spec(&plan, guardrail, control)).unwrap();
        let stage = spec.plan().stages().last().unwrap();
        assert_eq!((stage.exposure(), stage.requires()), (share(last), requires));
        assert_eq!(plan.without_control.is_some(), last == "100%" && plan.stages.len() > 1);
    }
}

/// Errors of 5% against an objective of 90% over a day: small enough for whole releases, unit by unit.
fn small() -> Goal {
    let allowance = Allowance::new(gate("90%", "1d"), share("60%"), share("0.6%")).unwrap();
    let errors = Guardrail::new("errors").unwrap();
    let traffic = Traffic::profile(vec![2_000, 4_000, 3_000, 1_000], 1).unwrap();
    Goal::new(traffic, errors, Baseline::rate(chance(0.05)), allowance, span("12h")).unwrap()
}

/// How a real release went: when it ended, whether it got through, and the units that had a harmful canary.
struct Played {
    millis: u64,
    done: bool,
    hit: u64,
}

/// A release through the facade: units assigned and recorded one by one, a step every five minutes. From `onset` on the canary fails with `chance`.
fn release(spec: &str, run: u64, onset: u32, failing: f64) -> Played {
    const LOOK: u64 = 300_000;
    let traffic = Traffic::profile(vec![2_000, 4_000, 3_000, 1_000], 1).unwrap();
    let mut release = Release::from_json(spec, ReplicaId(1)).unwrap();
    let errors = release.metric("errors").unwrap();
    let mut dice = Dice::new(77, run);
    let at = |millis| Timestamp::from_millis(1_000_000 + millis).unwrap();
    let _ = release.step(at(0), Command::Start { by: "test".into() }).unwrap();
    let (mut millis, mut unit, mut hit) = (0, 0_u64, 0);
    loop {
        let until = traffic.until(Span::from_millis(millis + LOOK).unwrap());
        let stages = u32::try_from(release.spec().plan().stages().len()).unwrap();
        let harmful = match release.phase() {
            Phase::Baking => onset <= stages,
            _ => release.rollout().stage().is_some_and(|stage| stage >= onset),
        };
        while unit < until {
            let assignment = release.assign(&format!("{run}-{unit}"));
            let canary = assignment.variant == "b";
            hit += u64::from(canary && harmful);
            let p = if canary && harmful { failing } else { 0.05 };
            let outcome = if dice.uniform() < p { Outcome::good().failed(errors) } else { Outcome::good() };
            release.record(assignment.placement, at(millis + LOOK), outcome).unwrap();
            unit += 1;
        }
        millis += LOOK;
        let step = release.step(at(millis), Signal::Tick).unwrap();
        if !harmful {
            let answer = step.gate.map(|report| report.answer());
            assert!(
                matches!(answer, None | Some(Clearance::Allow)),
                "the gate stands in the way: {answer:?}"
            );
        }
        match release.phase() {
            Phase::Completed => return Played { millis, done: true, hit },
            Phase::RollingBack => return Played { millis, done: false, hit },
            _ => assert!(millis < 200 * 3_600_000),
        }
    }
}

/// The stated figures beside real releases: within 3.1 standard errors of both (one in a thousand).
#[test]
fn real_releases_do_what_the_plan_says() {
    let plan = planned(&small());
    println!("{:?} {} {}", exposures(&plan), plan.document.to_json(), plan.expected);
    assert!(plan.stages.len() >= 2);
    let spec = spec(&plan, r#"{"name": "errors"}"#, "rest");
    let runs = 150_u64;
    let good: Vec<Played> = (0..runs).map(|run| release(&spec, run, u32::MAX, 0.05)).collect();
    let share_of = |count: usize| count as f64 / runs as f64;
    let error = |p: f64, other: f64| 3.1 * (p * (1.0 - p) * (1.0 / runs as f64 + 1.0 / other)).sqrt();
    let in_time =
        share_of(good.iter().filter(|played| played.done && played.millis <= 12 * 3_600_000).count());
    println!("in time: {in_time}, said {}", plan.by_deadline);
    assert!((in_time - plan.by_deadline).abs() <= error(plan.by_deadline, 400.0).max(0.03));
    let within = share_of(
        good.iter().filter(|played| played.done && played.millis <= plan.done_within.as_millis()).count(),
    );
    println!("within {}: {within}", plan.done_within);
    assert!((within - 0.9).abs() <= error(0.9, 400.0), "{within}");
    let done: Vec<f64> =
        good.iter().filter(|played| played.done).map(|played| played.millis as f64).collect();
    let mean = done.iter().sum::<f64>() / done.len() as f64;
    println!("mean {mean}, said {}", plan.expected.as_millis());
    assert!((mean / plan.expected.as_millis() as f64 - 1.0).abs() < 0.12);

    // harm of every size, from the start, from the last stage, from the bake
    let last = u32::try_from(plan.stages.len()).unwrap() - 1;
    for (onset, number) in [(Onset::Start, 0), (Onset::Stage(last), last), (Onset::Bake, last + 1)] {
        for harm in plan.harms.iter().filter(|harm| harm.onset == onset) {
            let played: Vec<Played> =
                (0..runs).map(|run| release(&spec, 1_000 + run, number, harm.ratio * 0.05)).collect();
            let met: Vec<&Played> = played.iter().filter(|played| played.hit > 0).collect();
            let beyond =
                met.iter().filter(|played| played.hit > harm.p95_units).count() as f64 / met.len() as f64;
            let missed = met.iter().filter(|played| played.done).count() as f64 / met.len() as f64;
            let mean = met.iter().map(|played| played.hit as f64).sum::<f64>() / met.len() as f64;
            println!(
                "{onset:?} {}: {beyond} beyond {}, mean {mean} said {}, missed {missed} said {}",
                harm.ratio, harm.p95_units, harm.expected_units, harm.missed
            );
            assert!(beyond <= 0.05 + error(0.05, 200.0), "{onset:?} {}: {beyond}", harm.ratio);
            assert!((missed - harm.missed).abs() <= error(harm.missed.clamp(0.02, 0.98), 200.0));
            assert!((mean / harm.expected_units - 1.0).abs() < 0.25, "{mean} {}", harm.expected_units);
        }
    }
}

/// Goals of every sort: what is planned keeps to what was asked for, and the real gate allows each of its steps.
#[test]
fn plans_keep_to_their_goals() {
    let mut dice = Dice::new(31, 0);
    let (mut plans, mut refusals) = (0, 0);
    for _ in 0..40 {
        let mut of = |list: &[&'static str]| {
            let at = dice.below(u32::try_from(list.len()).unwrap());
            *list.get(usize::try_from(at).unwrap()).unwrap()
        };
        let (target, failing) = (of(&["99%", "99.9%", "95%"]), of(&["1", "0.3", "0.1"]));
        let (remaining, spend) = (share(of(&["100%", "60%", "20%"])), of(&["0.1%", "0.5%", "2%", "10%"]));
        let asked = (of(&["5%", "20%", "50%"]), of(&["4h", "1d", "3d"]), of(&["1m", "5m", "20m"]));
        let growth: f64 = of(&["2", "4", "10"]).parse().unwrap();
        let traffic: u64 = of(&["3000", "30000", "300000"]).parse().unwrap();
        let gate = gate(target, "30d");
        let allowed = f64::from(gate.objective().allowed_parts_per_billion()) / 1e9;
        let baseline = Baseline::rate(chance(allowed * failing.parse::<f64>().unwrap()));
        let allowance = Allowance::new(gate, remaining, share(spend)).unwrap();
        let traffic = Traffic::profile(vec![traffic, traffic / 3, 2 * traffic], 0).unwrap();
        let errors = Guardrail::new("errors").unwrap();
        let goal = Goal::new(traffic, errors, baseline, allowance, span(asked.1)).unwrap();
        let goal = goal.with_looks(span(asked.2)).unwrap().with_last(share(asked.0)).unwrap();
        let goal = goal.with_growth(growth).unwrap().with_runs(Runs::new(20, 9).unwrap());
        let plan = match goal.plan().unwrap() {
            Answer::Plan(plan) => plan,
            Answer::Refusal(refusal) => {
                refusals += 1;
                assert!(!refusal.reason.is_empty());
                continue;
            }
        };
        plans += 1;
        let read = Plan::from_json(&plan.document.to_json()).unwrap();
        let bad = u64::from(remaining.complement().parts_per_million())
            * u64::from(gate.objective().allowed_parts_per_billion());
        let reading = Reading::of(span("30d"), span("30d"), 1_000_000_000_000_000 - bad, bad).unwrap();
        let mut before = Share::ZERO;
        for stage in read.stages() {
            let report = gate.ask(&reading, before, stage.exposure());
            assert_eq!(report.answer(), Clearance::Allow, "{}", stage.exposure());
            let rise = stage.exposure().fraction() / before.fraction();
            assert!(before == Share::ZERO || rise <= growth + 1e-9, "{rise}");
            before = stage.exposure();
        }
        assert_eq!(before, share(asked.0));
        assert!(plan.early.spend <= share(spend).fraction() && plan.by_deadline >= 0.9);
        assert!(plan.late.is_none_or(|late| late.spend <= late.allowed));
        assert!(plan.done_within <= span(asked.1));
    }
    println!("{plans} plans, {refusals} refusals");
    assert!(plans >= 10 && refusals >= 5);
}
