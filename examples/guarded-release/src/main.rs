//! Replays traffic through one guarded release, and shows what was decided and why.

mod access_log;
mod args;
mod command;
mod page;
mod plot;
mod progress;
mod recording;
mod replay;
mod simulate;
mod story;
mod text;
mod traffic;
mod window;

use args::{Args, Command};
use clap::Parser;
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(code) => code,
        Err(error) if is_closed_pipe(error.as_ref()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "guarded-release: {error}");
            ExitCode::from(2)
        }
    }
}

/// Somebody read as much as they wanted, as `head` does.
fn is_closed_pipe(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn run(args: Args) -> Result<ExitCode, Box<dyn Error>> {
    match args.command.unwrap_or(Command::Replay(args.replay)) {
        Command::Replay(args) => command::replay::run(&args),
        Command::Simulate(args) => simulate::run(&args),
    }
}
