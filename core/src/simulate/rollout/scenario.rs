use super::time::{MINUTE, minutes};
use super::{Background, Fault, Recording, Traffic};
use crate::document::check_name;
use crate::error::{Error, Kind};
use crate::observe::Metric;
use crate::quantity::Span;
use alloc::boxed::Box;
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
    /// Of the guardrails after the first, by name.
    pub(super) further: Vec<(Box<str>, Background)>,
    pub(super) faults: Vec<Placed>,
    pub(super) horizon: Span,
}

/// A fault, and which guardrail's outcomes it fails: 0 is the first, k the k-th of the further ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placed {
    pub(super) fault: Fault,
    pub(super) guardrail: usize,
}

impl Scenario {
    /// How long it lasts where nothing is said: two days.
    pub const HORIZON: Span = Span::clamped(2 * 86_400_000);

    /// A healthy release.
    #[must_use]
    pub const fn new(traffic: Traffic, background: Background) -> Self {
        Self { traffic, background, further: Vec::new(), faults: Vec::new(), horizon: Self::HORIZON }
    }

    /// A healthy release that meets what was recorded.
    #[must_use]
    pub fn recorded(recording: Recording) -> Self {
        Self::new(Traffic::recorded(recording.clone()), Background::recorded(recording))
    }

    /// The same with a further guardrail, a rate as well: which of the units fail it says nothing of which fail another.
    ///
    /// ```
    /// use rampgate::simulate::rollout::{Background, Fault, Scenario, Traffic};
    /// use rampgate::Probability;
    ///
    /// let rate = |rate| Probability::new(rate).map(Background::constant);
    /// let scenario = Scenario::new(Traffic::constant(1_000.0)?, rate(0.005)?).measuring("timeouts", rate(0.001)?)?;
    /// assert!(scenario.clone().with_in("timeouts", Fault::errors(3.0)?)?.is_harmful());
    /// assert_eq!(scenario.with_in("latency", Fault::errors(3.0)?).unwrap_err().path(), "guardrail");
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// A name that is none or that is there already, or more guardrails than a release has.
    pub fn measuring(mut self, guardrail: &str, background: Background) -> Result<Self, Error> {
        check_name("guardrails", guardrail)?;
        if self.place_of(guardrail).is_some() {
            return Err(Error::new("guardrails", Kind::Conflict, "must differ in their names", guardrail));
        }
        if self.further.len() + 1 >= Metric::MAX {
            let rule = "must be at most 31 beside the first";
            return Err(Error::new("guardrails", Kind::Range, rule, self.further.len() + 1));
        }
        self.further.push((guardrail.into(), background));
        Ok(self)
    }

    /// The same with one more fault, of the first guardrail.
    ///
    /// # Errors
    /// More than 100 faults.
    pub fn with(self, fault: Fault) -> Result<Self, Error> {
        self.place(fault, 0)
    }

    /// The same with one more fault, of a further guardrail: it fails that one's outcomes.
    ///
    /// # Errors
    /// A guardrail that is not [measured](Self::measuring), a fault that takes whole units or outcomes away, more than 100 faults.
    pub fn with_in(self, guardrail: &str, fault: Fault) -> Result<Self, Error> {
        let Some(place) = self.place_of(guardrail) else {
            let rule = "must be one of the scenario's further guardrails";
            return Err(Error::new("guardrail", Kind::Unknown, rule, guardrail));
        };
        if !fault.fails_outcomes() {
            let rule = "must be left out of a fault that takes whole units or all outcomes away";
            return Err(Error::new("guardrail", Kind::Conflict, rule, guardrail));
        }
        self.place(fault, place)
    }

    fn place(mut self, fault: Fault, guardrail: usize) -> Result<Self, Error> {
        if self.faults.len() >= 100 {
            return Err(Error::new("faults", Kind::Range, "must be at most 100", self.faults.len() + 1));
        }
        self.faults.push(Placed { fault, guardrail });
        Ok(self)
    }

    /// The same with its further guardrails in the order of a release's: `names` are those after the first.
    pub(super) fn arranged<'a>(mut self, names: impl Iterator<Item = &'a str>) -> Result<Self, Error> {
        let path = "scenario.guardrails";
        let mut places = Vec::new();
        for name in names {
            let rule = "must tell of every guardrail of the spec after the first";
            let place = self.place_of(name).ok_or_else(|| Error::new(path, Kind::Missing, rule, name))?;
            places.push(place);
        }
        let told = (1..).zip(&self.further);
        if let Some((_, (name, _))) = told.clone().find(|(place, _)| !places.contains(place)) {
            let rule = "must be the name of a guardrail of the spec after the first";
            return Err(Error::new(path, Kind::Unknown, rule, &**name));
        }
        for placed in &mut self.faults {
            let moved = places.iter().position(|place| *place == placed.guardrail);
            placed.guardrail = moved.map_or(0, |moved| moved + 1);
        }
        let further = places.iter().filter_map(|place| self.further.get(place - 1).cloned());
        self.further = further.collect();
        Ok(self)
    }

    /// The number of a further guardrail, from 1.
    pub(super) fn place_of(&self, guardrail: &str) -> Option<usize> {
        self.further.iter().position(|(name, _)| **name == *guardrail).map(|place| place + 1)
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
        self.faults.iter().any(|placed| placed.fault.is_the_canarys())
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
