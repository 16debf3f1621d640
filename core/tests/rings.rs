//! Rings of users: replays `testdata/rings.json`, and the laws of `spec/release.md` on whole releases that go from ring to ring.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::unreachable,
    reason = "a test fails by panicking"
)]

use proptest::prelude::*;
use rampgate::flag::Reason;
use rampgate::observe::{Outcome, ReplicaId};
use rampgate::release::{Arm, Release, Signal, Spec, Step};
use rampgate::rollout::{Action, Command, Phase, Plan};
use rampgate::{ErrorKind, Share, Span, Timestamp};
use serde_json::{Value, json};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../testdata/rings.json")).unwrap()
}

fn start() -> Command {
    Command::Start { by: "ann".into() }
}

fn abort() -> Command {
    Command::Abort { by: "ann".into(), why: "a test".into() }
}

fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

#[test]
fn each_unit_of_each_ring_is_given_what_the_vectors_say() {
    for case in vectors()["releases"].as_array().unwrap() {
        let (name, spec) = (&case["name"], case["spec"].to_string());
        let mut release = Release::from_json(&spec, ReplicaId(1)).unwrap();
        let moments = case["moments"].as_array().unwrap();
        for (number, moment) in moments.iter().enumerate() {
            match number {
                0 => {}
                1 => drop(release.step(now(), start()).unwrap()),
                last if last + 1 == moments.len() => drop(release.step(now(), abort()).unwrap()),
                _ => drop(release.step(now(), Signal::Tick).unwrap()),
            }
            assert_eq!(
                release.exposure().to_string(),
                moment["exposure"].as_str().unwrap(),
                "{name}, {number}"
            );
            let mut follower = Release::from_json(&spec, ReplicaId(2)).unwrap();
            follower.follow(&release.directive().unwrap()).unwrap();
            for expected in moment["units"].as_array().unwrap() {
                let (unit, ring) = (expected["unit"].as_str().unwrap(), expected["ring"].as_str().unwrap());
                let all = release.assign_all_in(unit, ring).unwrap();
                let told: serde_json::Map<String, Value> =
                    all.iter().map(|(key, one)| (key.into(), json!([one.variant, one.reason]))).collect();
                let found = json!({"unit": unit, "ring": ring, "flags": told, "arm": all.placement().arm});
                assert_eq!(&found, expected, "{name}, {number}");
                let first = all.of(release.spec().flag().key());
                assert_eq!(first, Some(release.assign_in(unit, ring).unwrap()));
                assert_eq!(first, Some(follower.assign_in(unit, ring).unwrap()));
            }
        }
    }
}

#[test]
fn each_refused_spec_has_the_problems_of_the_vectors() {
    for case in vectors()["refused"].as_array().unwrap() {
        let error = Spec::from_json(&case["spec"].to_string()).unwrap_err();
        let found: Vec<String> = error.problems().map(ToString::to_string).collect();
        assert_eq!(json!(found), case["problems"]);
    }
}

const RINGS: [&str; 3] = ["staff", "beta", "everyone"];

/// Three rings, evidence asked for in each.
fn document() -> Value {
    let stage = |ring: usize, exposure: &str, requires: &str| json!({"ring": RINGS[ring], "exposure": exposure, "min_dwell": "10m", "min_units": 100, "requires": requires});
    json!({
        "rampgate": 1, "name": "n", "flag": {"key": "k", "control": "old", "canary": "new"},
        "rings": [{"name": "staff", "share": "2%"}, {"name": "beta", "share": "18%"}, {"name": "everyone", "share": "80%"}],
        "stages": [
            stage(0, "40%", "safe"), stage(0, "100%", "no_harm"), stage(1, "50%", "safe"), stage(2, "10%", "safe"), stage(2, "60%", "safe")
        ],
        "guardrails": [{"name": "errors"}],
        "objective": {"metric": "errors", "target": "90%", "period": "28d", "detection_delay": "10m", "risk": "10%", "on_missing_data": "allow"}
    })
}

fn release(document: &Value) -> Release {
    Release::from_json(&document.to_string(), ReplicaId(1)).unwrap()
}

