use super::set::Definition;
use super::split::Split;
use super::{Context, Reason};
use crate::quantity::Timestamp;
use crate::siphash::SipHash;
use core::fmt;
use serde::Serialize;

/// What a flag of a set gives a unit, and why. Borrows its names from the set: making one allocates nothing.
#[derive(Clone, Copy)]
#[must_use]
pub struct Outcome<'s> {
    pub(super) flag: &'s Definition,
    pub(super) index: u32,
    pub(super) rule: Option<u32>,
    pub(super) reason: Reason,
    /// The split that gave the variant.
    pub(super) split: Option<&'s Split>,
}

impl<'s> Outcome<'s> {
    /// Key of the flag.
    #[must_use]
    pub fn flag(&self) -> &'s str {
        &self.flag.key
    }

    /// Name of the variant.
    #[must_use]
    pub fn variant(&self) -> &'s str {
        let variant = usize::try_from(self.index).ok().and_then(|index| self.flag.variants.get(index));
        variant.map_or("", |name| name)
    }

    /// Position of the variant in the flag's list.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Position of the rule that decided; the first that applied and did not reach the unit where the reason is
    /// [`Reason::NotExposed`] or [`Reason::Unassigned`].
    #[must_use]
    pub fn rule(&self) -> Option<u32> {
        self.rule
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The name under which to remember the variant, if the unit shall keep it: the salt of the split that gave it. A split with a new salt starts
    /// afresh. `None` for what was not allocated.
    #[must_use]
    pub fn sticky_token(&self) -> Option<&'s str> {
        self.split.map(|split| split.salt(&self.flag.key))
    }

    /// The exposure to report: data, not I/O. `None` where the unit was not allocated, so that nobody analyses who was merely served a default.
    #[must_use]
    pub fn exposure<'a>(&self, context: &Context<'a>) -> Option<Exposure<'a>>
    where
        's: 'a,
    {
        let (flag, variant, salt) = (self.flag(), self.variant(), self.sticky_token()?);
        let dedupe = Exposure::key(flag, salt, variant, context.unit);
        Some(Exposure { flag, salt, variant, unit: context.unit, at: context.now, dedupe })
    }
}

impl PartialEq for Outcome<'_> {
    fn eq(&self, other: &Self) -> bool {
        let told = |outcome: &Self| (outcome.flag(), outcome.variant(), outcome.sticky_token());
        (told(self), self.index, self.rule, self.reason)
            == (told(other), other.index, other.rule, other.reason)
    }
}

impl fmt::Debug for Outcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome")
            .field("flag", &self.flag())
            .field("variant", &self.variant())
            .field("index", &self.index)
            .field("rule", &self.rule)
            .field("reason", &self.reason)
            .field("sticky_token", &self.sticky_token())
            .finish()
    }
}

/// That a unit met a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Exposure<'a> {
    /// Key of the flag.
    pub flag: &'a str,
    /// Salt of the split.
    pub salt: &'a str,
    /// Name of the variant.
    pub variant: &'a str,
    /// The unit.
    pub unit: &'a str,
    /// The context's time.
    pub at: Option<Timestamp>,
    /// The same for the same flag, salt, variant and unit, everywhere and whenever: count an exposure once.
    pub dedupe: u64,
}

impl Exposure<'_> {
    /// The `dedupe` of an exposure, for a host that keeps its parts and not the outcome.
    #[must_use]
    pub fn key(flag: &str, salt: &str, variant: &str, unit: &str) -> u64 {
        let chain = |key, (place, part): (u64, &str)| SipHash::new(key, place).hash(part.as_bytes());
        (0..).zip([flag, salt, variant, unit]).fold(0, chain)
    }
}
