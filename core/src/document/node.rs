use super::json;
use crate::error::{Error, Kind};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A JSON value that keeps the order of its keys and never holds the same key twice. Texts without escapes are borrowed
/// from the document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node<'a> {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Node<'a> {
    /// Reads JSON text; `what` names the document in the error.
    pub(crate) fn parse(what: &str, text: &'a str) -> Result<Self, Error> {
        json::read(text)
            .map_err(|error| Error::absent(what, Kind::Syntax, format!("must be valid JSON: {error}")))
    }

    /// The value as it stood in the document, for error messages; lists and objects by their size alone.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Null => "null".into(),
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            Self::Text(value) => value.clone().into_owned(),
            Self::List(items) => format!("a list of {}", items.len()),
            Self::Object(fields) => format!("an object of {} fields", fields.len()),
        }
    }
}
