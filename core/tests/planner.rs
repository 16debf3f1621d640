//! What the planner plans.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, also in its helpers")]

use rampgate::canary::Guardrail;
use rampgate::simulate::planner::{Allowance, Answer, Goal, Planned, Traffic};
use rampgate::simulate::power::Baseline;
use rampgate::slo::{Gate, OnMissing};
use rampgate::{Probability, Share, Span};

fn share(text: &str) -> Share {
    text.parse().unwrap()
}

fn span(text: &str) -> Span {
    text.parse().unwrap()
}

fn chance(p: f64) -> Probability {
    Probability::new(p).unwrap()
}

/// Errors of 0.5% against an objective of 99%.
fn goal(units_per_hour: u64) -> Goal {
    let gate = Gate::new("99%".parse().unwrap(), span("30d"), span("15m"), OnMissing::FailClosed).unwrap();
    let allowance = Allowance::new(gate, share("90%"), share("1%")).unwrap();
    let errors = Guardrail::new("errors").unwrap();
    Goal::new(
        Traffic::constant(units_per_hour).unwrap(),
        errors,
        Baseline::rate(chance(0.005)),
        allowance,
        span("1d"),
    )
    .unwrap()
}

#[test]
fn explore() {
    use rampgate::simulate::planner::Remedy;
    for (n, spend, deadline, rate, ceiling, look) in [
        (20_000, "0.1%", "1d", 0.005, None, "5m"),
        (20_000, "0.01%", "1d", 0.005, None, "5m"),
        (2_000, "0.1%", "1d", 0.005, None, "5m"),
        (2_000, "1%", "6h", 0.005, None, "5m"),
        (200_000, "0.1%", "1d", 0.0005, Some(0.01), "1m"),
        (200_000, "0.02%", "1d", 0.0005, Some(0.01), "1m"),
        (1_000_000_000, "1%", "1d", 0.0005, None, "5m"),
        (300, "2%", "30d", 0.01, None, "5m"),
        (20_000, "0.1%", "1d", 0.3, None, "5m"),
    ] {
        let gate =
            Gate::new("99%".parse().unwrap(), span("30d"), span("15m"), OnMissing::FailClosed).unwrap();
        let allowance = Allowance::new(gate, share("90%"), share(spend)).unwrap();
        let mut errors = Guardrail::new("errors").unwrap();
        if let Some(ceiling) = ceiling {
            errors = errors.with_ceiling(chance(ceiling)).unwrap();
        }
        let mut goal = Goal::new(
            Traffic::constant(n).unwrap(),
            errors,
            Baseline::rate(chance(rate)),
            allowance,
            span(deadline),
        )
        .unwrap();
        goal = goal.with_remedy(&Remedy::LookEvery(span(look))).unwrap();
        let start = std::time::Instant::now();
        let answer = goal.plan().unwrap();
        println!("== {n} {spend} {deadline} {rate} {look}: {:?}", start.elapsed());
        match answer {
            Answer::Plan(plan) => {
                for stage in &plan.stages {
                    println!(
                        "  {} {} {} {} {:?} {}",
                        stage.exposure,
                        stage.passes,
                        stage.expected_time,
                        stage.p90_time,
                        stage.bound_by,
                        stage.why
                    );
                }
                println!("  {}", plan.document.to_json());
                println!(
                    "  {} {} {} {} {:?} {:?} {:?} {:?}",
                    plan.expected,
                    plan.done_within,
                    plan.by_deadline,
                    plan.false_rollback,
                    plan.early,
                    plan.late,
                    plan.without_control,
                    plan.notes
                );
            }
            Answer::Refusal(refusal) => println!("  {refusal:?}"),
        }
    }
}
