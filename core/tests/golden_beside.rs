//! Replays `testdata/beside.json`: two releases that spend from one budget, step by step, with what the authority and the newest message said.
//!
//! `RAMPGATE_BLESS=1 cargo test -p rampgate --test golden_beside` writes the steps anew, after a change that was meant.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use rampgate::Timestamp;
use rampgate::observe::{Outcome, ReplicaId};
use rampgate::release::{Release, Signal};
use rampgate::slo::{Request, Reservations, Wish};
use serde_json::{Value, json};

fn spec(name: &str) -> String {
    json!({
        "rampgate": 1, "name": name, "flag": {"key": name, "control": "old", "canary": "new"},
        "stages": [
            {"exposure": "2%", "min_dwell": "5m", "requires": "no_harm", "min_units": 1},
            {"exposure": "40%", "min_dwell": "5m", "requires": "no_harm", "min_units": 1}
        ],
        "guardrails": [{"name": "errors"}],
        "objective": {"metric": "errors", "target": "99%", "period": "1d", "detection_delay": "10m", "risk": "90%", "on_missing_data": "allow"}
    })
    .to_string()
}

/// Two releases whose second stages do not fit into the limit together: one waits until the other has been rolled back.
fn played() -> Value {
    let names = ["api", "page"];
    let mut authority = Reservations::new(400_000);
    let mut releases = names.map(|name| Release::from_json(&spec(name), ReplicaId(1)).unwrap());
    let mut newest = names.map(|name| Request::new(name, 1, name, Wish::Reserve(0)).unwrap());
    let mut wished = names.map(|_| (1, Wish::Reserve(0)));
    let mut steps = Vec::new();
    let mut unit = 0_u32;
    for minute in 0..60_u64 {
        let at = Timestamp::from_millis(1_795_521_600_000 + 60_000 * minute).unwrap();
        for who in 0..names.len() {
            let release = &mut releases[who];
            let errors = release.metric("errors").unwrap();
            let mut outcomes = Vec::new();
            for _ in 0..40 {
                unit += 1;
                let id = format!("unit {unit}");
                let assignment = release.assign(&id);
                let failed =
                    (who == 0 && minute > 20 && assignment.variant == "new") || unit.is_multiple_of(100);
                let outcome = if failed { Outcome::good().failed(errors) } else { Outcome::good() };
                outcomes.push(json!([id, failed]));
                release.record(assignment.placement, at, outcome).unwrap();
            }
            let signal = match minute {
                0 => json!({"start": {"by": "ann"}}),
                40 if who == 0 => json!("confirm"),
                _ => json!("tick"),
            };
            let heard = Signal::from_json(&signal.to_string()).unwrap();
            // the copy that the release sees is one message behind
            let seen = authority.clone();
            let step = release.step_beside(at, heard, &seen, &newest[who]).unwrap();
            steps.push(json!({
                "release": names[who], "at": at.as_millis(), "signal": signal, "outcomes": outcomes,
                "reservations": seen, "newest": newest[who], "step": step
            }));
            let wish = match (step.reserve_ppm, step.keep_ppm) {
                (Some(amount), _) => Some(Wish::Reserve(amount)),
                (None, Some(keep)) if keep < step.held_ppm => Some(Wish::Reserve(keep)),
                _ => None,
            };
            if minute == 0 || wish.is_some_and(|wish| wish != wished[who].1) {
                let wish = wish.unwrap_or(Wish::Reserve(0));
                wished[who] = (wished[who].0 + 1, wish);
                newest[who] = Request::new(names[who], wished[who].0, names[who], wish).unwrap();
            }
            let _ = authority.apply(&newest[who]);
        }
    }
    json!({"version": "rampgate-release-1", "specs": names.map(|name| serde_json::from_str::<Value>(&spec(name)).unwrap()), "steps": steps})
}

#[test]
fn the_steps_are_those_of_the_vectors() {
    let played = played();
    let phases: Vec<&Value> = played["steps"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|step| step["step"]["decisions"].as_array().unwrap())
        .collect();
    for action in ["advance", "hold", "roll_back", "confirm_rollback", "complete"] {
        assert!(phases.iter().any(|decision| decision["action"] == action), "{action}: {phases:#?}");
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/beside.json");
    if std::env::var_os("RAMPGATE_BLESS").is_some() {
        let steps: Vec<String> =
            played["steps"].as_array().unwrap().iter().map(ToString::to_string).collect();
        let specs = played["specs"].to_string();
        let text = format!(
            "{{\n\"version\": \"rampgate-release-1\",\n\"specs\": {specs},\n\"steps\": [\n{}\n]\n}}\n",
            steps.join(",\n")
        );
        std::fs::write(path, text).unwrap();
    }
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(played, vectors);
}
