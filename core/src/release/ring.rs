use super::{Assignment, Assignments, Release};
use crate::error::{Error, Kind};
use crate::quantity::Share;

/// What the new version has of a unit's ring now.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    /// The ring's exposure; that of all units where there are no rings.
    pub(super) exposure: Share,
    /// Whether its units are compared: only those of the ring that is being ramped are.
    pub(super) compared: bool,
}

/// Releases that reach one ring of users after the other.
impl Release {
    /// The variant of a unit of this ring now, and where its outcome belongs. Where the plan has no rings, it is as [`assign`](Self::assign) says, whatever
    /// the name: a host that knows its rings may always give them.
    ///
    /// The units of the ring that is being ramped are compared. Those of an earlier ring keep what its last stage gave them, those of a later one wait with
    /// the control variant; neither are in an arm, but what becomes of them still spends the error budget. The host has to give a unit the same ring every
    /// time: one that moves to a later ring loses the new version.
    ///
    /// ```
    /// use rampgate::observe::ReplicaId;
    /// use rampgate::release::{Arm, Release};
    /// use rampgate::rollout::Command;
    ///
    /// let mut release = Release::from_json(r#"{
    ///     "rampgate": 1, "name": "checkout v2", "flag": {"key": "checkout", "control": "v1", "canary": "v2"},
    ///     "rings": [{"name": "staff", "share": "1%"}, {"name": "beta", "share": "9%"}, {"name": "everyone", "share": "90%"}],
    ///     "stages": [
    ///         {"ring": "staff", "exposure": "100%", "min_dwell": "1h", "min_units": 50, "requires": "no_harm"},
    ///         {"ring": "beta", "exposure": "50%", "min_dwell": "1h"},
    ///         {"ring": "everyone", "exposure": "10%", "min_dwell": "1d"},
    ///         {"ring": "everyone", "exposure": "50%", "min_dwell": "1d"}
    ///     ],
    ///     "guardrails": [{"name": "errors"}]
    /// }"#, ReplicaId(1))?;
    /// let _ = release.step("2026-11-24T12:00:00Z".parse()?, Command::Start { by: "ana".into() })?;
    /// assert_eq!(release.exposure().to_string(), "1%"); // of all units
    /// assert_eq!(release.exposure_in("staff")?.to_string(), "100%");
    ///
    /// let ann = release.assign_in("ann", "staff")?;
    /// assert_eq!((ann.variant, ann.placement.arm), ("v2", Some(Arm::Canary)));
    /// let bob = release.assign_in("bob", "beta")?;
    /// assert_eq!((bob.variant, bob.placement.arm), ("v1", None));
    /// assert_eq!(
    ///     release.assign_in("eve", "gamma").unwrap_err().to_string(),
    ///     "invalid `ring`: must be the name of a ring, got gamma"
    /// );
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// A ring that the plan does not have, where it has any.
    pub fn assign_in(&self, unit: &str, ring: &str) -> Result<Assignment<'_>, Error> {
        Ok(self.assigned(unit, Some(self.reach(ring)?)))
    }

    /// The same of all flags that are released together: see [`assign_all`](Self::assign_all).
    ///
    /// # Errors
    /// As for [`assign_in`](Self::assign_in).
    pub fn assign_all_in<'r>(&'r self, unit: &'r str, ring: &str) -> Result<Assignments<'r>, Error> {
        Ok(self.assigned_all(unit, Some(self.reach(ring)?)))
    }

    /// Share of the ring's units that the new version reaches now.
    ///
    /// # Errors
    /// As for [`assign_in`](Self::assign_in).
    pub fn exposure_in(&self, ring: &str) -> Result<Share, Error> {
        self.reach(ring).map(|reach| reach.exposure)
    }

    /// Of a unit whose ring was not said: unknown, unless there are none.
    pub(super) fn reach_of_all(&self) -> Option<Reach> {
        let plan = self.spec.plan();
        // a fleet's load balancer draws, and no hash
        let hashed = plan.fleet().is_none();
        let exposure = if hashed { self.exposure() } else { Share::ZERO };
        plan.rings().is_empty().then_some(Reach { exposure, compared: hashed })
    }

    fn reach(&self, ring: &str) -> Result<Reach, Error> {
        if let Some(reach) = self.reach_of_all() {
            return Ok(reach);
        }
        let plan = self.spec.plan();
        let Some(number) = plan.ring(ring) else {
            return Err(Error::new("ring", Kind::Unknown, "must be the name of a ring", ring));
        };
        // While nobody is exposed no ring is ramped, and every unit shows what the old version does.
        let Some(stage) = self.rollout().stage() else {
            return Ok(Reach { exposure: Share::ZERO, compared: true });
        };
        Ok(Reach { exposure: plan.in_force(number, stage), compared: plan.ramped(stage) == Some(number) })
    }
}
