use super::argo::{Limit, Measured, check_limit, check_minutes, measure};
use super::lead::{Lead, Why, split};
use super::minute::{Minute, Split};
use super::time::minutes;
use super::timetable::Timetable;
use super::trail::Trail;
use crate::error::{Error, Kind};
use crate::quantity::{Share, Span};
use crate::rollout::{Phase, Plan};
use alloc::vec::Vec;
use core::fmt;

/// Failed checks in the way of a Flagger canary with one metric, the canary's error rate.
///
/// At each `interval` it rolls back if `threshold` checks have failed; then it checks the rate of the last `window`. A check that fails, or has nothing to go by,
/// adds one to the failed checks, which never go down, and leaves the weight as it is. One that passes raises the weight to the next one, or after the last
/// promotes.
///
/// Its weights rise by one a passed interval. With [`Weights::Plan`] they are the plan's exposures, whatever the plan's dwell; with [`Weights::Linear`] they rise in equal steps to the
/// plan's last but one exposure, so many that the whole takes as long as the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Flagger {
    pub(super) limit: f64,
    interval: Span,
    window: Span,
    threshold: u32,
    to_control: bool,
    weights: Weights,
}

/// How Flagger's weights rise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weights {
    /// `stepWeights`: the plan's exposures.
    #[default]
    Plan,
    /// `stepWeight` and `maxWeight`: equal steps, for as long as the plan takes.
    Linear,
}

impl Flagger {
    /// Fails where more than this share of the canary's units did. Every minute over a minute, `threshold` 5.
    ///
    /// # Errors
    /// A limit that is not from 0 to 1000.
    pub fn new(limit: f64) -> Result<Self, Error> {
        let one = Span::clamped(super::time::MINUTE);
        let weights = Weights::default();
        Self { limit: 0.0, interval: one, window: one, threshold: 5, to_control: false, weights }.at(limit)
    }

    /// The same with another limit.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn at(self, limit: f64) -> Result<Self, Error> {
        check_limit(limit)?;
        Ok(Self { limit, ..self })
    }

    /// The same with another interval, and another window of the metric.
    ///
    /// # Errors
    /// Less than a minute.
    pub fn every(self, interval: Span, window: Span) -> Result<Self, Error> {
        check_minutes("interval", interval)?;
        check_minutes("window", window)?;
        Ok(Self { interval, window, ..self })
    }

    /// The same with another number of failed checks at which it rolls back.
    ///
    /// # Errors
    /// None at all.
    pub fn failing(self, threshold: u32) -> Result<Self, Error> {
        if threshold == 0 {
            return Err(Error::new("threshold", Kind::Range, "must be at least 1", threshold));
        }
        Ok(Self { threshold, ..self })
    }

    /// The same with weights that rise in another way.
    #[must_use]
    pub const fn rising(self, weights: Weights) -> Self {
        Self { weights, ..self }
    }

    /// The same with a metric that divides the canary's rate by the control's, so that the limit is a ratio. 0 by 0 is no failure.
    #[must_use]
    pub const fn relative(self) -> Self {
        Self { to_control: true, ..self }
    }

    pub(super) const fn is_relative(&self) -> bool {
        self.to_control
    }

    fn weights(&self, plan: &Plan) -> Vec<Share> {
        let exposures: Vec<Share> = plan.stages().iter().map(crate::rollout::Stage::exposure).collect();
        if self.weights == Weights::Plan {
            return exposures;
        }
        let top = exposures.iter().rev().find(|share| **share < Share::ALL).or(exposures.last());
        let top = u64::from(top.map_or(0, |share| share.parts_per_million()));
        let steps = (Timetable::of(plan).minutes() / minutes(self.interval)).clamp(1, 10_000);
        let weight = |step: u64| {
            let parts = u32::try_from(top * step / steps).unwrap_or(0).max(1);
            Share::from_parts_per_million(parts).unwrap_or(Share::ALL)
        };
        (1..=steps).map(weight).collect()
    }
}

impl fmt::Display for Flagger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { interval, window, threshold, .. } = self;
        let weights = if self.weights == Weights::Linear { ", linear" } else { "" };
        write!(
            f,
            "every {interval} over {window}{weights}: above {}, {threshold} times",
            Limit(self.limit, self.to_control)
        )
    }
}

/// A run of a canary.
pub(super) struct Checks {
    flagger: Flagger,
    weights: Vec<Share>,
    stage: usize,
    trail: Trail,
    failed: u32,
    phase: Option<Phase>,
}

impl Checks {
    pub(super) fn new(flagger: Flagger, plan: &Plan) -> Self {
        let weights = flagger.weights(plan);
        Self { flagger, weights, stage: 0, trail: Trail::default(), failed: 0, phase: None }
    }
}

impl Lead for Checks {
    fn split(&self) -> Split {
        split(match self.phase {
            Some(Phase::RolledBack) => Share::ZERO,
            _ => self.weights.get(self.stage).or(self.weights.last()).copied().unwrap_or(Share::ZERO),
        })
    }

    fn phase(&self) -> Phase {
        self.phase.unwrap_or(Phase::Ramping { stage: u32::try_from(self.stage).unwrap_or(u32::MAX) })
    }

    fn hear(&mut self, minute: &Minute) -> Result<Option<Why>, Error> {
        self.trail.push(minute);
        if !self.trail.minutes().is_multiple_of(minutes(self.flagger.interval)) {
            return Ok(None);
        }
        if self.failed >= self.flagger.threshold {
            self.phase = Some(Phase::RolledBack);
            return Ok(Some("threshold".into()));
        }
        let Flagger { window, limit, to_control, .. } = self.flagger;
        if measure(&self.trail, window, limit, to_control) != Measured::Success {
            self.failed += 1;
            return Ok(None);
        }
        if self.stage + 1 < self.weights.len() {
            self.stage += 1;
            return Ok(None);
        }
        self.phase = Some(Phase::Completed);
        Ok(Some("promoted".into()))
    }
}
