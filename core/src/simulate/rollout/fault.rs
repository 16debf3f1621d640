use super::time::{MINUTE, minutes};
use crate::error::{Error, Kind};
use crate::math;
use crate::quantity::{Probability, Share, Span, shown};

/// When a fault begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Onset {
    /// So long after the release began.
    After(Span),
    /// So long after the canary first had this share of the units: a fault that load brings out. Whoever leads the release is met by it at the same exposure.
    Exposure {
        /// The exposure that brings it out.
        share: Share,
        /// And how long after it was reached.
        then: Span,
    },
}

/// Something that goes wrong in a release: what, from when, and for how long.
///
/// | made by | what it does | whose fault |
/// |---|---|---|
/// | [`errors`](Self::errors) | canary units fail so many times as often as usual | the canary's |
/// | [`more_errors`](Self::more_errors) | canary units fail with this chance on top | the canary's |
/// | [`leak`](Self::leak) | canary units fail more often by the hour | the canary's |
/// | [`crash`](Self::crash) | this share of the canary's units fails, whatever else they would have done | the canary's |
/// | [`vanish`](Self::vanish) | this share of the canary's units fails and leaves no outcome | the canary's |
/// | [`redirect`](Self::redirect) | this share of the canary's units is served and counted as control | the canary's |
/// | [`outage`](Self::outage) | no outcome arrives from either arm | nobody's: not to be rolled back |
/// | [`incident`](Self::incident) | units of both arms fail so many times as often as usual | nobody's: not to be rolled back |
///
/// Without more, a fault begins with the release and does not end. Of several faults each fails units on its own.
///
/// ```
/// use rampgate::simulate::rollout::{Fault, Onset};
///
/// let late = Fault::errors(2.0)?.from(Onset::Exposure { share: "50%".parse()?, then: "30m".parse()? });
/// assert_ne!(late.lasting("1h".parse()?)?, late);
/// assert_eq!(Fault::errors(0.5).unwrap_err().path(), "times");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fault {
    pub(super) kind: Kinds,
    pub(super) onset: Onset,
    pub(super) lasting: Option<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kinds {
    Errors(f64),
    MoreErrors(f64),
    Leak(f64),
    Crash(f64),
    Vanish(f64),
    Redirect(f64),
    Outage { reported: bool },
    Incident(f64),
}

impl Fault {
    /// The canary's units fail `times` as often as usual.
    ///
    /// # Errors
    /// A number that is not from 1 to 1000.
    pub fn errors(times: f64) -> Result<Self, Error> {
        Ok(Self::new(Kinds::Errors(within("times", times, 1.0..=1_000.0)?)))
    }

    /// Units of the canary that would not have failed fail with this chance.
    #[must_use]
    pub const fn more_errors(chance: Probability) -> Self {
        Self::new(Kinds::MoreErrors(chance.get()))
    }

    /// The canary's units fail more often by `times_an_hour` each hour, from once as often as usual up to 1000 times.
    ///
    /// # Errors
    /// A number that is not from 0.001 to 1000.
    pub fn leak(times_an_hour: f64) -> Result<Self, Error> {
        Ok(Self::new(Kinds::Leak(within("times_an_hour", times_an_hour, 0.001..=1_000.0)?)))
    }

    /// This share of the canary's units fails.
    #[must_use]
    pub fn crash(share: Share) -> Self {
        Self::new(Kinds::Crash(share.fraction()))
    }

    /// This share of the canary's units fails before it can leave an outcome: the processes die.
    #[must_use]
    pub fn vanish(share: Share) -> Self {
        Self::new(Kinds::Vanish(share.fraction()))
    }

    /// This share of the units that were assigned to the canary is served by the old version and counted as control.
    #[must_use]
    pub fn redirect(share: Share) -> Self {
        Self::new(Kinds::Redirect(share.fraction()))
    }

    /// No outcome arrives, of either arm, and none is delivered later. `reported`: the host knows, and says so.
    #[must_use]
    pub const fn outage(reported: bool) -> Self {
        Self::new(Kinds::Outage { reported })
    }

    /// Units of both arms fail `times` as often as usual: something that both versions need is down.
    ///
    /// # Errors
    /// A number that is not from 1 to 1000.
    pub fn incident(times: f64) -> Result<Self, Error> {
        Ok(Self::new(Kinds::Incident(within("times", times, 1.0..=1_000.0)?)))
    }

    /// The same, from then on.
    #[must_use]
    pub const fn from(self, onset: Onset) -> Self {
        Self { onset, ..self }
    }

    /// The same, for so long.
    ///
    /// # Errors
    /// Less than a minute.
    pub fn lasting(self, span: Span) -> Result<Self, Error> {
        if span.as_millis() < MINUTE {
            return Err(Error::new("lasting", Kind::Range, "must be at least 1m", span));
        }
        Ok(Self { lasting: Some(span), ..self })
    }

    const fn new(kind: Kinds) -> Self {
        Self { kind, onset: Onset::After(Span::ZERO), lasting: None }
    }

    /// Whether a rollback is right.
    pub(super) const fn is_the_canarys(&self) -> bool {
        !matches!(self.kind, Kinds::Outage { .. } | Kinds::Incident(_))
    }

    /// Whether it makes outcomes of a guardrail bad, rather than taking whole units or all outcomes away.
    pub(super) const fn fails_outcomes(&self) -> bool {
        !matches!(self.kind, Kinds::Vanish(_) | Kinds::Redirect(_) | Kinds::Outage { .. })
    }

    /// For how many minutes it has been there at `minute`, where `reached` says since when there was an exposure; `None` before and after.
    pub(super) fn age(&self, minute: u64, reached: impl FnOnce(Share) -> Option<u64>) -> Option<u64> {
        let from = match self.onset {
            Onset::After(span) => minutes(span),
            Onset::Exposure { share, then } => reached(share)?.saturating_add(minutes(then)),
        };
        let age = minute.checked_sub(from)?;
        self.lasting.is_none_or(|span| age < minutes(span)).then_some(age)
    }

    /// With which chance it fails a unit that would have been fine, where usually `rate` fails. Of both arms for an incident, of the canary otherwise.
    pub(super) fn failing(&self, age: u64, rate: f64) -> f64 {
        let times =
            |times: f64| if rate < 1.0 { f64::min((times - 1.0) * rate / (1.0 - rate), 1.0) } else { 0.0 };
        match self.kind {
            Kinds::Errors(ratio) | Kinds::Incident(ratio) => times(ratio),
            Kinds::Leak(an_hour) => times(f64::min(1.0 + an_hour * math::count(age) / 60.0, 1_000.0)),
            Kinds::MoreErrors(chance) | Kinds::Crash(chance) => chance,
            Kinds::Vanish(_) | Kinds::Redirect(_) | Kinds::Outage { .. } => 0.0,
        }
    }
}

fn within(path: &'static str, value: f64, range: core::ops::RangeInclusive<f64>) -> Result<f64, Error> {
    if range.contains(&value) {
        return Ok(value);
    }
    let rule = alloc::format!("must be from {} to {}", shown(*range.start()), shown(*range.end()));
    Err(Error::new(path, Kind::Range, rule, shown(value)))
}
