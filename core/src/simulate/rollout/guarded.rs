use super::controller::{Lead, Why};
use super::minute::{Minute, Split};
use crate::error::Error;
use crate::observe::{Counts, ReplicaId, Tally};
use crate::quantity::Timestamp;
use crate::release::{Arm, Placement, Release, Signal, Spec};
use crate::rollout::{Action, Decision, Hold, Phase};
use alloc::string::String;

/// A release of this library, told of each minute and stepped at its end, by a host that approves whatever waits for approval.
pub(super) struct Guarded {
    release: Release,
}

/// Whom the host names.
fn host() -> String {
    "host".into()
}

impl Guarded {
    pub(super) fn new(spec: Spec, start: Timestamp) -> Result<Self, Error> {
        let mut release = Release::new(spec, ReplicaId(1));
        let _ = release.step(start, Signal::Start { by: host() })?;
        Ok(Self { release })
    }

    fn record(&mut self, arm: Arm, at: Timestamp, counts: Counts) -> Result<(), Error> {
        let placement = Placement { cohort: self.release.cohort(), arm: Some(arm) };
        self.release.record_tally(placement, at, &Tally::from_counts(counts.units(), &[counts], at)?)
    }
}

impl Lead for Guarded {
    fn split(&self) -> Split {
        let canary = self.release.exposure();
        Split { canary, control: self.release.spec().control().share(canary) }
    }

    fn phase(&self) -> Phase {
        self.release.phase()
    }

    fn hear(&mut self, minute: &Minute) -> Result<Option<Why>, Error> {
        let at = minute.end;
        self.record(Arm::Canary, at, minute.canary)?;
        self.record(Arm::Control, at, minute.control)?;
        if self.release.spec().gate().is_some() {
            self.release.record_requests(at, minute.others.successes(), minute.others.failures());
        }
        let signal =
            if minute.source_error { Signal::SourceError { why: "outage".into() } } else { Signal::Tick };
        let mut step = self.release.step_saying(at, signal, false)?;
        if matches!(self.phase(), Phase::Holding { reason: Hold::Approval, .. }) {
            step = self.release.step_saying(at, Signal::Approve { by: host() }, false)?;
        }
        let ends = |decision: &&Decision| {
            matches!(decision.action, Action::RollBack | Action::Complete | Action::Expire)
        };
        Ok(step.decisions.iter().find(ends).map(why))
    }
}

/// The name of the weightiest reason.
fn why(decision: &Decision) -> Why {
    match decision.reasons.first().and_then(|reason| serde_json::to_value(reason).ok()) {
        Some(serde_json::Value::String(name)) => name.into(),
        Some(serde_json::Value::Object(fields)) => fields.keys().next().map_or("", String::as_str).into(),
        _ => "".into(),
    }
}
