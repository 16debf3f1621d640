use super::outcome::{Episode, Outcome, Record, Yardstick};
use super::series::{Spending, check};
use super::{Incident, Sample};
use crate::error::{Error, Kind};
use crate::quantity::{Span, Timestamp};
use crate::slo::burn_rate::{BudgetDrop, Condition, Latch, Policy, Severity, Signal};
use crate::slo::{Counter, Reading};
use alloc::format;
use alloc::vec::Vec;

/// How a series is replayed.
///
/// By default evaluated every minute, with all alerts, and no grace.
///
/// ```
/// use rampgate::slo::burn_rate::Severity;
/// use rampgate::slo::replay::ReplayOptions;
///
/// let pages = ReplayOptions::default().every("30s".parse()?).with_grace("1h".parse()?).at_least(Severity::Page);
/// assert_ne!(pages, ReplayOptions::default());
/// # Ok::<(), rampgate::Error>(())
/// ```
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
            player.step(&counter, &windows.seen, end);
        }
    }

    let spending = Spending::of(samples);
    let lasted = Span::clamped(evaluations.saturating_mul(every));
    let yardstick = Yardstick { spending: &spending, lasted, end, grace: options.grace };
    Ok(players.iter().map(|player| yardstick.outcome(player.policy, &player.record, incidents)).collect())
}

/// The distinct windows of all policies, each read once a step.
#[derive(Debug, Default)]
struct Windows<'a> {
    asked: Vec<(Span, &'a Policy)>,
    seen: Vec<(Reading, bool)>,
}

impl<'a> Windows<'a> {
    /// Policies that ask for the same coverage share their windows.
    fn position(&mut self, window: Span, policy: &'a Policy) -> usize {
        let same = |(span, other): &(Span, &Policy)| {
            *span == window && other.min_coverage() == policy.min_coverage()
        };
        self.asked.iter().position(same).unwrap_or_else(|| {
            self.asked.push((window, policy));
            self.asked.len().saturating_sub(1)
        })
    }

    /// Each window with whether nothing can be said by it.
    fn read(&mut self, counter: &Counter, now: Timestamp) {
        self.seen.clear();
        self.seen.extend(self.asked.iter().map(|(window, policy)| {
            let reading = counter.reading(*window, now);
            (reading, policy.frozen(&reading).is_some())
        }));
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
    fn of(policy: &'a Policy, severity: Severity, windows: &mut Windows<'a>) -> Self {
        let rows = policy.conditions().iter().filter(|row| row.severity() >= severity);
        let rows = rows.map(|row| {
            let (long, short) = (windows.position(row.long(), policy), windows.position(row.short(), policy));
            (row, Latch::default(), long, short)
        });
        let rows = rows.collect();
        let drops = policy.drops().iter().filter(|drop| drop.severity() >= severity);
        let drops =
            drops.map(|drop| (drop, Latch::default(), windows.position(drop.window(), policy))).collect();
        Self { policy, rows, drops, record: Record::default() }
    }

    fn step(&mut self, counter: &Counter, seen: &[(Reading, bool)], now: Timestamp) {
        let (mut firing, mut unknown) = (false, false);
        let hold = self.policy.min_hold();
        for (condition, latch, long, short) in &mut self.rows {
            let (Some((long, long_frozen)), Some((short, short_frozen))) =
                (seen.get(*long), seen.get(*short))
            else {
                continue;
            };
            let (was_firing, frozen) = (latch.is_firing(), *long_frozen || *short_frozen);
            let signal = if frozen { Signal::Unknown } else { condition.signal(was_firing, long, short) };
            if signal == Signal::Under && latch.is_idle() {
                continue; // nearly always
            }
            let (signal, _) = self.policy.with_proof(condition, was_firing, signal, counter, now);
            latch.step(signal, now, condition.pending(), hold);
            firing |= latch.is_firing();
            unknown |= signal == Signal::Unknown;
        }
        for (drop, latch, window) in &mut self.drops {
            let Some((reading, _)) = seen.get(*window) else { continue };
            let (signal, frozen) = self.policy.drop_signal(drop, latch.is_firing(), reading);
            latch.step(signal, now, Span::ZERO, hold);
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
