//! Every sequence of up to six events of a small alphabet, over small plans. Sequences that lead to the same state and
//! leave the witness with the same account have the same future, so each such pair is walked on from once.

use crate::witness::Witness;
use crate::world::{MINUTE, World, finding};
use rampgate::canary::{Lack, Verdict};
use rampgate::rollout::fleet::Observed;
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
               "bake": "5m", "restart_every": "10m"}),
        json!({"stages": [{"exposure": "5%", "min_dwell": "0s", "requires": "unmonitored"},
                          {"exposure": "100%", "min_dwell": "5m", "on_inconclusive": "rollback", "on_no_data": "rollback"}],
               "calendar": {"deny": [{"from": "2026-11-24T12:16:00Z", "until": "2026-11-24T12:40:00Z"}]},
               "start": "2026-11-24T12:05:00Z"}),
    ]
}

#[test]
fn every_short_sequence_of_events_keeps_the_laws() {
    walk(plans(), DEPTH, alphabet);
}

/// What can happen next to a fleet of two: less of people, and each count of replicas that tells something else.
fn fleet_alphabet(state: &State, known: u64) -> Vec<(u64, EventKind)> {
    let tells = |kind: &EventKind| match kind {
        EventKind::Judged { attempt, finding, clearance, .. } => {
            *attempt == state.attempt()
                && *clearance == Clearance::Allow
                && matches!(finding.verdict, Verdict::Safe | Verdict::Harm)
        }
        EventKind::Command(command) => !matches!(
            command,
            Command::Approve { .. } | Command::Request { .. } | Command::RollbackFailed { .. }
        ),
        _ => true,
    };
    let count = |minutes, ready_new, not_ready_new, ready_old| {
        let observed = Observed { ready_new, not_ready_new, ready_old, ..Observed::default() };
        (minutes, EventKind::Fleet(observed))
    };
    let counts = [count(0, 0, 0, 2), count(5, 1, 0, 1), count(5, 1, 1, 1), count(5, 2, 0, 0)];
    alphabet(state, known).into_iter().filter(|(_, kind)| tells(kind)).chain(counts).collect()
}

#[test]
fn every_short_sequence_of_events_on_a_fleet_keeps_the_laws() {
    let fleet = json!({"replicas": 2, "max_surge": 1});
    let plans = vec![
        json!({"stages": [{"exposure": "50%", "min_dwell": "5m"}, {"exposure": "100%", "min_dwell": "5m"}], "fleet": fleet}),
        json!({"stages": [{"exposure": "50%", "min_dwell": "5m", "requires": "unmonitored", "deadline": "20m", "on_deadline": "expire"}],
               "fleet": fleet, "bake": "5m"}),
    ];
    walk(plans, DEPTH + 1, fleet_alphabet);
}

