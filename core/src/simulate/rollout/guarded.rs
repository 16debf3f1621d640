use super::lead::{Lead, Why};
use super::minute::{Minute, Split};
use crate::error::Error;
use crate::observe::ReplicaId;
use crate::quantity::Timestamp;
use crate::release::{Arm, Placement, Release, Signal, Spec, Step};
use crate::rollout::fleet::Observed;
use crate::rollout::{Action, Command, Decision, Hold, Phase};
use alloc::string::String;
use alloc::vec::Vec;

/// A release of this library, told of each minute and stepped at its end, by a host that approves whatever waits for approval. Where the spec has
/// a fleet, its replicas are ready at once.
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
        let _ = release.step(start, Command::Start { by: host() })?;
        let mut guarded = Self { release };
        guarded.replace(start)?; // leads into the first stage
        guarded.replace(start)?;
        Ok(guarded)
    }

    /// Brings the exposure into force, where a fleet has to.
    fn replace(&mut self, at: Timestamp) -> Result<Option<Step>, Error> {
        let Some(fleet) = self.release.spec().plan().fleet() else { return Ok(None) };
        let counts = fleet.counts(self.release.exposure());
        let observed = Observed { ready_new: counts.new, ready_old: counts.old, ..Observed::default() };
        self.release.step_saying(at, Signal::Fleet(observed), false).map(Some)
    }

    fn record(&mut self, arm: Arm, minute: &Minute) -> Result<(), Error> {
        let placement = Placement { cohort: self.release.cohort(), arm: Some(arm) };
        let tally = minute.tally(arm)?;
        self.release.record_tally(placement, minute.end, &tally)
    }
}

impl Lead for Guarded {
    fn split(&self) -> Split {
        let canary = self.release.spec().plan().reached(self.release.exposure());
        Split { canary, control: self.release.spec().control().share(canary) }
    }

    fn phase(&self) -> Phase {
        self.release.phase()
    }

    fn hear(&mut self, minute: &Minute) -> Result<Option<Why>, Error> {
        let at = minute.end;
        self.record(Arm::Canary, minute)?;
        self.record(Arm::Control, minute)?;
        if let Some(metric) = self.release.spec().spends() {
            let others = minute.of(metric.position()).0;
            self.release.record_requests(at, others.successes(), others.failures());
        }
        let signal =
            if minute.source_error { Signal::SourceError { why: "outage".into() } } else { Signal::Tick };
        let mut decisions = self.replace(at)?.map_or_else(Vec::new, |step| step.decisions);
        decisions.extend(self.release.step_saying(at, signal, false)?.decisions);
        if matches!(self.phase(), Phase::Holding { reason: Hold::Approval, .. }) {
            let approve = Command::Approve { by: host(), stage: None };
            decisions.extend(self.release.step_saying(at, approve.into(), false)?.decisions);
        }
        if !self.release.rollout().is_in_force(self.release.spec().plan(), at) {
            self.replace(at)?;
        }
        let ends = |decision: &&Decision| {
            matches!(decision.action, Action::RollBack | Action::Complete | Action::Expire)
        };
        Ok(decisions.iter().find(ends).map(why))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::{Counts, Tally};
    use crate::simulate::rollout::Scenario;
    use crate::simulate::rollout::minute::Weather;

    const SPEC: &str = r#"{
        "rampgate": 1, "name": "n", "flag": {"key": "k", "control": "a", "canary": "b"},
        "stages": [{"exposure": "5%", "min_dwell": "1h", "approval": true}, {"exposure": "50%", "min_dwell": "1h", "deadline": "5h"}],
        "bake": "30m", "guardrails": [{"name": "errors"}]
    }"#;

    /// A host takes steps with reports; what is simulated does without, and must come to the same.
    #[test]
    fn the_same_is_decided_without_a_report() {
        for faults in [
            "",
            r#"{"errors": {"times": 2, "from": "70m"}}"#,
            r#"{"outage": {"from": "1h", "lasting": "30m"}}"#,
        ] {
            let scenario = Scenario::from_json(&std::format!(
                r#"{{"traffic": {{"units_per_minute": 500}}, "background": {{"rate": 0.01}}, "faults": [{faults}]}}"#
            ))
            .unwrap();
            let start = Timestamp::EPOCH;
            let mut weather = Weather::new(&scenario, 1, 0, start);
            let mut guarded = Guarded::new(Spec::from_json(SPEC).unwrap(), start).unwrap();
            let mut decisions = Vec::new();
            for minute in 0..240 {
                let end = Timestamp::from_millis(60_000 * (minute + 1)).unwrap();
                let met = weather.minute(minute, end, guarded.split());
                let mut host = guarded.release.clone();
                let ended = guarded.hear(&met).unwrap();
                let as_host = |release: &mut Release, arm, counts: Counts| {
                    let tally = Tally::from_counts(counts.units(), &[counts], end).unwrap();
                    let placement = Placement { cohort: release.cohort(), arm: Some(arm) };
                    release.record_tally(placement, end, &tally).unwrap();
                };
                as_host(&mut host, Arm::Canary, met.canary);
                as_host(&mut host, Arm::Control, met.control);
                let signal = if met.source_error {
                    Signal::SourceError { why: "outage".into() }
                } else {
                    Signal::Tick
                };
                let step = host.step(end, signal).unwrap();
                assert!(step.report.is_some());
                decisions.extend(step.decisions);
                if matches!(host.phase(), Phase::Holding { reason: Hold::Approval, .. }) {
                    decisions.extend(
                        host.step(end, Command::Approve { by: host_name(), stage: None }).unwrap().decisions,
                    );
                }
                assert_eq!(host.rollout(), guarded.release.rollout(), "{faults} {minute}");
                if ended.is_some() {
                    break;
                }
            }
            assert!(decisions.len() >= 2, "{decisions:?}");
        }
    }

    /// Replicas that are ready at once change nothing but the shares, which are theirs.
    #[test]
    fn a_fleet_goes_the_same_way() {
        let scenario = Scenario::from_json(
            r#"{"traffic": {"units_per_minute": 2000}, "background": {"rate": 0.01}, "faults": []}"#,
        )
        .unwrap();
        let start = Timestamp::EPOCH;
        let ends = |fleet: &str| {
            let spec = SPEC.replacen(r#""bake""#, &std::format!(r#"{fleet}"bake""#), 1);
            let mut guarded = Guarded::new(Spec::from_json(&spec).unwrap(), start).unwrap();
            let mut weather = Weather::new(&scenario, 1, 0, start);
            let ended = (1..=600).find(|minute| {
                let met = weather.minute(
                    *minute - 1,
                    Timestamp::from_millis(60_000 * minute).unwrap(),
                    guarded.split(),
                );
                guarded.hear(&met).unwrap().is_some()
            });
            (ended, guarded.phase())
        };
        // 5% and 50% of twenty are themselves.
        assert_eq!(ends(r#""fleet": {"replicas": 20}, "#), ends(""));
        assert_eq!(ends("").1, Phase::Completed);
    }

    fn host_name() -> String {
        super::host()
    }
}
