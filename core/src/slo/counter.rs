use super::Reading;
use super::open::Open;
use super::tier::{FINEST, LAYOUTS, Layout, Tier};
use super::wire::Wire;
use crate::error::{Error, Kind};
use crate::quantity::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Counts of good and bad events over the last 30 days, in at most 32 KiB, that merge exactly.
///
/// Every event is written to five tiers of buckets that are aligned to the Unix epoch, so counters of any two
/// processes add up bucket by bucket:
///
/// | width | for windows up to | an edge is off by at most |
/// |---|---|---|
/// | 10 s | 1 h | 10 s: 3.4% of 5 m |
/// | 60 s | 6 h | 1.7% of the window |
/// | 5 min | 1 d | 1.4% |
/// | 30 min | 3 d | 2.1% |
/// | 2 h | 30 d | 2.8% |
///
/// A tier keeps the *newest distinct buckets* it was given: as many as its span needs, and 16 more. So what a counter
/// holds depends on its events alone, not on their order or on the way they were merged; there is no clock to be wrong.
/// The three ways a stamp can be odd are told apart:
///
/// - **out of order**: lands in its own bucket, in each tier that still reaches so far back;
/// - **older than everything the coarsest tier keeps**: counted as [`late`](Self::late);
/// - **in the future**: waits in its own bucket, reported by each reading as `ahead`, and pushes nothing out before
///   there are more than 16 such buckets in a tier. Beyond the year 3331, where bucket numbers end, it is counted as
///   [`rejected`](Self::rejected).
///
/// Adding is not idempotent: a counter that is merged twice counts twice. Deliver counters through a ledger that keeps
/// the newest one of each replica.
///
/// ```
/// use rampgate::{Timestamp, slo::Counter};
///
/// let noon: Timestamp = "2026-11-24T12:00:00Z".parse()?;
/// let (mut here, mut there) = (Counter::new(), Counter::new());
/// here.record(noon, 990, 10);
/// there.record(noon, 500, 0);
/// here.merge(&there);
///
/// let reading = here.read("1h".parse()?, noon)?;
/// assert_eq!((reading.good(), reading.bad()), (1_490, 10));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Counter {
    tiers: [Tier; 5],
    /// What came last, and is not in the tiers yet: events of one bucket that all of them hold already.
    open: Open,
    pub(super) late: u64,
    pub(super) rejected: u64,
}

impl PartialEq for Counter {
    fn eq(&self, other: &Self) -> bool {
        (self.late, self.rejected) == (other.late, other.rejected) && self.settled() == other.settled()
    }
}

impl Eq for Counter {}

impl Counter {
    /// The longest window a counter holds, 30 days.
    pub const LONGEST_WINDOW: Span = Span::clamped(30 * 86_400_000);
    /// The shortest window worth reading, the width of the finest bucket, 10 seconds.
    pub const SHORTEST_WINDOW: Span = Span::clamped(FINEST);

    /// A counter of nothing: the identity of [`merge`](Self::merge).
    #[must_use]
    pub const fn new() -> Self {
        Self { tiers: Tier::all(), open: Open::NOTHING, late: 0, rejected: 0 }
    }

