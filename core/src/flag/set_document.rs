use super::condition::{Condition, Names, read_flag};
use super::rule::{Owner, Rule, Schedule, position};
use super::set::{Definition, FlagSet, Segment};
use crate::document::{Field, Fields, Node};
use crate::error::{Error, Kind, Problem, Problems};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The version of the document's form, which its field `rampgate_flags` names.
const VERSION: u64 = 1;

/// Names and positions of a document, before anything that refers to them is read.
struct Index<'a> {
    flags: BTreeMap<&'a str, u32>,
    segments: BTreeMap<&'a str, u32>,
    variants: Vec<Vec<&'a str>>,
}

impl Names for Index<'_> {
    fn segment(&self, name: &str) -> Option<u32> {
        self.segments.get(name).copied()
    }

    fn flag(&self, key: &str) -> Option<u32> {
        self.flags.get(key).copied()
    }

    fn variant(&self, flag: u32, name: &str) -> Option<u32> {
        let variants = self.variants.get(usize::try_from(flag).ok()?)?;
        u32::try_from(variants.iter().position(|variant| *variant == name)?).ok()
    }
}

impl FlagSet {
    /// Loads a flag document:
    ///
    /// ```
    /// use rampgate::flag::{Context, FlagSet, Reason};
    ///
    /// let set = FlagSet::from_json(r#"{
    ///     "rampgate_flags": 1,
    ///     "version": 7,
    ///     "segments": {"staff": {"attribute": "email", "ends_with": ["@corp.example"]}},
    ///     "flags": {
    ///         "checkout": {
    ///             "variants": ["old", "new"],
    ///             "default": "old",
    ///             "rules": [
    ///                 {"when": {"segment": "staff"}, "serve": "new"},
    ///                 {"when": {"attribute": "app", "version": {"at_least": "2.1.0"}},
    ///                  "exposure": "10%", "weights": {"old": 1, "new": 1}}
    ///             ]
    ///         }
    ///     }
    /// }"#)?;
    /// let attributes = [("email", "ana@corp.example".into())];
    /// let outcome = set.flag("checkout")?.evaluate(&Context::of("user-1").with(&attributes));
    /// assert_eq!((outcome.variant(), outcome.reason(), outcome.rule()), ("new", Reason::Served, Some(0)));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// `spec/flags.md` lists every field.
    ///
    /// # Errors
    /// One error that lists every problem of the document with its path, prerequisites that run in a circle included.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let node = Node::parse("flags", text)?;
        let problems = Problems::default();
        let set = Field::root(&node, &problems).object().and_then(|fields| Self::read(fields, &problems));
        problems.finish(set)
    }

    pub(super) fn read(mut fields: Fields<'_>, problems: &Problems) -> Option<Self> {
        let form = fields.required("rampgate_flags").and_then(|field| {
            let known = field.integer(0..=u64::MAX)? == VERSION;
            if !known {
                field.refuse(Kind::Version, "must be 1, the version of this document's form");
            }
            known.then_some(())
        });
        let version = fields.required("version").and_then(|field| field.integer(0..=u64::MAX));
        let segments = fields.optional("segments").map_or(Some(Vec::new()), |field| field.entries());
        let flags = fields.required("flags").and_then(|field| field.entries());
        fields.finish();
        form?;
        let (segments, flags) = (segments?, flags?);
        let index = Index {
            flags: flags.iter().map(|(key, _)| *key).zip(0..).collect(),
            segments: segments.iter().map(|(name, _)| *name).zip(0..).collect(),
            variants: flags.iter().map(|(_, field)| peek_variants(field)).collect(),
        };
        let segments: Vec<Option<Segment>> = segments
            .iter()
            .map(|(name, field)| {
                Some(Segment { name: (*name).into(), when: Condition::read(field, &index)? })
            })
            .collect();
        let flags: Vec<Option<Definition>> =
            flags.iter().map(|(key, field)| Definition::read(key, field, &index)).collect();
        let (flags, segments): (Option<Box<[_]>>, Option<Box<[_]>>) =
            (flags.into_iter().collect(), segments.into_iter().collect());
        let positions = index.flags.into_iter().map(|(key, position)| (key.into(), position)).collect();
        let set = Self { version: version?, positions, flags: flags?, segments: segments? };
        set.refuse_tangles(problems)?;
        Some(set)
    }
}

