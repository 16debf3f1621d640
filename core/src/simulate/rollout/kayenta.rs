use super::argo::check_minutes;
use super::lead::{Lead, Why, split};
use super::minute::{Minute, Split};
use super::time::minutes;
use super::timetable::Timetable;
use super::trail::Trail;
use crate::canary::classic::{Config, Direction, Gaps, Measure, Metric, Series, Verdict};
use crate::error::{Error, Kind};
use crate::quantity::{Share, Span, shown};
use crate::rollout::Phase;
use alloc::vec::Vec;
use core::fmt;

const NAME: &str = "errors";

/// The judge of Kayenta at intervals, as [`canary::classic`](crate::canary::classic) has it, on one metric: the error rates of both arms, a point for each `step`.
///
/// At each `interval` it compares the points since the beginning, or those of the last `lookback`. A verdict of failure aborts, any other does not: no data never
/// fails a canary. The stages go on by the clock meanwhile.
#[derive(Clone, Debug, PartialEq)]
pub struct Kayenta {
    pub(super) allowed: f64,
    interval: Span,
    step: Span,
    lookback: Option<Span>,
}

impl Kayenta {
    /// Fails where the canary's points are significantly higher, and their mean is at least `allowed` times the control's (`allowedIncrease`). Every hour, a point
    /// a minute, from the beginning.
    ///
    /// # Errors
    /// A ratio that is not from 1 to 1,000,000.
    pub fn new(allowed: f64) -> Result<Self, Error> {
        let minute = super::time::MINUTE;
        let (interval, step) = (Span::clamped(60 * minute), Span::clamped(minute));
        Self { allowed: 1.0, interval, step, lookback: None }.at(allowed)
    }

    /// The same with another ratio.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn at(self, allowed: f64) -> Result<Self, Error> {
        if !(1.0..=1e6).contains(&allowed) {
            return Err(Error::new("allowed", Kind::Range, "must be from 1 to 1000000", shown(allowed)));
        }
        Ok(Self { allowed, ..self })
    }

    /// The same with another interval, and another length of a point.
    ///
    /// # Errors
    /// Less than a minute.
    pub fn every(self, interval: Span, step: Span) -> Result<Self, Error> {
        check_minutes("interval", interval)?;
        check_minutes("step", step)?;
        Ok(Self { interval, step, ..self })
    }

    /// The same with points of the last `lookback` alone: a sliding window.
    ///
    /// # Errors
    /// Less than a minute.
    pub fn over(self, lookback: Span) -> Result<Self, Error> {
        check_minutes("lookback", lookback)?;
        Ok(Self { lookback: Some(lookback), ..self })
    }
}

impl fmt::Display for Kayenta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { interval, step, allowed, .. } = self;
        write!(f, "every {interval}, points of {step}")?;
        if let Some(lookback) = self.lookback {
            write!(f, " of the last {lookback}")?;
        }
        write!(f, ": from {allowed:.2}x")
    }
}

/// A canary stage.
pub(super) struct Canary {
    kayenta: Kayenta,
    config: Config,
    timetable: Timetable,
    trail: Trail,
    aborted: bool,
}

impl Canary {
    pub(super) fn new(kayenta: &Kayenta, timetable: Timetable) -> Result<Self, Error> {
        let metric = Metric::new(NAME, &["health"])?
            .with_direction(Direction::Increase)
            .with_gaps(Gaps::Remove)
            .with_allowed(Measure::MeanRatio, kayenta.allowed, 1.0)?;
        let config = Config::new(Vec::from([metric]))?;
        Ok(Self { kayenta: kayenta.clone(), config, timetable, trail: Trail::default(), aborted: false })
    }

    fn verdict(&self) -> Result<Verdict, Error> {
        let now = self.trail.minutes();
        let from = self.kayenta.lookback.map_or(0, |lookback| now.saturating_sub(minutes(lookback)));
        let step = minutes(self.kayenta.step);
        let points = (now - from) / step;
        let (mut canary, mut control) = (Vec::new(), Vec::new());
        for point in 0..points {
            let begin = now - (points - point) * step;
            let [of_canary, of_control] = self.trail.window(begin, begin + step);
            canary.push(of_canary.rate().unwrap_or(f64::NAN));
            control.push(of_control.rate().unwrap_or(f64::NAN));
        }
        Ok(self.config.judge(&[Series::new(NAME, &canary, &control)?])?.verdict)
    }
}

impl Lead for Canary {
    fn split(&self) -> Split {
        split(if self.aborted { Share::ZERO } else { self.timetable.at(self.trail.minutes()).1 })
    }

    fn phase(&self) -> Phase {
        if self.aborted { Phase::RolledBack } else { self.timetable.at(self.trail.minutes()).0 }
    }

    fn hear(&mut self, minute: &Minute) -> Result<Option<Why>, Error> {
        self.trail.push(minute);
        if self.trail.minutes().is_multiple_of(minutes(self.kayenta.interval))
            && self.verdict()? == Verdict::Fail
        {
            self.aborted = true;
            return Ok(Some("score".into()));
        }
        Ok((self.phase() == Phase::Completed).then(|| "score".into()))
    }
}
