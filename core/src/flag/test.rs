use super::Value;
use super::folded::{Folded, Place};
use super::network::Network;
use super::texts::Texts;
use super::version::Version;
use crate::document::{Field, Fields, Scalar};
use crate::error::{Error, Kind};
use crate::quantity::Timestamp;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::str::FromStr;

/// Most bytes that a compiled regular expression may take.
#[cfg(feature = "regex")]
const LARGEST_REGEX: usize = 1 << 20;

/// What is asked of one attribute.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Exists(bool),
    /// Texts alone, as nearly always.
    OneOfTexts(Texts),
    OneOf(Box<Set>),
    StartsWith(Box<[Box<str>]>),
    EndsWith(Box<[Box<str>]>),
    Contains(Box<[Box<str>]>),
    /// One of the four above, whatever the case.
    Folded(Box<Folded>),
    Number(Box<[(Relation, f64)]>),
    Version(Box<[(Relation, VersionText)]>),
    Time(Box<[(Relation, Timestamp)]>),
    Network(Box<[Network]>),
    #[cfg(feature = "regex")]
    Matches(Box<regex::Regex>),
}

/// Values to be equal to.
#[derive(Clone, Debug)]
pub(super) struct Set {
    texts: Texts,
    numbers: Box<[f64]>,
    bools: Box<[bool]>,
}

/// How a value must stand to a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Less,
    AtMost,
    Equals,
    AtLeast,
    Greater,
}

impl Relation {
    /// Whether it bounds a value from below; equality does both.
    pub(super) fn is_lower(self) -> bool {
        matches!(self, Self::Equals | Self::AtLeast | Self::Greater)
    }

    /// Whether it bounds a value from above.
    pub(super) fn is_upper(self) -> bool {
        matches!(self, Self::Less | Self::AtMost | Self::Equals)
    }

    pub(super) fn excludes_its_end(self) -> bool {
        matches!(self, Self::Less | Self::Greater)
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Equals => order.is_eq(),
            Self::AtLeast => order.is_ge(),
            Self::Greater => order.is_gt(),
        }
    }
}

/// The text of a version, checked.
#[derive(Clone, Debug)]
pub(super) struct VersionText(Box<str>);

impl VersionText {
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        Some(Version::parse(&self.0)?.compare(&Version::parse(&other.0)?))
    }
}

impl FromStr for VersionText {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match Version::parse(text) {
            Some(_) => Ok(Self(text.into())),
            None => Err(Error::new(
                "version",
                Kind::Syntax,
                "must be a semantic version such as 2.1.0-beta.1",
                text,
            )),
        }
    }
}

impl Test {
    /// Whether the test holds for the attribute's value; `None` where the value is of another type than the test is about.
    ///
    /// A list passes when one of its values does.
    pub(super) fn holds(&self, value: &Value<'_>) -> Option<bool> {
        match (self, value) {
            (Self::OneOfTexts(texts), Value::Text(text)) => Some(texts.contains(text)),
            (_, Value::List(items)) => self.holds_for_some(items),
            (_, value) => self.holds_for_one(value),
        }
    }

    fn holds_for_some(&self, items: &[Value<'_>]) -> Option<bool> {
        let answers = items.iter().map(|item| self.holds(item));
        answers.fold(None, |any, answer| match (any, answer) {
            (Some(a), Some(b)) => Some(a || b),
            (known, None) | (None, known) => known,
        })
    }

    fn holds_for_one(&self, value: &Value<'_>) -> Option<bool> {
        match (self, value) {
            (Self::OneOfTexts(texts), Value::Text(text)) => Some(texts.contains(text)),
            (Self::OneOfTexts(_), Value::Number(_) | Value::Bool(_)) => Some(false),
            (Self::OneOf(set), value) => set.holds(*value),
            (Self::StartsWith(parts), Value::Text(text)) => {
                Some(parts.iter().any(|part| text.starts_with(&**part)))
            }
            (Self::Folded(folded), Value::Text(text)) => Some(folded.holds(text)),
            (Self::EndsWith(parts), Value::Text(text)) => {
                Some(parts.iter().any(|part| text.ends_with(&**part)))
            }
            (Self::Contains(parts), Value::Text(text)) => {
                Some(parts.iter().any(|part| text.contains(&**part)))
            }
            (Self::Number(bounds), Value::Number(number)) => {
                Some(all(bounds, |bound| number.partial_cmp(bound).filter(|_| number.is_finite())))
            }
            (Self::Version(bounds), Value::Text(text)) => {
                let version = Version::parse(text)?;
                Some(all(bounds, |bound| Some(version.compare(&Version::parse(&bound.0)?))))
            }
            (Self::Time(bounds), Value::Time(at)) => Some(all(bounds, |bound| Some(at.cmp(bound)))),
            (Self::Network(networks), Value::Text(text)) => {
                let address = text.parse().ok()?;
                Some(networks.iter().any(|network| network.contains(address)))
            }
            #[cfg(feature = "regex")]
            (Self::Matches(regex), Value::Text(text)) => Some(regex.is_match(text)),
            _ => None,
        }
    }

    /// Reads the one test of a condition's object, whose `attribute` was taken before.
    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let ignore_case = fields.optional("ignore_case").map_or(Some(false), |field| field.bool())?;
        let mut found: Vec<(Field<'_>, Option<Self>)> = Vec::new();
        for (name, read) in READERS {
            if let Some(field) = fields.optional(name) {
                let test = if ignore_case { read_folded(name, &field) } else { read(&field) };
                found.push((field, test));
            }
        }
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some((_, test)), None) => test,
            (None, _) => {
                fields.refuse(Kind::Missing, "must hold a test such as `one_of` or `number`");
                None
            }
            (Some(_), Some((second, _))) => {
                second.refuse(Kind::Conflict, "must be the only test: join several by `all`");
                None
            }
        }
    }
}