/// Lets minutes pass, each with a hundred units of each ring that fail as `fails` says of ring and variant, until the exposure changes or the release is
/// complete. Only those hundred are evidence that are of the ring whose stage it is.
fn live(release: &mut Release, at: &mut Timestamp, fails: impl Fn(&str, &str) -> u32) -> Step {
    let errors = release.metric("errors").unwrap();
    let (exposure, ramped) = (release.exposure(), RINGS[ramped(release).unwrap()]);
    let earlier = counted(release, *at);
    for minute in 0..1_000_u32 {
        *at = at.saturating_add("1m".parse::<Span>().unwrap());
        for (place, ring) in RINGS.into_iter().enumerate() {
            for n in 0..100_u32 {
                let assignment =
                    release.assign_in(&format!("{ring}-{}-{minute}-{n}", release.cohort()), ring).unwrap();
                let dice = (minute * 7_919 + n * 104_729 + u32::try_from(place).unwrap() * 31) % 1_000;
                let failed = dice < fails(ring, assignment.variant);
                let outcome = if failed { Outcome::good().failed(errors) } else { Outcome::good() };
                assert_eq!(assignment.placement.arm.is_some(), ring == ramped);
                release.record(assignment.placement, *at, outcome).unwrap();
            }
        }
        let step = release.step(*at, Signal::Tick).unwrap();
        if release.exposure() != exposure || release.phase() == Phase::Completed {
            let units = step.report.as_ref().unwrap().units;
            assert_eq!(units.canary + units.control - earlier, 100 * u64::from(minute + 1));
            return step;
        }
    }
    unreachable!("nothing happened: {}", release.phase())
}

/// The position of the ring whose stage is in force.
fn ramped(release: &Release) -> Option<usize> {
    let stage = release.rollout().stage()?;
    release.spec().plan().stages()[usize::try_from(stage).unwrap()]
        .ring()
        .map(|ring| usize::try_from(ring).unwrap())
}

/// Units that are evidence so far.
fn counted(release: &Release, at: Timestamp) -> u64 {
    let units = release.clone().step(at, Signal::Tick).unwrap().report.unwrap().units;
    units.canary + units.control
}

/// The arms are compared by their shares in the ring (others would be a sample-ratio mismatch), and the budget is asked about all units.
#[test]
fn a_healthy_release_goes_through_all_rings() {
    let mut release = release(&document());
    let mut at = now();
    let first = release.step(at, start()).unwrap();
    assert_eq!(first.gate.unwrap().asked().to_string(), "0.8%");
    let mut seen = Vec::new();
    while release.phase() != Phase::Completed {
        seen.push(release.exposure().to_string());
        let step = live(&mut release, &mut at, |_, _| 20);
        let next = seen.len().min(4);
        assert_eq!(step.gate.unwrap().asked(), release.spec().plan().stages()[next].exposure());
        let units = step.report.unwrap().units;
        assert!(units.canary >= 100, "{units:?}");
    }
    assert_eq!(seen, ["0.8%", "2%", "11%", "19%", "59%"]);
    let within: Vec<String> = RINGS.map(|ring| release.exposure_in(ring).unwrap().to_string()).into();
    assert_eq!(within, ["100%", "50%", "60%"]);
}

#[test]
fn harm_that_only_the_second_ring_meets_takes_the_version_from_all() {
    let mut release = release(&document());
    let mut at = now();
    drop(release.step(at, start()).unwrap());
    let hurt = |ring: &str, variant: &str| if (ring, variant) == ("beta", "new") { 200 } else { 20 };
    for exposure in ["2%", "11%"] {
        drop(live(&mut release, &mut at, hurt));
        assert_eq!(release.exposure().to_string(), exposure);
    }
    let step = live(&mut release, &mut at, hurt);
    assert_eq!(step.decisions.last().unwrap().action, Action::RollBack);
    for ring in RINGS {
        assert_eq!(release.exposure_in(ring).unwrap(), Share::ZERO);
    }
}

/// Without control in the ring no ratio is evidence, however many units other rings have.
#[test]
fn a_whole_ring_is_proven_by_ceilings_alone() {
    let mut whole = document();
    whole["stages"][2]["exposure"] = json!("100%");
    let error = Spec::from_json(&whole.to_string()).unwrap_err();
    assert_eq!((error.path(), error.kind()), ("stages[2].requires", ErrorKind::Conflict));
    whole["guardrails"][0]["ceiling"] = json!("5%");
    whole["stages"][1]["requires"] = json!("safe");
    let mut release = release(&whole);
    let mut at = now();
    drop(release.step(at, start()).unwrap());
    for exposure in ["2%", "20%", "28%"] {
        let step = live(&mut release, &mut at, |_, _| 10);
        assert_eq!(release.exposure().to_string(), exposure);
        assert_eq!(step.decisions.last().unwrap().action, Action::Advance);
    }
}

#[test]
fn a_unit_without_its_ring_has_the_control_and_is_in_no_arm() {
    let mut release = release(&document());
    let mut at = now();
    for _ in 0..2 {
        for n in 0..200 {
            let assignment = release.assign(&format!("user-{n}"));
            assert_eq!((assignment.variant, assignment.placement.arm), ("old", None));
            assert_eq!(assignment.reason, Reason::NoRing);
        }
        drop(release.step(at, start()).unwrap());
        at = at.saturating_add("1m".parse::<Span>().unwrap());
    }
    for ring in ["", "Beta", "nobody's"] {
        let error = release.assign_in("u", ring).unwrap_err();
        assert_eq!((error.path(), error.kind(), error.value()), ("ring", ErrorKind::Unknown, Some(ring)));
        assert_eq!(release.exposure_in(ring).unwrap_err(), error);
        assert_eq!(release.assign_all_in("u", ring).unwrap_err(), error);
    }
}

