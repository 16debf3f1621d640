//! Every sequence of up to six events of a small alphabet, over small plans. Sequences that lead to the same state and
//! leave the witness with the same account have the same future, so each such pair is walked on from once.

use crate::witness::Witness;
use crate::world::{MINUTE, World, finding};
use rampgate::canary::{Lack, Verdict};
use rampgate::rollout::{Command, Event, EventKind, Phase, State, step};
use rampgate::slo::Clearance;
use rampgate::{Share, Span};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

const DEPTH: usize = 6;

/// What can happen next: each with the minutes after the last event.
fn alphabet(state: &State, known: u64) -> Vec<(u64, EventKind)> {
    let by = || String::from("ann");
    let (attempt, stage) = state.judging().unwrap_or((state.attempt(), 0));
    let judged = |verdict, units, clearance| EventKind::Judged {
        attempt,
        stage,
        finding: finding(verdict, units),
        clearance,
    };
    let cap = Clearance::Cap(Share::from_parts_per_million(60_000).unwrap());
    vec![
        (16, EventKind::Tick),
        (0, EventKind::Command(Command::Start { by: by() })),
        (5, judged(Verdict::Safe, known + 10, Clearance::Allow)),
        (5, judged(Verdict::Inconclusive, known + 10, cap)),
        (5, judged(Verdict::Insufficient(Lack::SourceError), 0, Clearance::Allow)),
        (5, judged(Verdict::Invalid, known + 10, Clearance::Allow)),
        (5, judged(Verdict::Harm, known + 10, Clearance::Allow)),
        (5, judged(Verdict::Safe, known + 10, Clearance::RollBack)),
        (
            5,
            EventKind::Judged {
                attempt: attempt + 1,
                stage,
                finding: finding(Verdict::Safe, 10),
                clearance: Clearance::Allow,
            },
        ),
        (0, EventKind::Command(Command::Approve { by: by(), stage: Some(stage) })),
        (0, EventKind::Command(Command::Promote { by: by() })),
        (0, EventKind::Command(Command::Pause { by: by() })),
        (0, EventKind::Command(Command::Resume { by: by() })),
        (0, EventKind::Command(Command::Abort { by: by(), why: "a test".into() })),
        (0, EventKind::Command(Command::Request { by: by() })),
        (0, EventKind::Command(Command::Revise { by: by(), revision: format!("r{}", state.attempt()) })),
        (0, EventKind::Command(Command::Retry { by: by() })),
        (0, EventKind::Command(Command::Confirm)),
        (0, EventKind::Command(Command::RollbackFailed { why: "a test".into() })),
    ]
}

fn plans() -> Vec<Value> {
    vec![
        json!({"stages": [{"exposure": "5%", "min_dwell": "5m"}]}),
        json!({"stages": [{"exposure": "5%", "min_dwell": "5m", "min_units": 20},
                          {"exposure": "50%", "min_dwell": "5m", "requires": "no_harm", "min_units": 10}]}),
        json!({"stages": [{"exposure": "5%", "min_dwell": "5m", "approval": true, "deadline": "20m", "on_deadline": "expire"}],
               "bake": "5m"}),
        json!({"stages": [{"exposure": "5%", "min_dwell": "0s", "requires": "unmonitored"},
                          {"exposure": "100%", "min_dwell": "5m", "on_inconclusive": "rollback", "on_no_data": "rollback"}],
               "calendar": {"deny": [{"from": "2026-11-24T12:16:00Z", "until": "2026-11-24T12:40:00Z"}]},
               "start": "2026-11-24T12:05:00Z"}),
    ]
}

#[test]
fn every_short_sequence_of_events_keeps_the_laws() {
    let mut phases: BTreeSet<String> = BTreeSet::new();
    let (mut walked, mut states) = (0_usize, 0_usize);
    for json in plans() {
        let world = World::new(json);
        let mut layer: HashMap<(Vec<u8>, Witness), State> = HashMap::new();
        layer.insert((Vec::new(), Witness::default()), State::new());
        for _ in 0..DEPTH {
            let mut next = HashMap::new();
            for ((_, witness), state) in layer {
                let known =
                    state.watch().map_or(0, |watch| watch.finding().map_or(0, |(_, finding)| finding.units));
                for (minutes, kind) in alphabet(&state, known) {
                    let wait = Span::from_millis(minutes * MINUTE).unwrap();
                    let at =
                        if state.seq() == 0 { crate::world::at(0) } else { state.at().saturating_add(wait) };
                    let mut witness = witness.clone();
                    let event = Event { seq: state.seq() + 1, at, kind };
                    let seen = witness.observe(&world, &step, &state, &event);
                    let (after, _) =
                        seen.unwrap_or_else(|breach| panic!("{breach:?}")).expect("events in order");
                    walked += 1;
                    phases.insert(name(after.phase()));
                    next.insert((postcard::to_allocvec(&after).unwrap(), witness), after);
                }
            }
            states += next.len();
            layer = next;
        }
    }
    println!("{walked} transitions, {states} states, phases: {phases:?}");
    assert_eq!(phases.len(), 10, "{phases:?}");
}

/// The phase without its numbers.
fn name(phase: Phase) -> String {
    let text = phase.to_string();
    text.split([' ', ':']).take(if text.starts_with("roll") { 2 } else { 1 }).collect::<Vec<_>>().join(" ")
}
