use super::Slot;
use crate::error::{Error, Kind};
use alloc::vec::Vec;
use core::ops::Range;

/// Which variant each slot belongs to: one run of slots per variant, in order, covering all of them.
///
/// ```
/// use rampgate::bucketing::Allocation;
///
/// let split = Allocation::by_weights(&[1, 1, 2])?;
/// assert_eq!(split.slots(0), Some(0..250_000));
/// assert_eq!(split.slots(2), Some(500_000..1_000_000));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// The end of each variant's run; the last is `Slot::COUNT`.
    ends: Vec<u32>,
}

impl Allocation {
    /// Most variants that one allocation holds.
    pub const MAX_VARIANTS: usize = 256;

    /// Gives each variant a run of slots in proportion to its weight. Boundaries are floor(1,000,000 * cumulative weight / total
    /// weight), so a variant is never more than one slot from its exact share.
    ///
    /// # Errors
    /// No weights, more than [`MAX_VARIANTS`](Self::MAX_VARIANTS), a sum of zero, or a weight above zero that is too small
    /// for a single slot: it would silently never be served.
    pub fn by_weights(weights: &[u32]) -> Result<Self, Error> {
        if weights.is_empty() || weights.len() > Self::MAX_VARIANTS {
            return Err(Error::new("weights", Kind::Range, "must be 1 to 256 weights", weights.len()));
        }
        let total: u64 = weights.iter().copied().map(u64::from).sum();
        if total == 0 {
            return Err(Error::new("weights", Kind::Range, "must not sum to zero", total));
        }
        let (mut cumulative, mut start, mut ends) = (0_u64, 0, Vec::with_capacity(weights.len()));
        for (position, weight) in weights.iter().enumerate() {
            cumulative += u64::from(*weight);
            let scaled = u128::from(Slot::COUNT) * u128::from(cumulative) / u128::from(total);
            let end = u32::try_from(scaled).unwrap_or(Slot::COUNT);
            if *weight > 0 && end == start {
                let path = alloc::format!("weights[{position}]");
                return Err(Error::new(
                    path,
                    Kind::Range,
                    "is below one slot in a million of the total",
                    weight,
                ));
            }
            ends.push(end);
            start = end;
        }
        Ok(Self { ends })
    }

    /// Position of the variant that owns the slot.
    #[must_use]
    pub fn variant(&self, slot: Slot) -> usize {
        self.ends.partition_point(|end| *end <= slot.get())
    }

    /// The slots of the variant at `position`; empty for a weight of zero, `None` where there is no such variant.
    #[must_use]
    pub fn slots(&self, position: usize) -> Option<Range<u32>> {
        let end = *self.ends.get(position)?;
        let start =
            position.checked_sub(1).and_then(|previous| self.ends.get(previous)).copied().unwrap_or(0);
        Some(start..end)
    }

    /// How many variants there are, 1 to 256.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an allocation is never empty")]
    pub fn len(&self) -> usize {
        self.ends.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn every_slot_has_the_variant_whose_run_it_is_in() {
        let split = Allocation::by_weights(&[3, 0, 1, 7]).unwrap();
        for slot in [0_u32, 272_726, 272_727, 363_635, 363_636, 999_999] {
            let hash = u64::try_from((u128::from(slot) << 64) / 1_000_000 + 1).unwrap();
            let slot = Slot::of_hash(hash);
            assert!(split.slots(split.variant(slot)).unwrap().contains(&slot.get()), "{slot}");
        }
        assert_eq!(split.slots(1), Some(272_727..272_727));
        assert_eq!(split.slots(4), None);
    }

    #[test]
    fn refuses_weights_that_cannot_be_honoured() {
        for (weights, path) in [
            (vec![], "weights"),
            (vec![0, 0], "weights"),
            (vec![1; 257], "weights"),
            (vec![1, u32::MAX], "weights[0]"),
        ] {
            assert_eq!(Allocation::by_weights(&weights).unwrap_err().path(), path);
        }
        assert!(Allocation::by_weights(&[u32::MAX; 256]).is_ok());
    }
}
