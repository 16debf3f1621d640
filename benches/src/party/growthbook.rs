use crate::world::{COUNTRIES, Flag, Kind, VARIANTS};
use crate::{Attribute, Party};
use growthbook_rust::growthbook::GrowthBook as Engine;
use growthbook_rust::model_public::{GrowthBookAttribute, GrowthBookAttributeValue};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// The engine itself: its client copies the whole of it for every decision.
pub struct GrowthBook(Engine);

impl Party for GrowthBook {
    const NAME: &'static str = "growthbook";
    type User = Option<Vec<GrowthBookAttribute>>;

    fn document(flags: &[Flag]) -> String {
        let flag = |flag: &Flag| {
            let rule = match flag.kind {
                Kind::Split => json!({
                    "key": flag.key, "hashAttribute": "id", "hashVersion": 2, "coverage": 1.0,
                    "weights": [0.5, 0.5], "variations": [VARIANTS[0], VARIANTS[1]],
                }),
                Kind::Rule => json!({
                    "key": flag.key, "hashAttribute": "id", "hashVersion": 2, "coverage": 0.1,
                    "condition": {"country": {"$in": COUNTRIES}},
                    "weights": [0.3334, 0.3333, 0.3333], "variations": VARIANTS,
                }),
            };
            json!({"defaultValue": VARIANTS[0], "rules": [rule]})
        };
        let flags: Map<String, Value> = flags.iter().map(|own| (own.key.clone(), flag(own))).collect();
        Value::Object(flags).to_string()
    }

    fn load(document: &str) -> Self {
        Self(Engine {
            forced_variations: None,
            features: serde_json::from_str(document).expect("a sound document"),
            attributes: None,
            sticky_bucket_service: None,
            saved_groups: HashMap::new(),
        })
    }

    fn user(unit: &str, attributes: &[Attribute; 2]) -> Self::User {
        let attribute = |(name, value): (&str, &str)| {
            GrowthBookAttribute::new(name.into(), GrowthBookAttributeValue::String(value.into()))
        };
        Some(std::iter::once(("id", unit)).chain(attributes.iter().copied()).map(attribute).collect())
    }

    fn decide<R>(&self, flag: &str, user: &Self::User, read: impl FnOnce(&str) -> R) -> R {
        read(self.0.check(flag, user).value.as_str().unwrap_or_default())
    }
}
