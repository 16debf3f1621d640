//! The one error of the crate: what was wrong, where, and with which value.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt::{self, Write as _};

/// Longest excerpt of an offending value that a problem keeps, in bytes.
const LONGEST_VALUE: usize = 120;

/// Most problems that one error lists. A document with more is wrong as a whole, and millions of them would exhaust a small memory.
const MOST_PROBLEMS: usize = 1_000;

/// Which sort of rule was broken.
///
/// More kinds may come; match with a wildcard arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The text is not well-formed (not JSON, not a percentage, not a time).
    Syntax,
    /// A field that must be there is not.
    Missing,
    /// A field or name that nobody defined.
    Unknown,
    /// A value of another type than the field takes.
    Type,
    /// A value outside its range.
    Range,
    /// A value that is fine alone and impossible beside another one.
    Conflict,
    /// Bytes or a document of a version this build does not read.
    Version,
    /// Bytes that are cut short, altered, or not ours.
    Corrupt,
    /// An event that comes before one already applied, or leaves a gap; a document older than the one in use.
    Order,
    /// A document that no trusted key has signed as it is.
    Untrusted,
}

impl Kind {
    /// A short lower-case name that stays the same over versions; the bindings expose it as `code`.
    ///
    /// ```
    /// assert_eq!(rampgate::ErrorKind::Range.code(), "range");
    /// ```
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Missing => "missing",
            Self::Unknown => "unknown",
            Self::Type => "type",
            Self::Range => "range",
            Self::Conflict => "conflict",
            Self::Version => "version",
            Self::Corrupt => "corrupt",
            Self::Order => "order",
            Self::Untrusted => "untrusted",
        }
    }
}

/// One broken rule: where, which rule, and the value that broke it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    path: String,
    kind: Kind,
    rule: Cow<'static, str>,
    value: Option<String>,
}

impl Problem {
    pub(crate) fn new(
        path: impl Into<String>,
        kind: Kind,
        rule: impl Into<Cow<'static, str>>,
        value: Option<String>,
    ) -> Self {
        Self::of(path.into(), kind, rule.into(), value)
    }

    #[inline(never)]
    fn of(path: String, kind: Kind, rule: Cow<'static, str>, value: Option<String>) -> Self {
        Self { path, kind, rule, value: value.map(shortened) }
    }

    /// Where: the field's path in the document, or the argument's name.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Which sort of rule was broken.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The rule in words, such as `must be at most 100%`.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// The value that broke the rule, as the user wrote it (cut after 120 bytes); none where nothing was given.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid `{}`: {}", self.path, self.rule)?;
        match &self.value {
            None => Ok(()),
            Some(word) if !word.is_empty() && !word.chars().any(|c| c.is_whitespace() || c.is_control()) => {
                write!(f, ", got {word}")
            }
            Some(text) => write!(f, ", got `{}`", Escaped(text)),
        }
    }
}

/// Text that somebody else wrote, as an error shows it: on one line, and with nothing in it that hides, or turns the direction of what follows.
///
/// Quotes, backslashes, control characters, spaces other than the plain one, invisible and private characters are escaped, always the same ones: a
/// message does not depend on the Unicode version of whoever built the program.
///
/// ```
/// use rampgate::Escaped;
///
/// assert_eq!(Escaped("a \"b\"\n\u{202e}c").to_string(), r#"a \"b\"\n\u{202e}c"#);
/// assert_eq!(Escaped("naïve 表").to_string(), "naïve 表");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(
    /// The text.
    pub &'a str,
);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '"' | '\\' => write!(f, "\\{c}")?,
                c if is_unseen(c) => write!(f, "\\u{{{:x}}}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Control characters, separators but the plain space, format characters, fillers, variation selectors, tags, and what has no agreed meaning.
const fn is_unseen(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f' | '\x7f'..='\u{a0}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{1680}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}'
        | '\u{205f}'..='\u{206f}' | '\u{3000}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..)
}

/// Everything that was wrong with an input: never empty, cheap to clone.
///
/// A document is read to its end, so one `Error` lists all of its problems, up to 1,000; [`path`](Self::path),
/// [`kind`](Self::kind) and [`value`](Self::value) speak of the first.
///
/// ```
/// use rampgate::Share;
///
/// let error = "140%".parse::<Share>().unwrap_err();
/// assert_eq!(error.to_string(), "invalid `share`: must be from 0% to 100%, got 140%");
/// assert_eq!(error.value(), Some("140%"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    first: Arc<Problem>,
    rest: Arc<[Problem]>,
}

impl Error {
    pub(crate) fn new(
        path: impl Into<String>,
        kind: Kind,
        rule: impl Into<Cow<'static, str>>,
        value: impl fmt::Display,
    ) -> Self {
        Self::written(path.into(), kind, rule.into(), &value)
    }

