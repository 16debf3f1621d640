//! The plan that a goal needs.

use super::input;
use crate::args::PlanArgs;
use crate::plan::table;
use rampgate::simulate::planner;
use serde_json::Value;
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

const GOAL: &str = include_str!("../../data/goal.json");

/// Prints the plan, or why there is none; the latter is a failure.
///
/// # Errors
/// A file that cannot be read, a goal that is refused.
pub(crate) fn run(args: &PlanArgs) -> Result<ExitCode, Box<dyn Error>> {
    let (text, source) = match &args.goal {
        None => (GOAL.to_owned(), "the built-in goal".to_owned()),
        Some(goal) => (input(goal)?, goal.to_string()),
    };
    let answer = planner::answer(&text).map_err(|error| format!("{source}: {error}"))?;
    let read: Value = serde_json::from_str(&answer)?;
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{answer}")?;
    } else {
        write!(out, "{}", table(&read))?;
    }
    Ok(if read.get("plan").is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
