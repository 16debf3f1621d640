use super::rule::or_none;
use super::split::{Place, Split};
use super::{Evaluation, Reason};
use crate::bucketing::{Allocation, Salt, Unit};
use crate::document::{Field, Fields, Node};
use crate::error::{Error, Kind, Problems};
use crate::order;
use crate::quantity::Share;
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

/// A flag in its loaded form: names resolved, keys derived, weights turned into slots.
#[derive(Clone, Debug)]
pub struct Flag {
    key: Box<str>,
    enabled: bool,
    /// Never empty; `default` and every override point into it.
    variants: Vec<Box<str>>,
    default: usize,
    /// Sorted by unit.
    overrides: Vec<(Box<str>, usize)>,
    split: Split,
}

impl Flag {
    /// Loads a flag from its JSON form, `{"key", "variants": [{"name", "weight"}], "default"}`, with the optional
    /// fields `salt` (the key, if not given), `enabled` (true), `exposure` (100%) and `overrides` (unit to variant name).
    ///
    /// # Errors
    /// One error that lists every problem of the document with its path.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let node = Node::parse("flag", text)?;
        let problems = Problems::default();
        let flag = Field::root(&node, &problems).object().and_then(Self::read);
        problems.finish(flag)
    }

    fn read(mut fields: Fields<'_>) -> Option<Self> {
        let common = Common::read(&mut fields);
        let variants = fields.required("variants").and_then(|field| read_variants(&field));
        let names: Vec<&str> = variants.iter().flat_map(|(names, _)| names.iter().copied()).collect();
        let default = fields.required("default").and_then(|field| position(&field, &names));
        let overrides = fields
            .optional("overrides")
            .map_or_else(Default::default, |field| read_overrides(&field, &names));
        let exposure = fields.optional("exposure").map_or(Some(Share::ALL), |field| field.parse());
        fields.finish();
        let (names, allocation) = variants?;
        Some(common?.flag(&names, default?, overrides, allocation, exposure?))
    }

    /// Reads the flag of a guarded release, `{"key", "control", "canary"}` with the optional fields of [`from_json`](Self::from_json):
    /// variant 0 is the control and the default, variant 1 the canary, and everyone exposed gets the canary.
    pub(crate) fn read_guarded(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let common = Common::read(&mut fields);
        let control = fields.required("control").and_then(|field| field.name());
        let canary_field = fields.required("canary");
        let canary = canary_field.as_ref().and_then(Field::name);
        if control.is_some() && control == canary {
            canary_field?.refuse(Kind::Conflict, "must differ from the control");
            return None;
        }
        let names: Vec<&str> = control.iter().chain(&canary).copied().collect();
        let overrides = fields
            .optional("overrides")
            .map_or_else(Default::default, |field| read_overrides(&field, &names));
        fields.finish();
        let all_canary = Allocation::by_weights(&[0, 1]).ok()?;
        Some(common?.flag(&[control?, canary?], 0, overrides, all_canary, Share::ZERO))
    }

    /// The flag's key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The variants' names, in the order of the document.
    #[must_use]
    pub fn variants(&self) -> impl ExactSizeIterator<Item = &str> {
        self.variants.iter().map(|name| &**name)
    }

    /// The share of units that the allocation reaches.
    #[must_use]
    pub fn exposure(&self) -> Share {
        self.split.exposure()
    }

    /// The variant of a unit at the flag's own exposure. An empty `unit` is [`Reason::Unassigned`].
    pub fn evaluate(&self, unit: &str) -> Evaluation<'_> {
        self.evaluate_at(unit, self.exposure())
    }

    /// The variant of a unit at another exposure: a rollout's stage, or a what-if.
    ///
    /// Order: switched off, overridden, no unit, not exposed, allocated.
    pub fn evaluate_at(&self, unit: &str, exposure: Share) -> Evaluation<'_> {
        let (index, reason) = self.decide(unit, exposure);
        let variant = self.variants.get(index).map_or("", |name| name);
        Evaluation { variant, index, reason }
    }

    /// What the slot of a unit says at an exposure, whatever the flag's switch and overrides say.
    pub(crate) fn draw(&self, unit: &str, exposure: Share) -> Reason {
        let Some(unit) = Unit::new(unit) else { return Reason::Unassigned };
        match self.split.place(unit, exposure) {
            Place::Beyond { slot } => Reason::NotExposed { slot },
            Place::Within { slot, variant_slot, .. } => Reason::Allocated { slot, variant_slot },
        }
    }

    /// The variant of a guarded flag whose units are drawn together with another's: its own switch and overrides, then what was drawn there.
    pub(crate) fn follow(&self, unit: &str, drawn: Reason) -> Evaluation<'_> {
        let (index, reason) = if !self.enabled {
            (self.default, Reason::Off)
        } else if let Some(index) = self.override_of(unit) {
            (index, Reason::Override)
        } else if matches!(drawn, Reason::Allocated { .. }) {
            (1, drawn) // the canary: everyone exposed gets it
        } else {
            (self.default, drawn)
        };
        let variant = self.variants.get(index).map_or("", |name| name);
        Evaluation { variant, index, reason }
    }

    /// Whether nobody draws lots for the unit here: the flag is off, or the unit is overridden.
    pub(crate) fn sets_apart(&self, unit: &str) -> bool {
        !self.enabled || self.override_of(unit).is_some()
    }

    fn override_of(&self, unit: &str) -> Option<usize> {
        let position = self.overrides.binary_search_by(|(known, _)| (**known).cmp(unit)).ok()?;
        self.overrides.get(position).map(|(_, index)| *index)
    }

    fn decide(&self, unit: &str, exposure: Share) -> (usize, Reason) {
        if !self.enabled {
            return (self.default, Reason::Off);
        }
        if let Some(index) = self.override_of(unit) {
            return (index, Reason::Override);
        }
        let Some(unit) = Unit::new(unit) else { return (self.default, Reason::Unassigned) };
        match self.split.place(unit, exposure) {
            Place::Beyond { slot } => (self.default, Reason::NotExposed { slot }),
            Place::Within { slot, variant_slot, variant } => {
                (variant.unwrap_or(self.default), Reason::Allocated { slot, variant_slot })
            }
        }
    }
}

