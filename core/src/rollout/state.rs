use super::event::check_finding;
use super::report::Report;
use super::{Hold, Phase, Plan, Unapproved, Watch};
use crate::canary::Verdict;
use crate::document::check_name;
use crate::error::{Error, Kind};
use crate::quantity::{Share, Span, Timestamp};
use crate::slo::Clearance;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// Everything the machine remembers of a release. Explicit, so the host keeps it: as JSON, as postcard, or not at all,
/// since the log of events gives it back ([`replay`](super::replay)).
///
/// A state that was read from somewhere is checked against its plan by every [`step`](super::step); call
/// [`check`](Self::check) to know at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct State {
    pub(super) version: Version,
    pub(super) seq: u64,
    pub(super) at: Timestamp,
    pub(super) attempt: u32,
    pub(super) cohort: u32,
    pub(super) segment: u32,
    pub(super) exposure: Share,
    pub(super) place: Place,
    pub(super) hold: Option<Hold>,
    pub(super) clearance: Option<Clearance>,
    pub(super) watch: Option<Watch>,
    pub(super) revision: Option<String>,
    #[cfg_attr(not(feature = "fleet"), serde(with = "super::report::absent"))]
    pub(super) fleet: Option<Report>,
}

/// A [`Phase`] without its hold, which pauses and waits share: one fact, kept once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Place {
    Draft,
    Scheduled,
    Stage(u32),
    Baking(u32),
    Completed(u32),
    RollingBack,
    RollbackFailed,
    RolledBack,
    Expired(u32),
}

impl Place {
    /// The stage whose exposure holds here; none where the exposure is 0.
    pub(super) const fn stage(self) -> Option<u32> {
        match self {
            Self::Stage(stage) | Self::Baking(stage) | Self::Completed(stage) | Self::Expired(stage) => {
                Some(stage)
            }
            Self::Draft | Self::Scheduled | Self::RollingBack | Self::RollbackFailed | Self::RolledBack => {
                None
            }
        }
    }
}

/// The version of the serialised form: 1. Any other is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub(super) struct Version;

const VERSION: u8 = 1;

impl TryFrom<u8> for Version {
    type Error = Error;

    fn try_from(version: u8) -> Result<Self, Error> {
        match version {
            VERSION => Ok(Self),
            _ => Err(Error::new("state.version", Kind::Version, "must be 1", version)),
        }
    }
}

impl From<Version> for u8 {
    fn from(_: Version) -> Self {
        VERSION
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}

impl State {
    /// A release that has not begun: [`Phase::Draft`], attempt 1, nobody exposed, no event applied.
    pub const fn new() -> Self {
        Self {
            version: Version,
            seq: 0,
            at: Timestamp::EPOCH,
            attempt: 1,
            cohort: 0,
            segment: 0,
            exposure: Share::ZERO,
            place: Place::Draft,
            hold: None,
            clearance: None,
            watch: None,
            revision: None,
            fleet: None,
        }
    }

