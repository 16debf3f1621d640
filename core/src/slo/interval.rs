use super::tier::{Bucket, FINEST, Tier};
use super::{Counter, Reading};
use crate::error::{Error, Kind};
use crate::quantity::{Span, Timestamp};
use alloc::format;
use alloc::vec::Vec;
use serde::Serialize;

/// What was counted from one instant up to, and without, another. No events means that one was counting and nothing came.
///
/// ```
/// use rampgate::slo::Interval;
///
/// let hour = Interval::new("2026-11-24T12:00:00Z".parse()?, "2026-11-24T13:00:00Z".parse()?, 990, 10)?;
/// assert_eq!(hour.total(), 1_000);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Interval {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) good: u64,
    pub(super) bad: u64,
}

impl Interval {
    /// `good` and `bad` events from `from` up to `to`.
    ///
    /// # Errors
    /// An end that is not after the start.
    pub fn new(from: Timestamp, to: Timestamp, good: u64, bad: u64) -> Result<Self, Error> {
        after("to", from, to)?;
        Ok(Self { from, to, good, bad })
    }

    /// The buckets of `counter` that the window up to `now` touches, oldest first, those without events included, as far back as
    /// the counter was counting. They are those that [`Counter::read`] reads.
    ///
    /// ```
    /// use rampgate::slo::{Counter, Interval};
    ///
    /// let mut counter = Counter::new();
    /// counter.record("2026-11-24T12:00:05Z".parse()?, 7, 1);
    /// let intervals = Interval::of_counter(&counter, "1h".parse()?, "2026-11-24T12:00:35Z".parse()?)?;
    /// assert_eq!(intervals.iter().map(|interval| interval.total()).collect::<Vec<_>>(), [8, 0, 0, 0]);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// A window outside 10 seconds to 30 days.
    pub fn of_counter(counter: &Counter, window: Span, now: Timestamp) -> Result<Vec<Self>, Error> {
        let reading = counter.read(window, now)?;
        let width = reading.resolution().as_millis();
        let tier = counter.widest(|layout| layout.width() == width);
        Ok(tier.map_or_else(Vec::new, |tier| dense(&tier, &reading, now)))
    }

    /// The same from the buckets of exactly `width`, or of the widest that divides it, as far back as they hold everything.
    pub(super) fn of_width(
        counter: &Counter,
        width: Span,
        window: Span,
        now: Timestamp,
    ) -> Result<Vec<Self>, Error> {
        let reading = counter.read(window, now)?;
        let tier = dividing(counter, width)?;
        let from = now.saturating_sub(window).as_millis() / width.as_millis().max(1) * width.as_millis();
        if tier.complete_since() > from {
            let rule = format!(
                "must be held in buckets that divide slices of {width}: take wider slices or a shorter window"
            );
            return Err(Error::new("window", Kind::Conflict, rule, window));
        }
        Ok(dense(&tier, &reading, now))
    }

    /// The buckets with events of the widest tier that divides `width`, the instant since which it holds everything, and when
    /// counting began, if that lies in the 30 days before `until`.
    pub(super) fn held(counter: &Counter, width: Span, until: Timestamp) -> Result<Held, Error> {
        let tier = dividing(counter, width)?;
        let width = tier.layout().width();
        let interval = |bucket: Bucket| {
            let from = tier.start(bucket.epoch);
            let at = |millis| Timestamp::from_millis(millis).unwrap_or(Timestamp::MAX);
            Self { from: at(from), to: at(from.saturating_add(width)), good: bucket.good, bad: bucket.bad }
        };
        Ok(Held {
            since: Timestamp::from_millis(tier.complete_since()).unwrap_or(Timestamp::MAX),
            began: began(&tier, &counter.reading(Counter::LONGEST_WINDOW, until), until),
            intervals: tier.buckets().map(interval).collect(),
        })
    }

    /// When it starts.
    #[must_use]
    pub const fn from(&self) -> Timestamp {
        self.from
    }

    /// When it has ended.
    #[must_use]
    pub const fn to(&self) -> Timestamp {
        self.to
    }

    /// Good events.
    #[must_use]
    pub const fn good(&self) -> u64 {
        self.good
    }

    /// Bad events.
    #[must_use]
    pub const fn bad(&self) -> u64 {
        self.bad
    }

    /// All events, held at `u64::MAX`.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.good.saturating_add(self.bad)
    }
}

/// What a tier of a counter holds.
pub(super) struct Held {
    pub(super) since: Timestamp,
    pub(super) began: Option<Timestamp>,
    pub(super) intervals: Vec<Interval>,
}

/// The widest tier whose buckets divide slices of `width`: it reaches back furthest.
fn dividing(counter: &Counter, width: Span) -> Result<Tier, Error> {
    counter.widest(|layout| width.as_millis().is_multiple_of(layout.width())).ok_or_else(|| {
        Error::new("width", Kind::Range, "must be a multiple of 10s, the width of the finest bucket", width)
    })
}

/// That an end comes after its start.
pub(super) fn after(field: &'static str, from: Timestamp, to: Timestamp) -> Result<(), Error> {
    if to <= from {
        return Err(Error::new(field, Kind::Order, "must be later than `from`", to));
    }
    Ok(())
}

/// That intervals come in order and do not overlap, or which does not.
pub(super) fn in_order(intervals: &[Interval]) -> Result<(), Error> {
    match intervals.array_windows().position(|[one, next]| next.from < one.to) {
        None => Ok(()),
        Some(position) => {
            let next = position.saturating_add(1);
            let rule = "must start at or after the end of the interval before it";
            let value = intervals.get(next).map_or(Timestamp::EPOCH, Interval::from);
            Err(Error::new(format!("intervals[{next}].from"), Kind::Order, rule, value))
        }
    }
}

/// When counting began, as far as `reading` knows: not before the oldest bucket of a tier that dropped none.
fn began(tier: &Tier, reading: &Reading, now: Timestamp) -> Option<Timestamp> {
    let began = now.saturating_sub(reading.watched());
    let oldest = tier.oldest_from(0).filter(|_| !tier.is_full());
    let oldest = oldest.and_then(|start| Timestamp::from_millis(start).ok());
    (reading.watched() > Span::ZERO).then(|| oldest.map_or(began, |oldest| oldest.max(began)))
}

/// Every bucket since counting began to the one that holds `now`: at most one for each width in 30 days.
fn dense(tier: &Tier, reading: &Reading, now: Timestamp) -> Vec<Interval> {
    let Some(began) = began(tier, reading, now) else { return Vec::new() };
    let width = tier.layout().width();
    let at = |epoch: u64| Timestamp::from_millis(epoch.saturating_mul(width)).unwrap_or(Timestamp::MAX);
    let mut held = tier.buckets().peekable();
    let interval = |epoch: u64| {
        while held.next_if(|bucket| u64::from(bucket.epoch) < epoch).is_some() {}
        let (good, bad) =
            held.next_if(|bucket| u64::from(bucket.epoch) == epoch).map_or((0, 0), |b| (b.good, b.bad));
        Interval { from: at(epoch), to: at(epoch.saturating_add(1)), good, bad }
    };
    let epoch = |at: Timestamp| tier.layout().epoch_of(at.as_millis() / FINEST);
    (epoch(began)..=epoch(now)).map(interval).collect()
}
