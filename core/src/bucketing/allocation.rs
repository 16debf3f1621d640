use super::partition::{Owner, Partition, Piece};
use super::{Slot, ranges};
use crate::document::Field;
use crate::error::{Error, Kind, Problem, Problems};
use crate::quantity::Share;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

/// Which variant each slot belongs to. A slot has one variant or none; a variant may have its slots in any number of runs.
///
/// ```
/// use rampgate::bucketing::Allocation;
///
/// let split = Allocation::by_weights(&[1, 1, 2])?;
/// assert!(split.ranges(2).eq([500_000..1_000_000]));
/// assert_eq!(split.share(2), Some("50%".parse()?));
///
/// let partial = Allocation::from_ranges(2, [(0, 0..100_000), (1, 100_000..150_000), (0, 900_000..1_000_000)])?;
/// assert_eq!(partial.share(0), Some("20%".parse()?));
/// assert_eq!(partial.unowned(), "75%".parse()?);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    pub(super) partition: Partition,
    variants: usize,
}

impl Allocation {
    /// Most variants that one allocation holds.
    pub const MAX_VARIANTS: usize = 256;

    /// Gives each variant a run of slots in proportion to its weight, and covers all slots. Boundaries are floor(1,000,000 * cumulative weight /
    /// total weight), so a variant is never more than one slot from its exact share.
    ///
    /// Right for a flag's first allocation. Calling it again with other weights moves more units than it must: that is what
    /// [`rebalance`](Self::rebalance) is for.
    ///
    /// # Errors
    /// No weights, more than [`MAX_VARIANTS`](Self::MAX_VARIANTS), a sum of zero, or a weight above zero that is too small
    /// for a single slot: it would silently never be served.
    pub fn by_weights(weights: &[u32]) -> Result<Self, Error> {
        check_count("weights", "must be 1 to 256 weights", weights.len())?;
        let slots = slots_by_weight("weights", weights)?;
        let runs = slots.iter().enumerate().map(|(variant, slots)| (Owner::at(variant), *slots));
        Ok(Self::new(Partition::of_runs(runs), weights.len()))
    }

    /// Gives each range of slots to the variant beside it. The ranges may come in any order and leave slots that nobody owns, and a variant may have
    /// none.
    ///
    /// # Errors
    /// No variants or more than [`MAX_VARIANTS`](Self::MAX_VARIANTS), at `variants`. At `ranges`, that nobody owns a slot. At `ranges[i]`, each range
    /// that is empty, ends after 1,000,000, meets another, or is of a variant that is not there.
    pub fn from_ranges(
        variants: usize,
        ranges: impl IntoIterator<Item = (usize, Range<u32>)>,
    ) -> Result<Self, Error> {
        check_count("variants", "must be 1 to 256 variants", variants)?;
        let path = |given: usize| format!("ranges[{given}]");
        let problems = Problems::default();
        let mut pieces = Vec::new();
        for (given, (variant, slots)) in ranges.into_iter().enumerate() {
            if variant >= variants {
                let rule = format!("must be of a variant from 0 to {}", variants - 1);
                problems.push(Problem::new(path(given), Kind::Unknown, rule, Some(variant.to_string())));
            }
            pieces.push(Piece { owner: Owner::at(variant), slots, given });
        }
        if pieces.is_empty() {
            problems.push(Problem::new("ranges", Kind::Missing, "must give a slot to somebody", None));
        }
        let partition = Partition::of_pieces(pieces, path, &problems);
        problems.finish(partition.map(|partition| Self::new(partition, variants)))
    }

    /// Reads `{variant: [[start, end], …]}`, the form in which a rebalanced allocation is stored.
    pub(crate) fn read(field: &Field<'_>, variants: &[&str], problems: &Problems) -> Option<Self> {
        let (mut pieces, mut paths, mut complete) = (Vec::new(), Vec::new(), true);
        for (name, item) in field.entries()? {
            let position = variants.iter().position(|variant| *variant == name);
            if position.is_none() {
                item.refuse(Kind::Unknown, "must be under the name of a variant");
            }
            let Some((position, ranges)) = position.zip(ranges::read(&item)) else {
                complete = false;
                continue;
            };
            for ranges::Given { path, slots } in ranges {
                pieces.push(Piece { owner: Owner::at(position), slots, given: paths.len() });
                paths.push(path);
            }
        }
        if complete && pieces.is_empty() {
            field.refuse(Kind::Missing, "must give a slot to somebody");
            return None;
        }
        let path = |given| paths.get(given).cloned().unwrap_or_default();
        let partition = Partition::of_pieces(pieces, path, problems)?;
        complete.then(|| Self::new(partition, variants.len()))
    }

    pub(super) fn new(partition: Partition, variants: usize) -> Self {
        Self { partition, variants }
    }