impl Definition {
    fn read(key: &str, field: &Field<'_>, index: &Index<'_>) -> Option<Self> {
        if key.is_empty() || key.len() > 200 || key.chars().any(char::is_control) {
            field.refuse(Kind::Range, "must be under a key of 1 to 200 bytes without control characters");
        }
        let mut fields = field.object()?;
        let enabled = fields.optional("enabled").map_or(Some(true), |field| field.bool());
        let salt = fields.optional("salt").map_or(Some(key), |field| field.name());
        let schedule = Schedule::read(&mut fields);
        let variants = fields.required("variants").and_then(|field| read_variants(&field));
        let names: &[&str] = variants.as_deref().unwrap_or_default();
        let default = fields.required("default").and_then(|field| position(&field, names));
        let overrides =
            fields.optional("overrides").map_or(Some(Vec::new()), |field| read_overrides(&field, names));
        let requires = fields.optional("requires").map_or(Some(Vec::new()), |field| {
            read_list(&field, |item| {
                let mut fields = item.object()?;
                let flag = fields.required("flag");
                let variants = fields.required("variants");
                fields.finish();
                read_flag(&flag?, variants.as_ref(), index)
            })
        });
        let owner = Owner { salt: salt.unwrap_or(key), variants: names };
        let rules = fields
            .optional("rules")
            .map_or(Some(Vec::new()), |field| read_list(&field, |item| Rule::read(item, owner, index)));
        fields.finish();
        salt?;
        Some(Self {
            key: key.into(),
            enabled: enabled?,
            schedule: schedule?,
            variants: names.iter().map(|name| Box::from(*name)).collect(),
            default: default?,
            overrides: overrides?.into(),
            requires: requires?.into(),
            rules: rules?.into(),
        })
    }
}

/// The variants' names, for references from other flags; their problems are noted where the flag itself is read.
fn peek_variants<'a>(field: &Field<'a>) -> Vec<&'a str> {
    field.peek("variants").map(|field| field.peek_texts()).unwrap_or_default()
}

fn read_variants<'a>(field: &Field<'a>) -> Option<Vec<&'a str>> {
    let mut names: Vec<&str> = Vec::new();
    let items = field.list()?;
    if items.is_empty() || items.len() > crate::bucketing::Allocation::MAX_VARIANTS {
        field.refuse(Kind::Range, "must be 1 to 256 variants");
        return None;
    }
    for item in items {
        let name = item.name()?;
        if names.contains(&name) {
            item.refuse(Kind::Conflict, "must not repeat an earlier variant");
            return None;
        }
        names.push(name);
    }
    Some(names)
}

fn read_overrides(field: &Field<'_>, names: &[&str]) -> Option<Vec<(Box<str>, u32)>> {
    let mut complete = true;
    let mut overrides: Vec<(Box<str>, u32)> = Vec::new();
    for (unit, variant) in field.entries()? {
        if unit.is_empty() {
            variant.refuse(Kind::Range, "must name a unit: the empty text is nobody");
        }
        match position(&variant, names).filter(|_| !unit.is_empty()) {
            Some(variant) => overrides.push((unit.into(), variant)),
            None => complete = false,
        }
    }
    overrides.sort_unstable();
    complete.then_some(overrides)
}

fn read_list<'a, T>(field: &Field<'a>, read: impl Fn(&Field<'a>) -> Option<T>) -> Option<Vec<T>> {
    let read: Vec<Option<T>> = field.list()?.iter().map(read).collect();
    read.into_iter().collect()
}

/// Longest chain of flags and segments that one decision may need.
const LONGEST_CHAIN: u32 = 16;
/// Most conditions that one decision may need to look at.
const MOST_CONDITIONS: u64 = 10_000;

/// What asking a flag or segment may take.
#[derive(Clone, Copy, Debug)]
struct Effort {
    chain: u32,
    conditions: u64,
}

