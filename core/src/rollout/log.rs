//! Reading a log of events from JSON.

use super::{Event, EventKind};
use crate::canary::Finding;
use crate::document::{Field, Node};
use crate::error::{Error, Problems};
use crate::quantity::Timestamp;
use crate::slo::Clearance;
use alloc::string::String;
use alloc::vec::Vec;

impl Event {
    /// Reads a log: a JSON list of events in the form that they serialise to. For [`replay`](super::replay).
    ///
    /// ```
    /// use rampgate::rollout::{Event, EventKind};
    ///
    /// let log = Event::log_from_json(r#"[{"seq": 1, "at": 1795521600000, "kind": {"start": {"by": "ann"}}}]"#)?;
    /// assert_eq!(log[0].kind, EventKind::Start { by: "ann".into() });
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
        let by = |rest: &Field<'_>| rest.texts(["by"]).map(|[by]| by);
        let (word, rest) = field.case()?;
        Some(match (word, &rest) {
            ("tick", None) => Self::Tick,
            ("start", Some(rest)) => Self::Start { by: by(rest)? },
            ("judged", Some(rest)) => Self::read_judged(rest)?,
            ("approve", Some(rest)) => Self::read_approve(rest)?,
            ("pause", Some(rest)) => Self::Pause { by: by(rest)? },
            ("resume", Some(rest)) => Self::Resume { by: by(rest)? },
            ("abort", Some(rest)) => {
                let [by, why] = rest.texts(["by", "why"])?;
                Self::Abort { by, why }
            }
            ("promote", Some(rest)) => Self::Promote { by: by(rest)? },
            ("retry", Some(rest)) => Self::Retry { by: by(rest)? },
            ("confirm", None) => Self::Confirm,
            ("rollback_failed", Some(rest)) => {
                let [why] = rest.texts(["why"])?;
                Self::RollbackFailed { why }
            }
            _ => return field.refuse_case(),
        })
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

    fn read_approve(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let by: Option<String> = fields.required("by").and_then(|field| field.text()).map(Into::into);
        let stage = fields.required("stage").and_then(|field| field.u32());
        fields.finish();
        Some(Self::Approve { by: by?, stage: stage? })
    }
}