    /// The same in the machine code once, not once for each type of value.
    #[inline(never)]
    fn written(path: String, kind: Kind, rule: Cow<'static, str>, value: &dyn fmt::Display) -> Self {
        Self::from(Problem::of(path, kind, rule, Some(value.to_string())))
    }

    /// An error about something that was not given, so there is no value to show.
    pub(crate) fn absent(path: impl Into<String>, kind: Kind, rule: impl Into<Cow<'static, str>>) -> Self {
        Self::from(Problem::new(path, kind, rule, None))
    }

    /// Path of the first problem.
    #[must_use]
    pub fn path(&self) -> &str {
        self.first.path()
    }

    /// Kind of the first problem.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.first.kind()
    }

    /// Rule of the first problem.
    #[must_use]
    pub fn rule(&self) -> &str {
        self.first.rule()
    }

    /// Value of the first problem.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.first.value()
    }

    /// All problems, in the order of the document.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        core::iter::once(&*self.first).chain(self.rest.iter())
    }

    /// The same error about the value at `path`: a value type does not know which field holds it.
    pub(crate) fn at(self, path: &str) -> Self {
        let problem = Problem { path: path.into(), ..(*self.first).clone() };
        Self { first: Arc::new(problem), rest: self.rest }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self { first: Arc::new(problem), rest: Arc::new([]) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rest.is_empty() {
            return self.first.fmt(f);
        }
        write!(f, "{} problems:", self.rest.len().saturating_add(1))?;
        self.problems().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl core::error::Error for Error {}

/// Gathers problems while a document is read, so that all of them are reported together.
#[derive(Debug, Default)]
pub(crate) struct Problems(RefCell<Vec<Problem>>);

impl Problems {
    pub(crate) fn push(&self, problem: Problem) {
        let mut problems = self.0.borrow_mut(); // ends with this call, so a second one never overlaps it
        if problems.len() < MOST_PROBLEMS {
            problems.push(problem);
        }
    }

    /// Takes over the problems of `error`, as they are.
    pub(crate) fn extend(&self, error: &Error) {
        error.problems().for_each(|problem| self.push(problem.clone()));
    }

    /// The value, if nothing was wrong. `value` may be `None` only where a problem says why.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Error> {
        match (self.into_error(), value) {
            (Some(error), _) => Err(error),
            (None, Some(value)) => Ok(value),
            (None, None) => Err(Error::absent("document", Kind::Missing, "is incomplete")),
        }
    }

    #[inline(never)]
    fn into_error(self) -> Option<Error> {
        let mut all = self.0.into_inner().into_iter();
        all.next().map(|first| Error { first: Arc::new(first), rest: all.collect() })
    }
}

fn shortened(mut value: String) -> String {
    if value.len() > LONGEST_VALUE {
        let end = value.floor_char_boundary(LONGEST_VALUE);
        value.truncate(end);
        value.push('…');
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn one_problem_is_one_line_and_many_are_a_list() {
        let one =
            Error::new("stages[2].exposure", Kind::Conflict, "must exceed the previous stage (25%)", "10%");
        assert_eq!(
            one.to_string(),
            "invalid `stages[2].exposure`: must exceed the previous stage (25%), got 10%"
        );
        let problems = Problems::default();
        problems.extend(&one);
        problems.push(Problem::new("name", Kind::Missing, "must be given", None));
        let both = problems.finish(Some(())).unwrap_err();
        assert_eq!(
            both.to_string(),
            "2 problems:\n  invalid `stages[2].exposure`: must exceed the previous stage (25%), got 10%\n  invalid `name`: must be given"
        );
        assert_eq!(both.path(), "stages[2].exposure");
        let many = Problems::default();
        (0..2_000).for_each(|_| many.extend(&one));
        assert_eq!(many.finish(Some(())).unwrap_err().problems().count(), 1_000);
        assert_eq!(both.problems().count(), 2);
    }

    #[test]
    fn no_control_or_odd_space_is_shown_as_it_is() {
        for c in char::MIN..=char::MAX {
            let shown = Escaped(c.encode_utf8(&mut [0; 4])).to_string();
            let as_it_is = shown.chars().eq([c]);
            assert!(as_it_is || shown.starts_with('\\'), "{shown}");
            assert!(!as_it_is || !(c.is_control() || (c.is_whitespace() && c != ' ')), "{}", u32::from(c));
            assert!(!c.is_ascii_alphanumeric() || as_it_is, "{c}");
        }
    }

    #[test]
    fn odd_values_are_quoted_and_long_ones_cut_at_a_character() {
        let spaced = Error::new("a", Kind::Range, "must be short", "x\ny z");
        assert_eq!(spaced.to_string(), "invalid `a`: must be short, got `x\\ny z`");
        let long = Error::new("a", Kind::Range, "must be short", "ä".repeat(200));
        assert_eq!(long.value().unwrap().chars().count(), 61);
    }
}
