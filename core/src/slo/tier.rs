use crate::order;
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

    /// The bucket that the finest epoch `finest` lies in. Spelt out, because dividing by a constant is a multiplication.
    pub(super) fn epoch_of(self, finest: u64) -> u64 {
        match self.ratio {
            1 => finest,
            6 => finest / 6,
            30 => finest / 30,
            180 => finest / 180,
            720 => finest / 720,
            other => finest / u64::from(other.max(1)),
        }
    }

    /// How many buckets of `finer` one bucket of this tier covers.
    pub(super) fn over(self, finer: Self) -> u32 {
        self.ratio / finer.ratio
    }
}

/// Counts of one stretch of time, numbered from the Unix epoch in widths of its tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// A bucket as it is kept: with the running sums up to its end, modulo 2^64, so that a window of any length is one subtraction.
///
/// Packed because the tiers of a counter hold 1,597 of these: 20 bytes each stay within 32 KiB, 24 would not.
#[derive(Clone, Copy, Debug)]
#[repr(C, packed(4))]
struct Mark {
    epoch: u32,
    good: u64,
    bad: u64,
}

impl Mark {
    fn sums(self) -> Sums {
        Sums { good: self.good, bad: self.bad }
    }
}

/// Good and bad events up to some bucket, modulo 2^64. Differences of two are exact as long as they are below 2^64.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub(super) good: u64,
    pub(super) bad: u64,
}

impl Sums {
    fn plus(self, other: Self) -> Self {
        Self { good: self.good.wrapping_add(other.good), bad: self.bad.wrapping_add(other.bad) }
    }

    fn since(self, earlier: Self) -> Self {
        Self { good: self.good.wrapping_sub(earlier.good), bad: self.bad.wrapping_sub(earlier.bad) }
    }

    fn checked_add(self, other: Self) -> Option<Self> {
        Some(Self { good: self.good.checked_add(other.good)?, bad: self.bad.checked_add(other.bad)? })
    }

    pub(super) fn add(&mut self, good: u64, bad: u64) {
        *self = self.saturating_add(Self { good, bad });
    }

    fn saturating_add(self, other: Self) -> Self {
        Self { good: self.good.saturating_add(other.good), bad: self.bad.saturating_add(other.bad) }
    }
}

fn same_epochs(a: &[Mark], b: &[Mark]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.epoch == b.epoch)
}

fn add_marks(to: &mut [Mark], from: &[Mark]) {
    for (to, from) in to.iter_mut().zip(from) {
        to.good = to.good.wrapping_add(from.good);
        to.bad = to.bad.wrapping_add(from.bad);
    }
}

/// The newest distinct buckets of one width, oldest first, none of them empty.
///
/// What a tier holds depends on the events alone and not on their order: a bucket that is among the newest in the end
/// was among the newest all along, so nothing of it was ever dropped.
#[derive(Clone, Debug)]
pub(super) struct Tier {
    layout: Layout,
    /// Whether the sum over all buckets may pass 2^64: then windows are added up bucket by bucket, and held there.
    vast: bool,
    /// The running sums before the oldest bucket.
    dropped: Sums,
    /// A new one pushes the oldest out, and moves at most 8 KB for it: once in ten seconds.
    marks: Vec<Mark>,
}

impl PartialEq for Tier {
    fn eq(&self, other: &Self) -> bool {
        self.layout == other.layout && self.buckets().eq(other.buckets())
    }
}

impl Eq for Tier {}

impl Tier {
    const fn empty(layout: Layout) -> Self {
        Self { layout, vast: false, dropped: Sums { good: 0, bad: 0 }, marks: Vec::new() }
    }

    /// An empty tier of each layout, finest first.
    pub(super) const fn all() -> [Self; 5] {
        let [a, b, c, d, e] = LAYOUTS;
        [Self::empty(a), Self::empty(b), Self::empty(c), Self::empty(d), Self::empty(e)]
    }

    /// A tier of buckets that the caller has checked: in order, no more than it holds.
    pub(super) fn holding(layout: Layout, buckets: &[Bucket]) -> Self {
        let mut tier = Self { marks: Vec::with_capacity(buckets.len()), ..Self::empty(layout) };
        for &Bucket { epoch, good, bad } in buckets {
            let sums = Sums { good, bad };
            tier.vast |= tier.held().checked_add(sums).is_none();
            let Sums { good, bad } = tier.newest_sums().plus(sums);
            tier.marks.push(Mark { epoch, good, bad });
        }
        tier
    }

