//! Unleash's client specification: the strategies that roll out by a percentage, and the operators of constraints.

use crate::{list, load, text};
use rampgate::Timestamp;
use rampgate::bucketing::compat::unleash::{Decimals, Rollout, Unleash};
use rampgate::bucketing::compat::{Assign as _, ByteEncoding};
use rampgate::flag::{Context, FlagSet, Value as Attribute};
use serde_json::{Value, json};

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

/// The condition that a constraint is. Its own evaluator reads numbers and dates from texts; ours has types, so the attribute is converted on
/// the way in, as a team that moves over would do.
fn condition(constraint: &Value) -> Option<Value> {
    let values = &constraint["values"];
    let attribute = &constraint["contextName"];
    let number = || text(&constraint["value"]).parse::<f64>().ok();
    let test = |name: &str, wanted: Value| json!({"attribute": attribute, name: wanted});
    let mut condition = match text(&constraint["operator"]) {
        "STR_STARTS_WITH" => test("starts_with", values.clone()),
        "STR_ENDS_WITH" => test("ends_with", values.clone()),
        "STR_CONTAINS" => test("contains", values.clone()),
        "IN" => test("one_of", values.clone()),
        "NOT_IN" => json!({"not": test("one_of", values.clone())}),
        "NUM_EQ" => test("number", json!({"equals": number()?})),
        "NUM_GT" => test("number", json!({"greater": number()?})),
        "NUM_GTE" => test("number", json!({"at_least": number()?})),
        "NUM_LT" => test("number", json!({"less": number()?})),
        "NUM_LTE" => test("number", json!({"at_most": number()?})),
        "DATE_AFTER" => test("time", json!({"greater": utc(text(&constraint["value"]))})),
        "DATE_BEFORE" => test("time", json!({"less": utc(text(&constraint["value"]))})),
        "SEMVER_EQ" => test("version", json!({"equals": constraint["value"]})),
        "SEMVER_GT" => test("version", json!({"greater": constraint["value"]})),
        "SEMVER_GTE" => test("version", json!({"at_least": constraint["value"]})),
        "SEMVER_LT" => test("version", json!({"less": constraint["value"]})),
        "SEMVER_LTE" => test("version", json!({"at_most": constraint["value"]})),
        _ => return None, // an operator that nobody knows: the strategy is off
    };
    if constraint["caseInsensitive"] == true {
        condition["ignore_case"] = true.into();
    }
    Some(if constraint["inverted"] == true { json!({"not": condition}) } else { condition })
}

/// A time with an offset of whole hours, in UTC.
fn utc(time: &str) -> String {
    let (local, hours) = match time.split_once('+') {
        None => (time.trim_end_matches('Z'), 0),
        Some((local, offset)) => (local, offset[..2].parse::<u64>().unwrap()),
    };
    let local: Timestamp = format!("{local}Z").parse().unwrap();
    Timestamp::from_millis(local.as_millis() - hours * 3_600_000).unwrap().to_string()
}

/// Replays the constraints of a file through the flag engine; gives the number of cases, and of those whose document is refused.
fn replay_constraints(file: &str) -> (usize, usize) {
    let specification = load(file);
    let (mut cases, mut refused) = (0, 0);
    for case in list(&specification["tests"]) {
        let features = list(&specification["state"]["features"]);
        let feature = features.iter().find(|feature| feature["name"] == case["toggleName"]);
        let strategies = feature.map_or(&[] as &[Value], |feature| list(&feature["strategies"]));
        let rules: Vec<Value> = strategies
            .iter()
            .filter_map(|strategy| {
                assert_eq!(strategy["name"], "default");
                let conditions: Option<Vec<Value>> =
                    list(&strategy["constraints"]).iter().map(condition).collect();
                Some(json!({"when": {"all": conditions?}, "serve": "on"}))
            })
            .collect();
        let document = json!({"rampgate_flags": 1, "version": 1, "flags": {
            "f": {"variants": ["off", "on"], "default": "off", "rules": rules}}});
        let context = &case["context"];
        let mut attributes: Vec<(&str, Attribute<'_>)> = Vec::new();
        for (name, value) in
            context["properties"].as_object().into_iter().flatten().filter(|(_, value)| !value.is_null())
        {
            let is_number = strategies
                .iter()
                .flat_map(|strategy| list(&strategy["constraints"]))
                .any(|constraint| text(&constraint["operator"]).starts_with("NUM_"));
            let number = text(value).parse::<f64>().ok().filter(|_| is_number);
            attributes.push((name, number.map_or_else(|| text(value).into(), Attribute::from)));
        }
        if let Some(now) = context["currentTime"].as_str() {
            attributes.push(("currentTime", utc(now).parse::<Timestamp>().unwrap().into()));
        }
        let is_on = match FlagSet::from_json(&document.to_string()) {
            Ok(set) => set.flag("f").unwrap().evaluate(&Context::of("").with(&attributes)).variant() == "on",
            // a version that is none turns the strategy off there, for everyone and silently; here the document is refused
            Err(error) => {
                assert!(error.path().contains(".version."), "{case}: {error}");
                refused += 1;
                false
            }
        };
        assert_eq!(Some(is_on), case["expectedResult"].as_bool(), "{}", case["description"]);
        cases += 1;
    }
    (cases, refused)
}

#[test]
fn constraint_operators_are_conditions_of_the_flag_engine() {
    assert_eq!(CONSTRAINTS.map(|(_, file)| replay_constraints(file)), [(46, 0), (25, 2)]);
}
