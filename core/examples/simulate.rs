//! Answers a question about simulated releases: JSON from standard input, JSON to standard output; see `simulate::rollout::answer`.
//!
//! `cargo run --release -p rampgate --features parallel --example simulate < question.json`

use rampgate::simulate::rollout;
use std::error::Error;
use std::io::{Read, Write};

fn main() -> Result<(), Box<dyn Error>> {
    let mut question = String::new();
    std::io::stdin().read_to_string(&mut question)?;
    writeln!(std::io::stdout(), "{}", rollout::answer(&question)?)?;
    Ok(())
}
