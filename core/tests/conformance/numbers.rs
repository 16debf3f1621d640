//! The vendor's own number of a unit, through the types rather than documents.

use crate::{byte_encoding, encoding, float, list, text, whole, wholes};
use rampgate::bucketing::compat::flipt::Remainder;
use rampgate::bucketing::compat::launchdarkly::{Float, LaunchDarkly, SeedZero, Value as BucketBy};
use rampgate::bucketing::compat::split::{Split, Width};
use rampgate::bucketing::compat::{
    configcat, eppo, featurevisor, firebase, flagd, flagsmith, flipt, go_feature_flag, growthbook, microsoft,
    optimizely, planout, posthog, statsig, unleash,
};
use serde_json::Value;

/// The number that the scheme of `document` gives `unit`; none where it gives none.
pub(crate) fn number(document: &Value, unit: &str) -> Option<f64> {
    let at = |name: &str| &document[name];
    let optional = |name: &str| document[name].as_str().unwrap_or("");
    Some(match text(at("scheme")) {
        "growthbook" | "growthbook-rollout" => {
            let version = growthbook::Version::try_from(whole(at("version"))).unwrap();
            growthbook::GrowthBook::new(version, encoding(at("encoding")), text(at("seed"))).bucket(unit)
        }
        "unleash" => {
            unleash::Unleash::new(byte_encoding(at("encoding")), text(at("group"))).bucket(unit).into()
        }
        "unleash-variants" => {
            let group = unleash::Unleash::new(byte_encoding(at("encoding")), text(at("group")));
            exact(unleash::Variants::new(group, &wholes(at("weights"))).unwrap().bucket(unit))
        }
        "launchdarkly" | "launchdarkly-segment" => launchdarkly(document).bucket(BucketBy::Text(unit)),
        "optimizely" => {
            optimizely::Optimizely::new(byte_encoding(at("encoding")), text(at("entity"))).bucket(unit).into()
        }
        "split" => split(document).bucket(unit).into(),
        "statsig" => {
            let rule = statsig::PassPercentage::new(text(at("spec_salt")), text(at("rule_salt")), 50.0);
            exact(rule.unwrap().bucket(unit))
        }
        "statsig-buckets" => exact(statsig::UserBuckets::below(text(at("salt")), &[1]).unwrap().bucket(unit)),
        "eppo" => {
            let shard = &list(&list(at("splits"))[0])[0];
            eppo::Shard::new(text(&shard["salt"]), whole(&shard["total_shards"]), &[])
                .unwrap()
                .bucket(unit)
                .into()
        }
        "eppo-legacy" => eppo::Legacy::new(text(at("key")), whole(at("total_shards")), 0.0, &[(0, 1)])
            .unwrap()
            .bucket(unit)
            .into(),
        "posthog" => posthog::PostHog::new(text(at("flag"))).bucket(unit),
        "flagd" => {
            let version = flagd::Version::try_from(whole(at("version"))).unwrap();
            let encoding = match text(at("encoding")) {
                "utf8" => flagd::Encoding::Utf8,
                "overlapped" => flagd::Encoding::Overlapped,
                "cbor" => flagd::Encoding::Cbor,
                other => panic!("no encoding: {other}"),
            };
            flagd::Flagd::new(version, encoding, at("flag").as_str(), &wholes(at("weights")))
                .unwrap()
                .bucket(unit)
        }
        "flipt" => {
            flipt::Variants::new(text(at("flag")), &[1.0], Remainder::NoVariant).unwrap().bucket(unit).into()
        }
        "flipt-threshold" => flipt::Threshold::new(text(at("flag")), 1.0).unwrap().bucket(unit).into(),
        "flagsmith" | "flagsmith-segment" => flagsmith::Flagsmith::new(text(at("key"))).bucket(unit),
        "configcat" => exact(configcat::ConfigCat::new(text(at("setting")), &[100]).unwrap().bucket(unit)),
        "firebase" => firebase::Firebase::new(optional("seed"), firebase::Operator::Above(0))
            .unwrap()
            .bucket(unit)
            .into(),
        "planout-choice" | "planout-weighted-choice" | "planout-bernoulli" => {
            exact(planout(document).hash(unit)?)
        }
        "planout-namespace" => {
            let range = match at("range").as_str() {
                Some("one_more") => planout::Segments::OneMore,
                _ => planout::Segments::Exact,
            };
            let namespace = planout::Namespace::new(text(at("name")), whole(at("segments")), range).unwrap();
            exact(namespace.segment(unit)?)
        }
        "go-feature-flag" => {
            let shares: Vec<_> = list(at("variations"))
                .iter()
                .map(|variation| (text(&variation["name"]), float(&variation["percentage"])))
                .collect();
            go_feature_flag::Percentages::new(text(at("flag")), &shares).unwrap().bucket(unit).into()
        }
        "go-feature-flag-progressive" => {
            go_feature_flag::Progressive::new(text(at("flag")), 0.0).unwrap().bucket(unit).into()
        }
        "microsoft" => microsoft::Microsoft::new(text(at("hint")), &[(0.0, 0.0)]).unwrap().bucket(unit),
        "featurevisor" => {
            featurevisor::Featurevisor::new(text(at("feature")), 0, &[]).unwrap().bucket(unit).into()
        }
        other => panic!("no number for {other}"),
    })
}

fn launchdarkly(document: &Value) -> LaunchDarkly {
    let float = if document["float"] == "f32" { Float::F32 } else { Float::F64 };
    let key_and_salt = (document["key"].as_str().unwrap_or(""), document["salt"].as_str().unwrap_or(""));
    let zero = if document["seed_zero"] == "is_absent" { SeedZero::IsAbsent } else { SeedZero::Counts };
    match document["seed"].as_i64() {
        None => LaunchDarkly::keyed(key_and_salt.0, key_and_salt.1, float),
        Some(seed) => LaunchDarkly::seeded_or_keyed(seed, zero, key_and_salt, float),
    }
}

fn split(document: &Value) -> Split {
    let seed = document["seed"].as_i64().unwrap();
    if document["algorithm"] == "murmur3" {
        return Split::murmur3(seed);
    }
    let width = if document["width"] == "i32" { Width::I32 } else { Width::U32 };
    Split::legacy(seed, encoding(&document["encoding"]), width)
}

fn planout(document: &Value) -> planout::PlanOut {
    match document["full_salt"].as_str() {
        Some(full) => planout::PlanOut::with_full_salt(full),
        None => {
            let separator = document["separator"].as_str().unwrap_or(".");
            planout::PlanOut::separated(
                text(&document["experiment_salt"]),
                text(&document["salt"]),
                separator,
            )
        }
    }
}

/// JSON has no other numbers than floats here; the vectors' 60-bit hashes are compared as such.
#[expect(clippy::cast_precision_loss, reason = "both sides are rounded alike")]
fn exact(number: u64) -> f64 {
    number as f64
}
