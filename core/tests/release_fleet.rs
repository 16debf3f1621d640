//! Releases whose exposure replicas bring about: a controller's loop against a fleet that starts, crashes and stops as it likes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use rampgate::canary::Verdict;
use rampgate::log::{Log, Subject, verify};
use rampgate::observe::{Outcome, ReplicaId};
use rampgate::release::{Arm, Placement, Release, Signal, Step};
use rampgate::rollout::fleet::{Observed, Orders};
use rampgate::rollout::{Action, Command, EventKind, Phase, State};
use rampgate::{Share, Span, Timestamp};
use std::fmt::Write as _;

const SPEC: &str = r#"{
    "rampgate": 1, "name": "checkout", "bets": "request",
    "flag": {"key": "checkout", "control": "v1", "canary": "v2"},
    "fleet": {"replicas": 8, "max_surge": 2, "max_unavailable": 1},
    "stages": [
        {"exposure": "12.5%", "min_dwell": "10m", "min_units": 500, "deadline": "2h"},
        {"exposure": "50%", "min_dwell": "10m"},
        {"exposure": "100%", "min_dwell": "10m", "requires": "no_harm", "min_units": 100}
    ],
    "bake": "10m",
    "guardrails": [{"name": "errors"}]
}"#;

fn share(text: &str) -> Share {
    text.parse().unwrap()
}

/// A cluster of replicas, and the controller that looks at it each minute.
struct Host {
    release: Release,
    now: Timestamp,
    there: Observed,
    /// New replicas become ready in the minute after they were started.
    new_work: bool,
    log: Log,
    text: String,
    /// How many were ready before the last batch.
    served: u32,
    seen: Vec<(Action, Share, Option<Share>)>,
}

impl Host {
    fn new() -> Self {
        Self::of(SPEC)
    }

    fn of(spec: &str) -> Self {
        let (log, text) = Log::begin(Subject::of_release(spec).unwrap());
        let mut host = Self {
            release: Release::from_json(spec, ReplicaId(1)).unwrap(),
            now: "2026-11-24T12:00:00Z".parse().unwrap(),
            there: Observed { ready_old: 8, ..Observed::default() },
            new_work: true,
            log,
            text,
            served: 8,
            seen: Vec::new(),
        };
        let _ = host.tell(Command::Start { by: "ann".into() });
        host
    }

    fn tell(&mut self, signal: impl Into<Signal>) -> Step {
        let step = self.release.step(self.now, signal).unwrap();
        self.text += &self.log.append_all(&step.events).unwrap();
        self.seen.extend(step.decisions.iter().map(|told| (told.action, told.exposure, told.actual)));
        step
    }

    /// Each ready replica serves five hundred requests, of which one in `fails` fails in the new version; then the controller looks and acts.
    fn minute(&mut self, fails: u64) -> Step {
        let errors = self.release.metric("errors").unwrap();
        for (arm, ready) in [(Arm::Canary, self.there.ready_new), (Arm::Control, self.there.ready_old)] {
            let placement = self.release.served(arm).unwrap();
            for request in 0..u64::from(ready) * 500 {
                let bad = if arm == Arm::Canary { request % fails == 0 } else { request % 100 == 0 };
                let outcome = if bad { Outcome::good().failed(errors) } else { Outcome::good() };
                self.release.record(placement, self.now, outcome).unwrap();
            }
        }
        self.now = self.now.saturating_add("1m".parse::<Span>().unwrap());
        self.settle();
        let step = self.tell(Signal::Fleet(self.there));
        self.carry_out(&step.fleet.as_ref().unwrap().orders);
        step
    }

    /// What was started becomes ready, what was stopped is gone.
    fn settle(&mut self) {
        self.there.ready_old += std::mem::take(&mut self.there.not_ready_old);
        self.there.stopping = 0;
        if self.new_work {
            self.there.ready_new += std::mem::take(&mut self.there.not_ready_new);
        }
    }

