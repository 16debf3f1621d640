use super::lead::{Lead, Why, split};
use super::minute::{Minute, Split};
use super::time::minutes;
use super::timetable::Timetable;
use super::trail::Trail;
use crate::error::{Error, Kind};
use crate::quantity::{Span, shown};
use crate::rollout::Phase;
use core::fmt;

/// Threshold checks in the way of an Argo Rollouts background analysis of one metric, the canary's error rate.
///
/// Each `interval` the rate of the last `window` is measured. More than `limit` is a failed measurement; more than `failures` of them in all abort. No
/// unit in the window is an error, as an empty answer is there; more than `errors` of those in a row abort. The stages go on by the clock meanwhile.
///
/// ```
/// use rampgate::simulate::rollout::Argo;
///
/// let argo = Argo::new(0.05)?.every("5m".parse()?, "5m".parse()?)?.failing(3);
/// assert_eq!(argo.to_string(), "every 5m over 5m: above 5%, more than 3 times");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Argo {
    pub(super) limit: f64,
    interval: Span,
    window: Span,
    failures: u32,
    errors: u32,
    to_control: bool,
}

impl Argo {
    /// Fails where more than this share of the canary's units did. Every 5 minutes over 5 minutes, `failureLimit` 0, `consecutiveErrorLimit` 4.
    ///
    /// # Errors
    /// A limit that is not from 0 to 1000.
    pub fn new(limit: f64) -> Result<Self, Error> {
        let five = Span::clamped(5 * super::time::MINUTE);
        let argo =
            Self { limit: 0.0, interval: five, window: five, failures: 0, errors: 4, to_control: false };
        argo.at(limit)
    }

    /// The same with another limit.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn at(self, limit: f64) -> Result<Self, Error> {
        check_limit(limit)?;
        Ok(Self { limit, ..self })
    }

    /// The same with another interval, and another window of the query.
    ///
    /// # Errors
    /// Less than a minute.
    pub fn every(self, interval: Span, window: Span) -> Result<Self, Error> {
        check_minutes("interval", interval)?;
        check_minutes("window", window)?;
        Ok(Self { interval, window, ..self })
    }

    /// The same with another `failureLimit`: so many failed measurements are borne.
    #[must_use]
    pub const fn failing(self, failures: u32) -> Self {
        Self { failures, ..self }
    }

    /// The same with another `consecutiveErrorLimit`.
    #[must_use]
    pub const fn erring(self, errors: u32) -> Self {
        Self { errors, ..self }
    }

    /// The same with a query that divides the canary's rate by the control's, so that the limit is a ratio. 0 by 0 is no failure.
    #[must_use]
    pub const fn relative(self) -> Self {
        Self { to_control: true, ..self }
    }

    pub(super) const fn is_relative(&self) -> bool {
        self.to_control
    }
}

impl fmt::Display for Argo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { interval, window, failures, .. } = self;
        write!(
            f,
            "every {interval} over {window}: above {}, more than {failures} times",
            Limit(self.limit, self.to_control)
        )
    }
}

/// A limit as people read it: a share, or a ratio.
pub(super) struct Limit(pub(super) f64, pub(super) bool);

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(limit, is_ratio) = self;
        if *is_ratio { write!(f, "{limit:.2}x") } else { write!(f, "{}%", short(100.0 * limit)) }
    }
}

/// Three digits or so.
fn short(x: f64) -> f64 {
    let scale = 1_000.0;
    crate::math::floor(x * scale + 0.5) / scale
}

pub(super) fn check_limit(limit: f64) -> Result<(), Error> {
    if (0.0..=1_000.0).contains(&limit) {
        return Ok(());
    }
    Err(Error::new("limit", Kind::Range, "must be from 0 to 1000", shown(limit)))
}

pub(super) fn check_minutes(path: &'static str, span: Span) -> Result<(), Error> {
    if minutes(span) >= 1 {
        return Ok(());
    }
    Err(Error::new(path, Kind::Range, "must be at least 1m", span))
}

/// How a measurement went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measured {
    Success,
    Failure,
    /// Nothing to measure.
    Nothing,
}

/// Whether a window's rate, or the ratio of the rates, is above a limit.
pub(super) fn measure(trail: &Trail, window: Span, limit: f64, to_control: bool) -> Measured {
    let now = trail.minutes();
    let [canary, control] = trail.window(now.saturating_sub(minutes(window)), now);
    let Some(rate) = canary.rate() else { return Measured::Nothing };
    let bound = match (to_control, control.rate()) {
        (false, _) => limit,
        (true, Some(usual)) => limit * usual,
        (true, None) => return Measured::Nothing,
    };
    if rate > bound { Measured::Failure } else { Measured::Success }
}

/// An analysis run in the background of a schedule.
pub(super) struct Analysis {
    argo: Argo,
    timetable: Timetable,
    trail: Trail,
    failures: u32,
    errors: u32,
    aborted: bool,
}

impl Analysis {
    pub(super) fn new(argo: Argo, timetable: Timetable) -> Self {
        Self { argo, timetable, trail: Trail::default(), failures: 0, errors: 0, aborted: false }
    }
}

impl Lead for Analysis {
    fn split(&self) -> Split {
        split(if self.aborted { crate::Share::ZERO } else { self.timetable.at(self.trail.minutes()).1 })
    }

    fn phase(&self) -> Phase {
        if self.aborted { Phase::RolledBack } else { self.timetable.at(self.trail.minutes()).0 }
    }

    fn hear(&mut self, minute: &Minute) -> Result<Option<Why>, Error> {
        self.trail.push(minute);
        if self.trail.minutes().is_multiple_of(minutes(self.argo.interval)) {
            match measure(&self.trail, self.argo.window, self.argo.limit, self.argo.to_control) {
                Measured::Success => self.errors = 0,
                Measured::Failure => (self.errors, self.failures) = (0, self.failures.saturating_add(1)),
                Measured::Nothing => self.errors = self.errors.saturating_add(1),
            }
            if self.failures > self.argo.failures {
                self.aborted = true;
                return Ok(Some("failure_limit".into()));
            }
            if self.errors > self.argo.errors {
                self.aborted = true;
                return Ok(Some("error_limit".into()));
            }
        }
        Ok((self.phase() == Phase::Completed).then(|| "analysis".into()))
    }
}
