//! Several releases on one budget, however their steps and messages mix: the worst that all of them can spend together is never more
//! than the authority's limit, and each log tells its release without the reservations.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use rampgate::observe::{Outcome, ReplicaId};
use rampgate::release::{Release, SharedStep, Signal};
use rampgate::rollout::{Command, Event, Phase, replay};
use rampgate::slo::{Gate, Request, Reservations, Wish};
use rampgate::{Share, Span, Timestamp};

const SPEC: &str = r#"{
    "rampgate": 1, "name": "n", "flag": {"key": "k", "control": "old", "canary": "new"},
    "stages": [
        {"exposure": "2%", "min_dwell": "5m", "requires": "no_harm", "min_units": 1},
        {"exposure": "10%", "min_dwell": "5m", "requires": "unmonitored"},
        {"exposure": "40%", "min_dwell": "5m", "requires": "no_harm", "min_units": 1, "approval": {"within": "30m", "on_timeout": "expire"}},
        {"exposure": "50%", "min_dwell": "5m", "requires": "unmonitored"}
    ],
    "bake": "10m",
    "guardrails": [{"name": "errors"}],
    "objective": {"metric": "errors", "target": "99%", "period": "1d", "detection_delay": "10m", "risk": "90%", "on_missing_data": "allow"}
}"#;

/// 40% and 10% for ten minutes are 277,778 and 69,445 ppm of a day's budget: all three cannot be at 40%, nor two at 50%.
const LIMIT: u64 = 600_000;

/// A controller with its host: what it has stored, and what is really in force out there.
struct Host {
    release: Release,
    newest: Request,
    sequence: u64,
    /// The largest exposure that some replica may still serve.
    in_force: Share,
    log: Vec<Event>,
    lives: u64,
}

impl Host {
    fn gate(&self) -> Gate {
        *self.release.spec().gate().unwrap()
    }

    /// The worst that it can spend before anyone notices.
    fn worst(&self) -> u64 {
        let untouched = self.gate().read(&rampgate::slo::Counter::new(), Timestamp::EPOCH);
        self.gate().ask(&untouched, Share::ZERO, self.in_force).spend_ppm()
    }

    fn say(&mut self, name: &str, wish: Wish) -> Request {
        self.sequence += 1;
        self.newest = Request::new(name, self.sequence, name, wish).unwrap();
        self.newest.clone()
    }

    fn step(&mut self, now: Timestamp, signal: Signal, book: &Reservations) -> SharedStep {
        let step = self.release.step_beside(now, signal, book, &self.newest).unwrap();
        self.log.extend(step.events.iter().cloned());
        self.in_force = match self.release.phase() {
            Phase::RolledBack => Share::ZERO,
            Phase::Completed => Share::ZERO, // the budget is the service's own again
            _ => self.in_force.max(self.release.exposure()),
        };
        step
    }
}

#[derive(Clone, Debug)]
enum Move {
    Step(Signal),
    Revise,
    Traffic(u64),
    /// The process dies; another goes on from what was stored, and asks for what it needs.
    Crash,
    /// Every replica follows the directive now.
    Followed,
    /// The release gives back what it no longer needs.
    Lower,
}

#[derive(Clone, Debug)]
enum Post {
    Deliver(usize),
    Lose(usize),
    Refresh,
    Quiet,
}

