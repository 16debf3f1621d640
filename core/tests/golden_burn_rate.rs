//! Replays `testdata/burn_rate.json`, which every language replays.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a replay fails by panicking, also in its helpers"
)]

use rampgate::slo::burn_rate::{AlertState, Policy};
use rampgate::slo::{Budget, Counter, Reading};
use rampgate::{Error, Share, Span, Timestamp};
use serde_json::Value;
use std::str::FromStr;

/// The cases of one list, each with a name for the message of a failure.
fn cases(list: &str) -> Vec<(String, Value)> {
    let vectors: Value =
        serde_json::from_str(include_str!("../testdata/burn_rate.json")).expect("the vectors are JSON");
    assert_eq!(vectors["version"], "rampgate-burn-1");
    let cases = vectors[list].as_array().unwrap_or_else(|| panic!("no list `{list}`"));
    assert!(!cases.is_empty(), "`{list}` is empty");
    let named =
        |(n, case): (usize, &Value)| (format!("burn_rate.json, {list}[{n}] {}", case["name"]), case.clone());
    cases.iter().enumerate().map(named).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is not a list"))
}

fn parse<T: FromStr<Err = Error>>(value: &Value) -> T {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text")).parse().unwrap()
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(u64::try_from(millis).unwrap()).unwrap()
}

fn policy(document: &Value) -> Policy {
    Policy::from_json(&document.to_string()).unwrap_or_else(|error| panic!("{document}: {error}"))
}

fn millis(span: Option<Span>) -> Option<u64> {
    span.map(Span::as_millis)
}

#[test]
fn policies() {
    for (name, case) in cases("policies") {
        let shown = serde_json::to_value(policy(&case["policy"])).unwrap();
        assert_eq!(shown["rows"], case["rows"], "{name}");
        for published in list(&case["published"]) {
            let row = &shown["rows"][usize::try_from(published["row"].as_u64().unwrap()).unwrap()];
            for field in ["long", "short", "factor", "for"] {
                assert!(
                    published[field].is_null() || row[field] == published[field],
                    "{name}: {row}, {published}"
                );
            }
        }
    }
}

#[test]
fn invalid_policies() {
    for (name, case) in cases("invalid_policies") {
        let error = Policy::from_json(&case["policy"].to_string()).unwrap_err();
        let given: Vec<_> = error.problems().map(|problem| (problem.path(), problem.kind().code())).collect();
        let expected: Vec<_> = list(&case["problems"])
            .iter()
            .map(|problem| (problem["path"].as_str().unwrap(), problem["kind"].as_str().unwrap()))
            .collect();
        assert_eq!(given, expected, "{name}: {error}");
    }
}

/// Takes the logarithms of evidence out of a decision: libraries differ in their last digits.
fn without_logarithms(decision: &mut Value) -> Vec<f64> {
    let mut taken = Vec::new();
    for row in decision["rows"].as_array_mut().unwrap() {
        if let Some(evidence) = row["evidence"].as_object_mut() {
            taken
                .extend(["ln_odds", "needed"].map(|field| evidence.remove(field).unwrap().as_f64().unwrap()));
        }
    }
    taken
}

/// Every decision whole, with the counter and the state stored and read back in between.
#[test]
fn traces() {
    for (name, case) in cases("traces") {
        let policy = policy(&case["policy"]);
        let (mut counter, mut state) = (Counter::new(), policy.start());
        for step in list(&case["steps"]) {
            for run in list(&step["runs"]) {
                let [first, every, count, good, bad] = [0, 1, 2, 3, 4].map(|n| run[n].as_i64().unwrap());
                for n in 0..count {
                    counter.record(at(first + n * every), good.unsigned_abs(), bad.unsigned_abs());
                }
            }
            for (asked, expected) in list(&step["asked"]).iter().zip(list(&step["decisions"])) {
                let decision = policy.evaluate(&counter, at(asked.as_i64().unwrap()), &mut state).unwrap();
                let (mut given, mut expected) = (serde_json::to_value(&decision).unwrap(), expected.clone());
                let logarithms =
                    without_logarithms(&mut given).into_iter().zip(without_logarithms(&mut expected));
                for (ours, theirs) in logarithms {
                    assert!((ours - theirs).abs() < 1e-9, "{name}: {ours}, {theirs}");
                }
                assert_eq!(given, expected, "{name}, at {asked}");
                let bytes = postcard::to_allocvec(&(&counter, &state)).unwrap();
                (counter, state) = postcard::from_bytes(&bytes).unwrap();
                let text = serde_json::to_string(&state).unwrap();
                assert_eq!(serde_json::from_str::<AlertState>(&text).unwrap(), state, "{name}");
            }
        }
    }
}

