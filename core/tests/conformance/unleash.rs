//! Unleash's client specification, as far as bucketing decides it: the strategies that roll out by a percentage.

use crate::{list, load, text};
use rampgate::bucketing::compat::unleash::{Decimals, Rollout, Unleash};
use rampgate::bucketing::compat::{Assign as _, ByteEncoding};
use serde_json::Value;

const ROLLOUTS: [(&str, &str); 3] = [
    (
        "03-gradual-rollout-user-id-strategy",
        include_str!("../../testdata/vendors/unleash/03-gradual-rollout-user-id-strategy.json"),
    ),
    (
        "04-gradual-rollout-session-id-strategy",
        include_str!("../../testdata/vendors/unleash/04-gradual-rollout-session-id-strategy.json"),
    ),
    (
        "10-flexible-rollout-strategy",
        include_str!("../../testdata/vendors/unleash/10-flexible-rollout-strategy.json"),
    ),
];

/// Files whose every case turns on a constraint's operator.
const CONSTRAINTS: [(&str, &str); 2] = [
    ("13-constraint-operators", include_str!("../../testdata/vendors/unleash/13-constraint-operators.json")),
    (
        "14-constraint-semver-operators",
        include_str!("../../testdata/vendors/unleash/14-constraint-semver-operators.json"),
    ),
];

/// What the flag engine would do around bucketing: pick the unit by stickiness, and say yes if any strategy does. `None`: no bucketing is
/// asked, because a strategy is neither a rollout nor the default, or has constraints.
fn evaluate(feature: &Value, context: &Value, encoding: ByteEncoding) -> Option<bool> {
    let mut is_on = false;
    for strategy in list(&feature["strategies"]) {
        if strategy["constraints"].as_array().is_some_and(|constraints| !constraints.is_empty()) {
            return None;
        }
        let parameters = &strategy["parameters"];
        let field = |name: &str| context[name].as_str().filter(|value| !value.is_empty());
        let (percentage, unit) = match text(&strategy["name"]) {
            "default" => {
                is_on = true;
                continue;
            }
            "gradualRolloutUserId" => ("percentage", field("userId")),
            "gradualRolloutSessionId" => ("percentage", field("sessionId")),
            "flexibleRollout" => match text(&parameters["stickiness"]) {
                // the last resort of `default` is a random id: any will do for the one case that reaches it, a rollout of 100%
                "default" => ("rollout", field("userId").or(field("sessionId")).or(Some("random"))),
                name => ("rollout", field(name)),
            },
            _ => return None,
        };
        let percentage: f64 = text(&parameters[percentage]).parse().unwrap();
        let group = parameters["groupId"].as_str().unwrap_or(text(&feature["name"]));
        let rollout = Rollout::new(Unleash::new(encoding, group), percentage, Decimals::Ignored).unwrap();
        is_on |= unit.is_some_and(|unit| rollout.assign(unit).is_some());
    }
    Some(is_on)
}

/// Checks the cases of a file that bucketing decides; gives their number and that of those left to the flag engine.
fn replay(name: &str, file: &str) -> (usize, usize) {
    let specification = load(file);
    assert_eq!(text(&specification["name"]), name);
    let (mut decided, mut left) = (0, 0);
    for case in list(&specification["tests"]) {
        let features = list(&specification["state"]["features"]);
        let feature = features.iter().find(|feature| feature["name"] == case["toggleName"]);
        let answers = [ByteEncoding::LowByte, ByteEncoding::Utf8]
            .map(|encoding| evaluate(feature?, &case["context"], encoding));
        match answers {
            [None, None] => left += 1, // also where there is no such toggle
            [Some(_), Some(_)] => decided += 1,
            _ => panic!("{name}: {case}"),
        }
        for is_on in answers.into_iter().flatten() {
            assert_eq!(Some(is_on), case["expectedResult"].as_bool(), "{name}: {}", case["description"]);
        }
    }
    (decided, left)
}

#[test]
fn rollout_strategies() {
    let counts = ROLLOUTS.map(|(name, file)| replay(name, file));
    assert_eq!(counts, [(6, 0), (6, 0), (10, 0)], "decided by bucketing, left to the flag engine");
}

#[test]
fn constraint_operators_are_left_to_the_flag_engine() {
    let counts = CONSTRAINTS.map(|(name, file)| replay(name, file));
    assert_eq!(counts, [(0, 46), (0, 25)], "decided by bucketing, left to the flag engine");
}
