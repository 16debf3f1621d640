//! Cases of `make_vendor_cases.py`, which shares no code with the library: every scheme over awkward units and seeds.

use crate::numbers::number;
use crate::{list, load, text};
use rampgate::bucketing::compat::{Assign as _, Scheme};
use std::collections::BTreeSet;

#[test]
fn every_scheme_over_awkward_units() {
    let vectors = load(include_str!("../../testdata/vendors/vendor_cases.json"));
    let units: Vec<&str> = list(&vectors["units"]).iter().map(text).collect();
    let mut seen = BTreeSet::new();
    let mut numbers = 0;
    for case in list(&vectors["cases"]) {
        let document = &case["document"];
        let scheme =
            Scheme::from_json(&document.to_string()).unwrap_or_else(|error| panic!("{document}: {error}"));
        seen.insert(scheme.name());
        for (unit, expected) in units.iter().zip(text(&case["assigned"]).chars()) {
            let expected = expected.to_digit(36).map(|position| usize::try_from(position).unwrap());
            assert_eq!(scheme.assign(unit), expected, "{document} {unit:?}");
        }
        for (unit, expected) in units.iter().zip(case["numbers"].as_array().into_iter().flatten()) {
            assert_eq!(number(document, unit), expected.as_f64(), "{document} {unit:?}");
            numbers += 1;
        }
    }
    let all: BTreeSet<&str> = Scheme::names().filter(|name| *name != "rampgate-1").collect();
    assert_eq!(seen, all, "every vendor's scheme has cases");
    assert!(numbers > 30_000, "{numbers}");
}
