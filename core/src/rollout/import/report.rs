use super::{Fate, Note};
use crate::document::{Field, Node};
use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

/// What became of the document's values, gathered as they are read, by path.
#[derive(Default)]
pub(super) struct Report(BTreeMap<String, Vec<Remark>>);

enum Remark {
    Carried,
    Noted { fate: Fate, why: Cow<'static, str>, guardrail: Option<String> },
}

impl Report {
    /// The plan has this value.
    pub(super) fn carried(&mut self, field: &Field<'_>) {
        self.add(field, Remark::Carried);
    }

    pub(super) fn note(&mut self, field: &Field<'_>, fate: Fate, why: impl Into<Cow<'static, str>>) {
        self.add(field, Remark::Noted { fate, why: why.into(), guardrail: None });
    }

    pub(super) fn dropped(&mut self, field: &Field<'_>, why: impl Into<Cow<'static, str>>) {
        self.note(field, Fate::NotCarried, why);
    }

    pub(super) fn approximated(&mut self, field: &Field<'_>, why: impl Into<Cow<'static, str>>) {
        self.note(field, Fate::Approximated, why);
    }

    pub(super) fn supplied(&mut self, field: &Field<'_>, why: impl Into<Cow<'static, str>>) {
        self.note(field, Fate::Supplied, why);
    }

    /// Not carried, with the guardrail that means the same.
    pub(super) fn proposed(
        &mut self,
        field: &Field<'_>,
        why: impl Into<Cow<'static, str>>,
        guardrail: String,
    ) {
        self.add(
            field,
            Remark::Noted { fate: Fate::NotCarried, why: why.into(), guardrail: Some(guardrail) },
        );
    }

    fn add(&mut self, field: &Field<'_>, remark: Remark) {
        self.0.entry(field.path()).or_default().push(remark);
    }

    /// The notes and the paths of what is carried, both in the order of the document. What nobody spoke of is noted here, the largest
    /// part at once, so that nothing can be missing.
    pub(super) fn finish(self, root: &Field<'_>) -> (Vec<Note>, Vec<String>) {
        let mut account = Account { report: self, notes: Vec::new(), carried: Vec::new() };
        if !account.visit(root) {
            account.notes.push(unspoken(root));
        }
        (account.notes, account.carried)
    }
}

struct Account {
    report: Report,
    notes: Vec<Note>,
    carried: Vec<String>,
}

impl Account {
    /// Whether anything was said of this value or within it. If not, its note is left to the value that holds it.
    fn visit(&mut self, field: &Field<'_>) -> bool {
        let path = field.path();
        let remarks = self.report.0.remove(&path).unwrap_or_default();
        let parts = parts(field);
        let (mut spoken, mut covered) = (!remarks.is_empty(), false);
        for remark in remarks {
            match remark {
                Remark::Carried if parts.is_empty() => {
                    covered = true;
                    self.carried.push(path.clone());
                }
                Remark::Carried => {} // what it holds beside is told below
                Remark::Noted { fate, why, guardrail } => {
                    covered |= fate != Fate::Supplied;
                    let (path, value) = (path.clone(), field.node().shown());
                    self.notes.push(Note { path, value, fate, why: why.into_owned(), guardrail });
                }
            }
        }
        if covered {
            return true;
        }
        if spoken && parts.is_empty() {
            self.notes.push(unspoken(field));
        }
        let before = self.notes.len();
        for part in parts {
            if self.visit(&part) {
                spoken = true;
            } else {
                self.notes.push(unspoken(&part));
            }
        }
        if !spoken {
            self.notes.truncate(before);
        }
        spoken
    }
}

fn unspoken(field: &Field<'_>) -> Note {
    Note {
        path: field.path(),
        value: field.node().shown(),
        fate: Fate::NotCarried,
        why: "is no part of a plan, or no field that is known here".into(),
        guardrail: None,
    }
}

fn parts<'a>(field: &Field<'a>) -> Vec<Field<'a>> {
    match field.node() {
        Node::Object(_) => field.entries().unwrap_or_default().into_iter().map(|(_, part)| part).collect(),
        Node::List(_) => field.list().unwrap_or_default(),
        _ => Vec::new(),
    }
}
