//! The story of a release from its log.

use super::{input, read};
use crate::args::ExplainArgs;
use rampgate::log::{Subject, verify, verify_against};
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

/// # Errors
/// A file that cannot be read; a spec, a head or a log that is refused.
pub(crate) fn run(args: &ExplainArgs) -> Result<ExitCode, Box<dyn Error>> {
    let subject = match (&args.spec, &args.plan, &args.name) {
        (Some(path), ..) => {
            Subject::of_release(&read(path)?).map_err(|error| format!("{}: {error}", path.display()))?
        }
        (None, Some(path), Some(name)) => {
            Subject::of_plan(name, &read(path)?).map_err(|error| format!("{}: {error}", path.display()))?
        }
        _ => Subject::of_release(super::replay::SPEC)?,
    };
    let text = input(&args.log)?;
    let story = match &args.head {
        None => verify(&text),
        Some(head) => verify_against(&text, head),
    }
    .and_then(|verified| verified.explain(&subject))
    .map_err(|error| format!("{}: {error}", args.log))?;
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string(&story)?)?;
    } else {
        write!(out, "{story}")?;
    }
    Ok(ExitCode::SUCCESS)
}
