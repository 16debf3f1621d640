use crate::world::{COUNTRIES, Flag, Kind, VARIANTS};
use crate::{Attribute, Party};
use serde_json::{Value, json};
use unleash_types::client_features::Context;
use unleash_yggdrasil::EngineState;

pub struct Yggdrasil(EngineState);

impl Party for Yggdrasil {
    const NAME: &'static str = "yggdrasil";
    type User = Context;

    fn document(flags: &[Flag]) -> String {
        let flag = |flag: &Flag| {
            let variants = |weights: &[i32]| -> Vec<Value> {
                let named = VARIANTS.iter().zip(weights);
                named
                    .map(|(name, weight)| json!({"name": name, "weight": weight, "stickiness": "default"}))
                    .collect()
            };
            let (rollout, constraints, variants) = match flag.kind {
                Kind::Split => ("100", json!([]), variants(&[500, 500])),
                Kind::Rule => (
                    "10",
                    json!([{"contextName": "country", "operator": "IN", "values": COUNTRIES}]),
                    variants(&[334, 333, 333]),
                ),
            };
            json!({
                "name": flag.key, "enabled": true, "strategies": [{
                    "name": "flexibleRollout", "constraints": constraints, "variants": variants,
                    "parameters": {"rollout": rollout, "stickiness": "default", "groupId": flag.key},
                }],
            })
        };
        json!({"version": 2, "features": flags.iter().map(flag).collect::<Vec<_>>()}).to_string()
    }

    fn load(document: &str) -> Self {
        let engine = EngineState::default();
        let warnings =
            engine.apply_client_features(serde_json::from_str(document).expect("a sound document"));
        assert!(warnings.is_none(), "a sound document");
        Self(engine)
    }

    fn user(unit: &str, attributes: &[Attribute; 2]) -> Context {
        let properties = attributes.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Context { user_id: Some(unit.into()), properties: Some(properties.collect()), ..Context::default() }
    }

    fn decide<R>(&self, flag: &str, user: &Context, read: impl FnOnce(&str) -> R) -> R {
        let variant = self.0.get_variant(flag, user, &None);
        read(if variant.feature_enabled { &variant.name } else { VARIANTS[0] })
    }
}
