//! What the user asks for.

use clap::builder::{NonEmptyStringValueParser, ValueParser};
use clap::{Parser, Subcommand};
use core::fmt;
use rampgate::log::Head;
use rampgate::{Probability, Span};
use std::path::PathBuf;

/// A guarded release: who sees it, is it hurting them, can we afford it, what next.
///
/// Without a command two recordings are replayed: a healthy release, which completes, and one with a real fault, which is
/// rolled back. Each decision is printed with its reasons, and a page with the plots is written at the end.
#[derive(Clone, Debug, Parser)]
#[command(name = "guarded-release", version, after_long_help = EXAMPLES, max_term_width = 100, args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) replay: ReplayArgs,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ReplayArgs {
    /// Replay this access log instead; `-` reads standard input
    ///
    /// Common or combined log format, or JSON lines with `timestamp`, `unit`, `status` and optionally `arm` (control or
    /// canary), `path` and `latency` (ms), in order of time. A line that cannot be read is reported with its number and
    /// skipped.
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<Input>,

    /// Release spec (JSON) to follow instead of the one built in
    #[arg(long, value_name = "FILE")]
    pub(crate) spec: Option<PathBuf>,

    /// Where the page with the plots goes
    #[arg(long, value_name = "FILE", default_value = "guarded-release.html")]
    pub(crate) out: PathBuf,

    /// All requests of a unit within this time of its first are one outcome
    ///
    /// One person's requests are not independent of each other, so they count as one piece of evidence: failed if any of
    /// them failed. Times are such as 30s, 10m, 1h30m; 0s makes every request an outcome of its own.
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = ValueParser::new(span))]
    pub(crate) window: Span,

    /// Requests of the log under this path were served by the canary, all others by the control
    ///
    /// For logs whose lines do not name the arm. A path is under `/v2` if it is `/v2` itself or begins with `/v2/` or `/v2?`.
    #[arg(long, value_name = "PREFIX", requires = "log", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) canary_path: Option<String>,

    /// Write every decision to this file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub(crate) log_decisions: Option<PathBuf>,

    /// Write the log of each release to this folder, for `explain`
    #[arg(long, value_name = "FOLDER")]
    pub(crate) event_logs: Option<PathBuf>,

    /// Print the summary alone: no progress, no decisions
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// What else there is to do.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Command {
    /// Replay traffic, recorded or from a log, through one guarded release (what happens without a command)
    Replay(ReplayArgs),

    /// Tell the story of a release from its log, once the log is found to be whole
    Explain(ExplainArgs),

    /// Find the stages for a release: from its traffic, its budget and its deadline
    ///
    /// Prints the stages, what a good release takes, and what harm would cost; or what stands in the way and what would be enough, with exit code 1.
    Plan(PlanArgs),

    /// Play releases of a spec many times: what would it do in good days and bad, and what would others do?
    ///
    /// Each scenario is played by this library and by the rules of Argo Rollouts, Flagger, Kayenta's judge and a bare schedule, in the same traffic. First each
    /// of them is set so that it rolls back the same share of healthy releases.
    Simulate(SimulateArgs),
}

/// What to plan for.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = PLAN_EXAMPLES)]
pub(crate) struct PlanArgs {
    /// What the release is to fulfil (JSON) instead of the goal built in; `-` reads standard input
    ///
    /// Such as `{"traffic": 20000, "guardrail": {"name": "errors"}, "baseline": {"rate": 0.005}, "deadline": "2d", "budget": {"target": "99%", "period": "30d",
    /// "detection_delay": "15m", "on_missing_data": "hold", "remaining": "90%", "spend": "1%"}}`. All that may be in it is in the documentation of rampgate,
    /// at `simulate::planner::answer`.
    #[arg(value_name = "GOAL")]
    pub(crate) goal: Option<Input>,

    /// Print the answer as JSON; its `document` is what goes into a release spec
    #[arg(long)]
    pub(crate) json: bool,
}

const PLAN_EXAMPLES: &str = "\
Examples:
  guarded-release plan
      The goal built in.
  guarded-release plan goal.json --json | jq .plan.document
      The stages for your own release spec.";

/// What to explain.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = EXPLAIN_EXAMPLES)]
pub(crate) struct ExplainArgs {
    /// The log of a release, format rampgate-log-1; `-` reads standard input
    #[arg(value_name = "LOG")]
    pub(crate) log: Input,

    /// The release's spec, byte for byte, instead of the one built in
    #[arg(long, value_name = "FILE", conflicts_with = "plan")]
    pub(crate) spec: Option<PathBuf>,

    /// The plan alone, for a rollout without a spec
    #[arg(long, value_name = "FILE", requires = "name")]
    pub(crate) plan: Option<PathBuf>,

    /// Name of the release, beside a plan
    #[arg(long, value_name = "NAME", requires = "plan")]
    pub(crate) name: Option<String>,

    /// The head that was kept elsewhere, such as 8:5e1f…: refuses a log that was cut short or written anew
    #[arg(long, value_name = "HEAD")]
    pub(crate) head: Option<Head>,

    /// Print the story as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  guarded-release replay --event-logs . && guarded-release explain faulty.jsonl
      The story of the recording with a fault.
  guarded-release explain release.jsonl --spec release.json --head 8:5e1f…
      Your own release, against the head that you kept.";

/// What to simulate.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = SIMULATE_EXAMPLES)]
pub(crate) struct SimulateArgs {
    /// Release spec (JSON) to follow instead of the one built in
    ///
    /// Its guardrails must be rates. The built-in scenarios know one; your own tell of each after the first.
    #[arg(long, value_name = "FILE")]
    pub(crate) spec: Option<PathBuf>,