    fn carry_out(&mut self, orders: &Orders) {
        self.served = self.there.ready();
        let there = &mut self.there;
        let idle = orders.stop_new.min(there.not_ready_new);
        there.not_ready_new = there.not_ready_new - idle + orders.start_new;
        there.ready_new -= orders.stop_new - idle;
        there.ready_old -= orders.stop_old;
        there.not_ready_old += orders.start_old;
        there.stopping += orders.stop_new + orders.stop_old;
        let fleet = self.release.spec().plan().fleet().unwrap();
        assert!(
            there.total() <= fleet.most() && there.ready() >= fleet.least_ready().min(self.served),
            "{there:?}"
        );
    }

    fn minutes(&mut self, most: u32, fails: u64, until: fn(&Release) -> bool) -> u32 {
        let found = (1..=most).find(|_| {
            let _ = self.minute(fails);
            until(&self.release)
        });
        found.unwrap_or_else(|| panic!("{}", self.story()))
    }

    /// The log alone gives the live state, and is told.
    fn story(&self) -> String {
        let subject = Subject::of_release(SPEC).unwrap();
        let verified = verify(&self.text).unwrap();
        assert_eq!(&verified.replay(&subject).unwrap().0, self.release.rollout());
        verified.explain(&subject).unwrap().to_string()
    }

    fn confirm(&mut self) -> Phase {
        let _ = self.tell(Command::Confirm);
        self.release.phase()
    }
}

#[test]
fn a_good_version_reaches_everybody_in_batches() {
    let mut host = Host::new();
    assert_eq!((host.release.phase(), host.release.fleet()), (Phase::Scheduled, None));
    let took = host.minutes(120, 100, |release| release.phase() == Phase::Completed);
    assert_eq!(host.there, Observed { ready_new: 8, ..Observed::default() });
    assert_eq!(host.release.rollout().actual(), Some(Share::ALL));
    // Four spans of ten minutes, the minutes in which replicas moved, and those in which evidence grew.
    assert!((44..90).contains(&took), "{took}");
    let rises: Vec<_> = host.seen.iter().filter(|(action, ..)| *action == Action::Advance).collect();
    assert_eq!(
        rises,
        [
            &(Action::Advance, share("12.5%"), Some(share("0%"))),
            &(Action::Advance, share("50%"), Some(share("12.5%"))),
            &(Action::Advance, Share::ALL, Some(share("50%"))),
        ]
    );
    let story = host.story();
    assert!(story.contains("The declared 50% was in force."), "{story}");
}

#[test]
fn a_bad_version_is_rolled_back_and_confirmed_once_it_is_gone() {
    let mut host = Host::new();
    let _ = host.minutes(60, 2, |release| release.phase() == Phase::RollingBack);
    assert!(host.there.ready_new > 0 || host.there.stopping > 0);
    let mut refused = 0;
    while host.confirm() != Phase::RolledBack {
        refused += 1;
        let _ = host.minute(2);
    }
    assert!(refused >= 1, "{refused}");
    assert_eq!((host.there.all_new(), host.there.ready_old), (0, 8));
    let story = host.story();
    assert!(
        story.contains("which did nothing: nobody had reported the replicas since 0% was declared"),
        "{story}"
    );
}

#[test]
fn a_version_that_never_becomes_ready_holds_says_why_and_ends() {
    let mut host = Host::new();
    host.new_work = false;
    let held = host.minutes(30, 100, |release| {
        release.phase().to_string() == "holding in stages[0] (new replicas are missing)"
    });
    assert!(held > 15, "{held}: for a while it is on its way");
    let _ = host.minutes(120, 100, |release| release.phase() == Phase::RollingBack);
    // All that was wrong is told, with numbers; and no time counted.
    let story = host.story();
    let why = "the deadline of 2 hours had passed, after 2 hours; declared 12.5%, actual 0% (1 of 1 new replica was missing";
    assert!(story.contains(why), "{story}");
    let _ = host.minutes(5, 100, |release| {
        release.rollout().is_in_force(release.spec().plan(), release.rollout().at())
    });
    assert_eq!((host.confirm(), host.there.all_new()), (Phase::RolledBack, 0));
}