    /// Where the release is.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        match (self.place, self.hold) {
            (Place::Draft, _) => Phase::Draft,
            (Place::Scheduled, _) => Phase::Scheduled,
            (Place::Stage(stage), None) => Phase::Ramping { stage },
            (Place::Stage(stage), Some(reason)) => Phase::Holding { stage, reason },
            (Place::Baking(_), _) => Phase::Baking,
            (Place::Completed(_), _) => Phase::Completed,
            (Place::RollingBack, _) => Phase::RollingBack,
            (Place::RollbackFailed, _) => Phase::RollbackFailed,
            (Place::RolledBack, _) => Phase::RolledBack,
            (Place::Expired(stage), _) => Phase::Expired { stage },
        }
    }

    /// What is released, if anyone [replaced](super::Command::Revise) the document's version; while a rollback is not confirmed, what the next
    /// attempt will release.
    #[must_use]
    pub fn revision(&self) -> Option<&str> {
        self.revision.as_deref()
    }

    /// What stands in the way, in any phase that can wait: scheduled, holding or baking.
    #[must_use]
    pub const fn hold(&self) -> Option<Hold> {
        self.hold
    }

    /// Whether someone paused the release.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.hold == Some(Hold::Paused)
    }

    /// The error budget's last word on the next exposure; none before it has spoken, and after each rise.
    #[must_use]
    pub const fn clearance(&self) -> Option<Clearance> {
        self.clearance
    }

    /// The share of units that is to see the new version now. Bringing it into force is the host's part; where a fleet does,
    /// [`actual`](Self::actual) is what it has come to.
    #[must_use]
    pub const fn exposure(&self) -> Share {
        self.exposure
    }

    /// The stage whose exposure holds; none where it is 0.
    #[must_use]
    pub const fn stage(&self) -> Option<u32> {
        self.place.stage()
    }

    /// The attempt, from 1. A retry begins the next.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Rises by one whenever the exposure, or the one by which units are [compared](Self::compared), changes, an attempt begins or the test for harm begins anew: observations carry it, so that each counts
    /// for the exposure under which its unit was assigned.
    #[must_use]
    pub const fn cohort(&self) -> u32 {
        self.cohort
    }

    /// How often the test for harm has begun anew inside the present stage and the bake; see [`Plan::restart_every`].
    #[must_use]
    pub const fn segment(&self) -> u32 {
        self.segment
    }

    /// The number of the last event applied; 0 before the first.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// The time of the last event applied.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// What has been gathered in the present stage or bake; none elsewhere.
    #[must_use]
    pub const fn watch(&self) -> Option<&Watch> {
        self.watch.as_ref()
    }

    /// The attempt and stage that a finding has to name to be heard now; none where no finding is needed.
    ///
    /// Before the first rise, and before a retry, it is stage 0, of which only the budget's word counts.
    #[must_use]
    pub const fn judging(&self) -> Option<(u32, u32)> {
        match self.place {
            Place::Draft | Place::Scheduled | Place::RolledBack => Some((self.attempt, 0)),
            Place::RollingBack | Place::RollbackFailed => None,
            Place::Stage(stage) | Place::Baking(stage) | Place::Completed(stage) | Place::Expired(stage) => {
                Some((self.attempt, stage))
            }
        }
    }

    /// Whether this state can belong to `plan`. Corrupt bytes and a plan that was edited under a running release end
    /// here, rather than in a guess.
    ///
    /// # Errors
    /// The first thing that cannot be, with its path below `state`.
    pub fn check(&self, plan: &Plan) -> Result<(), Error> {
        let broken = |path: &'static str, rule: &'static str| Err(Error::absent(path, Kind::Corrupt, rule));
        let exposure = match self.place.stage() {
            None => Share::ZERO,
            Some(stage) => match plan.stage(stage) {
                None => {
                    return Err(Error::new(
                        "state.place",
                        Kind::Corrupt,
                        "must be a stage of the plan",
                        stage,
                    ));
                }
                Some(stage) => stage.exposure,
            },
        };
        if self.exposure != exposure {
            let rule = alloc::format!("must be the exposure of its stage in the plan ({exposure})");
            return Err(Error::new("state.exposure", Kind::Corrupt, rule, self.exposure));
        }
        if matches!(self.place, Place::Baking(stage) | Place::Completed(stage) if stage != plan.last()) {
            return broken("state.place", "must be the last stage of the plan");
        }
        if self.attempt == 0 || u64::from(self.attempt) > self.seq.saturating_add(1) {
            return broken("state.attempt", "must count from 1, at most one an event");
        }
        if u64::from(self.cohort) > self.seq || (self.cohort == 0 && exposure != Share::ZERO) {
            return broken("state.cohort", "must count the changes of exposure");
        }
        if self.segment >= self.cohort.max(1) || (self.segment > 0 && plan.restart_every().is_none()) {
            return broken("state.segment", "must count restarts, where the plan has them");
        }
        if self.place == Place::Draft && (self.attempt > 1 || (self.cohort > 0 && self.fleet.is_none())) {
            return broken("state.place", "must not be a draft after the first attempt");
        }
        if self.seq == 0 && *self != Self::new() {
            return broken("state.seq", "must be above 0 once anything happened");
        }
        if let Some(revision) = &self.revision {
            check_name("state.revision", revision)?;
        }
        if !self.hold_fits() {
            return broken("state.hold", "must fit the phase");
        }
        self.check_report(plan)?;
        match (&self.watch, matches!(self.place, Place::Stage(_) | Place::Baking(_))) {
            (None, false) => Ok(()),
            (Some(watch), true) => self.check_watch(plan, watch),
            _ => broken("state.watch", "must be there in a stage or a bake, and only there"),
        }
    }

    fn hold_fits(&self) -> bool {
        match (self.place, self.hold) {
            (Place::Scheduled, Some(hold)) => {
                matches!(
                    hold,
                    Hold::Paused
                        | Hold::NotBefore
                        | Hold::Unreported
                        | Hold::NotInForce(_)
                        | Hold::Budget
                        | Hold::Calendar
                )
            }
            (Place::Scheduled, None) => false,
            (Place::Stage(_), Some(hold)) => hold != Hold::NotBefore,
            (Place::Baking(_), Some(hold)) => {
                matches!(
                    hold,
                    Hold::Paused
                        | Hold::Unreported
                        | Hold::NotInForce(_)
                        | Hold::Invalid
                        | Hold::Insufficient(_)
                )
            }
            (_, hold) => hold.is_none(),
        }
    }

    fn check_watch(&self, plan: &Plan, watch: &Watch) -> Result<(), Error> {
        let broken = |path: &'static str, rule: &'static str| Err(Error::absent(path, Kind::Corrupt, rule));
        let within = |at: Timestamp| watch.entered <= at && at <= self.at;
        if watch.entered > self.at || watch.elapsed > self.at.since(watch.entered) {
            return broken("state.watch.elapsed", "must fit between entry and the last event");
        }
        if watch.quiet > watch.elapsed || watch.dwell > watch.served() || watch.lacking > watch.elapsed {
            return broken("state.watch.dwell", "must not exceed the time elapsed");
        }
        if watch.renewed > watch.elapsed || (watch.renewed > Span::ZERO && self.segment == 0) {
            return broken("state.watch.renewed", "must be of the time elapsed, where the test began anew");
        }
        let baking = matches!(self.place, Place::Baking(_));
        if watch.units < watch.base || (!baking && watch.base > 0) {
            return broken("state.watch.units", "must not be less than at entry");
        }
        if watch.mark.is_some_and(|mark| !within(mark) || self.is_paused() || watch.units == watch.base) {
            return broken(
                "state.watch.mark",
                "must be the time of a finding with units since entry or resumption",
            );
        }
        if let Some(judged) = &watch.judged {
            check_finding("state.watch.judged.finding", &judged.finding)?;
            if !within(judged.at) || judged.finding.verdict == Verdict::Harm {
                return broken(
                    "state.watch.judged",
                    "must be a finding without harm, from this stage's time",
                );
            }
        } else if watch.units > watch.base || watch.quiet != watch.elapsed {
            return broken("state.watch.judged", "must be there where units were counted");
        }
        let stage = self.place.stage().and_then(|stage| plan.stage(stage)).filter(|_| !baking);
        let limit = stage.and_then(|stage| stage.approval_limit);
        if watch.waited > watch.elapsed || (limit.is_none() && watch.waited > Span::ZERO) {
            return broken(
                "state.watch.waited",
                "must be of the time elapsed, where an approval has a time limit",
            );
        }
        let asks = stage.is_some_and(|stage| stage.approval);
        if watch.approved.is_some() && (!asks || watch.is_overdue(limit)) {
            return broken("state.watch.approved", "must be where the stage asks for approval, in time");
        }
        let lapses = limit.is_some_and(|limit| limit.on_timeout == Unapproved::Hold);
        match self.hold {
            Some(Hold::Approval) if !asks => broken("state.hold", "must fit the stage"),
            Some(Hold::ApprovalLapsed) if !lapses || !watch.is_overdue(limit) => {
                broken("state.hold", "must fit the stage")
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollout::{Command, Event, EventKind, step};
    use alloc::string::ToString;
    use serde_json::{Value, json};

    fn plan(exposure: &str) -> Plan {
        let stages =
            json!([{"exposure": exposure, "min_dwell": "1h"}, {"exposure": "50%", "min_dwell": "1h"}]);
        Plan::from_json(&json!({ "stages": stages }).to_string()).unwrap()
    }

    fn started() -> State {
        let event = Event { seq: 1, at: Timestamp::EPOCH, kind: Command::Start { by: "ann".into() }.into() };
        step(&plan("5%"), &State::new(), &event).unwrap().0
    }

    #[test]
    fn a_plan_that_was_edited_under_a_running_release_is_refused() {
        let error = started().check(&plan("10%")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid `state.exposure`: must be the exposure of its stage in the plan (10%), got 5%"
        );
        let event = Event { seq: 2, at: Timestamp::EPOCH, kind: EventKind::Tick };
        assert_eq!(step(&plan("10%"), &started(), &event).unwrap_err(), error);
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_path() {
        let sound = serde_json::to_value(started()).unwrap();
        let changes: [(&[&str], Value, &str); 14] = [
            (&["place"], json!({"stage": 2}), "state.place"),
            (&["place"], json!({"completed": 0}), "state.place"),
            (&["place"], json!("rolled_back"), "state.exposure"),
            (&["exposure"], json!("50%"), "state.exposure"),
            (&["attempt"], json!(0), "state.attempt"),
            (&["cohort"], json!(0), "state.cohort"),
            (&["segment"], json!(1), "state.segment"),
            (&["hold"], json!("not_before"), "state.hold"),
            (&["watch"], Value::Null, "state.watch"),
            (&["watch", "dwell"], json!("1h"), "state.watch.dwell"),
            (&["watch", "renewed"], json!("1h"), "state.watch.renewed"),
            (&["watch", "base"], json!(1), "state.watch.units"),
            (&["watch", "units"], json!(9), "state.watch.judged"),
            (&["watch", "approved"], json!("bob"), "state.watch.approved"),
        ];
        for (path, value, expected) in changes {
            let mut corrupt = sound.clone();
            let field = path.iter().fold(&mut corrupt, |at, name| &mut at[name]);
            *field = value.clone();
            let state: State = serde_json::from_value(corrupt).unwrap();
            let error = state.check(&plan("5%")).unwrap_err();
            assert_eq!((error.path(), error.kind()), (expected, Kind::Corrupt), "{path:?} = {value}");
        }
    }

    #[test]
    fn another_version_is_refused() {
        let mut other = serde_json::to_value(State::new()).unwrap();
        other["version"] = json!(2);
        let error = serde_json::from_value::<State>(other).unwrap_err();
        assert!(error.to_string().contains("must be 1, got 2"), "{error}");
        assert!(postcard::from_bytes::<State>(&[2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]).is_err());
        assert_eq!(
            postcard::from_bytes::<State>(&[1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap(),
            State::new()
        );
    }
}