    /// Position of the variant that owns the slot; none where nobody does.
    #[must_use]
    #[inline]
    pub fn variant(&self, slot: Slot) -> Option<usize> {
        self.partition.owner(slot).position()
    }

    /// The slots of a variant as half-open ranges in order, as few as there can be. None for a weight of zero.
    pub fn ranges(&self, variant: usize) -> impl Iterator<Item = Range<u32>> {
        self.partition.ranges(Owner::at(variant))
    }

    /// The slots that nobody owns, as half-open ranges in order.
    pub fn unowned_ranges(&self) -> impl Iterator<Item = Range<u32>> {
        self.partition.ranges(Owner::NOBODY)
    }

    /// The share of slots that a variant owns; `None` where there is no such variant.
    #[must_use]
    pub fn share(&self, variant: usize) -> Option<Share> {
        (variant < self.variants).then(|| Share::clamped(self.partition.count(Owner::at(variant))))
    }

    /// The share of slots that nobody owns.
    #[must_use]
    pub fn unowned(&self) -> Share {
        Share::clamped(self.partition.count(Owner::NOBODY))
    }

    /// How many variants there are, 1 to 256.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an allocation is never empty")]
    pub fn len(&self) -> usize {
        self.variants
    }
}

pub(super) fn check_count(path: &str, rule: &'static str, variants: usize) -> Result<(), Error> {
    if (1..=Allocation::MAX_VARIANTS).contains(&variants) {
        Ok(())
    } else {
        Err(Error::new(path, Kind::Range, rule, variants))
    }
}

/// How many slots each weight comes to; problems are at `path` or at `path[i]`.
pub(super) fn slots_by_weight(path: &str, weights: &[u32]) -> Result<Vec<u32>, Error> {
    let total: u64 = weights.iter().copied().map(u64::from).sum();
    if total == 0 {
        return Err(Error::new(path, Kind::Range, "must not sum to zero", total));
    }
    let (mut cumulative, mut start, mut slots) = (0_u64, 0, Vec::with_capacity(weights.len()));
    for (position, weight) in weights.iter().enumerate() {
        cumulative += u64::from(*weight);
        let scaled = u128::from(Slot::COUNT) * u128::from(cumulative) / u128::from(total);
        let end = u32::try_from(scaled).unwrap_or(Slot::COUNT);
        if *weight > 0 && end == start {
            let path: String = format!("{path}[{position}]");
            return Err(Error::new(path, Kind::Range, "is below one slot in a million of the total", weight));
        }
        slots.push(end - start);
        start = end;
    }
    Ok(slots)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    /// The slot of a number.
    fn slot(number: u32) -> Slot {
        Slot::of_hash(u64::try_from((u128::from(number) << 64) / 1_000_000 + 1).unwrap())
    }

    #[test]
    fn every_slot_has_the_variant_whose_run_it_is_in() {
        let split = Allocation::by_weights(&[3, 0, 1, 7]).unwrap();
        for number in [0_u32, 272_726, 272_727, 363_635, 363_636, 999_999] {
            let variant = split.variant(slot(number)).unwrap();
            assert!(split.ranges(variant).any(|range| range.contains(&number)), "{number}");
        }
        assert_eq!(split.ranges(1).count(), 0);
        assert_eq!((split.share(1), split.share(4)), (Some(Share::ZERO), None));
        assert_eq!(split.unowned(), Share::ZERO);
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

    #[test]
    fn ranges_and_weights_that_say_the_same_are_equal() {
        let ranges = [(1, 500_000..1_000_000), (0, 0..200_000), (0, 200_000..500_000)];
        assert_eq!(Allocation::from_ranges(2, ranges), Allocation::by_weights(&[1, 1]));
    }

    #[test]
    fn slots_that_nobody_owns_have_no_variant() {
        let partial = Allocation::from_ranges(3, [(1, 10..20), (2, 30..40)]).unwrap();
        let variants = [9, 10, 19, 20, 30, 40].map(|number| partial.variant(slot(number)));
        assert_eq!(variants, [None, Some(1), Some(1), None, Some(2), None]);
        assert!(partial.unowned_ranges().eq([0..10, 20..30, 40..1_000_000]));
        assert_eq!(partial.share(0), Some(Share::ZERO));
    }

    #[test]
    fn every_bad_range_is_named() {
        let error =
            Allocation::from_ranges(2, [(0, 0..10), (2, 10..20), (1, 5..7), (1, 30..30)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "3 problems:\n  \
             invalid `ranges[1]`: must be of a variant from 0 to 1, got 2\n  \
             invalid `ranges[2]`: must not meet `ranges[0]` (0..10), got 5..7\n  \
             invalid `ranges[3]`: must end after it starts, got 30..30"
        );
        assert_eq!(Allocation::from_ranges(0, []).unwrap_err().path(), "variants");
        assert_eq!(Allocation::from_ranges(2, []).unwrap_err().path(), "ranges");
    }
}
