use super::run::Told;
use super::{Arm, Placement, Release, Signal};
use crate::error::{Error, Kind};
use crate::quantity::{Share, Timestamp};
use crate::rollout::EventKind;
use crate::rollout::fleet::{Actual, Orders};
use serde::Serialize;

/// How far a release's fleet has come, by the last report, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[must_use]
pub struct FleetStep {
    /// The declared exposure beside the actual one, and what the fleet lacks.
    pub actual: Actual,
    /// The next batch toward the declared exposure: carry it out, count the replicas, and [step](Release::step) again.
    pub orders: Orders,
}

/// Releases whose spec has a `fleet`: replicas and a load balancer bring the exposure about, not a hash of the unit.
///
/// A controller is a loop: count the replicas, [step](Release::step) with [`Signal::Fleet`], carry out the batch.
/// Whatever serves records with [`served`](Release::served).
///
/// ```
/// use rampgate::observe::{Outcome, ReplicaId};
/// use rampgate::release::{Arm, Release, Signal};
/// use rampgate::rollout::Command;
/// use rampgate::rollout::fleet::Observed;
/// use rampgate::{Span, Timestamp};
///
/// let mut release = Release::from_json(r#"{
///     "rampgate": 1, "name": "checkout", "flag": {"key": "checkout", "control": "v1", "canary": "v2"},
///     "fleet": {"replicas": 8, "max_surge": 1},
///     "stages": [{"exposure": "12.5%", "min_dwell": "1h"}, {"exposure": "50%", "min_dwell": "2h"}],
///     "guardrails": [{"name": "errors"}]
/// }"#, ReplicaId(1))?;
/// let mut now: Timestamp = "2026-11-24T12:00:00Z".parse()?;
/// let mut there = Observed { ready_old: 8, ..Observed::default() };
/// release.step(now, Command::Start { by: "ana".into() })?;
/// let step = release.step(now, Signal::Fleet(there))?;
/// assert_eq!(release.exposure(), "12.5%".parse()?);
/// assert_eq!(step.fleet.unwrap().orders.to_string(), "start 1 new; then wait for 1 new to become ready");
///
/// // It starts, and crashes at once.
/// there.not_ready_new = 1;
/// now = now.saturating_add("20m".parse::<Span>()?);
/// let step = release.step(now, Signal::Fleet(there))?;
/// assert_eq!(
///     step.decisions[0].reasons[0].to_string(),
///     "declared 12.5%, actual 0%: 0 of 1 new replicas are ready, 8 old replicas serve, and at most 7 should"
/// );
/// assert_eq!(release.phase().to_string(), "holding in stages[0] (new replicas are missing)");
///
/// // It is repaired, and a replica of it records what it served.
/// there = Observed { ready_new: 1, ready_old: 7, ..Observed::default() };
/// let step = release.step(now, Signal::Fleet(there))?;
/// assert!(step.fleet.unwrap().orders.is_done());
/// release.record(release.served(Arm::Canary)?, now, Outcome::good())?;
/// # Ok::<(), rampgate::Error>(())
/// ```
impl Release {
    /// Where an outcome belongs that a replica of the fleet serves now: in the arm of its version, in the present cohort. Keep it until the outcome is known.
    ///
    /// A replica that runs neither the present revision nor the old version is in neither arm: record its requests by
    /// [`record_requests`](Self::record_requests).
    ///
    /// What is served while the replicas move counts as the canary's, for ceilings and the budget, and is not [compared](crate::rollout::State::compared).
    ///
    /// **Holds when** every ready replica gets an equal share of the requests, and a request's replica is drawn without regard to who asks; one request is
    /// one outcome (`bets: request`), unless the balancer draws a user once; and a count is made at once when a replica becomes ready or is lost. What is
    /// served until then is compared by the share before: with N requests in the cohort at a share p, and M served late, when it was d above or below, a sample-ratio
    /// mismatch is to be feared from about M d = 3 √(N p (1 - p)) on.
    ///
    /// # Errors
    /// A spec without a fleet: there each unit is [assigned](Self::assign).
    pub fn served(&self, arm: Arm) -> Result<Placement, Error> {
        if self.spec.plan().fleet().is_none() {
            let rule = "must be there: without a fleet, units are assigned";
            return Err(Error::absent("spec.fleet", Kind::Missing, rule));
        }
        Ok(Placement { cohort: self.cohort(), arm: Some(arm) })
    }

    /// How far the fleet has come, by the last report, and the next batch; none without a fleet, and before the first report.
    ///
    /// The batch is toward the present exposure, in any phase: after a rollback toward 0%.
    #[must_use]
    pub fn fleet(&self) -> Option<FleetStep> {
        let fleet = self.spec.plan().fleet()?;
        let (_, observed) = self.rollout().replicas()?;
        let declared = self.exposure();
        Some(FleetStep { actual: fleet.actual(observed, declared), orders: fleet.next(observed, declared) })
    }

    /// Tells the rollout of the replicas, before anything else is looked at: the look is at what they expose.
    pub(super) fn hear_fleet(&mut self, at: Timestamp, signal: &Signal) -> Result<Told, Error> {
        let Signal::Fleet(observed) = signal else { return Ok(Told::default()) };
        let run = self.run(at, [EventKind::Fleet(*observed)])?;
        Ok(self.commit(run))
    }

    /// The most that is or may be in force now.
    pub(super) fn most_in_force(&self) -> Share {
        let plan = self.spec.plan();
        plan.most_in_force(self.exposure()).max(self.rollout().actual().unwrap_or_default())
    }

    /// The exposures between which the budget is asked to decide: what may be in force of the declared one, and of the next, or what is in force if
    /// that is more than either.
    pub(super) fn risked(&self, stage: u32) -> (Share, Share) {
        let plan = self.spec.plan();
        let next = plan.most_in_force(self.next_exposure(stage));
        (plan.most_in_force(self.exposure()), next.max(self.rollout().actual().unwrap_or_default()))
    }
}
