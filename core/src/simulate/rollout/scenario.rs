use super::time::{MINUTE, minutes};
use super::{Background, Fault, Recording, Traffic};
use crate::error::{Error, Kind};
use crate::quantity::Span;
use alloc::vec::Vec;

/// What a release meets: how many units come, which of them fail anyway, and what goes wrong.
///
/// ```
/// use rampgate::simulate::rollout::{Background, Fault, Scenario, Traffic};
/// use rampgate::Probability;
///
/// let healthy = Scenario::new(Traffic::constant(1_000.0)?, Background::constant(Probability::new(0.005)?));
/// let twice = healthy.clone().with(Fault::errors(2.0)?)?;
/// assert_eq!(Scenario::from_json(r#"{
///     "traffic": {"units_per_minute": 1000}, "background": {"rate": 0.005}, "faults": [{"errors": {"times": 2}}]
/// }"#)?, twice);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    pub(super) traffic: Traffic,
    pub(super) background: Background,
    pub(super) faults: Vec<Fault>,
    pub(super) horizon: Span,
}

impl Scenario {
    /// How long it lasts where nothing is said: two days.
    pub const HORIZON: Span = Span::clamped(2 * 86_400_000);

    /// A healthy release.
    #[must_use]
    pub const fn new(traffic: Traffic, background: Background) -> Self {
        Self { traffic, background, faults: Vec::new(), horizon: Self::HORIZON }
    }

    /// A healthy release that meets what was recorded.
    #[must_use]
    pub fn recorded(recording: Recording) -> Self {
        Self::new(Traffic::recorded(recording.clone()), Background::recorded(recording))
    }

    /// The same with one more fault.
    ///
    /// # Errors
    /// More than 100 faults.
    pub fn with(mut self, fault: Fault) -> Result<Self, Error> {
        if self.faults.len() >= 100 {
            return Err(Error::new("faults", Kind::Range, "must be at most 100", self.faults.len() + 1));
        }
        self.faults.push(fault);
        Ok(self)
    }

    /// The same without its faults.
    #[must_use]
    pub fn healthy(self) -> Self {
        Self { faults: Vec::new(), ..self }
    }

    /// The same, looked at for so long. A release that has not ended by then is left as it is; one that has been completed goes on to harm until then.
    ///
    /// # Errors
    /// Less than a minute or more than 60 days.
    pub fn until(self, horizon: Span) -> Result<Self, Error> {
        if !(MINUTE..=60 * 86_400_000).contains(&horizon.as_millis()) {
            return Err(Error::new("horizon", Kind::Range, "must be from 1m to 60d", horizon));
        }
        Ok(Self { horizon, ..self })
    }

    /// Whether something is wrong with the canary, sooner or later.
    #[must_use]
    pub fn is_harmful(&self) -> bool {
        self.faults.iter().any(Fault::is_the_canarys)
    }

    /// How long it is looked at.
    #[must_use]
    pub const fn horizon(&self) -> Span {
        self.horizon
    }

    pub(super) fn minutes(&self) -> u64 {
        minutes(self.horizon)
    }
}
