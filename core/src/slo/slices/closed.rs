use super::slicing::PARTS;
use super::{IdleSlices, Slicing};
use crate::error::Error;
use crate::quantity::{Span, Timestamp};
use crate::slo::{Counter, Interval, Reading};
use serde::{Deserialize, Serialize};

/// Slices that were judged as they closed, over the last 30 days.
///
/// A [`Counter`] holds fine buckets for a short time only, so slices of a minute can be read from it for six hours. This judges
/// each slice once, while its buckets are there, and counts the verdicts in counters of their own: then there are budgets
/// of a month of minutes. Close often enough, at least once in the time for which the counter holds a slice's buckets.
///
/// A verdict is final. Wait for late events, and for the counters of other processes: judge the merged counter, in one
/// place, some time behind the clock. Two of these are never merged, for both would have judged the same slices.
///
/// ```
/// use rampgate::slo::{Budget, ClosedSlices, Counter, IdleSlices, Slicing};
/// use rampgate::{Span, Timestamp};
///
/// let slicing = Slicing::new("1m".parse()?, "99%".parse()?, IdleSlices::Skip)?;
/// let (mut events, mut slices) = (Counter::new(), ClosedSlices::new(slicing));
/// let midnight: Timestamp = "2026-11-24T00:00:00Z".parse()?;
/// for minute in 0..1_440 {
///     let at = midnight.saturating_add(Span::from_millis(minute * 60_000)?);
///     let outage = (600..605).contains(&minute);
///     events.record(at, if outage { 0 } else { 100 }, if outage { 100 } else { 0 });
///     slices.close(&events, at)?; // every slice that has ended by now
/// }
/// let now: Timestamp = "2026-11-25T00:00:00Z".parse()?;
/// slices.close(&events, now)?;
///
/// // Five bad minutes of 14.4 that a day of them may have at 99%.
/// let day = slices.binary("1d".parse()?, now)?;
/// assert_eq!((day.good(), day.bad()), (1_435, 5));
/// assert_eq!(Budget::of("99%".parse()?, "1d".parse()?, &day)?.consumed_by_events_ppm(), Some(347_223));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosedSlices {
    slicing: Slicing,
    /// The first slice that is not judged yet.
    next: Option<u64>,
    missed: u64,
    ratio: Counter,
    binary: Counter,
    idle: Counter,
}

/// What closing did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Closed {
    /// Slices that were judged, idle ones included.
    pub judged: u64,
    /// Slices whose buckets were gone, or that were older than 30 days, before anybody judged them: neither good nor bad.
    pub missed: u64,
}

impl ClosedSlices {
    /// Nothing judged yet.
    #[must_use]
    pub const fn new(slicing: Slicing) -> Self {
        Self {
            slicing,
            next: None,
            missed: 0,
            ratio: Counter::new(),
            binary: Counter::new(),
            idle: Counter::new(),
        }
    }

    /// Judges every slice that has ended by `until` and is not judged yet, from the first that the counter was counting in.
    /// An `until` before an earlier one does nothing.
    ///
    /// # Errors
    /// A width that is no multiple of ten seconds; nothing changes.
    pub fn close(&mut self, events: &Counter, until: Timestamp) -> Result<Closed, Error> {
        let end = self.slicing.slice_of(until);
        let held = Interval::held(events, self.slicing.width(), until)?;
        let Some(first) = self.next.or_else(|| held.began.map(|began| self.slicing.slice_of(began))) else {
            return Ok(Closed { judged: 0, missed: 0 });
        };
        // The slice that holds the instant since which all is held may have lost its beginning; what is older than the
        // longest window matters to none.
        let whole = held.since.as_millis().div_ceil(self.slicing.width().as_millis().max(1));
        let oldest = self.slicing.slice_of(until.saturating_sub(Counter::LONGEST_WINDOW));
        let whole = whole.max(oldest).max(first).min(end.max(first));
        let mut intervals = held.intervals.iter().peekable();
        for slice in whole..end {
            let (mut good, mut bad) = (0_u64, 0_u64);
            while let Some(interval) =
                intervals.next_if(|interval| self.slicing.slice_of(interval.from) <= slice)
            {
                if self.slicing.slice_of(interval.from) == slice {
                    (good, bad) = (good.saturating_add(interval.good), bad.saturating_add(interval.bad));
                }
            }
            self.judge(slice, good, bad);
        }
        let closed = Closed { judged: end.saturating_sub(whole), missed: whole.saturating_sub(first) };
        self.missed = self.missed.saturating_add(closed.missed);
        self.next = Some(first.max(end));
        Ok(closed)
    }

    fn judge(&mut self, slice: u64, good: u64, bad: u64) {
        let at = self.start(slice);
        if good == 0 && bad == 0 {
            return self.idle.record(at, 1, 0);
        }
        let parts = self.slicing.bad_parts(u128::from(good), u128::from(bad));
        self.ratio.record(at, PARTS.saturating_sub(parts), parts);
        let is_good = self.slicing.is_good(u128::from(good), u128::from(bad));
        self.binary.record(at, u64::from(is_good), u64::from(!is_good));
    }

