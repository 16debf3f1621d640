//! The laws of `spec/rollout.md` that are about whole releases: I6, that assignment is monotone whatever happens to the release, and I7, that
//! no rise can spend more than the budget allows.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use rampgate::observe::{Outcome, ReplicaId};
use rampgate::release::{Release, Signal};
use rampgate::rollout::Command;
use rampgate::slo::Clearance;
use rampgate::{Share, Span, Timestamp};

const SPEC: &str = r#"{
    "rampgate": 1, "name": "n",
    "flags": [{"key": "api", "control": "old", "canary": "new"}, {"key": "page", "control": "a", "canary": "b"}],
    "stages": [
        {"exposure": "2%", "min_dwell": "5m", "requires": "no_harm", "min_units": 1},
        {"exposure": "10%", "min_dwell": "5m", "requires": "no_harm", "min_units": 1, "approval": {"within": "30m", "on_timeout": "expire"}},
        {"exposure": "40%", "min_dwell": "5m", "requires": "no_harm", "min_units": 1}
    ],
    "guardrails": [{"name": "errors"}],
    "objective": {"metric": "errors", "target": "99%", "period": "1d", "detection_delay": "10m", "risk": "50%", "on_missing_data": "allow"}
}"#;

/// Units that are looked at after every step.
const WATCHED: usize = 200;

#[derive(Clone, Debug)]
enum Move {
    Tick,
    Say(Command),
    /// A revision under a name of its own.
    Revise,
    /// Requests of everyone, of which so many in a thousand fail.
    Traffic(u64),
    /// The process dies and another goes on from what it saved.
    Restart,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let by = || String::from("ann");
    let commands = vec![
        Command::Approve { by: by(), stage: None },
        Command::Pause { by: by() },
        Command::Resume { by: by() },
        Command::Abort { by: by(), why: "a test".into() },
        Command::Promote { by: by() },
        Command::Retry { by: by() },
        Command::Confirm,
    ];
    let next = prop_oneof![
        6 => Just(Move::Tick),
        4 => prop::sample::select(commands).prop_map(Move::Say),
        1 => Just(Move::Revise),
        8 => prop::sample::select(vec![0_u64, 1, 2, 5, 9, 15]).prop_map(Move::Traffic),
        1 => Just(Move::Restart),
    ];
    prop::collection::vec(next, 10..60)
}

/// Who has the new version, of all flags alike.
fn exposed(release: &Release) -> Vec<bool> {
    (0..WATCHED)
        .map(|n| {
            let unit = format!("user-{n}");
            let all = release.assign_all(&unit);
            let new = all.of("api").unwrap().variant == "new";
            assert_eq!(all.of("page").unwrap().variant == "b", new, "one unit, one arm");
            assert_eq!(release.assign(&unit), all.of("api").unwrap());
            new
        })
        .collect()
}

fn within(few: &[bool], many: &[bool]) -> bool {
    few.iter().zip(many).all(|(few, many)| !few || *many)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn assignment_is_monotone_and_no_rise_outspends_the_budget(moves in moves()) {
        let mut release = Release::from_json(SPEC, ReplicaId(1)).unwrap();
        let mut now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let minutes: Span = "3m".parse().unwrap();
        let (mut lives, mut unit) = (1_u64, 0_u64);
        let mut reached = vec![(Share::ZERO, exposed(&release))];
        let start = Move::Say(Command::Start { by: "ann".into() });
        for one in std::iter::once(start).chain(moves) {
            now = now.saturating_add(minutes);
            let signal: Signal = match one {
                Move::Traffic(failing) => {
                    let errors = release.metric("errors").unwrap();
                    for _ in 0..100 {
                        unit += 1;
                        let placement = release.assign(&format!("user-{unit}")).placement;
                        let fails = unit * 7_919 % 1_000 < failing;
                        let outcome = if fails { Outcome::good().failed(errors) } else { Outcome::good() };
                        release.record(placement, now, outcome).unwrap();
                    }
                    Signal::Tick
                }
                Move::Restart => {
                    lives += 1;
                    release = Release::resume(SPEC, &release.state().unwrap(), ReplicaId(lives)).unwrap();
                    Signal::Tick
                }
                Move::Tick => Signal::Tick,
                Move::Revise => Command::Revise { by: "ann".into(), revision: format!("r{unit} at {now}") }.into(),
                Move::Say(command) => command.into(),
            };
            let (before, attempt) = (release.exposure(), release.rollout().attempt());
            let commanded = signal != Signal::Tick;
            let step = release.step(now, signal).unwrap();
            let after = release.exposure();

            // I7: what the look just before allowed covers the worst that the rise can cost before anyone notices.
            if after > before || (release.rollout().attempt() > attempt && after > Share::ZERO) {
                if let Some(gate) = step.gate {
                    let paid = match gate.answer() {
                        Clearance::Allow => gate.asked(),
                        Clearance::Cap(cap) => cap,
                        Clearance::Hold | Clearance::RollBack => Share::ZERO,
                    };
                    prop_assert!(after <= paid.max(gate.current()), "{after} though {gate:?}");
                    prop_assert!(after <= gate.largest() || after <= gate.current(), "{after} beyond {gate:?}");
                    if after == gate.asked() {
                        prop_assert!(gate.spend_ppm() <= gate.allowed_ppm() || after <= gate.current(), "{gate:?}");
                    }
                } else {
                    // A command that is not preceded by a look goes on what the last look of this stage said.
                    prop_assert!(commanded, "a rise without a look at the budget");
                }
            }

            // I6: who is exposed depends on the exposure alone, and each larger one holds each smaller.
            let now_exposed = exposed(&release);
            for (share, then) in &reached {
                prop_assert!(*share > after || within(then, &now_exposed), "someone fell out at {after}");
                prop_assert!(*share < after || within(&now_exposed, then), "someone came in at {after}");
            }
            if reached.iter().all(|(share, _)| *share != after) {
                reached.push((after, now_exposed));
            }
        }
    }
}

/// The stories above do go somewhere: healthy traffic takes this release through its stages.
#[test]
fn healthy_traffic_takes_the_release_up() {
    let mut release = Release::from_json(SPEC, ReplicaId(1)).unwrap();
    let mut now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
    let _ = release.step(now, Command::Start { by: "ann".into() }).unwrap();
    let mut seen = vec![release.exposure().to_string()];
    for n in 0..4_000_u32 {
        now = now.saturating_add(Span::from_millis(10_000).unwrap());
        let placement = release.assign(&format!("user-{n}")).placement;
        release.record(placement, now, Outcome::good()).unwrap();
        if n % 20 == 0 {
            let _ = release.step(now, Command::Approve { by: "bob".into(), stage: None }).unwrap();
            let _ = release.step(now, Signal::Tick).unwrap();
            seen.push(release.exposure().to_string());
            seen.dedup();
        }
    }
    assert_eq!(seen, ["2%", "10%", "40%"]);
}
