use crate::quantity::Timestamp;

/// What a condition can be asked about: a borrowed value, so that building a context copies and allocates nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// A text. Versions and network addresses are texts too.
    Text(&'a str),
    /// A number. One that is not finite satisfies no condition.
    Number(f64),
    /// True or false.
    Bool(bool),
    /// An instant.
    Time(Timestamp),
    /// Several values: a condition holds for a list if it holds for one of its values.
    List(&'a [Self]),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Value<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(at: Timestamp) -> Self {
        Self::Time(at)
    }
}

/// Who asks: a unit, what is known of it, and when.
///
/// ```
/// use rampgate::flag::Context;
///
/// let attributes = [("country", "DE".into()), ("age", 41.0.into())];
/// let context = Context::of("user-1").with(&attributes).at("2026-11-24T12:00:00Z".parse()?);
/// assert_eq!(context.attribute("country"), Some("DE".into()));
/// assert_eq!(context.attribute("plan"), None);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    pub(super) unit: &'a str,
    pub(super) attributes: &'a [(&'a str, Value<'a>)],
    pub(super) now: Option<Timestamp>,
    pub(super) sticky: &'a [(&'a str, &'a str)],
}

impl<'a> Context<'a> {
    /// A unit of whom nothing is known. The empty text is nobody.
    #[must_use]
    pub const fn of(unit: &'a str) -> Self {
        Self { unit, attributes: &[], now: None, sticky: &[] }
    }

    /// Sets the attributes. The first of two with one name counts.
    #[must_use]
    pub const fn with(self, attributes: &'a [(&'a str, Value<'a>)]) -> Self {
        Self { attributes, ..self }
    }

    /// Sets the time. Without it, no scheduled rule and no scheduled flag is on.
    #[must_use]
    pub const fn at(self, now: Timestamp) -> Self {
        Self { now: Some(now), ..self }
    }

    /// Sets what the unit got before: pairs of a [sticky token](super::Outcome::sticky_token) and a variant's name.
    #[must_use]
    pub const fn sticky(self, assigned: &'a [(&'a str, &'a str)]) -> Self {
        Self { sticky: assigned, ..self }
    }

    /// The unit.
    #[must_use]
    pub const fn unit(&self) -> &'a str {
        self.unit
    }

    /// An attribute by its name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<Value<'a>> {
        self.find(name).copied()
    }

    /// Without copying it.
    pub(super) fn find(&self, name: &str) -> Option<&'a Value<'a>> {
        self.attributes.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}