fn story() -> impl Strategy<Value = Vec<(usize, Move, Post)>> {
    let by = || String::from("ann");
    let commands = vec![
        Command::Start { by: by() },
        Command::Approve { by: by(), stage: None },
        Command::Pause { by: by() },
        Command::Resume { by: by() },
        Command::Abort { by: by(), why: "a test".into() },
        Command::Promote { by: by() },
        Command::Promote { by: by() },
        Command::Retry { by: by() },
        Command::Confirm,
        Command::RollbackFailed { why: "a test".into() },
    ];
    let next = prop_oneof![
        8 => Just(Move::Step(Signal::Tick)),
        4 => prop::sample::select(commands).prop_map(|command| Move::Step(command.into())),
        1 => Just(Move::Revise),
        6 => prop::sample::select(vec![0_u64, 0, 0, 2, 9]).prop_map(Move::Traffic),
        1 => Just(Move::Crash),
        2 => Just(Move::Followed),
        2 => Just(Move::Lower),
    ];
    let post = prop_oneof![
        5 => (0..8_usize).prop_map(Post::Deliver),
        1 => (0..8_usize).prop_map(Post::Lose),
        4 => Just(Post::Refresh),
        2 => Just(Post::Quiet),
    ];
    prop::collection::vec((0..3_usize, next, post), 20..160)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn all_releases_together_never_expose_beyond_the_limit(story in story()) {
        let names = ["api", "page", "search"];
        let mut authority = Reservations::new(LIMIT);
        let mut copy = authority.clone();
        let mut mail: Vec<Request> = Vec::new();
        let mut hosts: Vec<Host> = names.iter().map(|name| Host {
            release: Release::from_json(SPEC, ReplicaId(1)).unwrap(),
            newest: Request::new(name, 1, name, Wish::Reserve(0)).unwrap(),
            sequence: 1,
            in_force: Share::ZERO,
            log: Vec::new(),
            lives: 1,
        }).collect();
        let mut now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let (minutes, mut unit): (Span, u64) = ("3m".parse().unwrap(), 0);
        let starts = (0..3).map(|who| (who, Move::Step(Command::Start { by: "ann".into() }.into()), Post::Quiet));
        for (who, next, post) in starts.chain(story) {
            now = now.saturating_add(minutes);
            let (host, name) = (&mut hosts[who], names[who]);
            let signal = match next {
                Move::Step(signal) => Some(signal),
                Move::Revise => Some(Command::Revise { by: "ann".into(), revision: format!("r{now}") }.into()),
                Move::Traffic(failing) => {
                    let errors = host.release.metric("errors").unwrap();
                    for _ in 0..60 {
                        unit += 1;
                        let placement = host.release.assign(&format!("user-{unit}")).placement;
                        let fails = unit * 7_919 % 1_000 < failing;
                        let outcome = if fails { Outcome::good().failed(errors) } else { Outcome::good() };
                        host.release.record(placement, now, outcome).unwrap();
                    }
                    Some(Signal::Tick)
                }
                Move::Crash => {
                    host.lives += 1;
                    let state = host.release.state().unwrap();
                    host.release = Release::resume(SPEC, &state, ReplicaId(host.lives)).unwrap();
                    host.sequence += 10; // over whatever the last life may have sent
                    let needs = host.worst();
                    mail.push(host.say(name, Wish::Reserve(needs)));
                    None
                }
                Move::Followed => {
                    if !matches!(host.release.phase(), Phase::RollingBack | Phase::RollbackFailed | Phase::Completed) {
                        host.in_force = host.release.exposure();
                    }
                    None
                }
                Move::Lower => {
                    let step = host.step(now, Signal::Tick, &copy);
                    let settled =
                        host.in_force == host.release.exposure() || host.release.phase() == Phase::Completed;
                    if let Some(keep) = step.keep_ppm.filter(|_| settled) {
                        mail.push(host.say(name, Wish::Reserve(keep)));
                    }
                    None
                }
            };
            if let Some(signal) = signal {
                let before = (host.release.exposure(), host.release.rollout().attempt());
                let step = host.step(now, signal, &copy);
                if let Some(reserve) = step.reserve_ppm {
                    prop_assert!(reserve > step.held_ppm);
                    let wish = Wish::Reserve(reserve.max(host.worst()));
                    let same = host.newest.clone() == Request::new(name, host.sequence, name, wish).unwrap();
                    mail.push(if same { host.newest.clone() } else { host.say(name, wish) });
                }
                if host.release.exposure() > before.0 || host.release.rollout().attempt() != before.1 {
                    prop_assert!(host.release.phase() == Phase::RolledBack || step.keep_ppm.unwrap() <= step.held_ppm);
                }
            }
            match post {
                Post::Deliver(place) if !mail.is_empty() => {
                    let message = mail[place % mail.len()].clone(); // and it may come again
                    let _ = authority.apply(&message).unwrap();
                }
                Post::Lose(place) if !mail.is_empty() => {
                    let place = place % mail.len();
                    let _ = mail.remove(place);
                }
                Post::Refresh => {
                    // What is newest is heard, and the answer comes back.
                    if let Some(message) = mail.last() {
                        let _ = authority.apply(message).unwrap();
                    }
                    copy.clone_from(&authority);
                }
                _ => {}
            }
            let worst: u64 = hosts.iter().map(Host::worst).sum();
            prop_assert!(worst <= LIMIT, "{worst} of {LIMIT}");
            prop_assert!(authority.held() <= LIMIT);
        }
        for host in &hosts {
            let (state, _) = replay(host.release.spec().plan(), &host.log).unwrap();
            prop_assert_eq!(&state, host.release.rollout());
        }
    }
}
