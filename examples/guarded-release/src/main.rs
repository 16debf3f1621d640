//! Replays traffic through one guarded release.
#![expect(dead_code, reason = "the parts are here; the release that uses them all is wired in next")]

mod access_log;
mod args;
mod page;
mod plot;
mod progress;
mod recording;
mod text;

use args::Args;
use clap::Parser;
use progress::{Progress, Style};
use recording::Recording;
use std::error::Error;
use text::{count, duration, percent};

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    for recording in [Recording::healthy()?, Recording::faulty()?] {
        let style = Style::detect(args.quiet);
        let mut progress =
            Progress::new(recording.name(), "requests", Some(recording.request_count()), style);
        let mut failures = [0_u64; 2];
        for (request, done) in recording.requests().zip(1..) {
            let [control, canary] = &mut failures;
            *control = control.saturating_add(u64::from(request.fails_on_control));
            *canary = canary.saturating_add(u64::from(request.fails_on_canary));
            progress.advance(done)?;
        }
        let fault = recording.fault_begins_ms().map_or_else(
            || "no fault".to_owned(),
            |at| format!("fault after {}", duration(at.saturating_sub(recording.start_ms()))),
        );
        let [control, canary] =
            failures.map(|failed| percent(failed as f64 / recording.request_count() as f64));
        progress.say(&format_args!(
            "{}: {} requests, {control} fail on the old version, {canary} on the new, {fault}",
            recording.name(),
            count(recording.request_count()),
        ))?;
    }
    Ok(())
}
