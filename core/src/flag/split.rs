use crate::bucketing::{Allocation, Domain, Key, Salt, Slot, Unit};
use crate::quantity::Share;
use alloc::boxed::Box;

/// An allocation behind an exposure, under keys of one salt.
#[derive(Clone, Debug)]
pub(super) struct Split {
    /// Where it is not the key of the flag, for that flag alone.
    salt: Option<Box<Salt>>,
    exposure: Share,
    allocation: Allocation,
    exposure_key: Key,
    variant_key: Key,
}

/// Where a unit stands in a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Beyond {
        slot: Slot,
    },
    /// Exposed; `None` for a slot that nobody owns, which an allocation by weights does not have.
    Within {
        slot: Slot,
        variant_slot: Slot,
        variant: Option<usize>,
    },
}

impl Split {
    /// A split of the flag `key`, which is its salt too where none is given.
    pub(super) fn new(key: &str, salt: Option<&Salt>, exposure: Share, allocation: Allocation) -> Self {
        let text = salt.map_or(key, Salt::as_str);
        let differs = |salt: &&Salt| salt.as_str() != key || salt.is_shared();
        Self {
            exposure_key: Key::new(Domain::Exposure, text),
            variant_key: Key::new(Domain::Variant, text),
            salt: salt.filter(differs).cloned().map(Box::new),
            exposure,
            allocation,
        }
    }

    /// The salt, in a split of the flag `key`.
    pub(super) fn salt<'s>(&'s self, key: &'s str) -> &'s str {
        self.salt.as_deref().map_or(key, Salt::as_str)
    }

    /// Whether others are meant to have the salt too.
    pub(super) fn shares_salt(&self) -> bool {
        self.salt.as_deref().is_some_and(Salt::is_shared)
    }

    pub(super) fn allocation(&self) -> &Allocation {
        &self.allocation
    }

    pub(super) fn exposure(&self) -> Share {
        self.exposure
    }

    /// Where the unit stands at an exposure, which is the split's own or a rollout's.
    #[inline]
    pub(super) fn place(&self, unit: Unit<'_>, exposure: Share) -> Place {
        let slot = self.exposure_key.slot(unit);
        if !slot.is_within(exposure) {
            return Place::Beyond { slot };
        }
        let variant_slot = self.variant_key.slot(unit);
        Place::Within { slot, variant_slot, variant: self.allocation.variant(variant_slot) }
    }
}
