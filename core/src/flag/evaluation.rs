use crate::bucketing::Slot;
use serde::Serialize;

/// Why a unit got its variant. The slots are there so that the answer can be checked by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Reason {
    /// The flag is switched off: everyone gets the default, overridden units too.
    Off,
    /// The flag is outside its own schedule, or the context has no time to tell: the default.
    NotScheduled,
    /// The unit is named in the table of overrides.
    Override,
    /// Another flag that this one requires gives the unit a variant that will not do: the default.
    Prerequisite,
    /// A holdout keeps the unit out: the default.
    HeldOut,
    /// The unit is not among the slots that the flag claims in its layer: the default.
    NotInLayer {
        /// The slot under the layer's key.
        #[serde(serialize_with = "slot_number")]
        slot: Slot,
    },
    /// The unit is exposed, and nobody owns its slot: the default.
    NotAllocated {
        /// The slot under the exposure key.
        #[serde(serialize_with = "slot_number")]
        slot: Slot,
        /// The slot under the variant key.
        #[serde(serialize_with = "slot_number")]
        variant_slot: Slot,
    },
    /// No rule applied: the default.
    NoRule,
    /// A rule serves this variant to everyone it applies to.
    Served,
    /// The unit had this variant before, under the same salt.
    Sticky,
    /// The release goes from ring to ring, and nobody said in which one the unit is: the default.
    NoRing,
    /// There is no unit (an empty id), so nothing can be assigned: the default.
    Unassigned,
    /// The unit's slot is beyond the exposure: the default.
    NotExposed {
        /// The slot under the exposure key.
        #[serde(serialize_with = "slot_number")]
        slot: Slot,
    },
    /// The unit is exposed, and the allocation gave it its variant.
    Allocated {
        /// The slot under the exposure key.
        #[serde(serialize_with = "slot_number")]
        slot: Slot,
        /// The slot under the variant key.
        #[serde(serialize_with = "slot_number")]
        variant_slot: Slot,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn slot_number<S: serde::Serializer>(slot: &Slot, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u32(slot.get())
}

/// A variant with the reason for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Evaluation<'f> {
    pub(super) variant: &'f str,
    pub(super) index: usize,
    pub(super) reason: Reason,
}

impl<'f> Evaluation<'f> {
    /// Name of the variant.
    #[must_use]
    pub fn variant(&self) -> &'f str {
        self.variant
    }

    /// Position of the variant in the flag's list.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// Why the unit got it.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }
}
