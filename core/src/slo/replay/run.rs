use super::outcome::{Episode, Outcome, Record, Yardstick};
use super::series::{Spending, check};
use super::{Incident, Sample};
use crate::error::{Error, Kind};
use crate::quantity::{Span, Timestamp};
use crate::slo::burn_rate::{BudgetDrop, Condition, Latch, Policy, Severity};
use crate::slo::{Counter, Reading};
use alloc::format;
use alloc::vec::Vec;

/// How a series is replayed.
///
/// By default evaluated every minute, with all alerts, and no grace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplayOptions {
    every: Span,
    grace: Span,
    severity: Severity,
}

impl Default for ReplayOptions {
    fn default() -> Self {
        Self { every: Span::clamped(60_000), grace: Span::ZERO, severity: Severity::Ticket }
    }
}

impl ReplayOptions {
    /// Evaluated at every multiple of `every` since the Unix epoch, after the samples before it: from 10 s to 1 d, a minute by default.
    #[must_use]
    pub fn every(self, every: Span) -> Self {
        Self { every, ..self }
    }

    /// An alert that fires within `grace` after the end of an incident still met it.
    #[must_use]
    pub fn with_grace(self, grace: Span) -> Self {
        Self { grace, ..self }
    }

    /// Only rows and rules of at least this severity take part.
    #[must_use]
    pub fn at_least(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }
}

/// Most evaluations of one replay: 30 days at ten seconds are 259,200.
const MOST_EVALUATIONS: u64 = 10_000_000;

/// Runs the policies over the samples, all in one pass over one counter, and compares what they told with the incidents.
///
/// An alert begins when any of the policy's rows or rules fires, and ends when none does any more. There is one outcome for each policy.
///
/// # Errors
/// Samples that are not in order of time; an incident that ends before it has begun; an interval of evaluation outside 10 s to 1 d; a series that would take more
/// than 10 million evaluations.
pub fn replay(
    policies: &[Policy],
    samples: &[Sample],
    incidents: &[Incident],
    options: ReplayOptions,
) -> Result<Vec<Outcome>, Error> {
    check(samples, incidents)?;
    let every = options.every.as_millis();
    if !(10_000..=86_400_000).contains(&every) {
        return Err(Error::new("every", Kind::Range, "must be from 10s to 1d", options.every));
    }
    let (first, last) = match (samples.first(), samples.last()) {
        (Some(first), Some(last)) => (first.at.as_millis() / every, last.at.as_millis() / every),
        _ => (0, 0),
    };
    let evaluations = if samples.is_empty() { 0 } else { last.saturating_sub(first).saturating_add(1) };
    if evaluations > MOST_EVALUATIONS {
        let rule = format!("must span at most {MOST_EVALUATIONS} intervals of {}", options.every);
        return Err(Error::new("samples", Kind::Range, rule, evaluations));
    }

    let mut windows = Windows::default();
    let mut players: Vec<Player<'_>> =
        policies.iter().map(|policy| Player::of(policy, options.severity, &mut windows)).collect();
    let mut counter = Counter::new();
    let mut rest = samples.iter().peekable();
    let mut end = Timestamp::EPOCH;
    for step in 0..evaluations {
        let tick = first.saturating_add(step).saturating_add(1).saturating_mul(every);
        end = Timestamp::from_millis(tick).unwrap_or(Timestamp::MAX);
        while let Some(sample) = rest.next_if(|sample| sample.at < end) {
            counter.record(sample.at, sample.good, sample.bad);
        }
        windows.read(&counter, end);
        for player in &mut players {
            player.step(&counter, &windows.readings, end);
        }
    }

    let spending = Spending::of(samples);
    let lasted = Span::clamped(evaluations.saturating_mul(every));
    let yardstick = Yardstick { spending: &spending, lasted, end, grace: options.grace };
    Ok(players.iter().map(|player| yardstick.outcome(player.policy, &player.record, incidents)).collect())
}

/// The distinct windows of all policies, each read once a step.
#[derive(Debug, Default)]
struct Windows {
    spans: Vec<Span>,
    readings: Vec<Reading>,
}

impl Windows {
    fn position(&mut self, window: Span) -> usize {
        let known = self.spans.iter().position(|span| *span == window);
        known.unwrap_or_else(|| {
            self.spans.push(window);
            self.spans.len().saturating_sub(1)
        })
    }

    fn read(&mut self, counter: &Counter, now: Timestamp) {
        self.readings.clear();
        self.readings.extend(self.spans.iter().map(|window| counter.reading(*window, now)));
    }
}

/// One policy on its way through the series.
#[derive(Debug)]
struct Player<'a> {
    policy: &'a Policy,
    rows: Vec<(&'a Condition, Latch, usize, usize)>,
    drops: Vec<(&'a BudgetDrop, Latch, usize)>,
    record: Record,
}

impl<'a> Player<'a> {
    fn of(policy: &'a Policy, severity: Severity, windows: &mut Windows) -> Self {
        let rows = policy.conditions().iter().filter(|row| row.severity() >= severity);
        let rows = rows.map(|row| {
            let (long, short) = (windows.position(row.long()), windows.position(row.short()));
            (row, Latch::default(), long, short)
        });
        let rows = rows.collect();
        let drops = policy.drops().iter().filter(|drop| drop.severity() >= severity);
        let drops = drops.map(|drop| (drop, Latch::default(), windows.position(drop.window()))).collect();
        Self { policy, rows, drops, record: Record::default() }
    }

    fn step(&mut self, counter: &Counter, readings: &[Reading], now: Timestamp) {
        let (mut firing, mut unknown) = (false, false);
        for (condition, latch, long, short) in &mut self.rows {
            let (Some(long), Some(short)) = (readings.get(*long), readings.get(*short)) else { continue };
            let was_firing = latch.is_firing();
            let (signal, frozen) = self.policy.signal(condition, was_firing, long, short);
            let (signal, _) = self.policy.with_proof(condition, was_firing, signal, counter, now);
            latch.step(signal, now, condition.pending(), self.policy.min_hold());
            firing |= latch.is_firing();
            unknown |= frozen.is_some();
        }
        for (drop, latch, window) in &mut self.drops {
            let Some(reading) = readings.get(*window) else { continue };
            let (signal, frozen) = self.policy.drop_signal(drop, latch.is_firing(), reading);
            latch.step(signal, now, Span::ZERO, self.policy.min_hold());
            firing |= latch.is_firing();
            unknown |= frozen.is_some();
        }
        let record = &mut self.record;
        record.evaluations = record.evaluations.saturating_add(1);
        record.insufficient = record.insufficient.saturating_add(u64::from(unknown && !firing));
        match record.episodes.last_mut().filter(|episode| episode.to.is_none()) {
            Some(open) if !firing => open.to = Some(now),
            None if firing => record.episodes.push(Episode { from: now, to: None }),
            _ => {}
        }
    }
}
