//! PostHog's two tables of a thousand units each.

use crate::{float, list, load, text};
use rampgate::bucketing::compat::Assign as _;
use rampgate::bucketing::compat::posthog::{Experiment, PostHog};

#[test]
fn a_thousand_units_each() {
    let tables = load(include_str!("../../testdata/vendors/posthog.json"));
    for name in ["simple", "multivariate"] {
        let table = &tables[name];
        let variants: Vec<f64> = list(&table["variants"]).iter().map(float).collect();
        let flag =
            Experiment::new(PostHog::new(text(&table["flag"])), float(&table["rollout"]), &variants).unwrap();
        let assigned: String = (0..1000)
            .map(|n| flag.assign(&format!("distinct_id_{n}")))
            .map(|position| position.map_or(".".into(), |position| position.to_string()))
            .collect();
        assert_eq!(assigned, text(&table["assigned"]), "{name}");
    }
}
