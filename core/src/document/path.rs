use crate::error::Escaped;
use alloc::rc::Rc;
use core::fmt;

/// Where a value stands: its own step, and the object or list that holds it. A path is written out only when a problem
/// needs it, so that reading a sound document writes none.
#[derive(Clone, Debug)]
pub(super) struct Path<'a> {
    within: Option<Rc<Self>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    /// The document as a whole, by the name that its paths begin with.
    Root(&'a str),
    Name(&'a str),
    Position(usize),
}

impl<'a> Path<'a> {
    pub(super) fn root(name: &'a str) -> Self {
        Self { within: None, step: Step::Root(name) }
    }

    pub(super) fn name(within: &Rc<Self>, name: &'a str) -> Self {
        Self { within: Some(Rc::clone(within)), step: Step::Name(name) }
    }

    pub(super) fn position(within: &Rc<Self>, position: usize) -> Self {
        Self { within: Some(Rc::clone(within)), step: Step::Position(position) }
    }
}

impl fmt::Display for Path<'_> {
    /// `a.b[2]` for plain names, `a["b c"]` for names that need quotes, and nothing for a document without a name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(within) = &self.within {
            within.fmt(f)?;
        }
        let first = self.within.as_ref().is_none_or(|within| matches!(within.step, Step::Root("")));
        match self.step {
            Step::Root(name) => f.write_str(name),
            Step::Name(name) if is_plain(name) => write!(f, "{}{name}", if first { "" } else { "." }),
            Step::Name(name) => write!(f, "[\"{}\"]", Escaped(name)),
            Step::Position(position) => write!(f, "[{position}]"),
        }
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn names_are_quoted_where_they_are_not_plain() {
        let root = Rc::new(Path::root(""));
        assert_eq!(root.to_string(), "");
        let list = Rc::new(Path::name(&root, "a-1"));
        let item = Rc::new(Path::position(&list, 2));
        assert_eq!(Path::name(&item, "b_c").to_string(), "a-1[2].b_c");
        assert_eq!(Path::name(&item, "b \"c").to_string(), r#"a-1[2]["b \"c"]"#);
        assert_eq!(Path::name(&root, "").to_string(), r#"[""]"#);
        assert_eq!(Path::position(&root, 0).to_string(), "[0]");
        let named = Rc::new(Path::root("events[3]"));
        assert_eq!(Path::name(&named, "at").to_string(), "events[3].at");
    }
}
