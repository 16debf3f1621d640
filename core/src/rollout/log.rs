//! Reading a log of events from JSON.

use super::fleet::Observed;
use super::{Command, Event, EventKind};
use crate::canary::Finding;
use crate::document::{Field, Node};
use crate::error::{Error, Problems};
use crate::quantity::Timestamp;
use crate::slo::Clearance;
use alloc::vec::Vec;

impl Event {
    /// Reads a log: a JSON list of events in the form that they serialise to. For [`replay`](super::replay).
    ///
    /// ```
    /// use rampgate::rollout::{Command, Event};
    ///
    /// let log = Event::log_from_json(r#"[{"seq": 1, "at": 1795521600000, "kind": {"start": {"by": "ann"}}}]"#)?;
    /// assert_eq!(log[0].kind, Command::Start { by: "ann".into() }.into());
    /// let error = Event::log_from_json(r#"[{"seq": 1, "at": 0, "kind": "begin"}]"#).unwrap_err();
    /// assert_eq!(error.path(), "events[0].kind");
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// One error that lists every problem of the log with its path.
    pub fn log_from_json(text: &str) -> Result<Vec<Self>, Error> {
        let node = Node::parse("events", text)?;
        let problems = Problems::default();
        let events: Option<Vec<Option<Self>>> = Field::named("events", &node, &problems)
            .list()
            .map(|items| items.iter().map(Self::read).collect());
        problems.finish(events.and_then(|events| events.into_iter().collect()))
    }

    pub(crate) fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let seq = fields.required("seq").and_then(|field| field.integer(0..=u64::MAX));
        let at = fields.required("at").and_then(|field| field.integer(0..=Timestamp::MAX.as_millis()));
        let kind = fields.required("kind").and_then(|field| EventKind::read(&field));
        fields.finish();
        Some(Self { seq: seq?, at: Timestamp::from_millis(at?).ok()?, kind: kind? })
    }
}

impl EventKind {
    fn read(field: &Field<'_>) -> Option<Self> {
        match field.case()? {
            ("tick", None) => Some(Self::Tick),
            ("judged", Some(rest)) => Self::read_judged(&rest),
            ("fleet", Some(rest)) if cfg!(feature = "fleet") => Observed::read(&rest).map(Self::Fleet),
            (word, rest) => Command::read(field, (word, rest.as_ref()), true).map(Self::Command),
        }
    }

    fn read_judged(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let attempt = fields.required("attempt").and_then(|field| field.u32());
        let stage = fields.required("stage").and_then(|field| field.u32());
        let finding = fields.required("finding").and_then(|field| Finding::read(&field));
        let clearance = fields.required("clearance").and_then(|field| Clearance::read(&field));
        fields.finish();
        Some(Self::Judged { attempt: attempt?, stage: stage?, finding: finding?, clearance: clearance? })
    }
}
