use crate::order;
use crate::quantity::Timestamp;
use alloc::vec::Vec;

/// Width of the finest bucket, in milliseconds; every other width is a multiple of it.
pub(super) const FINEST: u64 = 10_000;

/// Buckets a tier keeps beyond those its span needs, so that a few wrong stamps push no history out.
const SPARE: usize = 16;

/// The shape of a tier: buckets of `ratio` times ten seconds, enough of them to cover `whole` widths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    ratio: u32,
    whole: u32,
}

/// Finest first. Each ratio divides the next, so a coarse bucket is the sum of the fine ones it covers.
pub(super) const LAYOUTS: [Layout; 5] = [
    Layout { ratio: 1, whole: 360 },   // 10 s for 1 h
    Layout { ratio: 6, whole: 360 },   // 60 s for 6 h
    Layout { ratio: 30, whole: 288 },  // 5 min for 1 d
    Layout { ratio: 180, whole: 144 }, // 30 min for 3 d
    Layout { ratio: 720, whole: 360 }, // 2 h for 30 d
];

impl Layout {
    /// Milliseconds that one bucket covers.
    pub(super) fn width(self) -> u64 {
        u64::from(self.ratio) * FINEST
    }

    /// The longest window, in milliseconds, that the tier is for.
    pub(super) fn span(self) -> u64 {
        self.width() * u64::from(self.whole)
    }

    /// Most buckets held: a window that is not aligned touches one more than it is wide.
    pub(super) fn capacity(self) -> usize {
        (self.whole as usize).saturating_add(1).saturating_add(SPARE)
    }

    /// The last bucket number, that of the last ten seconds a `u32` can count.
    pub(super) fn last_epoch(self) -> u32 {
        u32::MAX / self.ratio
    }

    /// How many buckets of `finer` one bucket of this tier covers.
    pub(super) fn over(self, finer: Self) -> u32 {
        self.ratio / finer.ratio
    }
}

/// Counts of one stretch of time, numbered from the Unix epoch in widths of its tier.
///
/// Packed because the tiers of a counter hold 1,597 of these: 20 bytes each stay within 32 KiB, 24 would not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, packed(4))]
pub(super) struct Bucket {
    pub(super) epoch: u32,
    pub(super) good: u64,
    pub(super) bad: u64,
}

impl Bucket {
    pub(super) fn add(&mut self, good: u64, bad: u64) {
        self.good = self.good.saturating_add(good);
        self.bad = self.bad.saturating_add(bad);
    }
}

/// The newest distinct buckets of one width, oldest first, none of them empty.
///
/// What a tier holds depends on the events alone and not on their order: a bucket that is among the newest in the end
/// was among the newest all along, so nothing of it was ever dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tier {
    layout: Layout,
    buckets: Vec<Bucket>,
}

impl Tier {
    const fn empty(layout: Layout) -> Self {
        Self { layout, buckets: Vec::new() }
    }

    /// An empty tier of each layout, finest first.
    pub(super) const fn all() -> [Self; 5] {
        let [a, b, c, d, e] = LAYOUTS;
        [Self::empty(a), Self::empty(b), Self::empty(c), Self::empty(d), Self::empty(e)]
    }

    /// A tier of buckets that the caller has checked.
    pub(super) fn holding(layout: Layout, buckets: Vec<Bucket>) -> Self {
        Self { layout, buckets }
    }

    /// Counts events of the bucket that holds the finest epoch `finest`; false where the tier is past it.
    pub(super) fn record(&mut self, finest: u32, good: u64, bad: u64) -> bool {
        let epoch = finest / self.layout.ratio;
        if let Some(newest) = self.buckets.last_mut()
            && newest.epoch == epoch
        {
            newest.add(good, bad); // nearly every event ends here
            return true;
        }
        match self.buckets.binary_search_by_key(&epoch, |bucket| bucket.epoch) {
            Ok(position) => {
                if let Some(bucket) = self.buckets.get_mut(position) {
                    bucket.add(good, bad);
                }
                true
            }
            Err(0) if self.is_full() => false,
            Err(position) => {
                let bucket = Bucket { epoch, good, bad };
                if self.is_full() {
                    self.buckets.remove(0);
                    self.buckets.insert(position.saturating_sub(1), bucket);
                } else {
                    self.make_room();
                    self.buckets.insert(position, bucket);
                }
                true
            }
        }
    }

    /// Adds bucket by bucket, then keeps the newest.
    pub(super) fn merge(&mut self, other: &Self) {
        self.buckets.extend_from_slice(&other.buckets);
        order::sort_by_key(&mut self.buckets, |bucket| bucket.epoch);
        self.buckets.dedup_by(|next, kept| {
            let same = next.epoch == kept.epoch;
            if same {
                kept.add(next.good, next.bad);
            }
            same
        });
        let excess = self.buckets.len().saturating_sub(self.layout.capacity());
        self.buckets.drain(..excess);
        self.buckets.shrink_to(self.layout.capacity());
    }

    /// Grows by doubling, and never past what the tier can hold.
    fn make_room(&mut self) {
        let length = self.buckets.len();
        if length == self.buckets.capacity() {
            self.buckets.reserve_exact(length.max(4).min(self.layout.capacity().saturating_sub(length)));
        }
    }

    pub(super) const fn layout(&self) -> Layout {
        self.layout
    }

    pub(super) fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// Whether older buckets may have been dropped.
    pub(super) fn is_full(&self) -> bool {
        self.buckets.len() >= self.layout.capacity()
    }

    /// The number of the bucket that holds `at`; wider than those stored, for `at` may lie beyond all of them.
    pub(super) fn epoch(&self, at: Timestamp) -> u64 {
        at.as_millis() / self.layout.width()
    }

    /// When `bucket` starts, in Unix milliseconds.
    pub(super) fn start(&self, bucket: &Bucket) -> u64 {
        u64::from(bucket.epoch) * self.layout.width()
    }

    /// The instant since which nothing was dropped, in Unix milliseconds.
    pub(super) fn complete_since(&self) -> u64 {
        match self.buckets.first() {
            Some(oldest) if self.is_full() => self.start(oldest),
            _ => 0,
        }
    }

    #[cfg(test)]
    pub(super) fn heap_bytes(&self) -> usize {
        self.buckets.capacity() * size_of::<Bucket>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layouts_are_those_of_the_spec() {
        let table: Vec<(u64, u64)> =
            LAYOUTS.iter().map(|l| (l.width() / 1_000, l.span() / 3_600_000)).collect();
        assert_eq!(table, [(10, 1), (60, 6), (300, 24), (1_800, 72), (7_200, 720)]);
        let needed: usize = LAYOUTS.iter().map(|l| l.capacity() - SPARE).sum();
        assert_eq!(needed, 1_517);
        assert!(LAYOUTS.windows(2).all(|pair| pair[1].ratio % pair[0].ratio == 0));
        assert_eq!(size_of::<Bucket>(), 20);
    }

    #[test]
    fn the_coarsest_tier_has_room_for_the_parents_of_every_finer_bucket() {
        // Reading relies on it: what any tier holds, the coarsest holds too.
        let coarsest = LAYOUTS[4].capacity();
        assert!(LAYOUTS.iter().all(|layout| layout.capacity() <= coarsest));
    }
}
