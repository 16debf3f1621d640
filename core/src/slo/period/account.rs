use super::{Adjustments, Exclusion, Period, Terms, Treatment};
use crate::quantity::{Objective, Share, Span, Timestamp};
use crate::slo::budget::{BILLION, PPM_OF_BILLIONTHS, WHOLE};
use crate::slo::exact::{Natural, signed_up};
use crate::slo::{BudgetState, Interval};
use alloc::vec::Vec;
use serde::Serialize;

/// What fell under one objective of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Segment {
    /// When the objective took effect.
    pub from: Timestamp,
    /// When it ended.
    pub to: Timestamp,
    /// The objective.
    pub objective: Objective,
    /// Good events, those counted as good included. Held at `u64::MAX`, as the next one.
    pub good: u64,
    /// Bad events.
    pub bad: u64,
    /// The time that is judged: without what is dropped.
    pub length: Span,
    /// How much of it was watched by now.
    pub watched: Span,
}

/// What exclusions did to events of the period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Excluded {
    /// Good and bad events that were dropped.
    pub dropped: (u64, u64),
    /// Bad events that were counted as good.
    pub forgiven: u64,
    /// Good and bad events of frozen time.
    pub frozen: (u64, u64),
}

/// What was spent of a period's budget, exactly: integers, each rounded once, towards spending more.
///
/// With B bad events after adjustment, and Tᵢ events, the time Wᵢ and of it wᵢ watched under the objective that allows bᵢ;
/// T and w are the sums of the Tᵢ and wᵢ:
///
/// | measure | consumed | takes the traffic that was not seen |
/// |---|---|---|
/// | by events | B / Σ bᵢ Tᵢ | not to exist: the budget so far |
/// | by time | B / (Σ bᵢ Tᵢ + T / w × Σ bᵢ (Wᵢ - wᵢ)) | to be as dense as the traffic seen, and free of failures |
///
/// With one objective these are the two measures of [`Budget`](crate::slo::Budget). Adjustments may take B below zero: then more than the whole
/// budget remains, and the numbers say so. The state goes by time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[must_use]
pub struct Account {
    state: BudgetState,
    period: Period,
    now: Timestamp,
    provisional: bool,
    at_risk: Share,
    good: u64,
    bad: u64,
    adjustment: i64,
    adjustments: u64,
    allowed_events: u64,
    consumed_by_events_ppm: Option<i64>,
    remaining_by_events_ppm: Option<i64>,
    consumed_by_time_ppm: Option<i64>,
    remaining_by_time_ppm: Option<i64>,
    watched: Span,
    segments: Vec<Segment>,
    excluded: Excluded,
    ahead: u64,
    outside: u64,
    straddling: u64,
}

impl Account {
    pub(super) fn of(terms: &Terms, events: &[Interval], adjustments: &Adjustments, now: Timestamp) -> Self {
        let period = terms.period();
        let mut tally = Tally::new(terms);
        for interval in events {
            tally.count(terms, interval, now);
        }
        let applied = adjustments
            .iter()
            .filter(|(_, entry)| period.holds(entry.at()) && entry.at() <= now)
            .map(|(_, entry)| i128::from(entry.bad_events()));
        let (number, net) = applied.fold((0_u64, 0_i128), |(n, sum), more| (n.saturating_add(1), sum + more));
        let segments: Vec<Segment> = tally.segments.iter().map(Judged::shown).collect();
        let sums = Sums::of(&tally.segments, net);
        let consumed_by_events_ppm = sums.by_events_ppm();
        let consumed_by_time_ppm = sums.by_time_ppm();
        let left = |consumed: i64| WHOLE.saturating_sub(consumed);
        let remaining_by_time_ppm = consumed_by_time_ppm.map(left);
        let state = match remaining_by_time_ppm {
            None => BudgetState::InsufficientData,
            Some(_) if sums.is_whole_budget() => BudgetState::Exhausted,
            Some(left) if left <= i64::from(terms.at_risk().parts_per_million()) => BudgetState::AtRisk,
            Some(_) => BudgetState::Ok,
        };
        let sum = |of: fn(&Segment) -> u64| {
            segments.iter().fold(0_u64, |sum, segment| sum.saturating_add(of(segment)))
        };
        Self {
            state,
            period,
            now,
            provisional: now < period.to(),
            at_risk: terms.at_risk(),
            good: sum(|segment| segment.good),
            bad: sum(|segment| segment.bad),
            adjustment: i64::try_from(net).unwrap_or(if net < 0 { i64::MIN } else { i64::MAX }),
            adjustments: number,
            allowed_events: Natural::of(sums.allowed).over(Natural::of(BILLION)).unsigned_abs(),
            consumed_by_events_ppm,
            remaining_by_events_ppm: consumed_by_events_ppm.map(left),
            consumed_by_time_ppm,
            remaining_by_time_ppm,
            watched: Span::clamped(u64::try_from(sums.watched).unwrap_or(u64::MAX)),
            segments,
            excluded: tally.excluded,
            ahead: tally.ahead,
            outside: tally.outside,
            straddling: tally.straddling,
        }
    }