    /// Counts events of the bucket that holds the finest epoch `finest`; false where the tier is past it.
    pub(super) fn record(&mut self, finest: u32, good: u64, bad: u64) -> bool {
        if !self.vast
            && let Some(newest) = self.marks.last_mut()
            && finest.wrapping_sub(newest.epoch.wrapping_mul(self.layout.ratio)) < self.layout.ratio
            && let Some(good_held) = newest.good.wrapping_sub(self.dropped.good).checked_add(good)
            && let Some(bad_held) = newest.bad.wrapping_sub(self.dropped.bad).checked_add(bad)
        {
            newest.good = self.dropped.good.wrapping_add(good_held);
            newest.bad = self.dropped.bad.wrapping_add(bad_held);
            return true; // nearly every event ends here
        }
        self.record_elsewhere(finest / self.layout.ratio, Sums { good, bad })
    }

    fn record_elsewhere(&mut self, epoch: u32, events: Sums) -> bool {
        let mut position = self.before(u64::from(epoch));
        if self.marks.get(position).is_none_or(|mark| mark.epoch != epoch) {
            if self.is_full() {
                if position == 0 {
                    return false;
                }
                self.dropped = self.marks.remove(0).sums(); // there is one before `position`
                position = position.saturating_sub(1);
            } else {
                self.make_room();
            }
            let Sums { good, bad } = self.sums_before(position);
            self.marks.insert(position, Mark { epoch, good, bad });
        }
        self.vast |= self.held().checked_add(events).is_none();
        let Some(mark) = self.marks.get(position) else { return false };
        let old = mark.sums().since(self.sums_before(position));
        let more = old.saturating_add(events).since(old);
        for mark in self.marks.iter_mut().skip(position) {
            mark.good = mark.good.wrapping_add(more.good);
            mark.bad = mark.bad.wrapping_add(more.bad);
        }
        true
    }

    /// Counts events of the bucket that holds the finest epoch `finest`, if it is there.
    pub(super) fn add_if_held(&mut self, finest: u32, good: u64, bad: u64) {
        let epoch = finest / self.layout.ratio;
        let position = self.before(u64::from(epoch));
        if self.marks.get(position).is_some_and(|mark| mark.epoch == epoch) {
            self.record(finest, good, bad);
        }
    }

    /// Adds bucket by bucket, then keeps the newest.
    pub(super) fn merge(&mut self, other: &Self) {
        if self.vast || other.vast || self.held().checked_add(other.held()).is_none() {
            return self.merge_by_bucket(other);
        }
        if self.marks.len() == other.marks.len() && same_epochs(&self.marks, &other.marks) {
            add_marks(&mut self.marks, &other.marks);
            self.dropped = self.dropped.plus(other.dropped);
            return;
        }
        let mut merged: Vec<Mark> = Vec::with_capacity(self.marks.len().saturating_add(other.marks.len()));
        let (mut mine, mut theirs) = (self.marks.iter().peekable(), other.marks.iter().peekable());
        let (mut my_sums, mut their_sums) = (self.dropped, other.dropped);
        loop {
            let epoch = match (mine.peek(), theirs.peek()) {
                (Some(a), Some(b)) => a.epoch.min(b.epoch),
                (Some(only), None) | (None, Some(only)) => only.epoch,
                (None, None) => break,
            };
            my_sums = mine.next_if(|mark| mark.epoch == epoch).map_or(my_sums, |mark| mark.sums());
            their_sums = theirs.next_if(|mark| mark.epoch == epoch).map_or(their_sums, |mark| mark.sums());
            let Sums { good, bad } = my_sums.plus(their_sums);
            merged.push(Mark { epoch, good, bad });
        }
        self.dropped = self.dropped.plus(other.dropped);
        let excess = merged.len().saturating_sub(self.layout.capacity());
        if let Some(last) = merged.drain(..excess).next_back() {
            self.dropped = last.sums();
        }
        merged.shrink_to(self.layout.capacity());
        self.marks = merged;
    }

    /// The same where sums may pass 2^64, so that each bucket has to be held there on its own.
    fn merge_by_bucket(&mut self, other: &Self) {
        let mut buckets: Vec<Bucket> = self.buckets().chain(other.buckets()).collect();
        order::sort_by_key(&mut buckets, |bucket| bucket.epoch);
        buckets.dedup_by(|next, kept| {
            let same = next.epoch == kept.epoch;
            if same {
                kept.add(next.good, next.bad);
            }
            same
        });
        let excess = buckets.len().saturating_sub(self.layout.capacity());
        *self = Self::holding(self.layout, buckets.get(excess..).unwrap_or_default());
    }

    /// Grows by doubling, and never past what the tier can hold.
    fn make_room(&mut self) {
        let length = self.marks.len();
        if length == self.marks.capacity() {
            self.marks.reserve_exact(length.max(4).min(self.layout.capacity().saturating_sub(length)));
        }
    }

