//! How long the planner takes for its questions, common ones and hard ones, as a table: the questions are those of `planner_questions.json` beside this file.
//!
//! `cargo run --release -p rampgate --features simulate --example planner_times`, with a part of a question's name to ask it alone, or with a file of other
//! questions, whose name ends in `.json`.

use rampgate::simulate::planner;
use serde_json::Value;
use std::error::Error;
use std::io::Write;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let other = wanted.ends_with(".json").then(|| std::fs::read_to_string(&wanted)).transpose()?;
    let questions = other.as_deref().unwrap_or(include_str!("planner_questions.json"));
    let questions: Value = serde_json::from_str(questions)?;
    let mut out = std::io::stdout();
    writeln!(out, "| question | answer | seconds |\n|---|---|---|")?;
    for question in questions.as_array().into_iter().flatten() {
        let name = question.get("name").and_then(Value::as_str).unwrap_or_default();
        if other.is_none() && !name.contains(&wanted) {
            continue;
        }
        let text = question.get("question").map(Value::to_string).unwrap_or_default();
        // the shortest of three is the one that others disturbed least
        let (mut least, mut answer) = (f64::INFINITY, String::new());
        let origin = Instant::now();
        for _ in 0..3 {
            let start = seconds(origin);
            answer = planner::answer(&text).unwrap_or_else(|error| error.to_string());
            least = least.min(seconds(origin) - start);
        }
        writeln!(out, "| {name} | {} | {least:.3} |", short(&answer))?;
    }
    Ok(())
}

/// Seconds that this thread was at work, where the system tells them; else those since the origin.
fn seconds(origin: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let worked = told.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    worked.map_or_else(|| origin.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

/// The exposures of a plan, or what stands in its way and how many remedies were found.
fn short(answer: &str) -> String {
    let Ok(answer) = serde_json::from_str::<Value>(answer) else { return answer.into() };
    if let Some(refusal) = answer.get("refusal") {
        let enough = refusal.get("enough").and_then(Value::as_array).map_or(0, Vec::len);
        return format!(
            "{}, {enough} remedies",
            refusal.get("obstacle").and_then(Value::as_str).unwrap_or_default()
        );
    }
    let stages = answer.pointer("/plan/stages").and_then(Value::as_array);
    let exposures =
        stages.into_iter().flatten().filter_map(|stage| stage.get("exposure").and_then(Value::as_str));
    exposures.collect::<Vec<_>>().join(" ")
}
