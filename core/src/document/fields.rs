use super::Node;
use super::path::Path;
use crate::error::{Error, Kind, Problem, Problems};
use crate::quantity::{Probability, shown};
use alloc::borrow::Cow;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::ops::RangeInclusive;
use core::str::FromStr;

/// One value of a document with its path. Reading it as the wrong type notes a problem and gives `None`.
#[derive(Clone, Debug)]
pub(crate) struct Field<'a> {
    node: &'a Node<'a>,
    path: Path<'a>,
    problems: &'a Problems,
}

impl<'a> Field<'a> {
    /// The document as a whole, whose path is empty.
    pub(crate) fn root(node: &'a Node<'a>, problems: &'a Problems) -> Self {
        Self { node, path: Path::root(""), problems }
    }

    /// A document whose paths begin with its name: an argument among others.
    pub(crate) fn named(name: &'a str, node: &'a Node<'a>, problems: &'a Problems) -> Self {
        Self { node, path: Path::root(name), problems }
    }

    #[cfg(any(feature = "signed", feature = "simulate"))]
    pub(crate) fn node(&self) -> &'a Node<'a> {
        self.node
    }

    pub(crate) fn path(&self) -> String {
        written(&self.path)
    }

    /// Notes that this value breaks `rule`.
    pub(crate) fn refuse(&self, kind: Kind, rule: impl Into<Cow<'static, str>>) {
        self.problems.push(Problem::new(self.path(), kind, rule, Some(self.node.shown())));
    }

    /// Notes what a constructor said of this value.
    pub(crate) fn refuse_with(&self, error: &Error) {
        self.problems.extend(&error.clone().at(&self.path()));
    }

    /// Notes a problem of a part of this value, whose path begins here.
    pub(crate) fn refuse_within(&self, error: &Error) {
        self.problems.extend(&error.clone().at(&format!("{}.{}", self.path(), error.path())));
    }

    /// Notes all problems of a document that this value is, whose paths begin here.
    #[cfg(feature = "simulate")]
    pub(crate) fn refuse_all_within(&self, error: &Error) {
        for problem in error.problems() {
            let path = format!("{}.{}", self.path(), problem.path());
            let (rule, value) = (problem.rule().to_string(), problem.value().map(String::from));
            self.problems.push(Problem::new(path, problem.kind(), rule, value));
        }
    }

    /// Notes problems whose paths are the document's own already.
    pub(crate) fn refuse_as(&self, error: &Error) {
        self.problems.extend(error);
    }

    pub(crate) fn bool(&self) -> Option<bool> {
        match self.node {
            Node::Bool(value) => Some(*value),
            _ => self.mistyped("true or false"),
        }
    }

