use super::read::{count, instant, instants, reading, within};
use crate::document::{Field, Fields};
use crate::error::Kind;
use crate::quantity::{Share, Span, Timestamp};
use crate::slo::burn_rate::{AlertState, Condition, Decision, Policy, Severity};
use crate::slo::replay::{Incident, Outcome, ReplayOptions, Sample, replay};
use crate::slo::{Counter, Reading};
use alloc::vec::Vec;
use serde::Serialize;

/// Most events that one question may have recorded by runs, so that a short text asks for no endless work.
const MOST_RECORDED: u64 = 10_000_000;

#[derive(Serialize)]
pub(super) struct Decided {
    decisions: Vec<Decision>,
    state: AlertState,
}

pub(super) fn policy(field: &Field<'_>) -> Option<Policy> {
    Policy::read(field)
}

fn policy_of(fields: &mut Fields<'_>) -> Option<Policy> {
    fields.required("policy").and_then(|field| Policy::read(&field))
}

/// Decisions from readings at one time, or from events that are recorded in steps.
pub(super) fn burn_rate(field: &Field<'_>) -> Option<Decided> {
    let mut fields = field.object()?;
    let policy = policy_of(&mut fields);
    let state = fields.optional("state").map(|field| AlertState::read(&field, instant));
    let source = match fields.optional("readings") {
        Some(readings) => {
            let readings = readings.list().and_then(|items| items.iter().map(reading).collect());
            let now = fields.required("now").and_then(|field| instant(&field));
            readings.zip(now).map(|(readings, now)| Source::Readings(readings, now))
        }
        None => fields.required("steps").and_then(|field| {
            let mut left = MOST_RECORDED;
            let steps: Vec<_> = field.list()?.iter().map(|item| Step::read(item, &mut left)).collect();
            steps.into_iter().collect::<Option<_>>().map(Source::Steps)
        }),
    };
    fields.finish();
    let policy = policy?;
    let mut state = state.unwrap_or_else(|| Some(policy.start()))?;
    let decisions = match source? {
        Source::Readings(readings, now) => {
            alloc::vec![within(field, policy.evaluate_readings(&readings, now, &mut state))?]
        }
        Source::Steps(steps) => {
            let (mut counter, mut decisions) = (Counter::new(), Vec::new());
            for Step { runs, asked } in steps {
                runs.iter().for_each(|run| run.record(&mut counter));
                for now in asked {
                    decisions.push(within(field, policy.evaluate(&counter, now, &mut state))?);
                }
            }
            decisions
        }
    };
    Some(Decided { decisions, state })
}

enum Source {
    Readings(Vec<Reading>, Timestamp),
    Steps(Vec<Step>),
}

/// What is recorded, and when it is asked then.
struct Step {
    runs: Vec<Run>,
    asked: Vec<Timestamp>,
}

impl Step {
    fn read(field: &Field<'_>, left: &mut u64) -> Option<Self> {
        let mut fields = field.object()?;
        let runs = fields.required("runs").and_then(|field| {
            let runs: Vec<Option<Run>> = field.list()?.iter().map(|item| Run::read(item, left)).collect();
            runs.into_iter().collect()
        });
        let asked = fields.required("asked").and_then(|field| instants(&field));
        fields.finish();
        Some(Self { runs: runs?, asked: asked? })
    }
}

/// The same counts over and over.
struct Run {
    first: Timestamp,
    every: i64,
    count: u64,
    good: u64,
    bad: u64,
}

impl Run {
    /// `[at, good, bad]`, or `[first, every, count, good, bad]` with milliseconds in between, backwards if there are fewer than none.
    fn read(field: &Field<'_>, left: &mut u64) -> Option<Self> {
        let items = field.list()?;
        let run = match items.as_slice() {
            [at, good, bad] => {
                Self { first: instant(at)?, every: 0, count: 1, good: count(good)?, bad: count(bad)? }
            }
            [first, every, times, good, bad] => Self {
                first: instant(first)?,
                every: every.signed()?,
                count: times.integer(0..=MOST_RECORDED)?,
                good: count(good)?,
                bad: count(bad)?,
            },
            _ => {
                field.refuse(
                    Kind::Type,
                    "must be a list of three: at, good, bad; or of five: first, every, count, good, bad",
                );
                return None;
            }
        };
        let Some(rest) = left.checked_sub(run.count) else {
            field.refuse(Kind::Range, "is more than 10000000 records in all");
            return None;
        };
        *left = rest;
        Some(run)
    }