#[test]
fn forms() {
    for (name, case) in cases("forms") {
        let policy = policy(&case["policy"]);
        let failing: Share = parse(&case["failing"]);
        for (condition, expected) in policy.conditions().iter().zip(list(&case["rows"])) {
            assert_eq!(
                millis(condition.time_to_fire(failing)),
                expected["fires"].as_u64(),
                "{name} {failing}"
            );
            let resets = condition.time_to_reset(failing, policy.reset());
            assert_eq!(millis(resets), expected["resets"].as_u64(), "{name} {failing}");
        }
        let (two, delay) = ("2%".parse().unwrap(), "15m".parse().unwrap());
        assert_eq!(
            millis(policy.time_to_spend(failing, Share::ALL)),
            case["exhausted"].as_u64(),
            "{name} {failing}"
        );
        assert_eq!(
            policy.largest_exposure(failing, delay, two),
            parse(&case["exposure"]),
            "{name} {failing}"
        );
        let longest = policy.longest_delay(failing, "5%".parse().unwrap(), two);
        assert_eq!(millis(longest), case["delay"].as_u64(), "{name} {failing}");
    }
}

#[test]
fn published_times() {
    for (name, case) in cases("published_times") {
        let policy = policy(&case["policy"]);
        let failing: Share = parse(&case["failing"]);
        let condition = &policy.conditions()[0];
        let ours = match case["form"].as_str().unwrap() {
            "fires" => condition.time_to_fire(failing),
            "resets" => condition.time_to_reset(failing, policy.reset()),
            "exhausted" => policy.time_to_spend(failing, Share::ALL),
            other => panic!("{other}"),
        };
        let (ours, printed) = (millis(ours).unwrap(), case["published"].as_u64().unwrap());
        let within = case["within"].as_u64().unwrap();
        assert!(ours.abs_diff(printed) <= within, "{name} {}: {ours}, printed {printed}", case["says"]);
    }
}

/// The burn rate of counts, twice: by the budget of a window, and as the windows of a policy tell it.
fn burn_rate_ppm(case: &Value) -> Option<u64> {
    let window: Span = "1h".parse().unwrap();
    let count = |field: &str| case[field].as_u64().unwrap();
    let reading = Reading::of(window, window, count("good"), count("bad")).unwrap();
    let budget = Budget::of(parse(&case["target"]), "30d".parse().unwrap(), &reading).unwrap();

    let policy = Policy::from_json(&format!(
        r#"{{"target": {}, "period": "30d", "rows": [{{"factor": "1", "long": "1h", "short": "1h", "severity": "page"}}]}}"#,
        case["target"]
    ));
    let (policy, mut counter, now) = (policy.unwrap(), Counter::new(), at(1_795_478_400_000));
    counter.record(now, count("good"), count("bad"));
    let decision = policy.evaluate(&counter, now, &mut policy.start()).unwrap();
    let ours = decision.rows()[0].long.burn_rate_ppm();
    assert_eq!(ours, budget.consumed_by_events_ppm().map(i64::unsigned_abs), "{case}");
    ours
}

#[test]
fn burn_rates() {
    for (name, case) in cases("burn_rates") {
        assert_eq!(burn_rate_ppm(&case), case["ppm"].as_u64(), "{name}");
    }
}

/// Burn rates that were published and are wrong at their source: to match them would be a bug. Each case says why.
#[test]
fn not_matched() {
    for (_, case) in cases("not_matched") {
        let ours = burn_rate_ppm(&case);
        assert_eq!(ours, case["ours_ppm"].as_u64(), "{}", case["says"]);
        assert_ne!(ours, case["theirs_ppm"].as_u64(), "{}: {}", case["says"], case["why"]);
    }
}
