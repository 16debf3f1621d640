use crate::world::{COUNTRIES, Flag, Kind, VARIANTS};
use crate::{Attribute, Party};
use rampgate::flag::{Context, FlagSet, Value};
use serde_json::{Map, json};

pub struct Rampgate(pub FlagSet);

/// A context borrows: here is who it borrows from.
pub struct User {
    unit: String,
    attributes: [(&'static str, Value<'static>); 2],
}

impl User {
    pub fn context(&self) -> Context<'_> {
        Context::of(&self.unit).with(&self.attributes)
    }
}

impl Party for Rampgate {
    const NAME: &'static str = "rampgate";
    type User = User;

    fn document(flags: &[Flag]) -> String {
        let [control, a, b] = VARIANTS;
        let flag = |flag: &Flag| match flag.kind {
            Kind::Split => json!({
                "variants": [control, a], "default": control,
                "rules": [{"weights": {control: 1, a: 1}}],
            }),
            Kind::Rule => json!({
                "variants": VARIANTS, "default": control,
                "rules": [{
                    "when": {"attribute": "country", "one_of": COUNTRIES},
                    "exposure": "10%", "weights": {control: 1, a: 1, b: 1},
                }],
            }),
        };
        let flags: Map<_, _> = flags.iter().map(|own| (own.key.clone(), flag(own))).collect();
        json!({"rampgate_flags": 1, "version": 1, "flags": flags}).to_string()
    }

    fn load(document: &str) -> Self {
        Self(FlagSet::from_json(document).expect("a sound document"))
    }

    fn user(unit: &str, attributes: &[Attribute; 2]) -> User {
        User { unit: unit.into(), attributes: attributes.map(|(name, value)| (name, Value::from(value))) }
    }

    fn decide<R>(&self, flag: &str, user: &User, read: impl FnOnce(&str) -> R) -> R {
        read(self.0.flag(flag).expect("a known flag").evaluate(&user.context()).variant())
    }

    /// Nothing is copied.
    fn decide_anew<R>(
        &self,
        flag: &str,
        unit: &str,
        attributes: &[Attribute; 2],
        read: impl FnOnce(&str) -> R,
    ) -> R {
        let attributes = attributes.map(|(name, value)| (name, Value::from(value)));
        let context = Context::of(unit).with(&attributes);
        read(self.0.flag(flag).expect("a known flag").evaluate(&context).variant())
    }
}
