use super::condition::{Condition, Names, read_flag};
use super::guard::{Claim, Guard, read_layers};
use super::index::Index;
use super::rule::{Owner, Rule, Schedule, or_none, position};
use super::set::{Definition, FlagSet, Segment, Variants};
use crate::bucketing::{Holdouts, Layer, Salt};
use crate::document::{Field, Fields, Node, check_name};
use crate::error::{Error, Kind, Problem, Problems};
use crate::order;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::RefCell;

/// The version of the document's form, which its field `rampgate_flags` names.
const VERSION: u64 = 1;

/// The entries of a document, so that what refers to them can be read.
struct Entries<'a, 'd> {
    flags: Table<'a>,
    segments: Table<'a>,
    /// Lists of variants that were met.
    variants: RefCell<BTreeMap<Vec<&'a str>, Variants>>,
    holdouts: &'d Holdouts,
    layers: &'d [Layer],
    problems: &'d Problems,
}

/// The entries of one object, found by their names.
struct Table<'a> {
    entries: Vec<(&'a str, Field<'a>)>,
    index: Index,
}

impl<'a> Table<'a> {
    fn new(entries: Vec<(&'a str, Field<'a>)>) -> Option<Self> {
        let names: Vec<&str> = entries.iter().map(|(name, _)| *name).collect();
        Some(Self { index: Index::new(&names)?, entries })
    }

    fn at(&self, position: u32) -> Option<&(&'a str, Field<'a>)> {
        self.entries.get(usize::try_from(position).ok()?)
    }

    fn find(&self, name: &str) -> Option<u32> {
        self.index.find(name, |position| self.at(position).map(|(name, _)| *name))
    }
}

impl Names for Entries<'_, '_> {
    fn problems(&self) -> &Problems {
        self.problems
    }

    fn segment(&self, name: &str) -> Option<u32> {
        self.segments.find(name)
    }

    fn flag(&self, key: &str) -> Option<u32> {
        self.flags.find(key)
    }

    /// The problems of that flag's variants are noted where the flag itself is read.
    fn variant(&self, flag: u32, name: &str) -> Option<u32> {
        let (_, field) = self.flags.at(flag)?;
        let position = field.peek("variants")?.peek_texts().position(|variant| variant == name)?;
        u32::try_from(position).ok()
    }
}

impl<'a> Entries<'a, '_> {
    /// The variants of a flag, which it shares with the flags that have the same: most sets know few different lists.
    fn share(&self, variants: &[&'a str]) -> Variants {
        let mut shared = self.variants.borrow_mut();
        if let Some(same) = shared.get(variants) {
            return Arc::clone(same);
        }
        let new: Variants = variants.iter().map(|name| Box::from(*name)).collect();
        shared.insert(variants.into(), Arc::clone(&new));
        new
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
        let holdouts =
            fields.optional("holdouts").map_or(Some(Holdouts::default()), |field| Holdouts::read(&field));
        let layers =
            fields.optional("layers").map_or(Some(Vec::new()), |field| read_layers(&field, problems));
        let flags = fields.required("flags").and_then(|field| field.entries());
        fields.finish();
        form?;
        let (segments, flags) = (segments?, flags?);
        let (holdouts, layers) = (holdouts?, layers?);
        let entries = Entries {
            flags: Table::new(flags)?,
            segments: Table::new(segments)?,
            variants: RefCell::default(),
            holdouts: &holdouts,
            layers: &layers,
            problems,
        };
        let segments = read_all(&entries.segments.entries, |(name, field)| {
            Some(Segment { name: (*name).into(), when: Condition::read(field, &entries)? })
        });
        let flags = read_all(&entries.flags.entries, |(key, field)| Definition::read(key, field, &entries));
        let index = entries.flags.index;
        let set = Self {
            version: version?,
            flags: flags?.into(),
            segments: segments?.into(),
            index,
            holdouts,
            layers: layers.into(),
        };
        set.refuse_tangles(problems)?;
        Some(set)
    }
}

impl Definition {
    fn read<'a>(key: &'a str, field: &Field<'a>, entries: &Entries<'a, '_>) -> Option<Self> {
        if check_name("", key).is_err() {
            field.refuse(Kind::Range, "must be under a key of 1 to 200 bytes without control characters");
        }
        let mut fields = field.object()?;
        let enabled = fields.optional("enabled").map_or(Some(true), |field| field.bool());
        let salt = or_none(fields.optional("salt").map(|field| Salt::read(&field)));
        let tags =
            fields.optional("tags").map_or(Some(Vec::new()), |field| read_list(&field, |item| item.name()));
        let claim = match fields.optional("layer") {
            None => Some(None),
            Some(field) => Claim::read(&field, entries.layers).map(Some),
        };
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
                read_flag(&flag?, variants.as_ref(), entries)
            })
        });
        let owner = Owner { key, salt: salt.as_ref().and_then(Option::as_ref), variants: names };
        let rules = fields
            .optional("rules")
            .map_or(Some(Vec::new()), |field| read_list(&field, |item| Rule::read(item, owner, entries)));
        fields.finish();
        salt?;
        Some(Self {
            key: key.into(),
            enabled: enabled?,
            schedule: schedule?,
            variants: entries.share(names),
            default: default?,
            overrides: overrides?.into(),
            guard: Guard::of(&tags?, claim?, entries.holdouts),
            requires: requires?.into(),
            rules: rules?.into(),
        })
    }
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
    order::sort(&mut overrides);
    complete.then_some(overrides)
}

fn read_list<'a, T>(field: &Field<'a>, read: impl Fn(&Field<'a>) -> Option<T>) -> Option<Vec<T>> {
    read_all(&field.list()?, read)
}

/// Reads each item, also those after one that could not be read, so that all problems are noted.
fn read_all<I, T>(items: &[I], read: impl Fn(&I) -> Option<T>) -> Option<Vec<T>> {
    let mut all = Some(Vec::with_capacity(items.len()));
    for item in items {
        match (read(item), &mut all) {
            (Some(read), Some(all)) => all.push(read),
            _ => all = None,
        }
    }
    all
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Flag(u32),
    Segment(u32),
}

/// What asking each flag and segment takes, as far as it is known.
struct Efforts {
    flags: Vec<Option<Effort>>,
    segments: Vec<Option<Effort>>,
}

impl Efforts {
    fn of(&mut self, asked: Asked) -> Option<&mut Option<Effort>> {
        match asked {
            Asked::Flag(position) => self.flags.get_mut(usize::try_from(position).ok()?),
            Asked::Segment(position) => self.segments.get_mut(usize::try_from(position).ok()?),
        }
    }
}

impl FlagSet {
    /// Refuses circles, chains that are too long, and conditions that multiply: a decision has to be quick whatever the document.
    fn refuse_tangles(&self, problems: &Problems) -> Option<()> {
        let mut known =
            Efforts { flags: vec![None; self.flags.len()], segments: vec![None; self.segments.len()] };
        let mut chain = Vec::new();
        for position in 0..u32::try_from(self.flags.len()).ok()? {
            self.effort(Asked::Flag(position), &mut chain, &mut known, problems)?;
        }
        for position in 0..u32::try_from(self.segments.len()).ok()? {
            self.effort(Asked::Segment(position), &mut chain, &mut known, problems)?;
        }
        Some(())
    }

    fn effort(
        &self,
        asked: Asked,
        chain: &mut Vec<Asked>,
        known: &mut Efforts,
        problems: &Problems,
    ) -> Option<Effort> {
        if let Some(effort) = known.of(asked)? {
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
        *known.of(asked)? = Some(effort);
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
