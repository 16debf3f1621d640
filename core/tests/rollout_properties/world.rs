//! Plans and sequences of events to try the machine on.

use proptest::prelude::*;
use rampgate::canary::{Finding, Lack, Verdict};
use rampgate::rollout::fleet::{Fleet, Limit, Observed};
use rampgate::rollout::{Command, Event, EventKind, Plan, State};
use rampgate::slo::Clearance;
use rampgate::{Share, Span, Timestamp};
use serde_json::{Value, json};

/// 2026-11-24T12:00:00Z.
pub(crate) const T0: u64 = 1_795_521_600_000;
pub(crate) const MINUTE: u64 = 60_000;

pub(crate) fn at(minutes: u64) -> Timestamp {
    Timestamp::from_millis(T0 + minutes * MINUTE).unwrap()
}

/// A plan and the relatives of it that some laws compare it with.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) plan: Plan,
    /// The same plan, frozen for ever.
    pub(crate) frozen: Plan,
    /// The same plan without its stage of each number, as if someone edited the list under a running release.
    pub(crate) edited: Vec<Option<Plan>>,
    json: Value,
}

impl World {
    pub(crate) fn new(json: Value) -> Self {
        let read = |json: &Value| Plan::from_json(&json.to_string());
        let mut frozen = json.clone();
        frozen["calendar"] =
            json!({"deny": [{"from": "1970-01-01T00:00:00Z", "until": "9999-12-31T00:00:00Z"}]});
        let count = json["stages"].as_array().unwrap().len();
        let edited = (0..count)
            .map(|stage| {
                let mut json = json.clone();
                json["stages"].as_array_mut().unwrap().remove(stage);
                read(&json).ok()
            })
            .collect();
        Self {
            plan: read(&json).unwrap_or_else(|error| panic!("{json}: {error}")),
            frozen: read(&frozen).unwrap(),
            edited,
            json,
        }
    }

    /// The plan's document.
    pub(crate) fn text(&self) -> String {
        self.json.to_string()
    }

    /// The plan with the rules of `other` in every stage after `present`, exposures left as they are; none where no stage is left to change.
    pub(crate) fn changed_after(&self, present: usize, other: &Self) -> Option<Plan> {
        let theirs = other.json["stages"].as_array().unwrap();
        let mut json = self.json.clone();
        let stages = json["stages"].as_array_mut().unwrap();
        if present + 1 >= stages.len() {
            return None;
        }
        for (place, stage) in stages.iter_mut().enumerate().skip(present + 1) {
            let exposure = stage["exposure"].clone();
            *stage = theirs[place % theirs.len()].clone();
            stage["exposure"] = exposure;
        }
        Plan::from_json(&json.to_string()).ok()
    }

    /// The plan after `change`, for mutants that overlook a part of it.
    pub(crate) fn altered(&self, change: impl FnOnce(&mut Value)) -> Plan {
        let mut json = self.json.clone();
        change(&mut json);
        Plan::from_json(&json.to_string()).unwrap()
    }
}