    /// A text, a number or a truth value.
    pub(crate) fn scalar(&self) -> Option<Scalar<'a>> {
        match self.node {
            Node::Text(value) => Some(Scalar::Text(value)),
            Node::Number(value) => value.as_f64().map(Scalar::Number),
            Node::Bool(value) => Some(Scalar::Bool(*value)),
            _ => self.mistyped("a text, a number, true or false"),
        }
    }

    pub(crate) fn text(&self) -> Option<&'a str> {
        match self.node {
            Node::Text(value) => Some(value),
            _ => self.mistyped("a text"),
        }
    }

    /// A text that is not empty and holds no control characters, as names are.
    pub(crate) fn name(&self) -> Option<&'a str> {
        let text = self.text()?;
        check_name("", text).map_err(|error| self.refuse_with(&error)).ok()?;
        Some(text)
    }

    /// Whether the value is null, for lists whose places may be empty.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self.node, Node::Null)
    }

    /// Whether the value is an object, for fields that have a short form and a long one.
    pub(crate) fn is_object(&self) -> bool {
        matches!(self.node, Node::Object(_))
    }

    /// Whether the value is a number, for fields that may be one or a list.
    pub(crate) fn is_number(&self) -> bool {
        matches!(self.node, Node::Number(_))
    }

    /// A text in the form of a quantity, such as `25%` or `1h30m`.
    pub(crate) fn parse<T: FromStr<Err = Error>>(&self) -> Option<T> {
        match self.text()?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.refuse_with(&error);
                None
            }
        }
    }

    pub(crate) fn integer(&self, range: RangeInclusive<u64>) -> Option<u64> {
        let Node::Number(number) = self.node else { return self.mistyped("a whole number") };
        match number.as_u64().filter(|value| range.contains(value)) {
            Some(value) => Some(value),
            None => {
                self.refuse(
                    Kind::Range,
                    format!("must be a whole number from {} to {}", range.start(), range.end()),
                );
                None
            }
        }
    }

    pub(crate) fn u32(&self) -> Option<u32> {
        self.integer(0..=u64::from(u32::MAX)).and_then(|number| u32::try_from(number).ok())
    }

    /// A whole number of 64 bits, with its sign.
    #[cfg(feature = "compat")]
    pub(crate) fn signed(&self) -> Option<i64> {
        let Node::Number(number) = self.node else { return self.mistyped("a whole number") };
        let value = number.as_i64();
        if value.is_none() {
            self.refuse(Kind::Range, "must be a whole number of 64 bits");
        }
        value
    }

    pub(crate) fn number(&self, range: RangeInclusive<f64>) -> Option<f64> {
        let Node::Number(number) = self.node else { return self.mistyped("a number") };
        match number.as_f64().filter(|value| range.contains(value)) {
            Some(value) => Some(value),
            None => {
                self.refuse(
                    Kind::Range,
                    format!("must be from {} to {}", shown(*range.start()), shown(*range.end())),
                );
                None
            }
        }
    }

    pub(crate) fn probability(&self) -> Option<Probability> {
        let number = self.number(0.0..=1.0)?;
        Probability::new(number).map_err(|error| self.refuse_with(&error)).ok()
    }

    /// One of a closed list of words.
    pub(crate) fn choice<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let mut rule = String::from("must be one of");
        for (position, (word, _)) in words.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            let _ = write!(rule, "{comma} `{word}`");
        }
        self.refuse(Kind::Unknown, rule);
        None
    }

    pub(crate) fn list(&self) -> Option<Vec<Self>> {
        let Node::List(items) = self.node else { return self.mistyped("a list") };
        let path = Rc::new(self.path.clone());
        let item =
            |(position, node)| Self { node, path: Path::position(&path, position), problems: self.problems };
        Some(items.iter().enumerate().map(item).collect())
    }

    pub(crate) fn object(&self) -> Option<Fields<'a>> {
        let Node::Object(entries) = self.node else { return self.mistyped("an object") };
        let path = Rc::new(self.path.clone());
        Some(Fields { entries, path, problems: self.problems, taken: Taken::default() })
    }

    /// The entries of an object whose keys are the user's own, such as a table of overrides.
    pub(crate) fn entries(&self) -> Option<Vec<(&'a str, Self)>> {
        let fields = self.object()?;
        Some(fields.entries.iter().map(|(name, node)| (&**name, fields.field(name, node))).collect())
    }

    /// A field of an object, without noting anything: for a first look ahead of the reading.
    pub(crate) fn peek(&self, name: &str) -> Option<Self> {
        let Node::Object(entries) = self.node else { return None };
        let (_, node) = entries.iter().find(|(key, _)| key == name)?;
        Some(Self { node, path: Path::root(""), problems: self.problems })
    }

    /// The texts of a list, without noting anything.
    pub(crate) fn peek_texts(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let items: &[Node<'a>] = if let Node::List(items) = self.node { items } else { &[] };
        let text = |item: &'a Node<'a>| if let Node::Text(text) = item { Some(&**text) } else { None };
        items.iter().filter_map(text)
    }

    /// One of several cases: a word alone, or an object whose only field is named by the word and holds the rest.
    pub(crate) fn case(&self) -> Option<(&'a str, Option<Self>)> {
        match self.node {
            Node::Text(word) => Some((word, None)),
            Node::Object(entries) if entries.len() == 1 => {
                let (word, rest) = self.entries()?.pop()?;
                Some((word, Some(rest)))
            }
            _ => self.mistyped("a word, or an object of one field"),
        }
    }

    /// Notes that a [`case`](Self::case) is none of those that are known.
    pub(crate) fn refuse_case<T>(&self) -> Option<T> {
        self.refuse(Kind::Unknown, "is none of the cases that are known, with what belongs to it");
        None
    }

    /// An object of exactly these texts.
    pub(crate) fn texts<const N: usize>(&self, names: [&'static str; N]) -> Option<[String; N]> {
        let mut fields = self.object()?;
        let texts = names.map(|name| fields.required(name).and_then(|field| field.text()));
        fields.finish();
        texts.iter().all(Option::is_some).then(|| texts.map(|text| text.unwrap_or_default().into()))
    }

    fn mistyped<T>(&self, expected: &str) -> Option<T> {
        self.refuse(Kind::Type, format!("must be {expected}"));
        None
    }
}

/// A value that is not made of others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scalar<'a> {
    Text(&'a str),
    Number(f64),
    Bool(bool),
}

/// The rule of names, wherever they come from: not empty, at most 200 bytes, no control characters.
pub(crate) fn check_name(path: &str, name: &str) -> Result<(), Error> {
    if name.is_empty() || name.len() > 200 || name.chars().any(char::is_control) {
        return Err(Error::new(path, Kind::Range, "must be 1 to 200 bytes without control characters", name));
    }
    Ok(())
}

/// An object whose keys are the document's own: each is asked for by name, and what is left over is refused.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    entries: &'a [(Cow<'a, str>, Node<'a>)],
    path: Rc<Path<'a>>,
    problems: &'a Problems,
    taken: Taken,
}