#[test]
fn a_plan_without_rings_asks_for_none() {
    let mut document = document();
    document.as_object_mut().unwrap().remove("rings");
    document["stages"] = json!([{"exposure": "30%", "min_dwell": "10m"}]);
    let mut release = release(&document);
    drop(release.step(now(), start()).unwrap());
    for n in 0..200 {
        let unit = format!("user-{n}");
        assert_eq!(release.assign_in(&unit, "beta").unwrap(), release.assign(&unit));
    }
    assert_eq!(release.exposure_in("beta").unwrap(), release.exposure());
}

#[test]
fn the_arms_of_a_ring_are_as_large_as_it_says() {
    for (pool, control) in [("rest", 0.7), ("matched", 0.3)] {
        let mut document = document();
        document["control"] = json!(pool);
        document["stages"][0]["exposure"] = json!("30%");
        let mut release = release(&document);
        drop(release.step(now(), start()).unwrap());
        let arms = |arm: Arm| {
            let of = |n: &u32| {
                release.assign_in(&format!("user-{n}"), "staff").unwrap().placement.arm == Some(arm)
            };
            f64::from(u32::try_from((0..40_000).filter(of).count()).unwrap())
        };
        // five standard deviations of Binomial(40000, 0.3)
        assert!((arms(Arm::Canary) - 12_000.0).abs() < 460.0, "{}", arms(Arm::Canary));
        assert!((arms(Arm::Control) - 40_000.0 * control).abs() < 460.0, "{}", arms(Arm::Control));
    }
}

/// Which units of each ring have the new version, after checking what holds at any moment.
fn exposed(release: &Release) -> Vec<Vec<bool>> {
    let plan = release.spec().plan();
    let stage = release.rollout().stage().map(|stage| plan.stages()[usize::try_from(stage).unwrap()]);
    let of_ring = |(position, ring): (u32, &str)| {
        let exposure = release.exposure_in(ring).unwrap();
        let ramped = stage.and_then(|stage| stage.ring());
        assert!(
            ramped.is_some_and(|ramped| position <= ramped) || exposure == Share::ZERO,
            "a later ring is reached"
        );
        let one = |n: u32| {
            let assignment = release.assign_in(&format!("user-{n}"), ring).unwrap();
            let new = assignment.variant == "new";
            let expected = if ramped.is_some_and(|ramped| position != ramped) {
                None // evidence is of the ramped ring alone
            } else {
                Some(if new { Arm::Canary } else { Arm::Control })
            };
            assert_eq!(assignment.placement.arm, expected, "{ring} at {exposure}");
            new
        };
        (0..200).map(one).collect::<Vec<bool>>()
    };
    (0..).zip(RINGS).map(of_ring).collect()
}

#[derive(Clone, Debug)]
enum Move {
    Tick,
    Say(Command),
    Restart,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let by = || String::from("ann");
    let commands = vec![
        Command::Pause { by: by() },
        Command::Resume { by: by() },
        abort(),
        Command::Retry { by: by() },
        Command::Confirm,
        Command::Revise { by: by(), revision: "r2".into() },
    ];
    let next = prop_oneof![
        8 => Just(Move::Tick),
        3 => prop::sample::select(commands).prop_map(Move::Say),
        1 => Just(Move::Restart),
    ];
    prop::collection::vec(next, 5..40)
}

