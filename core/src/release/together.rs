use super::{Assignment, Placement};
use crate::flag::{Flag, Reason};

/// A unit's variants of all flags of a release, which are one: see [`Release::assign_all`](super::Release::assign_all).
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Assignments<'r> {
    pub(super) first: &'r Flag,
    pub(super) others: &'r [Flag],
    pub(super) unit: &'r str,
    pub(super) drawn: Reason,
    pub(super) placement: Placement,
}

impl<'r> Assignments<'r> {
    /// Where to record what becomes of the unit: one place for all flags.
    #[must_use]
    pub const fn placement(&self) -> Placement {
        self.placement
    }

    /// The variant of the flag with this key, and why; none if the release has no such flag.
    #[must_use]
    pub fn of(&self, key: &str) -> Option<Assignment<'r>> {
        self.flags().find(|flag| flag.key() == key).map(|flag| self.assignment(flag))
    }

    /// Each flag's key with the unit's variant, in the order of the document.
    pub fn iter(&self) -> impl Iterator<Item = (&'r str, Assignment<'r>)> + use<'r> {
        let all = *self;
        all.flags().map(move |flag| (flag.key(), all.assignment(flag)))
    }

    fn flags(&self) -> impl Iterator<Item = &'r Flag> + use<'r> {
        core::iter::once(self.first).chain(self.others)
    }

    fn assignment(&self, flag: &'r Flag) -> Assignment<'r> {
        let evaluation = flag.follow(self.unit, self.drawn);
        Assignment { variant: evaluation.variant(), placement: self.placement, reason: evaluation.reason() }
    }
}