    fn start(&self, slice: u64) -> Timestamp {
        let millis = slice.saturating_mul(self.slicing.width().as_millis());
        Timestamp::from_millis(millis).unwrap_or(Timestamp::MAX)
    }

    /// Good and bad slices of the window that ends at `now`, for a [`Budget`](crate::slo::Budget) or a [`Gate`](crate::slo::Gate).
    ///
    /// # Errors
    /// A window outside 10 seconds to 30 days.
    pub fn binary(&self, window: Span, now: Timestamp) -> Result<Reading, Error> {
        self.with_idle(&self.binary, 1, window, now)
    }

    /// The same with each slice in 10^12 parts by its ratio, the bad ones rounded up.
    ///
    /// # Errors
    /// A window outside 10 seconds to 30 days.
    pub fn ratio(&self, window: Span, now: Timestamp) -> Result<Reading, Error> {
        self.with_idle(&self.ratio, PARTS, window, now)
    }

    fn with_idle(
        &self,
        active: &Counter,
        parts: u64,
        window: Span,
        now: Timestamp,
    ) -> Result<Reading, Error> {
        let (active, idle) = (active.read(window, now)?, self.idle.reading(window, now));
        let silent = idle.good.saturating_mul(parts);
        let counted = match self.slicing.idle() {
            IdleSlices::Bad => (0, silent),
            IdleSlices::Good if active.total() > 0 => (silent, 0),
            _ => (0, 0),
        };
        let (good, bad) = (active.good.saturating_add(counted.0), active.bad.saturating_add(counted.1));
        Ok(Reading { watched: active.watched.max(idle.watched), good, bad, ..active })
    }

    /// How time is cut.
    #[must_use]
    pub const fn slicing(&self) -> Slicing {
        self.slicing
    }

    /// Slices whose buckets were gone before anybody judged them.
    #[must_use]
    pub const fn missed(&self) -> u64 {
        self.missed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: u64 = 1_795_521_600_000;

    fn at(minute: u64) -> Timestamp {
        Timestamp::from_millis(NOON + minute * 60_000).unwrap()
    }

    fn slices(idle: IdleSlices) -> ClosedSlices {
        ClosedSlices::new(Slicing::new("1m".parse().unwrap(), "50%".parse().unwrap(), idle).unwrap())
    }

    #[test]
    fn a_slice_is_judged_once_however_often_it_is_closed() {
        let (mut events, mut often, mut once) =
            (Counter::new(), slices(IdleSlices::Good), slices(IdleSlices::Good));
        for minute in 0..300 {
            if minute % 7 != 3 {
                events.record(at(minute), (minute + 1) % 3, minute % 2);
            }
            let _ = often.close(&events, at(minute)).unwrap();
            let _ = often.close(&events, at(minute.saturating_sub(50))).unwrap();
        }
        let closed = once.close(&events, at(299)).unwrap();
        assert_eq!(closed, Closed { judged: 299, missed: 0 });
        assert!(often == once, "the order of closing shows");
        let json = serde_json::to_string(&once).unwrap();
        assert_eq!(serde_json::from_str::<ClosedSlices>(&json).unwrap(), once);
    }

    #[test]
    fn what_was_not_judged_in_time_is_said_and_not_guessed() {
        let (mut events, mut slices) = (Counter::new(), slices(IdleSlices::Bad));
        events.record(at(0), 1, 0);
        assert_eq!(slices.close(&events, at(1)).unwrap(), Closed { judged: 1, missed: 0 });
        for minute in 1..1_000 {
            events.record(at(minute), 1, 0);
        }
        // None of the slices that have ended by then is held any more, and none that has not ended yet is missed.
        assert_eq!(slices.close(&events, at(100)).unwrap(), Closed { judged: 0, missed: 99 });
        let closed = slices.close(&events, at(1_000)).unwrap();
        assert_eq!((closed.judged + closed.missed, slices.missed()), (900, closed.missed + 99));
        assert!(closed.missed > 0 && closed.judged >= 360, "{closed:?}");
        let day = slices.binary("1d".parse().unwrap(), at(1_000)).unwrap();
        assert_eq!((day.good(), day.bad()), (closed.judged + 1, 0));
    }

    #[test]
    fn silence_is_never_met() {
        for (idle, bad) in [(IdleSlices::Skip, 0), (IdleSlices::Good, 0), (IdleSlices::Bad, 59)] {
            let (mut events, mut slices) = (Counter::new(), slices(idle));
            events.record(at(0), 0, 0);
            assert_eq!(slices.close(&events, at(60)).unwrap().judged, 0); // nobody counted
            events.record(at(0), 1, 0);
            let _ = slices.close(&events, at(60)).unwrap();
            let hour = slices.binary("50m".parse().unwrap(), at(120)).unwrap();
            assert_eq!((hour.good(), hour.bad()), (0, 0)); // not closed so far: nothing is known
            let hour = slices.binary("1h".parse().unwrap(), at(60)).unwrap();
            assert_eq!(hour.bad(), bad);
            let silent = slices.binary("50m".parse().unwrap(), at(60)).unwrap(); // idle slices alone
            assert_eq!((silent.good(), silent.bad() > 0), (0, bad > 0));
        }
    }
}