/// At 50% in force, some minutes in, two of the four new replicas crash and stay away, which is reported at once.
fn crippled() -> Host {
    let mut host = Host::new();
    let _ = host.minutes(60, 100, |release| release.exposure() == share("50%"));
    let _ = host.minutes(20, 100, |release| release.rollout().actual() == Some(share("50%")));
    let _ = host.minutes(4, 100, |release| {
        release.rollout().watch().unwrap().dwell() >= "2m".parse::<Span>().unwrap()
    });
    host.new_work = false;
    (host.there.ready_new, host.there.not_ready_new) = (2, 2);
    let _ = host.tell(Signal::Fleet(host.there));
    host
}

#[test]
fn what_is_lost_for_a_while_does_not_count_and_does_not_mislead() {
    let mut host = crippled();
    let dwell = host.release.rollout().watch().unwrap().dwell();
    let cohort = host.release.cohort();
    for _ in 0..8 {
        let step = host.minute(100);
        assert_ne!(step.report.unwrap().finding.verdict, Verdict::Invalid);
    }
    let state = host.release.rollout();
    assert_eq!((state.actual(), state.exposure()), (Some(share("33.3333%")), share("50%")));
    assert_eq!(
        (state.watch().unwrap().dwell(), state.compared(host.release.spec().plan())),
        (dwell, Share::ZERO)
    );
    assert_eq!(state.cohort(), cohort);

    host.new_work = true;
    host.settle();
    let _ = host.tell(Signal::Fleet(host.there));
    assert_eq!(host.release.cohort(), cohort + 1);
    let _ = host.minutes(60, 100, |release| release.phase() == Phase::Completed);
    let story = host.story();
    assert!(
        story.contains(
            "Declared 50%, actual 33.3333% (2 of 4 new replicas were missing, 1 ready replica too few)."
        ),
        "{story}"
    );
    assert!(!story.contains("not filled as assigned"), "{story}");
}

/// Replicas that are stuck for long are compared by the share that holds: harm is found although the exposure is not in force.
#[test]
fn harm_is_found_while_a_fleet_is_stuck() {
    let mut host = crippled();
    let early = host.minutes(60, 2, |release| release.phase() == Phase::RollingBack);
    assert!((16..20).contains(&early), "{early}");
    let story = host.story();
    assert!(story.contains("when the actual exposure was 33.3333%: evidence of harm reached"), "{story}");
}

/// The price of a late report, which `served` names: requests that two of six new replicas served count as those of four of eight.
#[test]
fn a_loss_that_is_reported_late_reads_as_a_mismatch() {
    let mut host = crippled();
    (host.there.ready_new, host.there.not_ready_new) = (4, 0);
    let _ = host.tell(Signal::Fleet(host.there));
    (host.there.ready_new, host.there.not_ready_new) = (2, 2);
    let step = host.minute(100);
    assert_eq!(step.report.unwrap().finding.verdict, Verdict::Invalid);
}

