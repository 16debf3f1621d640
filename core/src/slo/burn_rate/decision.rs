use super::Severity;
use super::alert_state::Change;
use crate::quantity::{Objective, Share, Span, Timestamp};
use crate::slo::Reading;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What to do about the burn rate. A closed set: a caller that misses a case would act unsafely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub enum Alert {
    /// At least one alert that pages fires.
    Page,
    /// At least one alert fires, and none that pages.
    Ticket,
    /// Every row and rule could be judged, and none fires.
    Quiet,
    /// None fires, and of at least one nothing can be said: no events, or too little coverage. Never to be taken for health.
    InsufficientData,
}

/// One answer for all rows and rules of a policy: the highest severity that fires, with the numbers of every window.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
#[must_use]
pub struct Decision {
    pub(super) alert: Alert,
    pub(super) at: Timestamp,
    pub(super) rows: Vec<RowReport>,
    pub(super) drops: Vec<DropReport>,
}

impl Decision {
    /// What to do.
    pub const fn alert(&self) -> Alert {
        self.alert
    }

    /// When it was asked.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// The rows, in the order of the policy.
    #[must_use]
    pub fn rows(&self) -> &[RowReport] {
        &self.rows
    }

    /// The absolute rules, in the order of the policy.
    #[must_use]
    pub fn drops(&self) -> &[DropReport] {
        &self.drops
    }
}

/// How one alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It does not fire.
    Quiet,
    /// It burns, and waits for as long as the row says.
    Pending,
    /// It fires.
    Firing,
    /// It does not fire, and nothing can be said.
    InsufficientData,
}

/// Why an alert was left as it was: it neither fired nor reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Frozen {
    /// A window without an event, as when nobody calls or nobody reports.
    NoEvents,
    /// A window of which less was watched than the policy asks for.
    Coverage,
    /// Only buckets are left that are longer than the window, or that hide where evidence begins.
    Resolution,
}

/// One row with its numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RowReport {
    /// How urgent it is.
    pub severity: Severity,
    /// How it stands.
    pub status: Status,
    /// Since when it fires, or burns while it is pending.
    pub since: Option<Timestamp>,
    /// Whether this evaluation made it fire or reset.
    pub change: Option<Change>,
    /// Why it was left as it was, if it was.
    pub frozen: Option<Frozen>,
    /// The burn rate at which it fires, in parts per million, rounded down.
    pub threshold_ppm: u64,
    /// The long window.
    pub long: WindowReport,
    /// The short window.
    pub short: WindowReport,
    /// What was found when evidence was needed before the row could page.
    pub evidence: Option<Evidence>,
}

/// One absolute rule with its numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DropReport {
    /// How urgent it is.
    pub severity: Severity,
    /// How it stands.
    pub status: Status,
    /// Since when it fires.
    pub since: Option<Timestamp>,
    /// Whether this evaluation made it fire or reset.
    pub change: Option<Change>,
    /// Why it was left as it was, if it was.
    pub frozen: Option<Frozen>,
    /// The share of the budget, more than which fires.
    pub threshold: Share,
    /// What the window spent of the budget of the period, by time, in parts per million, rounded up. None without events.
    pub spent_ppm: Option<u64>,
    /// The window.
    pub window: WindowReport,
}

/// One window as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowReport {
    pub(super) reading: Reading,
    pub(super) objective: Objective,
    pub(super) exceeds: Option<bool>,
}

impl WindowReport {
    /// What was read.
    #[must_use]
    pub const fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Whether it is at the threshold or above it; none without events.
    #[must_use]
    pub const fn exceeds(&self) -> Option<bool> {
        self.exceeds
    }

    /// The burn rate in parts per million, rounded up: 1,000,000 is exactly as fast as allowed. None without events.
    #[must_use]
    pub fn burn_rate_ppm(&self) -> Option<u64> {
        let (good, bad) = (u128::from(self.reading.good()), u128::from(self.reading.bad()));
        let allowed = u128::from(self.objective.allowed_parts_per_billion()) * (good + bad);
        (allowed > 0)
            .then(|| u64::try_from((bad * 1_000_000_000_000_000).div_ceil(allowed)).unwrap_or(u64::MAX))
    }
}

#[derive(Serialize)]
struct Shown {
    window: Span,
    resolution: Span,
    watched: Span,
    coverage: Share,
    good: u64,
    bad: u64,
    burn_rate_ppm: Option<u64>,
    exceeds: Option<bool>,
}

impl Serialize for WindowReport {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Shown {
            window: self.reading.window(),
            resolution: self.reading.resolution(),
            watched: self.reading.watched(),
            coverage: self.reading.coverage(),
            good: self.reading.good(),
            bad: self.reading.bad(),
            burn_rate_ppm: self.burn_rate_ppm(),
            exceeds: self.exceeds,
        }
        .serialize(serializer)
    }
}

/// What a row has to show before it pages, if the policy asks for it: see [`Policy::with_evidence`](super::Policy::with_evidence).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Evidence {
    /// Since when it is gathered: the start of the stretch of time that the long window's length cuts off.
    pub since: Timestamp,
    /// Good events since then.
    pub good: u64,
    /// Bad events since then.
    pub bad: u64,
    /// The natural logarithm of the odds against a failure rate at the threshold.
    pub ln_odds: f64,
    /// What it must reach: ln(1 / alpha).
    pub needed: f64,
    /// Whether it does, with more failures than the threshold expects.
    pub suffices: bool,
}
