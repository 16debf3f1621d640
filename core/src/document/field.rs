use super::path::Path;
use super::{Fields, Node};
use crate::error::{Error, Kind, Problem, Problems};
use crate::quantity::{Probability, shown, without_fraction};
use alloc::borrow::Cow;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::ops::RangeInclusive;
use core::str::FromStr;

/// The path of a document that is not part of another.
const WHOLE: &str = "document";

/// One value of a document with its path. Reading it as the wrong type notes a problem and gives `None`.
#[derive(Clone, Debug)]
pub(crate) struct Field<'a> {
    pub(super) node: &'a Node<'a>,
    pub(super) path: Path<'a>,
    pub(super) problems: &'a Problems,
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

    /// Notes that the field `name` of this object breaks `rule`.
    pub(crate) fn refuse_in(&self, name: &str, kind: Kind, rule: impl Into<Cow<'static, str>>) {
        let Node::Object(entries) = self.node else { return };
        let value = entries.iter().find(|(key, _)| key == name).map(|(_, node)| node.shown());
        self.problems.push(Problem::new(format!("{}.{name}", self.path()), kind, rule, value));
    }

    /// Notes what a constructor said of this value.
    pub(crate) fn refuse_with(&self, error: &Error) {
        self.problems.extend(&error.clone().at(&self.path()));
    }

    /// Notes problems of parts of this value, whose paths begin here.
    pub(crate) fn refuse_within(&self, error: &Error) {
        let here = self.path();
        for problem in error.problems() {
            let path = match problem.path() {
                WHOLE => here.clone(),
                part => format!("{here}.{part}"),
            };
            let value = problem.value().map(String::from);
            self.problems.push(Problem::new(path, problem.kind(), String::from(problem.rule()), value));
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

    /// The value for messages: lists and objects by their size alone.
    pub(crate) fn shown(&self) -> String {
        self.node.shown()
    }

    /// Notes that a part of this object, which may be missing, breaks `rule`.
    pub(crate) fn refuse_part(&self, name: &str, kind: Kind, rule: &'static str, value: String) {
        let path = Path::name(&Rc::new(self.path.clone()), name);
        self.problems.push(Problem::new(written(&path), kind, rule, Some(value)));
    }

    /// Whether the value is a list.
    pub(crate) fn is_list(&self) -> bool {
        matches!(self.node, Node::List(_))
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
    pub(crate) fn signed(&self) -> Option<i64> {
        let Node::Number(number) = self.node else { return self.mistyped("a whole number") };
        let value = number.as_i64();
        if value.is_none() {
            self.refuse(Kind::Range, "must be a whole number of 64 bits");
        }
        value
    }

    /// A number in the digits that it was written with, or in as many as tell it from its neighbours: no float on the way.
    pub(crate) fn digits(&self) -> Option<String> {
        let Node::Number(number) = self.node else { return self.mistyped("a number") };
        Some(without_fraction(number))
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
        self.refuse_word(&mut words.iter().map(|(word, _)| *word));
        None
    }

    /// Notes that this text is none of the words.
    #[inline(never)]
    fn refuse_word(&self, words: &mut dyn Iterator<Item = &str>) {
        let mut rule = String::from("must be one of");
        for (position, word) in words.enumerate() {
            let comma = if position == 0 { "" } else { "," };
            let _ = write!(rule, "{comma} `{word}`");
        }
        self.refuse(Kind::Unknown, rule);
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
        Some(Fields::new(entries, path, self.problems))
    }

    /// The entries of an object whose keys are the user's own, such as a table of overrides.
    pub(crate) fn entries(&self) -> Option<Vec<(&'a str, Self)>> {
        self.object().map(|fields| fields.all())
    }

    /// A field of an object, without noting anything: for a first look ahead of the reading.
    pub(crate) fn peek(&self, name: &str) -> Option<Self> {
        let Node::Object(entries) = self.node else { return None };
        let (_, node) = entries.iter().find(|(key, _)| key == name)?;
        Some(Self { node, path: Path::root(""), problems: self.problems })
    }

    /// A field that is a text, without noting anything.
    pub(crate) fn peek_text(&self, name: &str) -> Option<&'a str> {
        let field = self.peek(name)?;
        if let Node::Text(text) = field.node { Some(text) } else { None }
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

pub(super) fn written(path: &Path<'_>) -> String {
    let path = path.to_string();
    if path.is_empty() { WHOLE.into() } else { path }
}
