use super::field::written;
use super::path::Path;
use super::{Field, Node};
use crate::error::{Kind, Problem, Problems};
use alloc::borrow::Cow;
use alloc::rc::Rc;
use alloc::vec::Vec;

/// An object whose keys are the document's own: each is asked for by name, and what is left over is refused.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    entries: &'a [(Cow<'a, str>, Node<'a>)],
    path: Rc<Path<'a>>,
    problems: &'a Problems,
    taken: Taken,
}

impl<'a> Fields<'a> {
    pub(super) fn new(
        entries: &'a [(Cow<'a, str>, Node<'a>)],
        path: Rc<Path<'a>>,
        problems: &'a Problems,
    ) -> Self {
        Self { entries, path, problems, taken: Taken::default() }
    }

    /// Each key with its value, asked for or not.
    pub(super) fn all(&self) -> Vec<(&'a str, Field<'a>)> {
        self.entries.iter().map(|(name, node)| (&**name, self.field(name, node))).collect()
    }

    pub(crate) fn optional(&mut self, name: &'static str) -> Option<Field<'a>> {
        let position = self.entries.iter().position(|(key, _)| key == name)?;
        self.taken.add(position);
        let (name, node) = self.entries.get(position)?;
        Some(self.field(name, node))
    }

    pub(crate) fn required(&mut self, name: &'static str) -> Option<Field<'a>> {
        let field = self.optional(name);
        if field.is_none() {
            let path = written(&Path::name(&self.path, name));
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
    pub(crate) fn checked<T>(&self, made: Result<T, crate::error::Error>) -> Option<T> {
        made.map_err(|error| self.problems.extend(&error)).ok()
    }

    /// Each field that nobody asked for.
    pub(crate) fn rest(self) -> Vec<Field<'a>> {
        let mut rest = Vec::new();
        for (position, (name, node)) in self.entries.iter().enumerate() {
            if !self.taken.holds(position) {
                rest.push(self.field(name, node));
            }
        }
        rest
    }

    /// Notes each field that nobody asked for.
    pub(crate) fn finish(self) {
        self.rest().iter().for_each(|field| field.refuse(Kind::Unknown, "is not a field of this object"));
    }

    fn field(&self, name: &'a str, node: &'a Node<'a>) -> Field<'a> {
        Field { node, path: Path::name(&self.path, name), problems: self.problems }
    }
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
    use crate::error::Error;
    use crate::quantity::{Share, Span};
    use alloc::string::{String, ToString};
    use core::fmt::Write as _;

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