/// Plans with every feature, small enough that short sequences of events pass through them.
pub(crate) fn worlds() -> impl Strategy<Value = World> {
    let stage = (
        1_u32..=30,
        prop::sample::select(vec!["safe", "safe", "no_harm", "unmonitored"]),
        prop::sample::select(vec![5_u64, 10, 20]),
        prop::sample::select(vec![0_u64, 1, 50]),
        prop_oneof![
            14 => Just(json!(false)),
            3 => Just(json!(true)),
            3 => (prop::sample::select(vec![10_u64, 20]), prop::sample::select(vec!["rollback", "hold", "expire"]))
                .prop_map(|(within, then)| json!({"within": format!("{within}m"), "on_timeout": then})),
        ],
        prop::bool::weighted(0.2),
        (prop::bool::weighted(0.2), prop::bool::weighted(0.3)),
        prop::option::weighted(0.3, prop::sample::select(vec![25_u64, 60, 600])),
        any::<bool>(),
    );
    let window = prop::option::weighted(0.4, (0_u64..120, 1_u64..90));
    (
        prop::collection::vec(stage, 1..=4),
        prop::sample::select(vec![0_u64, 0, 10]),
        prop::sample::select(vec![10_u64, 15]),
        prop::option::weighted(0.2, 0_u64..60),
        prop::option::weighted(0.4, prop::sample::select(vec![1_u64, 6, 10, 20])),
        window.clone(),
        window,
    )
        .prop_map(|(stages, bake, stale_after, start, restart_every, deny, allow)| {
            let mut exposure = 0;
            let stages: Vec<Value> = stages
                .into_iter()
                .map(|(rise, requires, dwell, units, approval, inconclusive, (no_data, invalid), deadline, expire)| {
                    exposure += rise;
                    let fallback = |rollback, works| if rollback && works { "rollback" } else { "hold" };
                    let mut stage = json!({
                        "exposure": format!("{}%", exposure.min(100)),
                        "min_dwell": format!("{dwell}m"),
                        "min_units": if requires == "no_harm" { units.max(1) } else { units },
                        "requires": requires,
                        "approval": approval,
                        "on_inconclusive": fallback(inconclusive, requires == "safe"),
                        "on_no_data": fallback(no_data, requires != "unmonitored"),
                        "on_invalid": fallback(invalid, requires != "unmonitored"),
                    });
                    // An approval's time has to be over before the deadline.
                    let deadline = deadline.filter(|deadline| *deadline > 40 || !stage["approval"].is_object());
                    if let Some(deadline) = deadline {
                        stage["deadline"] = format!("{deadline}m").into();
                        stage["on_deadline"] = if expire { "expire" } else { "rollback" }.into();
                    }
                    stage
                })
                .collect();
            let windows = |window: Option<(u64, u64)>| {
                let one = |(from, long): (u64, u64)| {
                    json!({"from": at(from).to_string(), "until": at(from + long).to_string(), "why": "a test"})
                };
                Value::Array(window.into_iter().map(one).collect())
            };
            let mut plan = json!({
                "stages": stages,
                "bake": format!("{bake}m"),
                "stale_after": format!("{stale_after}m"),
                "calendar": {"deny": windows(deny), "allow": windows(allow)},
            });
            if let Some(start) = start {
                plan["start"] = at(start).to_string().into();
            }
            if let Some(every) = restart_every {
                plan["restart_every"] = format!("{every}m").into();
            }
            World::new(plan)
        })
}

/// The fleet of all plans that have one. Half of its exposures are those of the worlds' first stages.
pub(crate) fn fleet() -> Fleet {
    Fleet::new(4, Limit::Count(1), Limit::Count(1)).unwrap()
}

/// The same plans, brought about by replicas.
pub(crate) fn fleet_worlds() -> impl Strategy<Value = World> {
    worlds().prop_map(|world| {
        let mut json = world.json;
        json["fleet"] = serde_json::to_value(fleet()).unwrap();
        World::new(json)
    })
}

/// What happens next, put so that it makes sense in any state: an event is made of it when its turn comes.
#[derive(Clone, Debug)]
pub(crate) enum Move {
    Tick,
    Start,
    Judged {
        verdict: Verdict,
        more: u64,
        clearance: Clearance,
        other_attempt: bool,
        other_stage: bool,
    },
    Approve {
        other_stage: bool,
    },
    Pause,
    Resume,
    Abort,
    Promote,
    Request,
    Revise {
        same: bool,
    },
    Retry,
    Confirm,
    RollbackFailed,
    /// A count of what the exposure asks for.
    InForce,
    /// Some other count.
    Replicas(Observed),
    /// The event before, once more.
    Again,
    /// An event that leaves a gap.
    Skip,
    /// An event from before the last.
    Back,
}

pub(crate) fn moves() -> impl Strategy<Value = Vec<(u64, Move)>> {
    sequences(next().boxed())
}

/// Moves with counts of replicas among them.
pub(crate) fn fleet_moves() -> impl Strategy<Value = Vec<(u64, Move)>> {
    let counts = (0_u32..4, 0_u32..2, 0_u32..5, 0_u32..2).prop_map(
        |(ready_new, not_ready_new, ready_old, not_ready_old)| {
            Move::Replicas(Observed { ready_new, not_ready_new, ready_old, not_ready_old, stopping: 0 })
        },
    );
    sequences(prop_oneof![4 => next(), 3 => Just(Move::InForce), 1 => counts].boxed())
}

/// A plan and moves on it, with a fleet or without.
pub(crate) fn either() -> impl Strategy<Value = (World, Vec<(u64, Move)>)> {
    prop_oneof![2 => (worlds(), moves()), 1 => (fleet_worlds(), fleet_moves())]
}