    /// Scenario (JSON) instead of those built in; may be given more than once
    ///
    /// Such as `{"traffic": {"units_per_minute": 1000}, "background": {"rate": 0.005}, "faults": [{"errors": {"times": 2, "from": "3h"}}]}`. All that may
    /// be in it is in the documentation of rampgate, at `simulate::rollout::Scenario::from_json`.
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Vec<PathBuf>,

    /// How often each scenario is played
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) runs: u32,

    /// Where random numbers begin: the same seed gives the same page
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,

    /// The share of healthy releases that each controller is set to roll back
    #[arg(long, value_name = "SHARE", default_value = "1%", value_parser = ValueParser::new(chance))]
    pub(crate) false_rollbacks: Probability,

    /// Play this library alone, with the spec's own alpha
    #[arg(long, conflicts_with = "false_rollbacks")]
    pub(crate) alone: bool,

    /// Where the page with the pictures goes
    #[arg(long, value_name = "FILE", default_value = "simulation.html")]
    pub(crate) out: PathBuf,

    /// Print the tables alone: no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

const SIMULATE_EXAMPLES: &str = "\
Examples:
  guarded-release simulate
      Nine scenarios, five controllers; then open simulation.html.
  guarded-release simulate --spec release.json --scenario friday.json --runs 2000 --alone
      What your own spec would do in your own scenario.";

const EXAMPLES: &str = "\
Examples:
  guarded-release
      The two recordings; then open guarded-release.html.
  guarded-release --log access.log --canary-path /v2
      Your own traffic, where the new version serves what is under /v2.
  zcat access.log.*.gz | guarded-release --log - --spec release.json
      From standard input, with your own spec.
  guarded-release plan
      The stages that a release needs: see guarded-release plan --help.
  guarded-release simulate
      What the rules would do, over many releases: see guarded-release simulate --help.";

/// Where a log is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Stdin,
    File(PathBuf),
}

impl From<std::ffi::OsString> for Input {
    fn from(text: std::ffi::OsString) -> Self {
        if text == "-" { Self::Stdin } else { Self::File(text.into()) }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// Whether the path of a request is under `prefix`, as `--canary-path` means it.
pub(crate) fn is_under(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| prefix.ends_with('/') || rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

/// The rule alone: clap's own message names the argument and the value.
fn span(text: &str) -> Result<Span, String> {
    text.parse().map_err(|error: rampgate::Error| error.problems().map(|problem| problem.rule()).collect())
}

/// A share, 0.1% to 50%, as a probability.
fn chance(text: &str) -> Result<Probability, String> {
    let rule = || "must be from 0.1% to 50%".to_owned();
    let share: rampgate::Share = text.parse().map_err(|_| rule())?;
    if !(1_000..=500_000).contains(&share.parts_per_million()) {
        return Err(rule());
    }
    Probability::new(share.fraction()).map_err(|_| rule())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Args, clap::Error> {
        Args::try_parse_from([&["guarded-release"], args].concat())
    }

    #[test]
    fn the_definition_is_sound() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }

    #[test]
    fn no_argument_is_needed() {
        let args = parse(&[]).unwrap().replay;
        assert_eq!(args.window.as_millis(), 600_000);
        assert_eq!(args.out, PathBuf::from("guarded-release.html"));
        assert!(args.log.is_none() && args.spec.is_none() && !args.quiet);
    }

    #[test]
    fn a_log_is_a_file_or_standard_input() {
        assert_eq!(parse(&["--log", "-"]).unwrap().replay.log, Some(Input::Stdin));
        assert_eq!(parse(&["--log", "a.log"]).unwrap().replay.log, Some(Input::File("a.log".into())));
    }

    #[test]
    fn wrong_arguments_are_refused_in_words() {
        let message = parse(&["--window", "10 minutes"]).unwrap_err().to_string();
        assert!(message.contains("must be whole numbers with the units d, h, m, s, ms"), "{message}");
        assert!(parse(&["--canary-path", "/v2"]).is_err());
        assert!(parse(&["--log", "-", "--canary-path", ""]).is_err());
        assert!(parse(&["access.log"]).is_err());
    }

    #[test]
    fn simulations_have_arguments_of_their_own() {
        let simulate = |args: &[&str]| match parse(&[&["simulate"], args].concat())?.command {
            Some(Command::Simulate(args)) => Ok(args),
            _ => Err(clap::Error::new(clap::error::ErrorKind::MissingSubcommand)),
        };
        let args = simulate(&["--false-rollbacks", "2.5%", "--scenario", "a", "--scenario", "b"]).unwrap();
        assert_eq!((args.runs, args.seed, args.scenario.len()), (300, 1, 2));
        assert_eq!(args.false_rollbacks, Probability::new(0.025).unwrap());
        for wrong in [&["--runs", "0"][..], &["--false-rollbacks", "0%"], &["--window", "1m"]] {
            assert!(simulate(wrong).is_err(), "{wrong:?}");
        }
        assert!(simulate(&["--alone", "--false-rollbacks", "1%"]).is_err());
        assert!(parse(&["--quiet", "simulate"]).is_err());
    }

    #[test]
    fn a_prefix_ends_where_a_name_ends() {
        for path in ["/v2", "/v2/", "/v2/cart", "/v2?a=1", "/v2#x"] {
            assert!(is_under(path, "/v2"), "{path}");
        }
        assert!(is_under("/v2/cart", "/v2/"));
        for path in ["/v20", "/", "", "/a/v2", "/V2"] {
            assert!(!is_under(path, "/v2"), "{path}");
        }
    }
}
