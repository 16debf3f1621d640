use super::Policy;
use crate::document::{Field, Node};
use crate::error::{Error, Kind, Problems};
use crate::quantity::{Span, Timestamp};
use crate::slo::question::instant;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What a policy's alerts remember between two evaluations: since when each burns, and since when it fires.
///
/// Store it beside the counter; it is a few bytes a row. It belongs to one policy, which [`Policy::start`] gave it; another policy refuses it if it
/// has other numbers of rows or rules.
///
/// ```
/// use rampgate::slo::burn_rate::{AlertState, Policy, Preset};
///
/// let policy = Policy::preset(Preset::Workbook3, "99.9%".parse()?)?;
/// let stored = serde_json::to_string(&policy.start()).unwrap();
/// assert_eq!(serde_json::from_str::<AlertState>(&stored).unwrap(), policy.start());
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertState {
    pub(super) rows: Vec<Latch>,
    pub(super) drops: Vec<Latch>,
}

impl Policy {
    /// The state of alerts that have never been evaluated.
    #[must_use]
    pub fn start(&self) -> AlertState {
        AlertState {
            rows: alloc::vec![Latch::default(); self.conditions.len()],
            drops: alloc::vec![Latch::default(); self.drops.len()],
        }
    }
}

impl AlertState {
    /// Reads what was stored as JSON.
    ///
    /// ```
    /// use rampgate::slo::burn_rate::AlertState;
    ///
    /// let state = AlertState::from_json(r#"{"rows": [{"burning_since": null, "firing_since": 1795521600000}], "drops": []}"#)?;
    /// assert_eq!(AlertState::from_json(r#"{"rows": []}"#).unwrap_err().path(), "state.drops");
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// Text that is not JSON, and all that is wrong with it, each with its path. Whether it belongs to a policy, evaluation says.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let node = Node::parse("state", text)?;
        let problems = Problems::default();
        let state = Self::read(&Field::named("state", &node, &problems), instant);
        problems.finish(state)
    }

    /// The stored form as a part of a larger document, whose times `instant` reads.
    pub(in crate::slo) fn read(
        field: &Field<'_>,
        instant: fn(&Field<'_>) -> Option<Timestamp>,
    ) -> Option<Self> {
        let latch = |field: &Field<'_>| {
            let mut fields = field.object()?;
            let [burning, firing] = ["burning_since", "firing_since"].map(|name| {
                let since = fields.optional(name).filter(|field| !field.is_null());
                since.map_or(Some(None), |field| instant(&field).map(Some))
            });
            fields.finish();
            Some(Latch { burning_since: burning?, firing_since: firing? })
        };
        let mut fields = field.object()?;
        let [rows, drops] = ["rows", "drops"]
            .map(|name| fields.required(name).and_then(|field| field.list()?.iter().map(latch).collect()));
        fields.finish();
        Some(Self { rows: rows?, drops: drops? })
    }

    pub(super) fn check(&self, policy: &Policy) -> Result<(), Error> {
        let sizes = [
            ("state.rows", self.rows.len(), policy.conditions.len()),
            ("state.drops", self.drops.len(), policy.drops.len()),
        ];
        for (path, found, needed) in sizes {
            if found != needed {
                let rule = alloc::format!("must be those of the policy, which has {needed}");
                return Err(Error::new(path, Kind::Conflict, rule, found));
            }
        }
        Ok(())
    }
}

/// One alert's memory. At most one of the two is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::slo) struct Latch {
    pub(super) burning_since: Option<Timestamp>,
    pub(super) firing_since: Option<Timestamp>,
}

/// What the windows say of an alert, whatever it remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::slo) enum Signal {
    /// It should fire.
    Over,
    /// It should neither fire nor reset.
    Between,
    /// It should reset.
    Under,
    /// Nothing can be said.
    Unknown,
}

/// An alert that has just changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It fires, and did not before.
    Fired,
    /// It no longer fires.
    Reset,
}

impl Latch {
    /// Takes the signal of `now`. A clock that was set back never makes a time longer than it is: it begins again.
    pub(in crate::slo) fn step(
        &mut self,
        signal: Signal,
        now: Timestamp,
        pending: Span,
        hold: Span,
    ) -> Option<Change> {
        self.burning_since = self.burning_since.map(|since| since.min(now));
        self.firing_since = self.firing_since.map(|since| since.min(now));
        match (signal, self.firing_since) {
            (Signal::Over, None) => {
                let since = *self.burning_since.get_or_insert(now);
                if now.since(since) < pending {
                    return None;
                }
                *self = Self { burning_since: None, firing_since: Some(now) };
                Some(Change::Fired)
            }
            (Signal::Under | Signal::Between, None) => {
                self.burning_since = None;
                None
            }
            (Signal::Under, Some(since)) if now.since(since) >= hold => {
                *self = Self::default();
                Some(Change::Reset)
            }
            (Signal::Unknown, None) | (_, Some(_)) => None,
        }
    }

    /// Whether it neither fires nor burns.
    pub(in crate::slo) const fn is_idle(self) -> bool {
        self.firing_since.is_none() && self.burning_since.is_none()
    }

    pub(in crate::slo) const fn is_firing(self) -> bool {
        self.firing_since.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000).unwrap()
    }

    #[test]
    fn an_alert_waits_holds_and_is_frozen() {
        let (pending, hold) = (Span::clamped(60_000), Span::clamped(120_000));
        let mut latch = Latch::default();
        let mut step = |signal, seconds| latch.step(signal, at(seconds), pending, hold);
        assert_eq!(step(Signal::Over, 100), None);
        assert_eq!(step(Signal::Between, 130), None); // begins again
        assert_eq!(step(Signal::Over, 140), None);
        assert_eq!(step(Signal::Unknown, 150), None); // neither way
        assert_eq!(step(Signal::Over, 200), Some(Change::Fired));
        assert_eq!(step(Signal::Under, 319), None); // held
        assert_eq!(step(Signal::Unknown, 330), None);
        assert_eq!(step(Signal::Between, 330), None);
        assert_eq!(step(Signal::Under, 330), Some(Change::Reset));
        assert_eq!(step(Signal::Under, 331), None);
    }

    #[test]
    fn a_clock_set_back_begins_again_and_does_not_wait_for_the_future() {
        let minute = Span::clamped(60_000);
        let mut latch = Latch::default();
        assert_eq!(latch.step(Signal::Over, at(1_000_000), minute, minute), None);
        assert_eq!(latch.step(Signal::Over, at(1_000), minute, minute), None);
        assert_eq!(latch.step(Signal::Over, at(1_060), minute, minute), Some(Change::Fired));
        assert_eq!(latch.step(Signal::Under, at(500), minute, minute), None);
        assert_eq!(latch.step(Signal::Under, at(560), minute, minute), Some(Change::Reset));
    }
}
