use crate::flag::Reason;
use crate::quantity::Share;
use serde::{Deserialize, Serialize};

/// The two sides of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// Units that have the old version and are analysed.
    Control,
    /// Units that have the new version.
    Canary,
}

/// Which units without the new version are compared with those that have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ControlPool {
    /// All of them. Best where the old version is comparable as it runs: most evidence per unit exposed.
    #[default]
    Rest,
    /// As many as the canary has, the same ones at every stage up to 50%. Right where the two differ in something that wears off
    /// with traffic, such as warm caches, and the host starts the control cohort afresh too.
    Matched,
}

impl ControlPool {
    /// Share of all units, or of a ring's, that is in the control at an exposure of `canary`.
    pub(crate) fn share(self, canary: Share) -> Share {
        match self {
            Self::Rest => canary.complement(),
            Self::Matched => canary.min(canary.complement()),
        }
    }

    /// The arm of a unit, from the reason for its variant. Overridden units and those without an id are in neither: nobody drew lots for them.
    pub(crate) fn arm(self, canary: Share, reason: Reason) -> Option<Arm> {
        match reason {
            Reason::Allocated { .. } => Some(Arm::Canary),
            Reason::NotExposed { slot } => slot.is_within_last(self.share(canary)).then_some(Arm::Control),
            _ => None,
        }
    }
}

/// Where an outcome belongs: the cohort in which its unit was assigned, and the arm. Small enough to travel in a cookie or a header.
///
/// A unit's outcome belongs to the cohort of its *assignment*, even if the exposure has changed before the outcome is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// Number of the cohort: counted up whenever the exposure changes or a new attempt begins.
    pub cohort: u32,
    /// The arm; `None` for units that are not compared, whose requests still spend the budget.
    pub arm: Option<Arm>,
}

/// A unit's variant, why, and where its outcome belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[must_use]
pub struct Assignment<'r> {
    /// Name of the variant to serve.
    pub variant: &'r str,
    /// Where to record what becomes of it.
    #[serde(flatten)]
    pub placement: Placement,
    /// Why it got that variant.
    pub reason: Reason,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matched_arms_are_of_one_size_and_never_meet() {
        for canary in [0, 1, 250_000, 500_000, 750_000, 1_000_000] {
            let canary = Share::from_parts_per_million(canary).unwrap();
            let control = ControlPool::Matched.share(canary);
            assert!(control <= canary);
            assert!(canary.parts_per_million() + control.parts_per_million() <= 1_000_000);
            assert_eq!(canary.complement(), ControlPool::Rest.share(canary));
        }
    }
}