fn next() -> impl Strategy<Value = Move> {
    let verdict = prop_oneof![
        10 => Just(Verdict::Safe),
        4 => Just(Verdict::Inconclusive),
        1 => Just(Verdict::Harm),
        1 => Just(Verdict::Invalid),
        3 => prop::sample::select(vec![Lack::NoData, Lack::MissingMetric, Lack::Stale, Lack::SourceError])
            .prop_map(Verdict::Insufficient),
    ];
    let clearance = prop_oneof![
        12 => Just(Clearance::Allow),
        1 => (0_u32..=100).prop_map(|percent| Clearance::Cap(Share::from_parts_per_million(percent * 10_000).unwrap())),
        1 => Just(Clearance::Hold),
        1 => Just(Clearance::RollBack),
    ];
    let more = prop::sample::select(vec![0_u64, 1, 40, 40, 40]);
    let judged = (verdict, more, clearance, prop::bool::weighted(0.05), prop::bool::weighted(0.05)).prop_map(
        |(verdict, more, clearance, other_attempt, other_stage)| Move::Judged {
            verdict,
            more,
            clearance,
            other_attempt,
            other_stage,
        },
    );
    prop_oneof![
        30 => judged,
        6 => Just(Move::Tick),
        3 => Just(Move::Start),
        2 => prop::bool::weighted(0.2).prop_map(|other_stage| Move::Approve { other_stage }),
        1 => Just(Move::Pause),
        2 => Just(Move::Resume),
        1 => Just(Move::Abort),
        1 => Just(Move::Promote),
        1 => Just(Move::Request),
        1 => prop::bool::weighted(0.2).prop_map(|same| Move::Revise { same }),
        1 => Just(Move::Retry),
        1 => Just(Move::Confirm),
        1 => Just(Move::RollbackFailed),
        1 => Just(Move::Again),
        1 => Just(Move::Skip),
        1 => Just(Move::Back),
    ]
}

fn sequences(next: BoxedStrategy<Move>) -> impl Strategy<Value = Vec<(u64, Move)>> {
    let minutes = prop::sample::select(vec![0_u64, 1, 5, 5, 5, 10, 10, 16, 60, 1440]);
    prop::collection::vec((minutes, next), 1..60).prop_map(|mut moves| {
        moves.insert(0, (0, Move::Start));
        moves
    })
}

impl Move {
    /// The event that this move is in `state`, `minutes` after its last; `units` counts what the canary has seen.
    pub(crate) fn event(&self, state: &State, minutes: u64, last: Option<&Event>, units: &mut u64) -> Event {
        let wait = Span::from_millis(minutes * MINUTE).unwrap();
        let by = || "ann".into();
        let mut seq = state.seq() + 1;
        let mut at = if state.seq() == 0 { at(0) } else { state.at().saturating_add(wait) };
        let (attempt, stage) = state.judging().unwrap_or((state.attempt(), 0));
        let kind = match self {
            Self::Again => {
                if let Some(last) = last {
                    return last.clone();
                }
                EventKind::Tick
            }
            Self::Skip => {
                seq += 1;
                EventKind::Tick
            }
            Self::Back => {
                at = Timestamp::from_millis(state.at().as_millis().saturating_sub(1)).unwrap();
                EventKind::Tick
            }
            Self::Tick => EventKind::Tick,
            Self::Start => EventKind::Command(Command::Start { by: by() }),
            Self::Judged { verdict, more, clearance, other_attempt, other_stage } => {
                *units += more;
                EventKind::Judged {
                    attempt: attempt + u32::from(*other_attempt),
                    stage: stage + u32::from(*other_stage),
                    finding: finding(*verdict, *units),
                    clearance: *clearance,
                }
            }
            Self::Approve { other_stage } => EventKind::Command(Command::Approve {
                by: by(),
                stage: Some(stage + u32::from(*other_stage)),
            }),
            Self::Pause => EventKind::Command(Command::Pause { by: by() }),
            Self::Resume => EventKind::Command(Command::Resume { by: by() }),
            Self::Abort => EventKind::Command(Command::Abort { by: by(), why: "a test".into() }),
            Self::Promote => EventKind::Command(Command::Promote { by: by() }),
            Self::Request => EventKind::Command(Command::Request { by: by() }),
            Self::Revise { same } => {
                let last = state.revision().filter(|_| *same);
                let revision = last.map_or_else(|| format!("revision {seq}"), String::from);
                EventKind::Command(Command::Revise { by: by(), revision })
            }
            Self::Retry => EventKind::Command(Command::Retry { by: by() }),
            Self::Confirm => EventKind::Command(Command::Confirm),
            Self::InForce => {
                let counts = fleet().counts(state.exposure());
                EventKind::Fleet(Observed {
                    ready_new: counts.new,
                    ready_old: counts.old,
                    ..Observed::default()
                })
            }
            Self::Replicas(observed) => EventKind::Fleet(*observed),
            Self::RollbackFailed => EventKind::Command(Command::RollbackFailed { why: "a test".into() }),
        };
        Event { seq, at, kind }
    }
}

pub(crate) fn finding(verdict: Verdict, units: u64) -> Finding {
    Finding { verdict, units, ln_harm: 0.1, ln_harm_needed: 3.0, ln_safety: 0.3, ln_safety_needed: 3.0 }
}
