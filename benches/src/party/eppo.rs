use crate::world::{COUNTRIES, Flag, Kind, VARIANTS};
use crate::{Attribute, Party};
use chrono::{DateTime, Utc};
use eppo_core::eval::{get_assignment, get_assignment_details};
use eppo_core::ufc::{AssignmentValue, UniversalFlagConfig};
use eppo_core::{AttributeValue, Attributes, Configuration, SdkMetadata, Str};
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub struct Eppo {
    configuration: Configuration,
    now: DateTime<Utc>,
}

pub struct User {
    key: Str,
    attributes: Arc<Attributes>,
}

impl Eppo {
    /// The decision with its details, as `explain` gives.
    pub fn details(&self, flag: &str, user: &User) -> usize {
        let (result, _) = get_assignment_details(
            Some(&self.configuration),
            flag,
            &user.key,
            &user.attributes,
            None,
            self.now,
        );
        result.evaluation_details.allocations.len()
    }
}

impl Party for Eppo {
    const NAME: &'static str = "eppo_core";
    type User = User;

    fn document(flags: &[Flag]) -> String {
        let flag = |flag: &Flag| {
            let key = &flag.key;
            let shard = |salt: &str, start: u32, end: u32| json!({"salt": format!("{key}-{salt}"), "ranges": [{"start": start, "end": end}]});
            let split = |variant: &str, traffic: u32, start: u32, end: u32| json!({"variationKey": variant, "shards": [shard("traffic", 0, traffic), shard("split", start, end)]});
            let [control, a, b] = VARIANTS;
            let allocation = match flag.kind {
                Kind::Split => json!({"key": "all", "doLog": false, "splits": [
                    split(control, 10_000, 0, 5_000), split(a, 10_000, 5_000, 10_000),
                ]}),
                Kind::Rule => json!({"key": "some", "doLog": false,
                "rules": [{"conditions": [{"attribute": "country", "operator": "ONE_OF", "value": COUNTRIES}]}],
                "splits": [
                    split(control, 1_000, 0, 3_333), split(a, 1_000, 3_333, 6_666), split(b, 1_000, 6_666, 10_000),
                ]}),
            };
            let variations: Map<_, _> =
                VARIANTS.iter().map(|name| ((*name).into(), json!({"key": name, "value": name}))).collect();
            json!({
                "key": key, "enabled": true, "variationType": "STRING", "totalShards": 10_000,
                "variations": variations, "allocations": [allocation],
            })
        };
        let flags: Map<String, Value> = flags.iter().map(|own| (own.key.clone(), flag(own))).collect();
        json!({
            "createdAt": "2026-01-01T00:00:00.000Z", "format": "SERVER",
            "environment": {"name": "bench"}, "flags": flags,
        })
        .to_string()
    }

    fn load(document: &str) -> Self {
        let sdk = SdkMetadata { name: "bench", version: "1" };
        let flags = UniversalFlagConfig::from_json(sdk, document.into()).expect("a sound document");
        Self { configuration: Configuration::from_server_response(flags, None), now: Utc::now() }
    }

    fn user(unit: &str, attributes: &[Attribute; 2]) -> User {
        let attributes =
            attributes.iter().map(|(name, value)| (Str::from(*name), AttributeValue::from(*value)));
        User { key: unit.into(), attributes: Arc::new(attributes.collect()) }
    }

    fn decide<R>(&self, flag: &str, user: &User, read: impl FnOnce(&str) -> R) -> R {
        let assignment =
            get_assignment(Some(&self.configuration), flag, &user.key, &user.attributes, None, self.now);
        match assignment.expect("a sound flag").map(|assignment| assignment.value) {
            Some(AssignmentValue::String(name)) => read(&name),
            _ => read(VARIANTS[0]),
        }
    }
}
