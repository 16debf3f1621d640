//! Replays `testdata/distribution.json`, which every language replays.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a replay fails by panicking, also in its helpers"
)]

use rampgate::canary::{Components, DistributionCell, DistributionTest, Reference, Worse, quantile_band};
use rampgate::observe::Histogram;
use rampgate::{Probability, Share};
use serde_json::Value;

fn cases(list: &str) -> Vec<Value> {
    let vectors: Value =
        serde_json::from_str(include_str!("../testdata/distribution.json")).expect("the vectors are JSON");
    assert_eq!(vectors["version"], "rampgate-distribution-1");
    let cases = vectors[list].as_array().unwrap_or_else(|| panic!("no list `{list}`"));
    assert!(!cases.is_empty(), "`{list}` is empty");
    cases.clone()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn share(value: &Value) -> Share {
    Share::from_parts_per_million(u32::try_from(value.as_u64().unwrap()).unwrap()).unwrap()
}

fn histogram(value: &Value) -> Histogram {
    let counts: Vec<u64> = value["counts"].as_array().unwrap().iter().map(|c| c.as_u64().unwrap()).collect();
    Histogram::from_counts(usize::try_from(value["first"].as_u64().unwrap()).unwrap(), &counts).unwrap()
}

#[test]
fn shifts() {
    for case in cases("shifts") {
        let ratio = number(&case["ratio"]);
        let bits = |test: DistributionTest| test.ratio().to_bits();
        assert_eq!(bits(DistributionTest::harm(ratio).unwrap()), number(&case["harm"]).to_bits(), "{case}");
        // less than a bin is no margin
        let safety = DistributionTest::safety(ratio).map_or(1.0_f64.to_bits(), bits);
        assert_eq!(safety, number(&case["safety"]).to_bits(), "{case}");
    }
}

#[test]
fn references() {
    for case in cases("references") {
        let reference = Reference::from_histogram(&histogram(&case["past"])).unwrap();
        assert_eq!(serde_json::to_value(&reference).unwrap(), case["reference"]);
        let bytes = postcard::to_allocvec(&reference).unwrap();
        assert!(bytes.len() < 400, "{} bytes", bytes.len());
        assert_eq!(postcard::from_bytes::<Reference>(&bytes).unwrap(), reference);
    }
    for case in cases("statements") {
        let quantiles: Vec<(Share, u64)> = case["quantiles"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| (share(&pair[0]), pair[1].as_u64().unwrap()))
            .collect();
        let reference = Reference::from_quantiles(&quantiles).unwrap();
        assert_eq!(serde_json::to_value(&reference).unwrap(), case["reference"]);
    }
}

#[test]
fn evidence() {
    for case in cases("evidence") {
        let ratio = number(&case["ratio"]);
        let test = match case["test"].as_str().unwrap() {
            "harm" => DistributionTest::harm(ratio),
            _ => DistributionTest::safety(ratio),
        };
        let worse: Worse = serde_json::from_value(case["worse"].clone()).unwrap();
        let test = test.unwrap().with_worse(worse);
        let mut components = Components::default();
        for cell in case["cells"].as_array().unwrap() {
            let reference: Option<Reference> = serde_json::from_value(cell["reference"].clone()).unwrap();
            components.add(&test.components(&DistributionCell {
                rho: number(&cell["rho"]),
                canary: &histogram(&cell["canary"]),
                control: &histogram(&cell["control"]),
                reference: reference.as_ref(),
            }));
        }
        let (found, expected) = (components.ln_evidence(), number(&case["ln_evidence"]));
        assert!(
            (found - expected).abs() <= 1e-11 * expected.abs().max(1.0),
            "{}: {found} {expected}",
            case["name"]
        );
        let leading = components.leading_shape().map(|shape| shape.to_string());
        assert_eq!(leading.as_deref(), case["leading_shape"].as_str(), "{}", case["name"]);
    }
}

#[test]
fn bands() {
    for case in cases("bands") {
        let alpha = Probability::new(number(&case["alpha"])).unwrap();
        let band = quantile_band(&histogram(&case["histogram"]), share(&case["level_ppm"]), alpha);
        assert_eq!(serde_json::to_value(band).unwrap(), case["band"], "{case}");
    }
}