/// The fields that both forms of a flag share.
struct Common<'a> {
    key: &'a str,
    salt: Option<Salt>,
    enabled: bool,
}

impl<'a> Common<'a> {
    fn read(fields: &mut Fields<'a>) -> Option<Self> {
        let key = fields.required("key").and_then(|field| field.name());
        let salt = fields.optional("salt").map(|field| Salt::read(&field));
        let enabled = fields.optional("enabled").map_or(Some(true), |field| field.bool());
        Some(Self { key: key?, salt: or_none(salt)?, enabled: enabled? })
    }

    fn flag(
        self,
        names: &[&str],
        default: usize,
        overrides: Vec<(Box<str>, usize)>,
        allocation: Allocation,
        exposure: Share,
    ) -> Flag {
        Flag {
            key: self.key.into(),
            enabled: self.enabled,
            variants: names.iter().map(|name| (*name).into()).collect(),
            default,
            overrides,
            split: Split::new(self.key, self.salt.as_ref(), exposure, allocation),
        }
    }
}

fn read_variants<'a>(field: &Field<'a>) -> Option<(Vec<&'a str>, Allocation)> {
    let (mut names, mut weights, mut complete) = (vec![], vec![], true);
    for item in field.list()? {
        let Some(mut fields) = item.object() else {
            complete = false;
            continue;
        };
        let name_field = fields.required("name");
        let name = name_field.as_ref().and_then(Field::name);
        if let (Some(name), Some(field)) = (name, &name_field)
            && names.contains(&name)
        {
            field.refuse(Kind::Conflict, "must not repeat the name of another variant");
        }
        let weight = fields.required("weight").and_then(|field| field.integer(0..=u64::from(u32::MAX)));
        fields.finish();
        complete &= name.is_some() && weight.is_some();
        names.extend(name);
        weights.extend(weight.and_then(|weight| u32::try_from(weight).ok()));
    }
    if !complete {
        return None;
    }
    let allocation = Allocation::by_weights(&weights).map_err(|error| field.refuse_with(&error)).ok()?;
    Some((names, allocation))
}