    fn record(&self, counter: &mut Counter) {
        let mut at = self.first;
        for _ in 0..self.count {
            counter.record(at, self.good, self.bad);
            let step = Span::clamped(self.every.unsigned_abs());
            at = if self.every < 0 { at.saturating_sub(step) } else { at.saturating_add(step) };
        }
    }
}

/// What a policy does under a steady failure. Times that never come are absent, as null.
#[derive(Serialize)]
pub(super) struct Forms {
    rows: Vec<Form>,
    time_to_page: Option<Span>,
    spend_at_page_ppm: Option<u64>,
    time_to_alert: Option<Span>,
    spend_at_alert_ppm: Option<u64>,
    time_to_spend: Option<Span>,
    largest_exposure: Option<Share>,
    longest_delay: Option<Span>,
}

#[derive(Serialize)]
struct Form {
    time_to_fire: Option<Span>,
    time_to_reset: Option<Span>,
    spend_at_firing_ppm: u64,
}

pub(super) fn forms(field: &Field<'_>) -> Option<Forms> {
    let mut fields = field.object()?;
    let policy = policy_of(&mut fields);
    let failing = fields.required("failing").and_then(|field| field.parse());
    let remaining = fields.optional("remaining").map_or(Some(Share::ALL), |field| field.parse());
    let spend = fields.optional("spend").map_or(Some(Share::ALL), |field| field.parse());
    let delay = fields.optional("delay").map(|field| field.parse());
    let exposure = fields.optional("exposure").map(|field| field.parse());
    fields.finish();
    let (policy, failing, remaining, spend) = (policy?, failing?, remaining?, spend?);
    let row = |condition: &Condition| Form {
        time_to_fire: condition.time_to_fire(failing),
        time_to_reset: condition.time_to_reset(failing, policy.reset()),
        spend_at_firing_ppm: condition.spend_at_firing_ppm(),
    };
    let largest_exposure = match delay {
        Some(delay) => Some(policy.largest_exposure(failing, delay?, spend)),
        None => None,
    };
    let longest_delay = match exposure {
        Some(exposure) => policy.longest_delay(failing, exposure?, spend),
        None => None,
    };
    Some(Forms {
        rows: policy.conditions().iter().map(row).collect(),
        time_to_page: policy.time_to_alert(failing, Severity::Page),
        spend_at_page_ppm: policy.spend_at_alert_ppm(failing, Severity::Page),
        time_to_alert: policy.time_to_alert(failing, Severity::Ticket),
        spend_at_alert_ppm: policy.spend_at_alert_ppm(failing, Severity::Ticket),
        time_to_spend: policy.time_to_spend(failing, remaining),
        largest_exposure,
        longest_delay,
    })
}

/// What policies would have told of recorded data.
pub(super) fn replayed(field: &Field<'_>) -> Option<Vec<Outcome>> {
    let mut fields = field.object()?;
    let policies = fields.required("policies").and_then(|field| {
        let policies: Vec<_> = field.list()?.iter().map(Policy::read).collect();
        policies.into_iter().collect::<Option<Vec<_>>>()
    });
    let samples = fields.required("samples").and_then(|field| field.list()?.iter().map(sample).collect());
    let incidents: Option<Vec<Incident>> = fields
        .optional("incidents")
        .map_or(Some(Vec::new()), |field| field.list()?.iter().map(incident).collect());
    let mut options = Some(ReplayOptions::default());
    if let Some(every) = fields.optional("every") {
        options = options.zip(every.parse()).map(|(options, every)| options.every(every));
    }
    if let Some(grace) = fields.optional("grace") {
        options = options.zip(grace.parse()).map(|(options, grace)| options.with_grace(grace));
    }
    if let Some(least) = fields.optional("at_least") {
        options = options.zip(least.choice(&Severity::WORDS)).map(|(options, least)| options.at_least(least));
    }
    fields.finish();
    let samples: Vec<Sample> = samples?;
    within(field, replay(&policies?, &samples, &incidents?, options?))
}

fn sample(field: &Field<'_>) -> Option<Sample> {
    let items = field.list()?;
    let [at, good, bad] = items.as_slice() else {
        field.refuse(Kind::Type, "must be a list of three: at, good, bad");
        return None;
    };
    Some(Sample { at: instant(at)?, good: count(good)?, bad: count(bad)? })
}

fn incident(field: &Field<'_>) -> Option<Incident> {
    let items = field.list()?;
    let [from, to] = items.as_slice() else {
        field.refuse(Kind::Type, "must be a list of two: from, to");
        return None;
    };
    Some(Incident { from: instant(from)?, to: instant(to)? })
}