/// Plans of up to three stages in each of the three rings, the last of which may be left out.
fn plans() -> impl Strategy<Value = Value> {
    let shares = (1_u32..400_000, 1_u32..400_000);
    let stages = prop::collection::vec(prop::collection::btree_set(1_u32..=1_000_000, 1..=3), 1..=3);
    (shares, stages).prop_map(|((first, second), stages)| {
        let share = |parts: u32| Share::from_parts_per_million(parts).unwrap().to_string();
        let shares = [first, second, 1_000_000 - first - second];
        let rings: Vec<Value> =
            RINGS.iter().zip(shares).map(|(name, parts)| json!({"name": name, "share": share(parts)})).collect();
        let stages: Vec<Value> = RINGS
            .iter()
            .zip(stages)
            .flat_map(|(ring, exposures)| {
                let stage = |parts| json!({"ring": ring, "exposure": share(parts), "min_dwell": "0s", "requires": "unmonitored"});
                exposures.into_iter().map(stage).collect::<Vec<Value>>()
            })
            .collect();
        json!({"rings": rings, "stages": stages})
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// I6 with rings, through stops, restarts and retries; and no overall exposure is below what the rings have, nor a millionth above.
    #[test]
    fn assignment_is_monotone_in_every_ring(plan in plans(), moves in moves()) {
        let mut document = document();
        document.as_object_mut().unwrap().remove("objective");
        document["rings"] = plan["rings"].clone();
        document["stages"] = plan["stages"].clone();
        let text = document.to_string();
        let read = Spec::from_json(&text);
        if let Err(error) = &read {
            // two tiny steps may come to the same
            prop_assert!(error.problems().all(|problem| problem.path().ends_with(".exposure")), "{error}");
            return Ok(());
        }
        let mut release = Release::new(read.unwrap(), ReplicaId(1));
        let mut lives = 1_u64;
        let mut reached = vec![(Share::ZERO, exposed(&release))];
        for one in std::iter::once(Move::Say(start())).chain(moves) {
            match one {
                Move::Tick => drop(release.step(now(), Signal::Tick).unwrap()),
                Move::Say(command) => drop(release.step(now(), command).unwrap()),
                Move::Restart => {
                    lives += 1;
                    release = Release::resume(&text, &release.state().unwrap(), ReplicaId(lives)).unwrap();
                }
            }
            let (after, who) = (release.exposure(), exposed(&release));
            let exact: u64 = release.spec().plan().rings().iter().map(|ring| {
                let within = release.exposure_in(ring.name()).unwrap();
                u64::from(ring.share().parts_per_million()) * u64::from(within.parts_per_million())
            }).sum();
            prop_assert_eq!(u64::from(after.parts_per_million()), exact.div_ceil(1_000_000));
            for (share, then) in &reached {
                let within = |few: &[Vec<bool>], many: &[Vec<bool>]| few.iter().flatten().zip(many.iter().flatten()).all(|(few, many)| !few || *many);
                prop_assert!(*share > after || within(then, &who), "someone fell out at {after}");
                prop_assert!(*share < after || within(&who, then), "someone came in at {after}");
            }
            if reached.iter().all(|(share, _)| *share != after) {
                reached.push((after, who));
            }
        }
    }

    /// Whatever a document says of rings, it is refused with paths, or is a plan that is written and read again.
    #[test]
    fn hostile_rings_are_refused_or_read_again(
        names in prop::collection::vec("[ab\u{0}é]{0,2}", 0..4),
        shares in prop::collection::vec(prop::sample::select(vec!["0%", "0.0001%", "1%", "50%", "99%", "99.9999%", "100%", "-1%", "1e2%", ""]), 0..4),
        stages in prop::collection::vec(("[ab\u{0}é]{0,2}", prop::sample::select(vec!["0%", "0.0001%", "40%", "100%", "101%"])), 0..5),
    ) {
        let rings: Vec<Value> = names.iter().zip(&shares).map(|(name, share)| json!({"name": name, "share": share})).collect();
        let stages: Vec<Value> = stages.iter().map(|(ring, exposure)| json!({"ring": ring, "exposure": exposure, "min_dwell": "1h"})).collect();
        match Plan::from_json(&json!({"rings": rings, "stages": stages}).to_string()) {
            Ok(plan) => {
                prop_assert!(plan.stages().windows(2).all(|pair| pair[0].exposure() < pair[1].exposure()));
                prop_assert!(plan.stages().windows(2).all(|pair| pair[0].ring() <= pair[1].ring()));
                prop_assert_eq!(Plan::from_json(&plan.to_json()).unwrap(), plan);
            }
            Err(error) => {
                let known = |path: &str| path.starts_with("rings") || path.starts_with("stages");
                prop_assert!(error.problems().all(|problem| known(problem.path())), "{error}");
            }
        }
    }
}

/// The simulator refuses what it would play wrongly.
#[cfg(feature = "simulate")]
#[test]
fn a_simulation_has_no_rings() {
    let scenario = json!({"traffic": {"units_per_minute": 500}, "background": {"rate": 0.01}});
    let question = json!({"spec": document(), "scenario": scenario, "runs": 1});
    let error = rampgate::simulate::rollout::answer(&question.to_string()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid `spec.rings`: must be left out: all units of a scenario are alike, got `a list of 3`"
    );
}

#[cfg(feature = "log")]
#[test]
fn the_story_of_a_log_names_the_ring() {
    use rampgate::log::{Log, Subject, verify};
    let text = document().to_string();
    let subject = || Subject::of_release(&text).unwrap();
    let mut release = release(&document());
    let (mut log, mut file) = Log::begin(subject());
    file += &log.append_all(&release.step(now(), start()).unwrap().events).unwrap();
    let story = verify(&file).unwrap().explain(&subject()).unwrap().to_string();
    assert!(story.contains("Exposure rose from 0% to 0.8% (stage 1 of 5, 40% of ring staff)"), "{story}");
}
