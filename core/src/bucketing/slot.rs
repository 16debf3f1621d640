use crate::quantity::Share;
use core::fmt;

/// Where a unit stands among a million: 0 to 999,999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u32);

impl Slot {
    /// How many slots there are.
    pub const COUNT: u32 = 1_000_000;

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the high half of a 64 x 20 bit product is below 2^20"
    )]
    pub(crate) const fn of_hash(hash: u64) -> Self {
        Self(((hash as u128 * Self::COUNT as u128) >> 64) as u32)
    }

    /// The slot's number, 0 to 999,999.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Whether the slot is among the first `share` of all slots: the whole rule of exposure.
    ///
    /// Monotone: a larger share keeps everyone a smaller one had.
    #[must_use]
    pub const fn is_within(self, share: Share) -> bool {
        self.0 < share.parts_per_million()
    }

    /// Whether the slot is among the last `share` of all slots, which never meets the first ones while the two shares
    /// sum to at most 100%.
    #[must_use]
    pub const fn is_within_last(self, share: Share) -> bool {
        self.0 >= Self::COUNT - share.parts_per_million()
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_hash_are_the_ends_of_the_slots() {
        assert_eq!(Slot::of_hash(0).get(), 0);
        assert_eq!(Slot::of_hash(u64::MAX).get(), 999_999);
        assert_eq!(Slot::of_hash(1 << 63).get(), 500_000);
    }

    #[test]
    fn nobody_is_within_nothing_and_all_within_everything() {
        for hash in [0, 1 << 40, u64::MAX] {
            let slot = Slot::of_hash(hash);
            assert!(!slot.is_within(Share::ZERO) && slot.is_within(Share::ALL));
            assert!(!slot.is_within_last(Share::ZERO) && slot.is_within_last(Share::ALL));
        }
    }
}