    /// Counts `good` and `bad` events at `at`.
    ///
    /// Never fails: an event that no tier can hold is counted as late or rejected. Counts stop at `u64::MAX`. Events of one ten seconds in a row are
    /// the cheap case; one that comes late is added to every later bucket's running sum as well.
    ///
    /// ```
    /// use rampgate::{Timestamp, slo::Counter};
    ///
    /// let mut counter = Counter::new();
    /// counter.record("2026-11-24T12:00:00Z".parse()?, 0, 1);
    /// counter.record("4000-01-01T00:00:00Z".parse()?, 1, 0);
    /// assert_eq!((counter.late(), counter.rejected()), (0, 1));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    pub fn record(&mut self, at: Timestamp, good: u64, bad: u64) {
        let events = good.saturating_add(bad);
        if events == 0 {
            return;
        }
        let Ok(finest) = u32::try_from(at.as_millis() / FINEST) else {
            self.rejected = self.rejected.saturating_add(events);
            return;
        };
        if self.open.takes(finest, good, bad) {
            return; // nearly every event ends here
        }
        self.settle();
        let (mut held, mut everywhere) = (false, true);
        for tier in &mut self.tiers {
            held = tier.record(finest, good, bad); // the last, coarsest one reaches furthest back
            everywhere &= held;
        }
        if !held {
            self.late = self.late.saturating_add(events);
        }
        if everywhere {
            self.open = Open::at(finest);
        }
    }

    /// Puts what is open into the tiers.
    fn settle(&mut self) {
        if let Some((finest, good, bad)) = core::mem::replace(&mut self.open, Open::NOTHING).events() {
            for tier in &mut self.tiers {
                tier.record(finest, good, bad); // which holds it, and drops nothing for it
            }
        }
    }

    /// The tiers with nothing left open.
    pub(super) fn settled(&self) -> [Tier; 5] {
        let mut settled = self.clone();
        settled.settle();
        settled.tiers
    }

    /// The widest tier of those that are `wanted`, with nothing left open.
    pub(super) fn widest(&self, wanted: impl Fn(Layout) -> bool) -> Option<Tier> {
        let mut tier = self.tiers.iter().rev().find(|tier| wanted(tier.layout()))?.clone();
        if let Some((finest, good, bad)) = self.open.events() {
            tier.record(finest, good, bad); // which holds it
        }
        Some(tier)
    }

    /// A counter of tiers that were checked.
    pub(super) const fn of(tiers: [Tier; 5], late: u64, rejected: u64) -> Self {
        Self { tiers, open: Open::NOTHING, late, rejected }
    }

    /// Adds what `other` counted: commutative and associative, with [`new`](Self::new) as identity.
    ///
    /// A replica whose clock runs far ahead can push history out of the merged counter, bucket by bucket, once it has
    /// filled more than 16 buckets that lie ahead of everybody else's. Compare [`newest`](Self::newest) with the time before
    /// merging a counter that you do not trust.
    pub fn merge(&mut self, other: &Self) {
        self.settle();
        for (mine, theirs) in self.tiers.iter_mut().zip(&other.tiers) {
            mine.merge(theirs);
            if let Some((finest, good, bad)) = other.open.events() {
                mine.add_if_held(finest, good, bad);
            }
        }
        self.late = self.late.saturating_add(other.late);
        self.rejected = self.rejected.saturating_add(other.rejected);
    }

    /// What happened in the `window` that ends at `now`.
    ///
    /// Read from the finest tier that is meant for the window and holds all of it; failing that, from the coarsest.
    /// Buckets count whole, so the counts cover the window and at most one bucket more at either end; the
    /// [`resolution`](Reading::resolution) of the reading is their width.
    ///
    /// # Errors
    /// A window outside 10 seconds to 30 days.
    pub fn read(&self, window: Span, now: Timestamp) -> Result<Reading, Error> {
        if !(Self::SHORTEST_WINDOW..=Self::LONGEST_WINDOW).contains(&window) {
            return Err(Error::new("window", Kind::Range, "must be from 10s to 30d", window));
        }
        Ok(self.reading(window, now))
    }

    /// The width of the buckets that `window` is read from, as long as they go back far enough.
    pub(super) fn width_for(window: Span) -> Span {
        let fits = LAYOUTS.iter().find(|layout| layout.span() >= window.as_millis());
        Span::clamped(fits.or(LAYOUTS.last()).map_or(FINEST, |layout| layout.width()))
    }

    /// [`read`](Self::read) for a window that is known to be in range.
    pub(super) fn reading(&self, window: Span, now: Timestamp) -> Reading {
        let from = now.saturating_sub(window);
        let [.., coarsest] = &self.tiers;
        let tier = self
            .tiers
            .iter()
            .find(|tier| {
                tier.layout().span() >= window.as_millis() && tier.complete_since() <= from.as_millis()
            })
            .unwrap_or(coarsest);
        let layout = tier.layout();
        let last = layout.epoch_of(now.as_millis() / FINEST);
        let first = layout.epoch_of(from.as_millis() / FINEST);
        let (mut inside, mut after) = tier.window(first, last);
        if let Some((finest, good, bad)) = self.open.events() {
            let epoch = layout.epoch_of(u64::from(finest));
            if epoch > last {
                after.add(good, bad);
            } else if epoch >= first {
                inside.add(good, bad);
            }
        }
        Reading {
            window,
            resolution: Span::clamped(layout.width()),
            watched: self.watched(tier, window, now, last),
            good: inside.good,
            bad: inside.bad,
            late: self.late,
            ahead: after.good.saturating_add(after.bad),
            rejected: self.rejected,
        }
    }

    /// For how much of the window there is evidence that events were being counted.
    ///
    /// Counting began with the oldest event known, so that no start need be remembered, merged or believed. Every tier was
    /// given every event, hence the finest tier that dropped nothing knows that event best. One that is more than
    /// 30 days older than the window says nothing about it: most likely its stamp was wrong. What `tier` itself has
    /// dropped was not watched either.
    fn watched(&self, tier: &Tier, window: Span, now: Timestamp, last: u64) -> Span {
        let [.., coarsest] = &self.tiers;
        let witness = self.tiers.iter().find(|tier| !tier.is_full()).unwrap_or(coarsest);
        let from = now.saturating_sub(window);
        let earliest = from.saturating_sub(Self::LONGEST_WINDOW).as_millis();
        let end = last.saturating_add(1).saturating_mul(tier.layout().width());
        let Some(began) = witness.oldest_from(earliest).filter(|start| *start < end) else {
            return Span::ZERO;
        };
        let since_then = now.as_millis().saturating_sub(began).max(FINEST);
        let complete_since = tier.complete_since();
        let held = if complete_since > from.as_millis() {
            now.as_millis().saturating_sub(complete_since).max(1)
        } else {
            u64::MAX
        };
        Span::clamped(since_then.min(held)).min(window)
    }

    /// When the newest bucket starts, to within 10 seconds the time of the newest event; none before the first.
    #[must_use]
    pub fn newest(&self) -> Option<Timestamp> {
        let [finest, ..] = &self.tiers;
        Timestamp::from_millis(finest.newest()?).ok()
    }

    /// Events that came too late: older than all that the coarsest tier held by then.
    #[must_use]
    pub const fn late(&self) -> u64 {
        self.late
    }

    /// Events stamped beyond the year 3331, where bucket numbers end.
    #[must_use]
    pub const fn rejected(&self) -> u64 {
        self.rejected
    }
}

