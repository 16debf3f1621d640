use crate::world::{COUNTRIES, Flag, Kind, VARIANTS};
use crate::{Attribute, Party};
use launchdarkly_server_sdk_evaluation as ld;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

pub struct LaunchDarkly {
    flags: HashMap<String, ld::Flag>,
}

impl ld::Store for LaunchDarkly {
    fn flag(&self, key: &str) -> Option<ld::Flag> {
        self.flags.get(key).cloned()
    }

    fn segment(&self, _: &str) -> Option<ld::Segment> {
        None
    }
}

impl Party for LaunchDarkly {
    const NAME: &'static str = "launchdarkly";
    type User = ld::Context;

    /// One hash decides about exposure and variant: that is the crate's way to roll out.
    fn document(flags: &[Flag]) -> String {
        let flag = |flag: &Flag| {
            let rollout = |weights: &[u32]| {
                let variations: Vec<Value> = (0_u32..)
                    .zip(weights)
                    .map(|(index, weight)| json!({"variation": index, "weight": weight}))
                    .collect();
                json!({"rollout": {"variations": variations}})
            };
            let (rules, fallthrough) = match flag.kind {
                Kind::Split => (json!([]), rollout(&[50_000, 50_000])),
                Kind::Rule => {
                    let mut rule = rollout(&[93_334, 3_333, 3_333]);
                    rule["id"] = json!("rule");
                    rule["trackEvents"] = json!(false);
                    rule["clauses"] = json!([{"attribute": "country", "op": "in", "values": COUNTRIES}]);
                    (json!([rule]), json!({"variation": 0}))
                }
            };
            json!({
                "key": flag.key, "version": 1, "on": true, "targets": [], "prerequisites": [], "salt": flag.key,
                "variations": VARIANTS, "offVariation": 0, "rules": rules, "fallthrough": fallthrough,
            })
        };
        let flags: Map<String, Value> = flags.iter().map(|own| (own.key.clone(), flag(own))).collect();
        Value::Object(flags).to_string()
    }

    fn load(document: &str) -> Self {
        Self { flags: serde_json::from_str(document).expect("a sound document") }
    }

    fn user(unit: &str, attributes: &[Attribute; 2]) -> ld::Context {
        let mut builder = ld::ContextBuilder::new(unit);
        for (name, value) in attributes {
            builder.set_string(name, *value);
        }
        builder.build().expect("a sound context")
    }

    fn decide<R>(&self, flag: &str, user: &ld::Context, read: impl FnOnce(&str) -> R) -> R {
        let detail = ld::evaluate(self, &self.flags[flag], user, None);
        match detail.value {
            Some(ld::FlagValue::Str(name)) => read(name),
            _ => read(""),
        }
    }
}
