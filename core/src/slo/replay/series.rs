use crate::error::{Error, Kind};
use crate::quantity::Timestamp;
use alloc::format;
use serde::{Deserialize, Serialize};

/// What was counted at one time, or from then until the next sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// When.
    pub at: Timestamp,
    /// Good events.
    pub good: u64,
    /// Bad events.
    pub bad: u64,
}

/// A time in which somebody should have been told, from its first instant to just before its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// When it began.
    pub from: Timestamp,
    /// When it was over.
    pub to: Timestamp,
}

/// The samples must be in order of time, and each incident must take time.
pub(super) fn check(samples: &[Sample], incidents: &[Incident]) -> Result<(), Error> {
    for (n, pair) in samples.windows(2).enumerate() {
        if let [before, after] = pair
            && after.at < before.at
        {
            let path = format!("samples[{}].at", n.saturating_add(1));
            return Err(Error::new(path, Kind::Order, "must not be before the sample before it", after.at));
        }
    }
    for (n, incident) in incidents.iter().enumerate() {
        if incident.to <= incident.from {
            let rule = format!("must be after its beginning ({})", incident.from);
            return Err(Error::new(format!("incidents[{n}].to"), Kind::Conflict, rule, incident.to));
        }
    }
    Ok(())
}

/// Running sums of a series, for what was spent between two times.
#[derive(Debug)]
pub(super) struct Spending<'a> {
    samples: &'a [Sample],
    bad: alloc::vec::Vec<u64>,
    events: u64,
}

impl<'a> Spending<'a> {
    pub(super) fn of(samples: &'a [Sample]) -> Self {
        let mut sums = (0_u64, 0_u64);
        let mut bad = alloc::vec::Vec::with_capacity(samples.len().saturating_add(1));
        bad.push(0);
        for sample in samples {
            sums.0 = sums.0.saturating_add(sample.bad);
            sums.1 = sums.1.saturating_add(sample.good).saturating_add(sample.bad);
            bad.push(sums.0);
        }
        Self { samples, bad, events: sums.1 }
    }

    /// Events in all, held at `u64::MAX`.
    pub(super) fn events(&self) -> u64 {
        self.events
    }

    /// Bad events from `from` to just before `to`.
    pub(super) fn bad_between(&self, from: Timestamp, to: Timestamp) -> u64 {
        let before = |time: Timestamp| {
            let position = self.samples.partition_point(|sample| sample.at < time);
            self.bad.get(position).copied().unwrap_or(0)
        };
        before(to).saturating_sub(before(from))
    }
}
