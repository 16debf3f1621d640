use super::{Outcome, Reason};
use alloc::vec::Vec;
use serde::Serialize;

/// One thing that was looked at on the way to an [`Outcome`], in the order in which it happened.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Step<'s> {
    /// A rule of a flag was tried.
    Rule {
        /// Key of the flag.
        flag: &'s str,
        /// Position of the rule.
        rule: u32,
    },
    /// The rule is outside its schedule, or the context has no time to tell.
    NotScheduled,
    /// An attribute was tested.
    Attribute {
        /// Name of the attribute.
        name: &'s str,
        /// Whether the context has it.
        known: bool,
        /// Whether the test holds; none where the value is of another type than the test is about, which counts as no.
        holds: Option<bool>,
    },
    /// A segment was asked.
    Segment {
        /// Name of the segment.
        name: &'s str,
        /// Whether the unit is in it.
        holds: bool,
    },
    /// A holdout was asked.
    Holdout {
        /// Name of the holdout.
        name: &'s str,
        /// Whether it keeps the unit out.
        holds: bool,
    },
    /// The layer was asked.
    Layer {
        /// Name of the layer.
        name: &'s str,
        /// Name of the claim that owns the unit's slot.
        owner: Option<&'s str>,
        /// Whether that is the flag's own.
        holds: bool,
    },
    /// Another flag was asked.
    Flag {
        /// Key of the flag.
        flag: &'s str,
        /// What it gave.
        variant: &'s str,
        /// Whether that will do.
        holds: bool,
    },
    /// A flag came to its end.
    Decided {
        /// Key of the flag.
        flag: &'s str,
        /// What it gave.
        variant: &'s str,
        /// Why.
        reason: Reason,
    },
}

/// An outcome with every step that led to it.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Explanation<'s> {
    /// The outcome: the same as without the explanation, from the same code.
    pub outcome: Outcome<'s>,
    /// What was looked at.
    pub steps: Vec<Step<'s>>,
}

/// Who listens to an evaluation.
pub(super) trait Trace<'s> {
    fn note(&mut self, step: Step<'s>);
}

/// Nobody: compiled away.
pub(super) struct Silent;

impl<'s> Trace<'s> for Silent {
    #[inline]
    fn note(&mut self, _: Step<'s>) {}
}

/// Whoever is called with each step.
pub(super) struct Told<F>(pub(super) F);

impl<'s, F: FnMut(Step<'s>)> Trace<'s> for Told<F> {
    #[inline]
    fn note(&mut self, step: Step<'s>) {
        (self.0)(step);
    }
}