fn read_overrides(field: &Field<'_>, names: &[&str]) -> Vec<(Box<str>, usize)> {
    let mut overrides = Vec::new();
    for (unit, variant) in field.entries().unwrap_or_default() {
        if unit.is_empty() {
            variant.refuse(Kind::Range, "must name a unit: the empty text is nobody");
        } else if let Some(index) = position(&variant, names) {
            overrides.push((unit.into(), index));
        }
    }
    order::sort(&mut overrides);
    overrides
}

/// Position of the variant that `field` names.
fn position(field: &Field<'_>, names: &[&str]) -> Option<usize> {
    let name = field.text()?;
    let found = names.iter().position(|known| *known == name);
    if found.is_none() {
        field.refuse(Kind::Unknown, "must be the name of a variant");
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    const FLAG: &str = r#"{"key": "k", "variants": [{"name": "a", "weight": 1}, {"name": "b", "weight": 1}],
        "default": "a", "exposure": "50%", "overrides": {"vip": "b"}}"#;

    #[test]
    fn the_kill_switch_beats_the_overrides() {
        let off = Flag::from_json(&FLAG.replacen('{', r#"{"enabled": false, "#, 1)).unwrap();
        assert_eq!((off.evaluate("vip").variant(), off.evaluate("vip").reason()), ("a", Reason::Off));
    }

    #[test]
    fn exposure_and_variant_are_independent() {
        let flag = Flag::from_json(FLAG).unwrap();
        let mut seen = [[0_u32; 2]; 2];
        for n in 0..40_000 {
            let evaluation = flag.evaluate(&format!("user-{n}"));
            let exposed = matches!(evaluation.reason(), Reason::Allocated { .. });
            seen[usize::from(exposed)][evaluation.index()] += 1;
        }
        assert_eq!(seen[0][1], 0, "who is not exposed gets the default");
        for cell in [seen[1][0], seen[1][1]] {
            assert!(cell.abs_diff(10_000) < 450, "{seen:?}"); // five standard deviations of Binomial(40000, 1/4)
        }
    }

    #[test]
    fn every_problem_is_listed_with_its_path() {
        let bad = r#"{"key": "", "variants": [{"name": "a", "weight": -1}, {"name": "b"}], "default": "c", "exposure": "101%",
            "overrides": {"": "a", "u v": "z"}, "color": 1}"#;
        let error = Flag::from_json(bad).unwrap_err();
        let paths: Vec<&str> = error.problems().map(|problem| problem.path()).collect();
        let expected = [
            "key",
            "variants[0].weight",
            "variants[1].weight",
            "default",
            "overrides[\"\"]",
            "overrides[\"u v\"]",
            "exposure",
            "color",
        ];
        assert_eq!(paths, expected, "{error}");
    }

    #[test]
    fn a_repeated_variant_or_an_empty_list_is_refused() {
        let twice =
            FLAG.replace(r#""name": "b""#, r#""name": "a""#).replace(r#""vip": "b""#, r#""vip": "a""#);
        assert_eq!(Flag::from_json(&twice).unwrap_err().path(), "variants[1].name");
        let none = r#"{"key": "k", "variants": [], "default": "a"}"#;
        assert_eq!(Flag::from_json(none).unwrap_err().path(), "variants");
    }
}