    /// How the budget stands, by time.
    pub const fn state(&self) -> BudgetState {
        self.state
    }

    /// Whether the period has not ended yet, so that the numbers can still change without a correction.
    #[must_use]
    pub const fn provisional(&self) -> bool {
        self.provisional
    }

    /// Good events that were counted, in all segments.
    #[must_use]
    pub const fn good(&self) -> u64 {
        self.good
    }

    /// Bad events that were counted, before adjustments.
    #[must_use]
    pub const fn bad(&self) -> u64 {
        self.bad
    }

    /// The sum of the adjustments of the period up to now, in bad events.
    #[must_use]
    pub const fn adjustment(&self) -> i64 {
        self.adjustment
    }

    /// How many bad events the events so far allow, rounded down. Held at `i64::MAX`.
    #[must_use]
    pub const fn allowed_events(&self) -> u64 {
        self.allowed_events
    }

    /// Consumed by events, in parts per million of the budget, rounded up. None without events.
    #[must_use]
    pub const fn consumed_by_events_ppm(&self) -> Option<i64> {
        self.consumed_by_events_ppm
    }

    /// What that leaves, negative once overspent, rounded down.
    #[must_use]
    pub const fn remaining_by_events_ppm(&self) -> Option<i64> {
        self.remaining_by_events_ppm
    }

    /// Consumed by time, likewise.
    #[must_use]
    pub const fn consumed_by_time_ppm(&self) -> Option<i64> {
        self.consumed_by_time_ppm
    }

    /// What that leaves, likewise.
    #[must_use]
    pub const fn remaining_by_time_ppm(&self) -> Option<i64> {
        self.remaining_by_time_ppm
    }

    /// How much of the period was watched, without what is excluded from it.
    #[must_use]
    pub const fn watched(&self) -> Span {
        self.watched
    }

    /// What fell under each objective.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// What exclusions did.
    #[must_use]
    pub const fn excluded(&self) -> Excluded {
        self.excluded
    }

    /// Events that start later than now: not counted yet.
    #[must_use]
    pub const fn ahead(&self) -> u64 {
        self.ahead
    }

    /// Events that start outside the period.
    #[must_use]
    pub const fn outside(&self) -> u64 {
        self.outside
    }

    /// Events of intervals that reach over the end of the period, of an objective, or over an edge of an exclusion, and were
    /// counted whole where they start: how many may be on the wrong side.
    #[must_use]
    pub const fn straddling(&self) -> u64 {
        self.straddling
    }
}

/// A segment while it is counted; 128 bits hold any number of counts.
struct Judged {
    from: Timestamp,
    to: Timestamp,
    objective: Objective,
    good: u128,
    bad: u128,
    length: u64,
    watched: u64,
}

impl Judged {
    fn shown(&self) -> Segment {
        let held = |count: u128| u64::try_from(count).unwrap_or(u64::MAX);
        Segment {
            from: self.from,
            to: self.to,
            objective: self.objective,
            good: held(self.good),
            bad: held(self.bad),
            length: Span::clamped(self.length),
            watched: Span::clamped(self.watched),
        }
    }
}

struct Tally {
    segments: Vec<Judged>,
    excluded: Excluded,
    ahead: u64,
    outside: u64,
    straddling: u64,
}

impl Tally {
    fn new(terms: &Terms) -> Self {
        let dropped = |from, to| {
            let drops =
                terms.exclusions().iter().filter(|exclusion| exclusion.treatment() == Treatment::Drop);
            drops.fold(0_u64, |sum, exclusion| sum.saturating_add(exclusion.within(from, to)))
        };
        let segment = |(from, to, objective): (Timestamp, Timestamp, Objective)| {
            let whole = to.as_millis().saturating_sub(from.as_millis());
            let length = whole.saturating_sub(dropped(from, to));
            Judged { from, to, objective, good: 0, bad: 0, length, watched: 0 }
        };
        Self {
            segments: terms.segments().map(segment).collect(),
            excluded: Excluded::default(),
            ahead: 0,
            outside: 0,
            straddling: 0,
        }
    }

