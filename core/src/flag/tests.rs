//! What flags of a set do, through the public names.

use super::*;
use crate::Error;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A document of one flag `f` with variants `off` and `on`, one rule, and two segments.
fn set_with(rule: &str) -> Result<FlagSet, Error> {
    FlagSet::from_json(&format!(
        r#"{{
        "rampgate_flags": 1, "version": 1,
        "segments": {{
            "dach": {{"attribute": "country", "one_of": ["DE", "AT", "CH"]}},
            "adults": {{"attribute": "age", "number": {{"at_least": 18}}}}
        }},
        "flags": {{
            "f": {{"variants": ["off", "on"], "default": "off", "overrides": {{"vip": "on"}}, "rules": [{rule}]}},
            "g": {{"variants": ["off", "on"], "default": "off", "requires": [{{"flag": "f", "variants": ["on"]}}],
                  "rules": [{{"serve": "on"}}]}}
        }}
    }}"#
    ))
}

/// Whether the condition lets the unit in.
fn holds(condition: &str, attributes: &[(&str, Value<'_>)]) -> bool {
    let set = set_with(&format!(r#"{{"when": {condition}, "serve": "on"}}"#)).unwrap();
    let context = Context::of("u").with(attributes);
    let flag = set.flag("f").unwrap();
    let outcome = flag.evaluate(&context);
    assert_eq!(flag.explain(&context).outcome, outcome);
    outcome.variant() == "on"
}

#[test]
fn each_test_holds_for_what_it_says_and_nothing_else() {
    let text = |text| [("a", Value::Text(text))];
    for (condition, yes, no) in [
        (r#"{"attribute": "a", "one_of": ["x", "y"]}"#, "y", "z"),
        (r#"{"attribute": "a", "starts_with": ["ab", "cd"]}"#, "cde", "bab"),
        (r#"{"attribute": "a", "ends_with": [".org"]}"#, "x.org", "x.org "),
        (r#"{"attribute": "a", "contains": ["ß"]}"#, "Straße", "Strasse"),
        (r#"{"attribute": "a", "one_of": ["De", "at"], "ignore_case": true}"#, "AT", "ATT"),
        (
            r#"{"attribute": "a", "ends_with": ["@Corp.example"], "ignore_case": true}"#,
            "x@CORP.EXAMPLE",
            "x@corp.example.org",
        ),
        (r#"{"attribute": "a", "version": {"at_least": "1.2.0", "less": "2.0.0"}}"#, "1.10.0", "2.0.0"),
        (r#"{"attribute": "a", "version": {"equals": "1.0.0-rc.1"}}"#, "1.0.0-rc.1+b5", "1.0.0"),
        (r#"{"attribute": "a", "network": ["10.0.0.0/8", "2001:db8::/32"]}"#, "2001:db8::7", "192.0.2.1"),
        (r#"{"not": {"attribute": "a", "one_of": ["x"]}}"#, "y", "x"),
        (r#"{"any": [{"attribute": "a", "one_of": ["x"]}, {"attribute": "b", "exists": true}]}"#, "x", "y"),
        (r#"{"all": [{"attribute": "a", "one_of": ["x"]}, {"attribute": "b", "exists": false}]}"#, "x", "y"),
    ] {
        assert!(holds(condition, &text(yes)), "{condition} {yes}");
        assert!(!holds(condition, &text(no)), "{condition} {no}");
    }
    let number = r#"{"attribute": "a", "number": {"greater": 1, "at_most": 2}}"#;
    for (value, expected) in
        [(1.0, false), (1.5, true), (2.0, true), (2.5, false), (f64::NAN, false), (f64::INFINITY, false)]
    {
        assert_eq!(holds(number, &[("a", value.into())]), expected, "{value}");
    }
    let time = r#"{"attribute": "a", "time": {"less": "2026-01-01T00:00:00Z"}}"#;
    assert!(holds(time, &[("a", "2025-12-31T23:59:59Z".parse::<crate::Timestamp>().unwrap().into())]));
    assert!(!holds(time, &[("a", "2025-12-31T23:59:59Z".into())]), "a text is not a time");
    assert!(holds(r#"{"attribute": "a", "one_of": [true, 7]}"#, &[("a", true.into())]));
    assert!(holds(r#"{"attribute": "a", "one_of": [true, 7]}"#, &[("a", 7.0.into())]));
}

#[test]
fn a_list_passes_when_one_of_its_values_does_and_a_missing_attribute_never() {
    let roles = [Value::Text("dev"), Value::Text("admin")];
    let condition = r#"{"attribute": "roles", "one_of": ["admin"]}"#;
    assert!(holds(condition, &[("roles", Value::List(&roles))]));
    assert!(!holds(condition, &[("roles", Value::List(&[]))]));
    assert!(!holds(condition, &[]));
    assert!(holds(&format!(r#"{{"not": {condition}}}"#), &[]));
}

#[test]
fn segments_and_prerequisites_are_followed_and_explained() {
    let set = set_with(r#"{"when": {"all": [{"segment": "dach"}, {"segment": "adults"}]}, "serve": "on"}"#)
        .unwrap();
    let attributes = [("country", "AT".into()), ("age", 18.0.into())];
    let context = Context::of("u").with(&attributes);
    let (f, g) = (set.flag("f").unwrap(), set.flag("g").unwrap());
    assert_eq!(g.evaluate(&context).variant(), "on");
    assert_eq!(g.evaluate(&Context::of("u")).reason(), Reason::Prerequisite);
    let steps = f.explain(&context).steps;
    assert!(steps.contains(&Step::Segment { name: "adults", holds: true }), "{steps:?}");
    assert!(steps.contains(&Step::Attribute { name: "age", known: true, holds: Some(true) }), "{steps:?}");
    let steps = g.explain(&Context::of("u")).steps;
    assert!(steps.contains(&Step::Flag { flag: "f", variant: "off", holds: false }), "{steps:?}");
}

#[test]
fn a_rule_that_does_not_reach_the_unit_leaves_it_to_the_next() {
    let rules = r#"{"exposure": "0%", "weights": {"on": 1}}, {"name": "rest", "serve": "on"}"#;
    let outcome = set_with(rules).unwrap();
    let outcome = outcome.flag("f").unwrap().evaluate(&Context::of("u"));
    assert_eq!((outcome.rule(), outcome.reason()), (Some(1), Reason::Served));
    let alone = set_with(r#"{"exposure": "0%", "weights": {"on": 1}}"#).unwrap();
    let outcome = alone.flag("f").unwrap().evaluate(&Context::of("u"));
    assert!(matches!(outcome.reason(), Reason::NotExposed { .. }) && outcome.rule() == Some(0));
    assert_eq!(alone.flag("f").unwrap().evaluate(&Context::of("")).reason(), Reason::Unassigned);
    assert_eq!(alone.flag("f").unwrap().evaluate(&Context::of("vip")).reason(), Reason::Override);
}

#[test]
fn schedules_need_a_time_and_end_before_their_end() {
    let set = set_with(r#"{"from": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z", "serve": "on"}"#)
        .unwrap();
    let variant = |at: Option<&str>| {
        let context = at.map_or(Context::of("u"), |at| Context::of("u").at(at.parse().unwrap()));
        set.flag("f").unwrap().evaluate(&context).variant()
    };
    assert_eq!(variant(None), "off");
    assert_eq!(variant(Some("2025-12-31T23:59:59.999Z")), "off");
    assert_eq!(variant(Some("2026-01-01T00:00:00Z")), "on");
    assert_eq!(variant(Some("2026-02-01T00:00:00Z")), "off");
}

#[test]
fn a_unit_keeps_what_it_had_until_the_salt_changes() {
    let rule = |salt: &str, exposure: &str| {
        set_with(&format!(
            r#"{{"exposure": "{exposure}", "weights": {{"off": 1, "on": 1}}, "salt": "{salt}"}}"#
        ))
        .unwrap()
    };
    let set = rule("s1", "100%");
    let first = set.flag("f").unwrap().evaluate(&Context::of("u"));
    let other = if first.variant() == "on" { "off" } else { "on" };
    assert_eq!(first.sticky_token(), Some("s1"));
    let sticky = [("s1", other)];
    let context = Context::of("u").sticky(&sticky);
    let shrunk = rule("s1", "0%");
    let kept = shrunk.flag("f").unwrap().evaluate(&context);
    assert_eq!((kept.variant(), kept.reason()), (other, Reason::Sticky));
    let renewed = rule("s2", "100%");
    assert_ne!(renewed.flag("f").unwrap().evaluate(&context).reason(), Reason::Sticky);
    let gone = [("s1", "purple")];
    assert_eq!(set.flag("f").unwrap().evaluate(&Context::of("u").sticky(&gone)).variant(), first.variant());
}

#[test]
fn an_exposure_is_the_same_whenever_it_is_reported_and_only_for_the_allocated() {
    let set = set_with(r#"{"weights": {"off": 1, "on": 1}}"#).unwrap();
    let flag = set.flag("f").unwrap();
    let exposure =
        |context: &Context<'_>| flag.evaluate(context).exposure(context).map(|exposure| exposure.dedupe);
    let early = Context::of("u").at("2026-01-01T00:00:00Z".parse().unwrap());
    assert!(exposure(&early).is_some());
    assert_eq!(exposure(&early), exposure(&Context::of("u")));
    assert_ne!(exposure(&early), exposure(&Context::of("w")));
    assert_eq!(exposure(&Context::of("vip")), None);
}

/// A document with a holdout for each case, and a layer that two flags share out.
const GUARDED: &str = r#"{"rampgate_flags": 1, "version": 1,
    "holdouts": [{"name": "all", "share": "5%"}, {"name": "ads", "tag": "ads", "share": "50%"}],
    "layers": [{"name": "page", "claims": [{"name": "x", "slots": [[0, 300000]]}, {"name": "y", "slots": [[300000, 600000]]}]}],
    "flags": {
        "plain": {"variants": ["off", "on"], "default": "off", "rules": [{"serve": "on"}]},
        "ad": {"variants": ["off", "on"], "default": "off", "tags": ["ads"], "rules": [{"serve": "on"}]},
        "x": {"variants": ["off", "on"], "default": "off", "layer": {"name": "page", "claim": "x"}, "rules": [{"serve": "on"}]},
        "y": {"variants": ["off", "on"], "default": "off", "layer": {"name": "page", "claim": "y"}, "rules": [{"serve": "on"}]},
        "half": {"variants": ["off", "on"], "default": "off", "rules": [{"slots": {"on": [[0, 250000], [500000, 750000]]}}]}
    }
}"#;

#[test]
fn holdouts_come_first_and_layers_are_shared_out_without_overlap() {
    let set = FlagSet::from_json(GUARDED).unwrap();
    let mut counts = [0_u32; 5];
    for n in 0..4_000 {
        let unit = format!("user-{n}");
        let on =
            ["plain", "ad", "x", "y", "half"].map(|key| set.flag(key).unwrap().evaluate(&Context::of(&unit)));
        for (count, outcome) in counts.iter_mut().zip(&on) {
            *count += u32::from(outcome.variant() == "on");
        }
        let [plain, ad, x, y, _] = on;
        assert!(x.variant() == "off" || y.variant() == "off", "{unit} is in two claims");
        if plain.reason() == Reason::HeldOut {
            assert!([ad, x, y].iter().all(|outcome| outcome.reason() == Reason::HeldOut), "{unit}");
        }
    }
    // five standard deviations around 95%, 95% x 50%, 95% x 30% twice, 95% x 50%
    for (count, expected) in counts.iter().zip([3_800_u32, 1_900, 1_140, 1_140, 1_900]) {
        assert!(count.abs_diff(expected) < 160, "{counts:?}");
    }
    let steps = set.flag("y").unwrap().explain(&Context::of("user-1")).steps;
    assert!(steps.iter().any(|step| matches!(step, Step::Layer { name: "page", .. })), "{steps:?}");
    assert_eq!(set.flag("x").unwrap().evaluate(&Context::of("")).reason(), Reason::Unassigned);
}

#[test]
fn wrong_layers_holdouts_and_slots_are_named() {
    for (from, to, expected) in [
        (r#""claim": "y""#, r#""claim": "z""#, "flags.y.layer.claim"),
        (
            r#""layer": {"name": "page", "claim": "x"}"#,
            r#""layer": {"name": "home", "claim": "x"}"#,
            "flags.x.layer.name",
        ),
        ("[[300000, 600000]]", "[[299999, 600000]]", "layers[0].claims[1].slots[0]"),
        (r#""name": "ads", "tag""#, r#""name": "all", "tag""#, "holdouts[1]"),
        ("[500000, 750000]", "[200000, 750000]", "flags.half.rules[0].slots.on[1]"),
        (r#"{"slots": {"on""#, r#"{"weights": {"on": 1}, "slots": {"on""#, "flags.half.rules[0].slots"),
        (r#"{"slots": {"on""#, r#"{"slots": {"purple""#, "flags.half.rules[0].slots.purple"),
        (r#""tags": ["ads"]"#, r#""tags": [""]"#, "flags.ad.tags[0]"),
    ] {
        assert!(GUARDED.contains(from), "{from}");
        assert_eq!(paths(&GUARDED.replacen(from, to, 1)), [expected], "{to}");
    }
}

fn paths(document: &str) -> Vec<String> {
    let error = FlagSet::from_json(document).unwrap_err();
    error.problems().map(|problem| problem.path().to_string()).collect()
}

#[test]
fn every_problem_is_listed_with_its_path() {
    let document = r#"{
        "rampgate_flags": 1, "version": 1,
        "segments": {"s": {"attribute": "a", "one_of": []}, "t": {"segment": "nobody"}},
        "flags": {
            "f": {"variants": ["a", "b"], "default": "c", "colour": 1, "rules": [
                {"serve": "a", "weights": {"a": 1}},
                {"weights": {"a": 1, "z": 1}},
                {"when": {"attribute": "x"}, "serve": "a"},
                {"when": {"attribute": "x", "exists": true, "number": {"less": 1}}, "serve": "a"},
                {"when": {"attribute": "x", "number": {}}, "serve": "a"},
                {"when": {"attribute": "x", "version": {"less": "1.0"}}, "serve": "a"},
                {"when": {"attribute": "x", "network": ["10.0.0.1/8"]}, "serve": "a"},
                {"when": {"flag": "nope", "variants": ["a"]}, "serve": "a"},
                {"when": {"flag": "g", "variants": ["zz"]}, "serve": "a"},
                {"when": {"some": []}, "serve": "a"},
                {"when": {"attribute": "x", "number": {"less": 1}, "ignore_case": true}, "serve": "a"},
                {"from": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z", "serve": "a"},
                {}
            ]},
            "g": {"variants": [], "default": "a"},
            "h": {"variants": ["a", "a"], "default": "a"}
        }
    }"#;
    let expected = [
        "segments.s.one_of",
        "segments.t.segment",
        "flags.f.default",
        "flags.f.rules[0].weights",
        "flags.f.rules[1].weights.z",
        "flags.f.rules[2].when",
        "flags.f.rules[3].when.number",
        "flags.f.rules[4].when.number",
        "flags.f.rules[5].when.version.less",
        "flags.f.rules[6].when.network[0]",
        "flags.f.rules[7].when.flag",
        "flags.f.rules[8].when.variants[0]",
        "flags.f.rules[9].when",
        "flags.f.rules[10].when.number",
        "flags.f.rules[11].until",
        "flags.f.rules[12]",
        "flags.f.colour",
        "flags.g.variants",
        "flags.g.default",
        "flags.h.variants[1]",
        "flags.h.default",
    ];
    assert_eq!(paths(document), expected);
}

#[test]
fn circles_chains_and_multiplying_conditions_are_refused_with_their_path() {
    let flag = |key: &str, needs: &str| {
        format!(r#""{key}": {{"variants": ["a"], "default": "a", "requires": [{needs}]}}"#)
    };
    let needs = |key: &str| format!(r#"{{"flag": "{key}", "variants": ["a"]}}"#);
    let document = |flags: &[String]| {
        format!(r#"{{"rampgate_flags": 1, "version": 1, "flags": {{{}}}}}"#, flags.join(", "))
    };

    let circle = document(&[flag("a", &needs("b")), flag("b", &needs("c")), flag("c", &needs("b"))]);
    let error = FlagSet::from_json(&circle).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid `flags.b`: must not depend on itself: flags.b -> flags.c -> flags.b"
    );

    let chain: Vec<String> =
        (0..40).map(|n| flag(&format!("f{n}"), &needs(&format!("f{}", (n + 1).min(39))))).collect();
    assert!(paths(&document(&chain))[0].starts_with("flags.f"));

    let doubled: Vec<String> = (0..15)
        .map(|n| {
            let next = needs(&format!("f{}", n + 1));
            flag(&format!("f{n}"), &[next.as_str(); 4].join(", "))
        })
        .chain([flag("f15", "")])
        .collect();
    assert!(paths(&document(&doubled))[0].starts_with("flags.f"));
}

#[cfg(feature = "regex")]
#[test]
fn regular_expressions_are_linear_and_checked() {
    let condition = r#"{"attribute": "path", "matches": "^/v[0-9]+/(a+)+$"}"#;
    assert!(holds(condition, &[("path", "/v12/aaaa".into())]));
    let hostile = format!("/v1/{}!", "a".repeat(100_000));
    assert!(!holds(condition, &[("path", hostile.as_str().into())]));
    assert!(set_with(r#"{"when": {"attribute": "path", "matches": "("}, "serve": "on"}"#).is_err());
    assert!(
        set_with(r#"{"when": {"attribute": "path", "matches": "(\\w{500}){500}"}, "serve": "on"}"#).is_err()
    );
}

#[cfg(not(feature = "regex"))]
#[test]
fn a_build_without_regular_expressions_says_so() {
    let error = set_with(r#"{"when": {"attribute": "path", "matches": "^/v1"}, "serve": "on"}"#).unwrap_err();
    assert_eq!(error.path(), "flags.f.rules[0].when.matches");
}
