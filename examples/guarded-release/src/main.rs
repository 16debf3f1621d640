//! Replays traffic through one guarded release.
#![cfg_attr(
    not(test),
    expect(dead_code, reason = "the parts are here, the release that they serve is not yet")
)]

mod access_log;
mod args;
mod progress;
mod recording;

use clap::Parser;

fn main() {
    let args = args::Args::parse();
    println!("{args:?}");
}
