use super::{Context, Reason};
use crate::quantity::Timestamp;
use crate::siphash::SipHash;
use serde::Serialize;

/// What a flag of a set gives a unit, and why. Borrows its names from the set: making one allocates nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Outcome<'s> {
    pub(super) flag: &'s str,
    pub(super) variant: &'s str,
    pub(super) index: u32,
    pub(super) rule: Option<u32>,
    pub(super) reason: Reason,
    pub(super) salt: Option<&'s str>,
}

impl<'s> Outcome<'s> {
    /// Key of the flag.
    #[must_use]
    pub fn flag(&self) -> &'s str {
        self.flag
    }

    /// Name of the variant.
    #[must_use]
    pub fn variant(&self) -> &'s str {
        self.variant
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
        self.salt
    }

    /// The exposure to report: data, not I/O. `None` where the unit was not allocated, so that nobody analyses who was merely served a default.
    #[must_use]
    pub fn exposure<'a>(&self, context: &Context<'a>) -> Option<Exposure<'a>>
    where
        's: 'a,
    {
        let salt = self.salt?;
        let parts = [self.flag, salt, self.variant, context.unit];
        let chain = |key, (place, part): (u64, &str)| SipHash::new(key, place).hash(part.as_bytes());
        let dedupe = (0..).zip(parts).fold(0, chain);
        Some(Exposure {
            flag: self.flag,
            salt,
            variant: self.variant,
            unit: context.unit,
            at: context.now,
            dedupe,
        })
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
