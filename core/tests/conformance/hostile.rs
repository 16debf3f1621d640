//! No document makes the reader panic, and none that it takes makes an assignment panic.

use crate::{list, load, text};
use rampgate::bucketing::compat::{Assign as _, Scheme};
use serde_json::{Value, json};

/// Documents of every scheme, from the independent cases.
fn documents() -> Vec<Value> {
    let vectors = load(include_str!("../../testdata/vendors/vendor_cases.json"));
    list(&vectors["cases"]).iter().map(|case| case["document"].clone()).collect()
}

#[test]
fn a_field_that_is_missing_or_unknown_is_named() {
    for document in documents() {
        let scheme = text(&document["scheme"]);
        let named = |changed: &Value, field: &str| {
            let error = Scheme::from_json(&changed.to_string()).unwrap_err();
            assert!(error.problems().any(|problem| problem.path() == field), "{changed}: {error}");
        };
        let mut more = document.clone();
        more["surplus"] = json!(1);
        named(&more, "surplus");
        let error = Scheme::from_json(&json!({ "scheme": scheme }).to_string()).unwrap_err();
        assert!(error.problems().all(|problem| !problem.path().is_empty()), "{scheme}: {error}");
    }
    let error = Scheme::from_json(r#"{"scheme": "appconfig"}"#).unwrap_err();
    assert_eq!((error.path(), error.value()), ("scheme", Some("appconfig")));
    assert!(error.rule().contains("`growthbook`"), "{error}");
}

#[test]
fn no_value_makes_it_panic() {
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(1),
        json!(1e308),
        json!(-1e308),
        json!(5e-324),
        json!(4_294_967_296_u64),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
        json!("utf8"),
        json!("ß\u{0}"),
        json!([]),
        json!([0]),
        json!([0, 0]),
        json!([[0, 0]]),
        json!([1e308, 1e308]),
        json!([-1, 1.5]),
        json!([4_294_967_295_u64, 4_294_967_295_u64]),
        json!({}),
        json!([{}]),
        json!([[]]),
    ];
    let units = ["", "u", "ß", "\u{10ffff}\u{0}"];
    let (mut taken, mut refused) = (0, 0);
    for document in documents() {
        for field in document.as_object().unwrap().keys().filter(|field| *field != "scheme") {
            for value in &values {
                let mut changed = document.clone();
                changed[field] = value.clone();
                match Scheme::from_json(&changed.to_string()) {
                    Ok(scheme) => {
                        taken += 1;
                        let _ = units.map(|unit| scheme.assign(unit));
                    }
                    Err(error) => {
                        refused += 1;
                        assert!(
                            error.problems().all(|problem| !problem.path().is_empty()),
                            "{changed}: {error}"
                        );
                    }
                }
            }
        }
    }
    assert!(taken > 1_000 && refused > 10_000, "{taken} taken, {refused} refused");
}