impl<'a> Fields<'a> {
    pub(crate) fn optional(&mut self, name: &'static str) -> Option<Field<'a>> {
        let position = self.entries.iter().position(|(key, _)| key == name)?;
        self.taken.add(position);
        let (name, node) = self.entries.get(position)?;
        Some(self.field(name, node))
    }

    pub(crate) fn required(&mut self, name: &'static str) -> Option<Field<'a>> {
        let field = self.optional(name);
        if field.is_none() {
            let path = Path::name(&self.path, name).to_string();
            self.problems.push(Problem::new(path, Kind::Missing, "must be given", None));
        }
        field
    }

    /// Notes that the object as a whole breaks `rule`.
    pub(crate) fn refuse(&self, kind: Kind, rule: &'static str) {
        self.problems.push(Problem::new(written(&self.path), kind, rule, None));
    }

    /// The value that a constructor made of fields of the document itself, or its complaint, whose path is the field's name.
    #[cfg(feature = "compat")]
    pub(crate) fn checked<T>(&self, made: Result<T, Error>) -> Option<T> {
        made.map_err(|error| self.problems.extend(&error)).ok()
    }

    /// Notes each field that nobody asked for.
    pub(crate) fn finish(self) {
        for (position, (name, node)) in self.entries.iter().enumerate() {
            if !self.taken.holds(position) {
                self.field(name, node).refuse(Kind::Unknown, "is not a field of this object");
            }
        }
    }

    fn field(&self, name: &'a str, node: &'a Node<'a>) -> Field<'a> {
        Field { node, path: Path::name(&self.path, name), problems: self.problems }
    }
}

fn written(path: &Path<'_>) -> String {
    let path = path.to_string();
    if path.is_empty() { "document".into() } else { path }
}

/// Positions of the entries that were asked for: a bit each, and a list for those beyond the first 64, which sound
/// documents do not have.
#[derive(Debug, Default)]
struct Taken {
    first: u64,
    beyond: Vec<usize>,
}

impl Taken {
    fn add(&mut self, position: usize) {
        match Self::bit(position) {
            Some(bit) => self.first |= bit,
            None => self.beyond.push(position),
        }
    }

    fn holds(&self, position: usize) -> bool {
        match Self::bit(position) {
            Some(bit) => self.first & bit != 0,
            None => self.beyond.contains(&position),
        }
    }

    fn bit(position: usize) -> Option<u64> {
        1_u64.checked_shl(u32::try_from(position).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::{Share, Span};
    use alloc::string::ToString;

    fn read(text: &str) -> Result<(Share, Span), Error> {
        let node = Node::parse("spec", text)?;
        let problems = Problems::default();
        let value = (|| {
            let mut fields = Field::root(&node, &problems).object()?;
            let mut stage = fields.required("stage").and_then(|field| field.object());
            fields.finish();
            let stage_fields = stage.as_mut()?;
            let share = stage_fields.required("exposure").and_then(|field| field.parse());
            let dwell = stage_fields.required("dwell").and_then(|field| field.parse());
            stage?.finish();
            Some((share?, dwell?))
        })();
        problems.finish(value)
    }

    #[test]
    fn all_problems_are_reported_each_with_its_path() {
        let error = read(r#"{"stage": {"exposure": "140%", "extra one": [1]}, "odd": 1}"#).unwrap_err();
        assert_eq!(
            error.to_string(),
            "4 problems:\n  \
             invalid `odd`: is not a field of this object, got 1\n  \
             invalid `stage.exposure`: must be from 0% to 100%, got 140%\n  \
             invalid `stage.dwell`: must be given\n  \
             invalid `stage[\"extra one\"]`: is not a field of this object, got `a list of 1`"
        );
    }

    #[test]
    fn a_key_that_is_there_twice_is_refused() {
        let error = read(r#"{"stage": {"dwell": "1h", "dwell": "2h"}}"#).unwrap_err();
        assert_eq!(error.kind(), Kind::Syntax);
        assert!(error.to_string().contains("the key `dwell` is there twice"), "{error}");
    }

    #[test]
    fn large_objects_are_held_to_the_same_rules() {
        let entries = |last: &str| {
            let mut text = String::from("{");
            (0..100).for_each(|n| write!(text, r#""k{n}": 0, "#).unwrap());
            text + last + "}"
        };
        let twice = entries(r#""k7": 1"#);
        assert!(read(&twice).unwrap_err().to_string().contains("the key `k7` is there twice"));
        let known = entries(r#""stage": {"exposure": "1%", "dwell": "1h"}"#);
        let error = read(&known).unwrap_err();
        assert_eq!(error.problems().count(), 100);
        assert!(error.problems().all(|problem| problem.path().starts_with('k')), "{error}");
    }

    #[test]
    fn escaped_texts_and_keys_are_what_they_stand_for() {
        let error = read(r#"{"st\u0061ge": {"exposure": "1\u0025", "d\"": 0}}"#).unwrap_err();
        let paths: Vec<&str> = error.problems().map(Problem::path).collect();
        assert_eq!(paths, ["stage.dwell", r#"stage["d\""]"#]);
        assert!(
            read(r#"{"a": 1, "\u0061": 2}"#).unwrap_err().to_string().contains("the key `a` is there twice")
        );
    }

    #[test]
    fn depth_is_bounded() {
        let deep = "[".repeat(100_000);
        assert_eq!(read(&deep).unwrap_err().kind(), Kind::Syntax);
    }
}