impl Default for Counter {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    const NOON: u64 = 1_795_521_600_000;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    fn dense() -> Counter {
        let mut counter = Counter::new();
        for step in 0..(40 * 86_400 / 10) {
            counter.record(at(NOON + step * 10_000), u64::MAX / 2, 1);
        }
        counter
    }

    #[test]
    fn a_dense_counter_stays_within_32_kib() {
        let mut counter = dense();
        counter.merge(&dense());
        let bytes = size_of::<Counter>() + counter.tiers.iter().map(Tier::heap_bytes).sum::<usize>();
        assert!(bytes <= 32 * 1_024, "{bytes} bytes");
    }

    #[test]
    fn a_single_event_far_in_the_future_evicts_nothing_and_is_not_lost() {
        let mut counter = dense();
        let now = at(NOON + 40 * 86_400_000);
        let windows = ["10s", "1h", "6h", "1d", "3d", "30d"].map(|window| window.parse::<Span>().unwrap());
        let before = windows.map(|window| counter.reading(window, now));
        let far: Timestamp = "3331-01-01T00:00:00Z".parse().unwrap();
        counter.record(far, 0, 7);
        for (window, before) in windows.into_iter().zip(before) {
            assert_eq!(counter.reading(window, now), Reading { ahead: 7, ..before });
        }
        assert_eq!(counter.reading(windows[0], far).bad, 7);
    }

    #[test]
    fn a_clock_that_runs_ahead_costs_resolution_first_and_then_coverage_but_never_looks_healthy() {
        let mut counter = dense();
        let now = at(NOON + 40 * 86_400_000 - 1);
        let hour: Span = "1h".parse().unwrap();
        for step in 0..100 {
            counter.record(at(NOON + 50 * 86_400_000 + step * 10_000), 1, 0);
        }
        let reading = counter.reading(hour, now);
        assert_eq!((reading.resolution, reading.watched, reading.ahead), (Span::clamped(60_000), hour, 100));
        for step in 0..400 {
            counter.record(at(NOON + 50 * 86_400_000 + step * 7_200_000), 1, 0);
        }
        let reading = counter.reading(Counter::LONGEST_WINDOW, now);
        assert_eq!((reading.good, reading.bad, reading.watched), (0, 0, Span::ZERO));
    }

    #[test]
    fn a_stamp_of_1970_says_nothing_about_today() {
        let mut counter = Counter::new();
        counter.record(at(NOON / 1_000), 1, 0);
        counter.record(at(NOON), 1, 0);
        let reading = counter.reading(Counter::LONGEST_WINDOW, at(NOON + 59_999));
        assert_eq!((reading.good, reading.watched), (1, Span::clamped(59_999)));
    }