/// A flag or a segment, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    Flag(u32),
    Segment(u32),
}

impl FlagSet {
    /// Refuses circles, chains that are too long, and conditions that multiply: a decision has to be quick whatever the document.
    fn refuse_tangles(&self, problems: &Problems) -> Option<()> {
        let mut known: BTreeMap<Asked, Effort> = BTreeMap::new();
        for position in 0..u32::try_from(self.flags.len()).ok()? {
            self.effort(Asked::Flag(position), &mut Vec::new(), &mut known, problems)?;
        }
        for position in 0..u32::try_from(self.segments.len()).ok()? {
            self.effort(Asked::Segment(position), &mut Vec::new(), &mut known, problems)?;
        }
        Some(())
    }

    fn effort(
        &self,
        asked: Asked,
        chain: &mut Vec<Asked>,
        known: &mut BTreeMap<Asked, Effort>,
        problems: &Problems,
    ) -> Option<Effort> {
        if let Some(effort) = known.get(&asked) {
            return Some(*effort);
        }
        if let Some(start) = chain.iter().position(|earlier| *earlier == asked) {
            let circle = chain.iter().skip(start).chain([&asked]).map(|asked| self.path(*asked));
            let rule = format!("must not depend on itself: {}", circle.collect::<Vec<_>>().join(" -> "));
            problems.push(Problem::new(self.path(asked), Kind::Conflict, rule, None));
            return None;
        }
        if chain.len() >= usize::try_from(LONGEST_CHAIN).ok()? {
            let first = chain.first().map_or_else(String::new, |first| self.path(*first));
            let rule = format!("must not need a chain of more than {LONGEST_CHAIN} flags and segments");
            problems.push(Problem::new(first, Kind::Range, rule, None));
            return None;
        }
        chain.push(asked);
        let (mut conditions, mut references) = (0_u64, Vec::new());
        self.conditions(asked, &mut |condition| {
            conditions = conditions.saturating_add(1);
            match condition {
                Condition::Flag { flag, .. } => references.push(Asked::Flag(*flag)),
                Condition::Segment(segment) => references.push(Asked::Segment(*segment)),
                _ => {}
            }
        });
        let mut effort = Effort { chain: 1, conditions };
        for reference in references {
            let further = self.effort(reference, chain, known, problems)?;
            effort.chain = effort.chain.max(further.chain.saturating_add(1));
            effort.conditions = effort.conditions.saturating_add(further.conditions);
        }
        chain.pop();
        if effort.chain > LONGEST_CHAIN || effort.conditions > MOST_CONDITIONS {
            let rule = format!(
                "must need at most {MOST_CONDITIONS} conditions and a chain of {LONGEST_CHAIN}, with all that it refers to"
            );
            problems.push(Problem::new(self.path(asked), Kind::Range, rule, None));
            return None;
        }
        known.insert(asked, effort);
        Some(effort)
    }

    fn conditions(&self, asked: Asked, visit: &mut impl FnMut(&Condition)) {
        match asked {
            Asked::Flag(position) => {
                let Some(flag) = usize::try_from(position).ok().and_then(|position| self.flags.get(position))
                else {
                    return;
                };
                let conditions =
                    flag.requires.iter().chain(flag.rules.iter().filter_map(|rule| rule.when.as_ref()));
                conditions.for_each(|condition| condition.walk(visit));
            }
            Asked::Segment(position) => {
                if let Some(segment) =
                    usize::try_from(position).ok().and_then(|position| self.segments.get(position))
                {
                    segment.when.walk(visit);
                }
            }
        }
    }

    fn path(&self, asked: Asked) -> String {
        match asked {
            Asked::Flag(position) => {
                let flag = usize::try_from(position).ok().and_then(|position| self.flags.get(position));
                format!("flags.{}", flag.map_or("", |flag| &flag.key))
            }
            Asked::Segment(position) => {
                let segment = usize::try_from(position).ok().and_then(|position| self.segments.get(position));
                format!("segments.{}", segment.map_or("", |segment| &segment.name))
            }
        }
    }
}
