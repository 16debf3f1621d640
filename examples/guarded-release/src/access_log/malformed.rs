use core::fmt;
use std::borrow::Cow;

/// Longest excerpt of a wrong value that is kept, in characters.
const LONGEST_VALUE: usize = 80;

/// What was wrong with a line: a field, the rule it broke, and the value that broke it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    field: &'static str,
    rule: Cow<'static, str>,
    value: Option<String>,
}

/// A line that was skipped, and why.
///
/// ``line 12: invalid `status`: must be a whole number from 100 to 599, got `abc` ``
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    line: u64,
    flaw: Flaw,
}

impl Flaw {
    pub(super) fn new(
        field: &'static str,
        rule: impl Into<Cow<'static, str>>,
        value: impl fmt::Display,
    ) -> Self {
        Self { field, rule: rule.into(), value: Some(shortened(&value.to_string())) }
    }

    /// About a field that is not there.
    pub(super) fn missing(field: &'static str) -> Self {
        Self { field, rule: Cow::Borrowed("must be given"), value: None }
    }

    pub(super) fn on_line(self, line: u64) -> Malformed {
        Malformed { line, flaw: self }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid `{}`: {}", self.field, self.rule)?;
        match &self.value {
            None => Ok(()),
            Some(value) => write!(f, ", got `{}`", rampgate::Escaped(value)),
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.flaw)
    }
}

impl core::error::Error for Malformed {}

fn shortened(value: &str) -> String {
    match value.char_indices().nth(LONGEST_VALUE) {
        None => value.to_owned(),
        Some((end, _)) => value.get(..end).unwrap_or_default().to_owned() + "…",
    }
}