    fn count(&mut self, terms: &Terms, interval: &Interval, now: Timestamp) {
        let (from, total) = (interval.from(), interval.total());
        if !terms.period().holds(from) {
            self.outside = self.outside.saturating_add(total);
            return;
        }
        if from > now {
            self.ahead = self.ahead.saturating_add(total);
            return;
        }
        let Some(segment) = self.segments.iter_mut().rev().find(|segment| segment.from <= from) else {
            return;
        };
        let exclusion = terms.exclusions().iter().find(|exclusion| exclusion.period().holds(from));
        let edge = exclusion.map_or(segment.to, |exclusion| exclusion.period().to().min(segment.to));
        let enters = |exclusion: &Exclusion| {
            from < exclusion.period().from() && exclusion.period().from() < interval.to()
        };
        if interval.to() > edge || terms.exclusions().iter().any(enters) {
            self.straddling = self.straddling.saturating_add(total);
        }
        let (good, bad) = (interval.good(), interval.bad());
        let add = |sum: &mut (u64, u64)| *sum = (sum.0.saturating_add(good), sum.1.saturating_add(bad));
        let (good, bad) = match exclusion.map(Exclusion::treatment) {
            Some(Treatment::Drop) => return add(&mut self.excluded.dropped),
            Some(Treatment::Freeze) => return add(&mut self.excluded.frozen),
            Some(Treatment::CountAsGood) => {
                self.excluded.forgiven = self.excluded.forgiven.saturating_add(bad);
                (u128::from(good) + u128::from(bad), 0)
            }
            None => (u128::from(good), u128::from(bad)),
        };
        segment.good = segment.good.saturating_add(good);
        segment.bad = segment.bad.saturating_add(bad);
        let end = interval.to().min(now).min(segment.to);
        let watched = end.as_millis().saturating_sub(from.as_millis());
        segment.watched = segment.watched.saturating_add(watched).min(segment.length);
    }
}

/// The sums that both measures are made of.
struct Sums {
    /// Bad events after adjustment: the magnitude, and whether it is negative.
    bad: (u128, bool),
    total: u128,
    /// Σ bᵢ Tᵢ, in billionths of events.
    allowed: u128,
    watched: u128,
    /// Σ bᵢ (Wᵢ - wᵢ), in billionths of milliseconds.
    unseen: u128,
}

impl Sums {
    /// Sums of counts stay below 2^96, as there are fewer than 2^32 intervals, and so `allowed` below 2^126; times below 2^48,
    /// and so `unseen`, of at most as many segments, below 2^110.
    fn of(segments: &[Judged], net: i128) -> Self {
        let mut sums = Self { bad: (0, false), total: 0, allowed: 0, watched: 0, unseen: 0 };
        let mut bad = 0_u128;
        for segment in segments {
            let events = segment.good.saturating_add(segment.bad);
            let b = u128::from(segment.objective.allowed_parts_per_billion());
            bad = bad.saturating_add(segment.bad);
            sums.total = sums.total.saturating_add(events);
            sums.allowed = sums.allowed.saturating_add(b.saturating_mul(events));
            sums.watched += u128::from(segment.watched);
            sums.unseen += b * u128::from(segment.length.saturating_sub(segment.watched));
        }
        let gives_back = net < 0 && net.unsigned_abs() > bad;
        let magnitude =
            if net < 0 { bad.abs_diff(net.unsigned_abs()) } else { bad.saturating_add(net.unsigned_abs()) };
        sums.bad = (magnitude, gives_back);
        sums
    }

    fn by_events_ppm(&self) -> Option<i64> {
        let spent = (Natural::of(self.bad.0).times(PPM_OF_BILLIONTHS), self.bad.1);
        (self.allowed > 0).then(|| signed_up(spent, Natural::of(self.allowed)))
    }

    /// B w / (w Σ bᵢ Tᵢ + T Σ bᵢ (Wᵢ - wᵢ)), which needs 2^96 × 2^48 × 2^50 at most.
    fn by_time_ppm(&self) -> Option<i64> {
        let spent = Natural::of(self.bad.0).times(self.watched).times(PPM_OF_BILLIONTHS);
        (self.allowed > 0 && self.watched > 0).then(|| signed_up((spent, self.bad.1), self.budget()))
    }

    fn budget(&self) -> Natural {
        Natural::of(self.allowed).times(self.watched).plus(Natural::of(self.total).times(self.unseen))
    }

    fn is_whole_budget(&self) -> bool {
        !self.bad.1 && Natural::of(self.bad.0).times(self.watched).times(BILLION) >= self.budget()
    }
}
