use super::Incident;
use super::series::Spending;
use crate::order;
use crate::quantity::{Span, Timestamp};
use crate::slo::burn_rate::Policy;
use alloc::vec::Vec;
use serde::Serialize;

/// What a policy would have told of a series. Shares are in parts per million, rounded down, spends rounded up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Outcome {
    /// How often an alert began to fire.
    pub alerts: u64,
    /// How many of those met an incident: they fired at some time in it, or within the grace after it.
    pub true_alerts: u64,
    /// True alerts among all. None without alerts.
    pub precision_ppm: Option<u64>,
    /// How many incidents an alert met.
    pub detected: u64,
    /// Those among all incidents. None without incidents.
    pub recall_ppm: Option<u64>,
    /// The middle one of the times to detect, the lower of two. None if nothing was detected.
    pub median_detection: Option<Span>,
    /// The longest one.
    pub longest_detection: Option<Span>,
    /// The middle one of the times to reset, the lower of two. None if nothing that was detected was reset.
    pub median_reset: Option<Span>,
    /// How long alerts fired that met no incident.
    pub false_firing: Span,
    /// How often it was evaluated.
    pub evaluations: u64,
    /// How many of these had nothing firing, and something of which nothing could be said.
    pub insufficient: u64,
    /// What all of the series spent of the budget of one period, by time.
    pub spent_ppm: u64,
    /// One for each incident, in their order.
    pub incidents: Vec<IncidentOutcome>,
}

/// What a policy would have told of one incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct IncidentOutcome {
    /// The incident.
    pub incident: Incident,
    /// From its beginning to the first alert that met it, 0 if one was firing already. None if none did.
    pub detected_after: Option<Span>,
    /// Whether that alert fired before the incident began: luck, or an alarm that nobody looks at any more.
    pub already_firing: bool,
    /// From its end to the reset of the last alert that met it, 0 if that came sooner. None if there was none.
    pub reset_after: Option<Span>,
    /// What was spent of the budget from its beginning to detection; none if it was not detected.
    pub spent_before_detection_ppm: Option<u64>,
    /// What was spent of the budget from its beginning to its end.
    pub spent_ppm: u64,
}

/// An alert that fired, and when it reset if it did.
#[derive(Clone, Copy, Debug)]
pub(super) struct Episode {
    pub(super) from: Timestamp,
    pub(super) to: Option<Timestamp>,
}

impl Episode {
    fn meets(&self, incident: &Incident, grace: Span) -> bool {
        self.from < incident.to.saturating_add(grace) && self.to.is_none_or(|to| to > incident.from)
    }
}

/// What one policy did, in the order of time.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) episodes: Vec<Episode>,
    pub(super) evaluations: u64,
    pub(super) insufficient: u64,
}

/// What the whole series is measured by.
#[derive(Debug)]
pub(super) struct Yardstick<'a> {
    pub(super) spending: &'a Spending<'a>,
    pub(super) lasted: Span,
    pub(super) end: Timestamp,
    pub(super) grace: Span,
}

impl Yardstick<'_> {
    /// ceil(ceil(bad × 10^15 / (b T)) × lasted / period), with the T events that the whole series had.
    fn spend_ppm(&self, policy: &Policy, bad: u64) -> u64 {
        let allowed = u128::from(policy.objective().allowed_parts_per_billion());
        let events = u128::from(self.spending.events());
        let by_events = (u128::from(bad) * 1_000_000_000_000_000).div_ceil((allowed * events).max(1));
        let lasted = u128::from(self.lasted.as_millis());
        // At most 10^15 × 2^42.
        let spent = (by_events * lasted).div_ceil(u128::from(policy.period().as_millis().max(1)));
        u64::try_from(spent).unwrap_or(u64::MAX)
    }

    pub(super) fn outcome(&self, policy: &Policy, record: &Record, incidents: &[Incident]) -> Outcome {
        let judged: Vec<IncidentOutcome> =
            incidents.iter().map(|incident| self.incident(policy, record, *incident)).collect();
        let is_true = |episode: &&Episode| incidents.iter().any(|one| episode.meets(one, self.grace));
        let alerts = count(record.episodes.len());
        let true_alerts = count(record.episodes.iter().filter(is_true).count());
        let detections: Vec<Span> = judged.iter().filter_map(|one| one.detected_after).collect();
        let detected = count(detections.len());
        let longest_detection = detections.iter().max().copied();
        let false_firing = record.episodes.iter().filter(|episode| !is_true(episode));
        let false_firing = false_firing.map(|episode| episode.to.unwrap_or(self.end).since(episode.from));
        Outcome {
            alerts,
            true_alerts,
            precision_ppm: share(true_alerts, alerts),
            detected,
            recall_ppm: share(detected, count(incidents.len())),
            median_detection: median(detections),
            longest_detection,
            median_reset: median(judged.iter().filter_map(|one| one.reset_after).collect()),
            false_firing: false_firing.fold(Span::ZERO, Span::saturating_add),
            evaluations: record.evaluations,
            insufficient: record.insufficient,
            spent_ppm: self.spend_ppm(policy, self.spending.bad_between(Timestamp::EPOCH, Timestamp::MAX)),
            incidents: judged,
        }
    }

    fn incident(&self, policy: &Policy, record: &Record, incident: Incident) -> IncidentOutcome {
        let mut meets = record.episodes.iter().filter(|episode| episode.meets(&incident, self.grace));
        let first = meets.next().copied();
        let last = meets.next_back().copied().or(first);
        let spent = |to| self.spend_ppm(policy, self.spending.bad_between(incident.from, to));
        IncidentOutcome {
            incident,
            detected_after: first.map(|episode| episode.from.since(incident.from)),
            already_firing: first.is_some_and(|episode| episode.from < incident.from),
            reset_after: last.and_then(|episode| Some(episode.to?.since(incident.to))),
            spent_before_detection_ppm: first.map(|episode| spent(episode.from.max(incident.from))),
            spent_ppm: spent(incident.to),
        }
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn share(part: u64, whole: u64) -> Option<u64> {
    u64::try_from((u128::from(part) * 1_000_000).checked_div(u128::from(whole))?).ok()
}

fn median(mut spans: Vec<Span>) -> Option<Span> {
    order::sort(&mut spans);
    spans.get(spans.len().checked_sub(1)? / 2).copied()
}