fn walk(plans: Vec<Value>, depth: usize, alphabet: fn(&State, u64) -> Vec<(u64, EventKind)>) {
    let mut phases: BTreeSet<String> = BTreeSet::new();
    let (mut walked, mut states) = (0_usize, 0_usize);
    for json in plans {
        let world = World::new(json);
        let mut layer: HashMap<(Vec<u8>, Witness), State> = HashMap::new();
        layer.insert((Vec::new(), Witness::default()), State::new());
        for _ in 0..depth {
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
    // No replica fails to stop in the alphabet of fleets.
    assert_eq!(phases.len(), if depth == DEPTH { 10 } else { 9 }, "{phases:?}");
}

/// What a stage of the walked plans may ask for.
fn kinds() -> [Value; 6] {
    [
        json!({"min_dwell": "5m"}),
        json!({"min_dwell": "5m", "min_units": 20, "on_inconclusive": "rollback", "on_no_data": "rollback"}),
        json!({"min_dwell": "5m", "min_units": 10, "requires": "no_harm", "deadline": "20m", "on_deadline": "expire"}),
        json!({"min_dwell": "0s", "requires": "unmonitored", "approval": true}),
        json!({"min_dwell": "5m", "approval": {"within": "10m", "on_timeout": "hold"}}),
        json!({"min_dwell": "5m", "approval": {"within": "10m"}, "deadline": "60m", "on_invalid": "rollback"}),
    ]
}

const MOST_STAGES: usize = 3;

/// Plans that agree on the stages entered so far, on whether these are all, and on the next exposure: they have the same future until
/// another stage is entered (`what_comes_later_is_not_looked_at` holds the machine to that), so they are walked as one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Known {
    stages: Vec<usize>,
    complete: bool,
}

impl Known {
    fn plan(&self) -> Value {
        let exposures = ["5%", "50%", "100%"];
        let filler = usize::from(!self.complete);
        let kinds = kinds();
        let stages: Vec<Value> = (self.stages.iter().copied().chain(std::iter::repeat_n(0, filler)))
            .zip(exposures)
            .map(|(kind, exposure)| {
                let mut stage = kinds[kind].clone();
                stage["exposure"] = exposure.into();
                stage
            })
            .collect();
        // Plans of an odd number of stages bake; it is only seen where the last stage is left.
        json!({"bake": if stages.len() % 2 == 1 { "5m" } else { "0s" }, "stages": stages})
    }

    /// Every way in which the stage that was just entered may be.
    fn enter(&self) -> Vec<Self> {
        let mut ways = Vec::new();
        for kind in 0..kinds().len() {
            for complete in [false, true] {
                let mut way = self.clone();
                way.stages.push(kind);
                way.complete = complete || way.stages.len() == MOST_STAGES;
                if !ways.contains(&way) {
                    ways.push(way);
                }
            }
        }
        ways
    }
}

/// Every plan of up to three stages of those kinds, and every sequence of up to `RAMPGATE_WALK` events (6 if not said; `make walk` goes to 7).
#[test]
fn every_small_plan_keeps_the_laws() {
    let depth: usize = std::env::var("RAMPGATE_WALK").map_or(6, |text| text.parse().unwrap());
    let mut worlds: HashMap<Known, World> = HashMap::new();
    let mut layer: HashMap<(Known, Vec<u8>, Witness), State> = HashMap::new();
    layer.insert((Known::default(), Vec::new(), Witness::default()), State::new());
    let (mut transitions, mut states, mut phases) = (0_usize, 1_usize, BTreeSet::new());
    for _ in 0..depth {
        let mut next = HashMap::new();
        for ((known, _, witness), state) in layer {
            let units =
                state.watch().map_or(0, |watch| watch.finding().map_or(0, |(_, finding)| finding.units));
            for (minutes, kind) in alphabet(&state, units) {
                let wait = Span::from_millis(minutes * MINUTE).unwrap();
                let at = if state.seq() == 0 { crate::world::at(0) } else { state.at().saturating_add(wait) };
                let event = Event { seq: state.seq() + 1, at, kind };
                let mut walk = |known: &Known| {
                    let world = worlds.entry(known.clone()).or_insert_with(|| World::new(known.plan()));
                    let mut witness = witness.clone();
                    let seen = witness.observe(world, &step, &state, &event);
                    let (after, _) = seen
                        .unwrap_or_else(|breach| panic!("{}: {breach:?}", known.plan()))
                        .expect("in order");
                    (witness, after)
                };
                let (seen, after) = walk(&known);
                let entered = after.stage().is_some_and(|stage| stage as usize >= known.stages.len());
                let mut keep = |known: Known, (witness, after): (Witness, State)| {
                    transitions += 1;
                    phases.insert(name(after.phase()));
                    next.insert((known, postcard::to_allocvec(&after).unwrap(), witness), after);
                };
                if entered {
                    for way in known.enter() {
                        let seen = walk(&way);
                        keep(way, seen);
                    }
                } else {
                    keep(known.clone(), (seen, after));
                }
            }
        }
        states += next.len();
        layer = next;
    }
    println!(
        "depth {depth}: {transitions} transitions, {states} states, {} plans begun, phases: {phases:?}",
        worlds.len()
    );
    assert_eq!(phases.len(), if depth < 5 { phases.len() } else { 10 }, "{phases:?}");
}

/// The phase without its numbers.
fn name(phase: Phase) -> String {
    let text = phase.to_string();
    text.split([' ', ':']).take(if text.starts_with("roll") { 2 } else { 1 }).collect::<Vec<_>>().join(" ")
}