    pub(super) const fn layout(&self) -> Layout {
        self.layout
    }

    /// The buckets, oldest first.
    pub(super) fn buckets(&self) -> impl Iterator<Item = Bucket> {
        self.marks.iter().scan(self.dropped, |before, mark| {
            let Sums { good, bad } = mark.sums().since(*before);
            *before = mark.sums();
            Some(Bucket { epoch: mark.epoch, good, bad })
        })
    }

    /// When the newest bucket starts, in Unix milliseconds.
    pub(super) fn newest(&self) -> Option<u64> {
        self.marks.last().map(|mark| self.start(mark.epoch))
    }

    /// When the oldest bucket starts that does so at `from` or later, in Unix milliseconds.
    pub(super) fn oldest_from(&self, from: u64) -> Option<u64> {
        let oldest = self.start(self.marks.first()?.epoch);
        if oldest >= from {
            return Some(oldest); // nearly always
        }
        let position = self.before(from.div_ceil(self.layout.width()));
        self.marks.get(position).map(|mark| self.start(mark.epoch))
    }

    /// The events of the buckets from `first` to `last`, and of those after `last`.
    pub(super) fn window(&self, first: u64, last: u64) -> (Sums, Sums) {
        if self.vast {
            let mut sums = (Sums::default(), Sums::default());
            for Bucket { epoch, good, bad } in self.buckets() {
                let part = if u64::from(epoch) > last { &mut sums.1 } else { &mut sums.0 };
                if u64::from(epoch) >= first {
                    *part = part.saturating_add(Sums { good, bad });
                }
            }
            return sums;
        }
        let to = self.sums_before(self.before(last.saturating_add(1)));
        let from = self.sums_before(self.before(first));
        (to.since(from), self.newest_sums().since(to))
    }

    /// How many buckets lie before `epoch`.
    fn before(&self, epoch: u64) -> usize {
        let (Some(oldest), Some(newest)) = (self.marks.first(), self.marks.last()) else { return 0 };
        let Some(back) = u64::from(newest.epoch).checked_sub(epoch) else { return self.marks.len() };
        let Some(ahead) = epoch.checked_sub(u64::from(oldest.epoch)) else { return 0 };
        // Where buckets are evenly spaced, as they are where no time is without events and where samples come at a fixed interval, this is the place.
        let steps = u64::try_from(self.marks.len().saturating_sub(1)).unwrap_or(u64::MAX);
        let spread = ahead.saturating_add(back);
        let place = if spread == steps { ahead } else { (ahead * steps).div_ceil(spread.max(1)) };
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        let is = |at: usize, holds: fn(u64, u64) -> bool| {
            self.marks.get(at).is_some_and(|mark| holds(u64::from(mark.epoch), epoch))
        };
        if is(place, |mark, epoch| mark >= epoch)
            && place.checked_sub(1).is_none_or(|before| is(before, |mark, epoch| mark < epoch))
        {
            return place;
        }
        self.marks.partition_point(|mark| u64::from(mark.epoch) < epoch)
    }

    /// The running sums of the first `position` buckets.
    fn sums_before(&self, position: usize) -> Sums {
        position.checked_sub(1).and_then(|last| self.marks.get(last)).map_or(self.dropped, |mark| mark.sums())
    }

    fn newest_sums(&self) -> Sums {
        self.marks.last().map_or(self.dropped, |mark| mark.sums())
    }

    /// All events held, modulo 2^64.
    fn held(&self) -> Sums {
        self.newest_sums().since(self.dropped)
    }

    /// Whether older buckets may have been dropped.
    pub(super) fn is_full(&self) -> bool {
        self.marks.len() >= self.layout.capacity()
    }

    /// When the bucket `epoch` starts, in Unix milliseconds.
    pub(super) fn start(&self, epoch: u32) -> u64 {
        u64::from(epoch) * self.layout.width()
    }

    /// The instant since which nothing was dropped, in Unix milliseconds.
    pub(super) fn complete_since(&self) -> u64 {
        match self.marks.first() {
            Some(oldest) if self.is_full() => self.start(oldest.epoch),
            _ => 0,
        }
    }

    #[cfg(test)]
    pub(super) fn heap_bytes(&self) -> usize {
        self.marks.capacity() * size_of::<Mark>()
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
        assert_eq!(size_of::<Mark>(), 20);
    }

    #[test]
    fn the_coarsest_tier_has_room_for_the_parents_of_every_finer_bucket() {
        // Reading relies on it: what any tier holds, the coarsest holds too.
        let coarsest = LAYOUTS[4].capacity();
        assert!(LAYOUTS.iter().all(|layout| layout.capacity() <= coarsest));
    }
}