    #[test]
    fn traffic_with_gaps_was_watched_throughout() {
        let mut counter = Counter::new();
        for day in 0..60 {
            counter.record(at(NOON + day * 3 * 86_400_000), 1, 0);
        }
        let reading = counter.reading(Counter::LONGEST_WINDOW, at(NOON + 179 * 86_400_000));
        assert_eq!((reading.good, reading.watched), (10, Counter::LONGEST_WINDOW));
    }

    #[test]
    fn what_is_older_than_everything_kept_is_late() {
        let mut counter = dense();
        counter.record(at(NOON), 2, 1);
        assert_eq!(counter.late(), 3);
    }

    /// Events around one instant, some of them far off.
    fn events() -> impl Strategy<Value = Vec<(u64, u64, u64)>> {
        let time = prop_oneof![
            8 => NOON - 7_200_000..NOON + 60_000,
            4 => NOON - 40 * 86_400_000..NOON,
            1 => 0..=Timestamp::MAX.as_millis(),
        ];
        let count = prop_oneof![8 => 0..50_u64, 1 => Just(u64::MAX)];
        proptest::collection::vec((time, count.clone(), count), 0..120)
    }

    fn counted(events: &[(u64, u64, u64)]) -> Counter {
        let mut counter = Counter::new();
        for &(time, good, bad) in events {
            counter.record(at(time), good, bad);
        }
        counter
    }

    fn sum(a: &Counter, b: &Counter) -> Counter {
        let mut all = a.clone();
        all.merge(b);
        all
    }

    /// A counter with tiers that overflow, so that order could matter.
    fn crowded() -> impl Strategy<Value = Vec<(u64, u64, u64)>> {
        (events(), 0..60_u64, 200..600_u64, prop_oneof![Just(10_000_u64), Just(300_000), Just(7_200_000)])
            .prop_map(|(mut events, offset, count, every)| {
                events.extend((0..count).map(|n| (NOON - offset * 3_600_000 - n * every, 1, n % 2)));
                events
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn merging_is_a_commutative_monoid(a in crowded(), b in crowded(), c in events()) {
            let (a, b, c) = (counted(&a), counted(&b), counted(&c));
            prop_assert_eq!(sum(&a, &Counter::new()), a.clone());
            prop_assert_eq!(sum(&Counter::new(), &a), a.clone());
            prop_assert_eq!(sum(&a, &b), sum(&b, &a));
            prop_assert_eq!(sum(&sum(&a, &b), &c), sum(&a, &sum(&b, &c)));
        }

        #[test]
        fn what_is_held_depends_on_the_events_alone(events in crowded(), parts in 1..6_usize) {
            let once = counted(&events);
            let mut backwards = events.clone();
            backwards.reverse();
            prop_assert_eq!(counted(&backwards).settled(), once.settled());
            let dealt = (0..parts).map(|part| {
                counted(&events.iter().skip(part).step_by(parts).copied().collect::<Vec<_>>())
            });
            let merged = dealt.fold(Counter::new(), |all, part| sum(&all, &part));
            prop_assert_eq!(merged.settled(), once.settled());
        }

        /// The oracle is the plain log of events.
        #[test]
        fn a_reading_counts_its_window_and_at_most_a_bucket_more(
            events in crowded(),
            window in prop_oneof![10_000..3_600_000_u64, 10_000..30 * 86_400_000_u64],
            back in 0..7_200_000_u64,
        ) {
            let counter = counted(&events);
            let now = NOON - back;
            let reading = counter.reading(Span::clamped(window), at(now));
            let width = reading.resolution.as_millis();
            let total = |from: u64, to: u64| {
                let inside = events.iter().filter(|(time, ..)| (from..=to).contains(time));
                inside.fold((0_u64, 0_u64), |(good, bad), event| {
                    (good.saturating_add(event.1), bad.saturating_add(event.2))
                })
            };
            let whole = reading.watched.as_millis() == window;
            let (good, bad) = total((now - window) / width * width, now / width * width + width - 1);
            if whole {
                prop_assert_eq!((reading.good, reading.bad), (good, bad));
            }
            prop_assert!(reading.good <= good && reading.bad <= bad);
            let counted = reading.good.saturating_add(reading.bad);
            prop_assert!(counted == 0 || reading.watched > Span::ZERO);
        }
    }
}
