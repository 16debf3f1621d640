use super::{Domain, Key, Salt, Unit};
use crate::document::{Field, Node, check_name};
use crate::error::{Error, Kind, Problem, Problems};
use crate::quantity::Share;
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use serde::Serialize;

/// A share of units that is kept out of what is new, to be compared with everybody else later: out of everything, or of all flags that carry a tag.
///
/// Who is held out stays so while the share does not fall: a larger share only adds. A holdout hashes units under its own key, so two holdouts are
/// independent of each other, and of every exposure, layer and variant, unless they [share a salt](Salt::shared): then the smaller lies within
/// the larger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holdout {
    name: Box<str>,
    salt: Salt,
    share: Share,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<Box<str>>,
    #[serde(skip)]
    key: Key,
}

impl Holdout {
    /// A holdout from everything, whose salt is its name.
    ///
    /// # Errors
    /// A name that is empty, longer than 200 bytes, or has control characters.
    pub fn global(name: &str, share: Share) -> Result<Self, Error> {
        check_name("name", name)?;
        Ok(Self::of(name, Salt::own(name), share, None))
    }

    /// A holdout from all flags that carry the tag, whose salt is its name.
    ///
    /// # Errors
    /// A name or tag that is empty, longer than 200 bytes, or has control characters.
    pub fn tagged(name: &str, tag: &str, share: Share) -> Result<Self, Error> {
        check_name("tag", tag)?;
        Ok(Self { tag: Some(tag.into()), ..Self::global(name, share)? })
    }

    /// The holdout under another salt: other units are held out.
    #[must_use]
    pub fn with_salt(self, salt: Salt) -> Self {
        Self::of(&self.name, salt, self.share, self.tag)
    }

    fn of(name: &str, salt: Salt, share: Share, tag: Option<Box<str>>) -> Self {
        Self { name: name.into(), key: salt.key(Domain::Holdout), salt, share, tag }
    }

    fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let name = fields.required("name").and_then(|field| field.name());
        let salt = fields.optional("salt").map(|field| Salt::read(&field));
        let share = fields.required("share").and_then(|field| field.parse());
        let tag = fields.optional("tag").map(|field| field.name());
        fields.finish();
        let salt = salt.unwrap_or_else(|| name.map(Salt::own))?;
        let tag = match tag {
            None => None,
            Some(tag) => Some(tag?.into()),
        };
        Some(Self::of(name?, salt, share?, tag))
    }

    /// The holdout's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The holdout's salt.
    #[must_use]
    pub fn salt(&self) -> &Salt {
        &self.salt
    }

    /// The share of all units that is held out.
    #[must_use]
    pub fn share(&self) -> Share {
        self.share
    }

    /// The tag whose flags it covers; `None` where it covers everything.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Whether a flag with these tags is covered.
    #[must_use]
    pub fn covers<T: AsRef<str>>(&self, tags: &[T]) -> bool {
        self.tag.as_deref().is_none_or(|tag| tags.iter().any(|other| other.as_ref() == tag))
    }

    /// Whether the unit is held out of what the holdout covers.
    #[must_use]
    #[inline]
    pub fn holds(&self, unit: Unit<'_>) -> bool {
        self.key.slot(unit).is_within(self.share)
    }
}

/// All holdouts, the global ones first. They come before layers and exposure: whoever is held out gets a flag's default, and nothing else is asked.
///
/// ```
/// use rampgate::bucketing::{Holdouts, Unit};
///
/// let holdouts = Holdouts::from_json(
///     r#"[{"name": "growth-2026", "tag": "growth", "share": "20%"}, {"name": "everything-2026", "share": "5%"}]"#,
/// )?;
/// let held = |text, tags: &[&str]| holdouts.held(Unit::new(text)?, tags).map(|holdout| holdout.name());
/// assert_eq!(held("user-7", &["growth"]), Some("growth-2026"));
/// assert_eq!(held("user-7", &["search"]), None);
/// assert_eq!(held("user-53", &["growth"]), Some("everything-2026")); // both hold it
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Holdouts {
    all: Vec<Holdout>,
}

impl Holdouts {
    /// # Errors
    /// A name that two of them have, at `holdouts[i].name`.
    pub fn new(holdouts: impl IntoIterator<Item = Holdout>) -> Result<Self, Error> {
        let all: Vec<Holdout> = holdouts.into_iter().collect();
        let problems = Problems::default();
        for (at, name) in repeated(&all) {
            let path = format!("holdouts[{at}].name");
            let rule = "must not repeat the name of another holdout";
            problems.push(Problem::new(path, Kind::Conflict, rule, Some(name.into())));
        }
        problems.finish(Some(()))?;
        let (mut ordered, tagged): (Vec<Holdout>, Vec<Holdout>) =
            all.into_iter().partition(|holdout| holdout.tag.is_none());
        ordered.extend(tagged);
        Ok(Self { all: ordered })
    }

