use crate::error::{Error, Kind};
use crate::order;
use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// Objects up to this size are searched for a repeated key as they are read; larger ones are sorted for it.
const FEW: usize = 16;

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
        serde_json::from_str(text).map_err(|error| {
            let mut rule = String::from("must be valid JSON: ");
            rule.push_str(&error.to_string());
            Error::absent(what, Kind::Syntax, rule)
        })
    }

    /// The value as it stood in the document, for error messages; lists and objects by their size alone.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Null => "null".into(),
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            Self::Text(value) => value.clone().into_owned(),
            Self::List(items) => alloc::format!("a list of {}", items.len()),
            Self::Object(fields) => alloc::format!("an object of {} fields", fields.len()),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Node<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node<'de>, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node<'de>, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Node<'de>, E> {
        serde_json::Number::from_f64(value).map(Node::Number).ok_or_else(|| E::custom("number is not finite"))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(value.into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node<'de>, A::Error> {
        let mut fields: Vec<(Cow<'de, str>, Node<'de>)> = Vec::new();
        while let Some((Name(name), value)) = entries.next_entry()? {
            if fields.len() < FEW && fields.iter().any(|(earlier, _)| *earlier == name) {
                return Err(twice(&name));
            }
            fields.push((name, value));
        }
        if fields.len() > FEW
            && let Some(name) = repeated(&fields)
        {
            return Err(twice(name));
        }
        Ok(Node::Object(fields))
    }
}

fn repeated<'n>(fields: &'n [(Cow<'_, str>, Node<'_>)]) -> Option<&'n str> {
    let mut names: Vec<&str> = fields.iter().map(|(name, _)| &**name).collect();
    order::sort_by_key(&mut names, |name| (name.len(), *name)); // most pairs differ in length or in their first bytes
    names.array_windows().find(|[one, next]| one == next).map(|[name, _]| *name)
}

fn twice<E: serde::de::Error>(name: &str) -> E {
    E::custom(alloc::format!("the key `{}` is there twice", name.escape_debug()))
}

/// The key of an entry.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_str(NodeVisitor)? {
            Node::Text(text) => Ok(Self(text)),
            _ => Err(D::Error::custom("a key must be a text")),
        }
    }
}