fn read_folded(name: &str, field: &Field<'_>) -> Option<Test> {
    let place = match name {
        "one_of" => Place::Whole,
        "starts_with" => Place::Start,
        "ends_with" => Place::End,
        "contains" => Place::Anywhere,
        _ => {
            field.refuse(Kind::Conflict, "must not stand beside `ignore_case`, which is about texts");
            return None;
        }
    };
    texts(field).map(|texts| Test::Folded(Folded::new(place, &texts).into()))
}

type Reader = fn(&Field<'_>) -> Option<Test>;

const READERS: [(&str, Reader); 10] = [
    ("exists", |field| field.bool().map(Test::Exists)),
    ("one_of", one_of),
    ("starts_with", |field| texts(field).map(Test::StartsWith)),
    ("ends_with", |field| texts(field).map(Test::EndsWith)),
    ("contains", |field| texts(field).map(Test::Contains)),
    ("number", |field| bounds(field, |field| field.number(f64::MIN..=f64::MAX)).map(Test::Number)),
    ("version", |field| bounds(field, |field| field.parse()).map(Test::Version)),
    ("time", |field| bounds(field, |field| field.parse()).map(Test::Time)),
    ("network", |field| networks(field).map(Test::Network)),
    ("matches", matches),
];

impl Set {
    fn holds(&self, value: Value<'_>) -> Option<bool> {
        match value {
            Value::Text(text) => Some(self.texts.contains(text)),
            Value::Number(number) => {
                Some(self.numbers.iter().any(|known| known.partial_cmp(&number) == Some(Ordering::Equal)))
            }
            Value::Bool(truth) => Some(self.bools.contains(&truth)),
            Value::Time(_) | Value::List(_) => None,
        }
    }
}

fn one_of(field: &Field<'_>) -> Option<Test> {
    let (mut texts, mut numbers, mut bools) = (Vec::new(), Vec::new(), Vec::new());
    for item in some_items(field)? {
        match item.scalar()? {
            Scalar::Text(text) => texts.push(text),
            Scalar::Number(number) => numbers.push(number),
            Scalar::Bool(truth) => bools.push(truth),
        }
    }
    let texts = texts.into_iter().collect();
    if numbers.is_empty() && bools.is_empty() {
        return Some(Test::OneOfTexts(texts));
    }
    Some(Test::OneOf(Box::new(Set { texts, numbers: numbers.into(), bools: bools.into() })))
}

fn all<T>(bounds: &[(Relation, T)], compare: impl Fn(&T) -> Option<Ordering>) -> bool {
    bounds.iter().all(|(relation, bound)| compare(bound).is_some_and(|order| relation.holds(order)))
}

/// A list that is not empty: a test against nothing never holds, and is a slip.
fn some_items<'a>(field: &Field<'a>) -> Option<Vec<Field<'a>>> {
    let items = field.list()?;
    if items.is_empty() {
        field.refuse(Kind::Range, "must not be empty: it would never hold");
        return None;
    }
    Some(items)
}

fn texts(field: &Field<'_>) -> Option<Box<[Box<str>]>> {
    let items = some_items(field)?;
    let read = |item: &Field<'_>| {
        let text = item.text()?;
        if text.is_empty() {
            item.refuse(Kind::Range, "must not be empty: it would always hold");
            return None;
        }
        Some(text.into())
    };
    let read: Vec<Option<Box<str>>> = items.iter().map(read).collect();
    read.into_iter().collect()
}

fn networks(field: &Field<'_>) -> Option<Box<[Network]>> {
    let read = |item: &Field<'_>| {
        let network = Network::parse(item.text()?);
        if network.is_none() {
            item.refuse(Kind::Syntax, "must be a network such as 10.0.0.0/8, without bits below the prefix");
        }
        network
    };
    let read: Vec<Option<Network>> = some_items(field)?.iter().map(read).collect();
    read.into_iter().collect()
}

fn bounds<T>(field: &Field<'_>, read: impl Fn(&Field<'_>) -> Option<T>) -> Option<Box<[(Relation, T)]>> {
    let mut fields = field.object()?;
    let (mut bounds, mut complete) = (Vec::new(), true);
    for (name, relation) in [
        ("less", Relation::Less),
        ("at_most", Relation::AtMost),
        ("equals", Relation::Equals),
        ("at_least", Relation::AtLeast),
        ("greater", Relation::Greater),
    ] {
        if let Some(field) = fields.optional(name) {
            let bound = read(&field);
            complete &= bound.is_some();
            bounds.extend(bound.map(|bound| (relation, bound)));
        }
    }
    fields.finish();
    if complete && bounds.is_empty() {
        field.refuse(Kind::Missing, "must hold one of `less`, `at_most`, `equals`, `at_least`, `greater`");
    }
    (complete && !bounds.is_empty()).then(|| bounds.into())
}

#[cfg(feature = "regex")]
fn matches(field: &Field<'_>) -> Option<Test> {
    match regex::RegexBuilder::new(field.text()?).size_limit(LARGEST_REGEX).build() {
        Ok(regex) => Some(Test::Matches(Box::new(regex))),
        Err(error) => {
            field.refuse(Kind::Syntax, alloc::format!("must be a regular expression: {error}"));
            None
        }
    }
}

#[cfg(not(feature = "regex"))]
fn matches(field: &Field<'_>) -> Option<Test> {
    field.refuse(Kind::Unknown, "is not part of this build: it lacks the feature `regex`");
    None
}
