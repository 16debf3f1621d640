use crate::world::{COUNTRIES, Flag, Kind, VARIANTS};
use crate::{Attribute, Party};
use flagd_evaluation_engine::{FlagParser, Operator};
use open_feature::EvaluationContext;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// The engine takes targeting as text and compiles it anew for each decision; here at least the text is made once.
pub struct Flagd {
    operator: Operator,
    flags: HashMap<String, (String, String)>,
}

impl Party for Flagd {
    const NAME: &'static str = "flagd";
    type User = EvaluationContext;

    fn document(flags: &[Flag]) -> String {
        let flag = |flag: &Flag| {
            let [control, a, b] = VARIANTS;
            let unit = json!({"cat": [{"var": "$flagd.flagKey"}, {"var": "targetingKey"}]});
            let targeting = match flag.kind {
                Kind::Split => json!({"fractional": [unit, [control, 50], [a, 50]]}),
                Kind::Rule => json!({"if": [
                    {"in": [{"var": "country"}, COUNTRIES]},
                    {"fractional": [unit, [control, 9_334], [a, 333], [b, 333]]},
                    null,
                ]}),
            };
            let variants: Map<_, _> = VARIANTS.iter().map(|name| ((*name).into(), json!(name))).collect();
            json!({"state": "ENABLED", "defaultVariant": control, "variants": variants, "targeting": targeting})
        };
        let flags: Map<String, Value> = flags.iter().map(|own| (own.key.clone(), flag(own))).collect();
        json!({"flags": flags}).to_string()
    }

    fn load(document: &str) -> Self {
        let parsed = FlagParser::parse_string(document).expect("a sound document");
        let flags = parsed.flags.into_iter().map(|(key, flag)| {
            let targeting = flag.get_targeting();
            (key, (targeting, flag.default_variant))
        });
        Self { operator: Operator::new(), flags: flags.collect() }
    }

    fn user(unit: &str, attributes: &[Attribute; 2]) -> EvaluationContext {
        let context = EvaluationContext::default().with_targeting_key(unit);
        attributes.iter().fold(context, |context, (name, value)| context.with_custom_field(*name, *value))
    }

    fn decide<R>(&self, flag: &str, user: &EvaluationContext, read: impl FnOnce(&str) -> R) -> R {
        let (targeting, default) = &self.flags[flag];
        let variant = self.operator.apply(flag, targeting, user).expect("sound targeting");
        read(variant.as_deref().unwrap_or(default))
    }
}
