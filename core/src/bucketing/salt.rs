use super::{Domain, Key};
use crate::document::Field;
use alloc::boxed::Box;
use serde::ser::{Serialize, SerializeMap as _, Serializer};

/// What a key is made of, and whether others are meant to have the same.
///
/// Two flags with one salt put every unit in the same slot. That is right for flags that are to be rolled out to the same units, and a mistake that
/// nobody sees everywhere else: the first flag's canaries are then the second's too. So sharing is said, by each who shares, and changes no slot:
/// a salt that is declared shared later moves nobody.
///
/// In JSON a salt of one's own is a text, `"checkout-2026"`, and a shared one an object, `{"shared": "checkout-2026"}`.
///
/// ```
/// use rampgate::bucketing::{Domain, Salt};
///
/// let (ours, theirs) = (Salt::shared("checkout"), Salt::shared("checkout"));
/// assert_eq!(ours.key(Domain::Exposure), theirs.key(Domain::Exposure));
/// assert!(!ours.clashes_with(&theirs));
/// assert!(ours.clashes_with(&Salt::own("checkout")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Salt {
    text: Box<str>,
    shared: bool,
}

impl Salt {
    /// A salt that nobody else is to have in the same domain.
    #[must_use]
    pub fn own(text: &str) -> Self {
        Self { text: text.into(), shared: false }
    }

    /// A salt that others are to have as well.
    #[must_use]
    pub fn shared(text: &str) -> Self {
        Self { text: text.into(), shared: true }
    }

    /// Reads a text or `{"shared": text}`.
    pub(crate) fn read(field: &Field<'_>) -> Option<Self> {
        if !field.is_object() {
            return field.name().map(Self::own);
        }
        let mut fields = field.object()?;
        let text = fields.required("shared").and_then(|field| field.name());
        fields.finish();
        text.map(Self::shared)
    }

    /// The salt itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether others are meant to have it too.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.shared
    }

    /// The hash function of this salt in a domain, shared or not.
    #[must_use]
    pub fn key(&self, domain: Domain) -> Key {
        Key::new(domain, &self.text)
    }

    /// Whether the two make the same function without both having said so. To be asked of salts in one domain: in different domains they are
    /// different functions.
    #[must_use]
    pub fn clashes_with(&self, other: &Self) -> bool {
        self.text == other.text && !(self.shared && other.shared)
    }
}

impl Serialize for Salt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.shared {
            return serializer.serialize_str(&self.text);
        }
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("shared", &self.text)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Node;
    use crate::error::{Error, Problems};

    fn read(text: &str) -> Result<Salt, Error> {
        let node = Node::parse("salt", text)?;
        let problems = Problems::default();
        let salt = Salt::read(&Field::root(&node, &problems));
        problems.finish(salt)
    }

    #[test]
    fn both_forms_are_read_as_they_are_written() {
        for salt in [Salt::own("a b"), Salt::shared("a b")] {
            assert_eq!(read(&serde_json::to_string(&salt).unwrap()).unwrap(), salt);
        }
        assert_eq!(read(r#"{"shared": "", "with": 1}"#).unwrap_err().problems().count(), 2);
        assert!(read("7").is_err() && read(r#""""#).is_err());
    }
}
