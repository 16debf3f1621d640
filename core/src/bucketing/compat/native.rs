use super::Assign;
use super::read::Read as _;
use crate::bucketing::{Allocation, Domain, Key, Unit};
use crate::document::Fields;
use crate::quantity::Share;

/// Our own scheme beside the vendors': an allocation under the keys of one salt, behind an exposure.
///
/// ```
/// use rampgate::Share;
/// use rampgate::bucketing::Allocation;
/// use rampgate::bucketing::compat::{Assign, Native};
///
/// let ours = Native::new("checkout-2026", Allocation::by_weights(&[1, 1])?).exposed("70%".parse()?);
/// assert!(ours.assign("user-1").is_some()); // its slot is 651,913
/// assert_eq!(ours.exposed(Share::ZERO).assign("user-1"), None);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Native {
    exposure: (Key, Share),
    variant: Key,
    allocation: Allocation,
}

impl Native {
    /// The allocation under `salt`, exposed to everyone.
    #[must_use]
    pub fn new(salt: &str, allocation: Allocation) -> Self {
        let exposure = (Key::new(Domain::Exposure, salt), Share::ALL);
        Self { exposure, variant: Key::new(Domain::Variant, salt), allocation }
    }

    /// The same, exposed to `share` of all units.
    #[must_use]
    pub fn exposed(mut self, share: Share) -> Self {
        self.exposure.1 = share;
        self
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let salt = fields.required("salt").and_then(|field| field.text());
        let weights = fields.required("weights").and_then(|field| field.wholes());
        let share = fields.optional("exposure").map_or(Some(Share::ALL), |field| field.parse());
        let allocation = fields.checked(Allocation::by_weights(&weights?));
        Some(Self::new(salt?, allocation?).exposed(share?))
    }
}

impl Assign for Native {
    fn assign(&self, unit: &str) -> Option<usize> {
        let (key, share) = &self.exposure;
        let unit = Unit::new(unit)?;
        key.slot(unit).is_within(*share).then(|| self.allocation.variant(self.variant.slot(unit)))?
    }
}

impl Assign for (Key, Allocation) {
    /// The variant of the slot under the key; an empty unit has none.
    fn assign(&self, unit: &str) -> Option<usize> {
        self.1.variant(self.0.slot(Unit::new(unit)?))
    }
}
