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
    Goal::new(Traffic::constant(units_per_hour).unwrap(), errors, Baseline::rate(chance(0.005)), allowance, span("1d"))
        .unwrap()
}

#[test]
fn explore() {
    let n: u64 = std::env::var("N").map_or(20_000, |n| n.parse().unwrap());
    let spend = std::env::var("SPEND").unwrap_or("1%".into());
    let mut goal = goal(n);
    if let Ok(d) = std::env::var("D") { goal = goal.with_remedy(&rampgate::simulate::planner::Remedy::Deadline(span(&d))).unwrap(); }
    goal = goal.with_remedy(&rampgate::simulate::planner::Remedy::Spend(share(&spend))).unwrap();
    let start = std::time::Instant::now();
    let answer = goal.plan().unwrap();
    println!("{:?}", start.elapsed());
    println!("{}", serde_json::to_string(&answer).unwrap().replace("},", "},\n").replace("\"stages", "\n\"stages"));
}