    /// Reads a list of holdouts, `{"name", "share"}` each, with the optional fields `tag` (everything, if not given) and `salt` (see [`Salt`]; the
    /// name, if not given).
    ///
    /// # Errors
    /// One error that lists every problem of the document with its path.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let node = Node::parse("holdouts", text)?;
        let problems = Problems::default();
        let holdouts = Self::read(&Field::root(&node, &problems));
        problems.finish(holdouts)
    }

    pub(crate) fn read(field: &Field<'_>) -> Option<Self> {
        let items = field.list()?;
        let read: Vec<Option<Holdout>> = items.iter().map(Holdout::read).collect();
        let all: Vec<Holdout> = read.into_iter().collect::<Option<_>>()?;
        for (at, _) in repeated(&all) {
            if let Some(item) = items.get(at) {
                item.refuse(Kind::Conflict, "must not repeat the name of another holdout");
            }
        }
        Self::new(all).ok()
    }

    /// The holdout that keeps a unit out of a flag with these tags: the first of the global ones, or else of those that cover a tag; none if it is free.
    #[must_use]
    pub fn held<T: AsRef<str>>(&self, unit: Unit<'_>, tags: &[T]) -> Option<&Holdout> {
        self.all.iter().find(|holdout| holdout.covers(tags) && holdout.holds(unit))
    }

    /// All of them, the global ones first, otherwise in the order in which they were given.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Holdout> {
        self.all.iter()
    }
}

/// Places and names of holdouts whose name an earlier one has.
fn repeated(holdouts: &[Holdout]) -> impl Iterator<Item = (usize, &str)> {
    let names = holdouts.iter().map(Holdout::name).enumerate();
    names.filter(|(at, name)| holdouts.iter().take(*at).any(|other| other.name() == *name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn share(text: &str) -> Share {
        text.parse().unwrap()
    }

    fn held(holdout: &Holdout) -> Vec<usize> {
        (0..4_000).filter(|n| holdout.holds(Unit::new(&format!("user-{n}")).unwrap())).collect()
    }

    #[test]
    fn a_larger_share_only_adds_and_a_shared_salt_nests() {
        let small = Holdout::global("h", share("5%")).unwrap();
        let large = Holdout::tagged("other", "t", share("20%")).unwrap();
        let nested = large.clone().with_salt(Salt::own("h"));
        assert!(held(&small).iter().all(|n| held(&nested).contains(n)));
        assert!(!held(&small).iter().all(|n| held(&large).contains(n)));
        assert!(held(&Holdout::global("h", Share::ZERO).unwrap()).is_empty());
        assert_eq!(held(&Holdout::global("h", Share::ALL).unwrap()).len(), 4_000);
    }

    #[test]
    fn a_tag_covers_the_flags_that_carry_it() {
        let tagged = Holdout::tagged("h", "growth", Share::ALL).unwrap();
        assert!(
            tagged.covers(&["search", "growth"])
                && !tagged.covers(&["search"])
                && !tagged.covers::<&str>(&[])
        );
        assert!(Holdout::global("h", Share::ALL).unwrap().covers::<&str>(&[]));
    }

    #[test]
    fn global_holdouts_come_first_whatever_the_order() {
        let tagged = Holdout::tagged("t", "x", Share::ALL).unwrap();
        let both = Holdouts::new([tagged, Holdout::global("g", Share::ALL).unwrap()]).unwrap();
        assert_eq!(both.held(Unit::new("u").unwrap(), &["x"]).unwrap().name(), "g");
        let text = serde_json::to_string(&both).unwrap();
        assert_eq!(Holdouts::from_json(&text).unwrap(), both);
    }

    #[test]
    fn every_problem_of_a_document_is_named() {
        let bad = r#"[{"name": "", "share": "5%"}, {"share": 1}, {"name": "a", "share": "101%", "tag": "", "tags": []}]"#;
        let error = Holdouts::from_json(bad).unwrap_err();
        let paths: Vec<&str> = error.problems().map(Problem::path).collect();
        let expected = ["[0].name", "[1].name", "[1].share", "[2].share", "[2].tag", "[2].tags"];
        assert_eq!(paths, expected, "{error}");
        let twice = r#"[{"name": "a", "share": "5%"}, {"name": "a", "share": "6%"}]"#;
        assert_eq!(Holdouts::from_json(twice).unwrap_err().path(), "[1]");
    }
}