#[test]
fn nobody_is_assigned_and_nobody_is_served_elsewhere() {
    let mut host = Host::new();
    let _ = host.minutes(60, 100, |release| release.rollout().actual() == Some(share("50%")));
    for n in 0..200 {
        let unit = format!("user-{n}");
        let assignment = host.release.assign(&unit);
        assert_eq!((assignment.variant, assignment.placement.arm), ("v1", None));
        assert_eq!(host.release.assign_all(&unit).placement(), assignment.placement);
    }
    let placement = Placement { cohort: host.release.cohort(), arm: Some(Arm::Canary) };
    assert_eq!(host.release.served(Arm::Canary).unwrap(), placement);

    let hashed = SPEC.replacen(r#""fleet": {"replicas": 8, "max_surge": 2, "max_unavailable": 1},"#, "", 1);
    let mut hashed = Release::from_json(&hashed, ReplicaId(1)).unwrap();
    assert_eq!(hashed.served(Arm::Canary).unwrap_err().path(), "spec.fleet");
    let error = hashed.step(host.now, Signal::Fleet(host.there)).unwrap_err();
    assert_eq!((error.path(), hashed.rollout()), ("event.kind.fleet", &State::new()));
}

/// Another controller goes on from what was saved, and followers place by the same cohort.
#[test]
fn states_and_directives_keep_the_report() {
    let mut host = Host::new();
    let _ = host.minutes(60, 100, |release| release.rollout().actual() == Some(share("50%")));
    let resumed = Release::resume(SPEC, &host.release.state().unwrap(), ReplicaId(2)).unwrap();
    assert_eq!((resumed.rollout(), resumed.fleet()), (host.release.rollout(), host.release.fleet()));
    let mut follower = Release::from_json(SPEC, ReplicaId(3)).unwrap();
    assert!(follower.follow(&host.release.directive().unwrap()).unwrap());
    assert_eq!(follower.served(Arm::Control).unwrap(), host.release.served(Arm::Control).unwrap());
}

/// A spec with a budget is asked about what may be in force, and about what is if that is more.
#[test]
fn the_budget_is_asked_about_the_larger_exposure() {
    let objective = r#""objective": {"metric": "errors", "target": "99%", "period": "30d", "detection_delay": "15m",
        "risk": "10%", "on_missing_data": "allow"}, "guardrails""#;
    let spec = SPEC.replacen(r#""guardrails""#, objective, 1).replacen(r#""12.5%""#, r#""1%""#, 1);
    let mut release = Release::from_json(&spec, ReplicaId(1)).unwrap();
    let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
    let asked = |step: &Step| {
        let gate = step.gate.unwrap();
        (gate.current().to_string(), gate.asked().to_string())
    };
    let said = |current: &str, asked: &str| (String::from(current), String::from(asked));
    // One of eight is the least, and one of seven while an old one is missing.
    let step = release.step(now, Command::Start { by: "ann".into() }).unwrap();
    assert_eq!(asked(&step), said("0%", "14.2857%"));
    let mut count = |ready_new, ready_old| {
        let there = Observed { ready_new, ready_old, ..Observed::default() };
        release.step(now, Signal::Fleet(there)).unwrap()
    };
    let _ = count(0, 8);
    assert_eq!(asked(&count(1, 7)), said("14.2857%", "57.1428%"));
    // Most old replicas crash.
    let step = count(1, 0);
    assert_eq!(asked(&step), said("14.2857%", "100%"));
    assert!(matches!(step.events.first().unwrap().kind, EventKind::Fleet(_)) && step.events.len() == 2);

    // A whole budget has to pay for what may be in force, in any stage.
    let poor = spec.replacen(r#""risk": "10%""#, r#""risk": "0.1%""#, 1);
    let error = Release::from_json(&poor, ReplicaId(1)).unwrap_err();
    let mut told = String::new();
    error.problems().for_each(|problem| write!(told, "{} {:?};", problem.path(), problem.value()).unwrap());
    assert_eq!(told, r#"stages[0].exposure Some("14.2857%");"#);
}

#[test]
fn what_a_fleet_cannot_do_is_refused() {
    let matched = SPEC.replacen(r#""bets""#, r#""control": "matched", "bets""#, 1);
    assert_eq!(Release::from_json(&matched, ReplicaId(1)).unwrap_err().path(), "control");
    let alone = SPEC.replacen(r#""replicas": 8"#, r#""replicas": 1"#, 1);
    assert_eq!(Release::from_json(&alone, ReplicaId(1)).unwrap_err().path(), "stages[0].requires");
}
