//! Replays the release of `testdata/release/`: ten thousand events through two attempts. Every language replays the same script
//! and must print the same bytes.
//!
//! `RAMPGATE_BLESS=1 cargo test -p rampgate --test golden_release` writes the expected files anew, after a change of behaviour that was meant.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers"
)]

use rampgate::Timestamp;
use rampgate::observe::{Outcome, ReplicaId};
use rampgate::release::{Release, Signal};
use rampgate::rollout::{Action, Phase, replay};
use serde_json::Value;
use std::fmt::Write as _;

const SPEC: &str = include_str!("../testdata/release/spec.json");
const SCRIPT: &str = include_str!("../testdata/release/script.json");

struct Run {
    release: Release,
    /// One decision a line.
    decisions: String,
    /// Every tenth step whole, one a line: events, decisions, the judge's report, the gate's arithmetic.
    steps: String,
    events: Vec<rampgate::rollout::Event>,
    actions: Vec<Action>,
}

/// The script as `testdata/README.md` words it.
fn run() -> Run {
    let script: Value = serde_json::from_str(SCRIPT).unwrap();
    let number = |name: &str| script[name].as_u64().unwrap();
    let mut release = Release::from_json(SPEC, ReplicaId(1)).unwrap();
    let (errors, timeouts) = (release.metric("errors").unwrap(), release.metric("timeouts").unwrap());
    let canary = release.spec().flag().variants().nth(1).unwrap().to_owned();
    let (mut decisions, mut steps) = (String::new(), String::new());
    let (mut events, mut actions, mut count) = (vec![], vec![], 0);
    let mut x = number("seed");
    for n in 0..number("events") {
        let at = Timestamp::from_millis(number("start_ms") + n * number("interval_ms")).unwrap();
        let signal = &script["signals"][n.to_string()];
        if !signal.is_null() || n % number("step_every") == 0 {
            let signal =
                if signal.is_null() { Signal::Tick } else { Signal::from_json(&signal.to_string()).unwrap() };
            let step = release.step(at, signal).unwrap();
            for decision in &step.decisions {
                writeln!(decisions, "{}", serde_json::to_string(decision).unwrap()).unwrap();
                actions.push(decision.action);
            }
            if count % 10 == 0 {
                writeln!(steps, "{}", serde_json::to_string(&step).unwrap()).unwrap();
            }
            count += 1;
            events.extend(step.events);
            continue;
        }
        x = (1_103_515_245 * x + 12_345) % (1 << 31);
        let rates = script["failures_per_mille"].as_array().unwrap();
        let rates = rates.iter().rfind(|rates| rates["from"].as_u64().unwrap() <= n).unwrap();
        let assignment = release.assign(&format!("user-{n}"));
        let arm = if assignment.variant == canary { "canary" } else { "control" };
        let mut outcome = Outcome::good();
        if x % 1_000 < rates[arm].as_u64().unwrap() {
            outcome = outcome.failed(errors);
        }
        if x / 1_000 % 1_000 < number("timeouts_per_mille") {
            outcome = outcome.failed(timeouts);
        }
        if x % 97 == 0 {
            outcome = outcome.missing(timeouts);
        }
        let placement = assignment.placement;
        release.record(placement, at, outcome).unwrap();
    }
    Run { release, decisions, steps, events, actions }
}

fn check(name: &str, expected: &str, found: &str) {
    if std::env::var_os("RAMPGATE_BLESS").is_some() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/release").join(name);
        std::fs::write(path, found).unwrap();
        return;
    }
    for (line, (expected, found)) in expected.lines().zip(found.lines()).enumerate() {
        assert_eq!(expected, found, "{name}, line {}", line + 1);
    }
    assert!(expected == found, "{name}: as long as expected");
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    digits + "\n"
}

#[test]
fn the_log_the_steps_and_the_state_are_the_expected_bytes() {
    let mut run = run();
    check("decisions.jsonl", include_str!("../testdata/release/decisions.jsonl"), &run.decisions);
    check("steps.jsonl", include_str!("../testdata/release/steps.jsonl"), &run.steps);
    let delta = run.release.take_delta().unwrap();
    check("delta.hex", include_str!("../testdata/release/delta.hex"), &hex(&delta));
    let state = run.release.state().unwrap();
    check("state.hex", include_str!("../testdata/release/state.hex"), &hex(&state));
}

#[test]
fn the_script_goes_through_harm_retry_and_completion() {
    let run = run();
    assert_eq!(run.release.phase(), Phase::Completed);
    assert_eq!(run.release.rollout().attempt(), 2);
    for action in [
        Action::Advance,
        Action::Hold,
        Action::Pause,
        Action::Resume,
        Action::RollBack,
        Action::ConfirmRollback,
        Action::Promote,
        Action::Bake,
        Action::Complete,
        Action::Ignore,
    ] {
        assert!(run.actions.contains(&action), "{action} is missing");
    }
}

#[test]
fn the_events_alone_give_the_decisions_again() {
    let run = run();
    let (state, decisions) = replay(run.release.spec().plan(), &run.events).unwrap();
    assert_eq!(&state, run.release.rollout());
    let text: Vec<String> =
        decisions.iter().map(|decision| serde_json::to_string(decision).unwrap()).collect();
    assert_eq!(text, run.decisions.lines().collect::<Vec<_>>());
}
