use super::counts::difference;
use super::{Fleet, Observed};
use crate::quantity::Share;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};

/// What share of the traffic meets the new version now, and whether that is the stage's exposure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[must_use]
pub struct Actual {
    /// The exposure that the plan asks for.
    pub declared: Share,
    /// The exposure that the fleet makes of it; see [`Fleet::counts`].
    pub reachable: Share,
    /// The new version's share of the ready replicas, rounded down to a part per million, yet never 0% while one is ready; none while none is. **This is
    /// the exposure to tell the judge.**
    pub actual: Option<Share>,
    /// `actual` less `declared`, in parts per million; none where `actual` is.
    pub difference_ppm: Option<i32>,
    /// What the fleet lacks for the exposure to be in force; empty while it is.
    pub gaps: Vec<Gap>,
}

/// One thing that a fleet lacks for an exposure to be in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Gap {
    /// Too few new replicas are ready.
    NewMissing {
        /// Those that are ready.
        ready: u32,
        /// Those that the exposure asks for.
        need: u32,
    },
    /// Too many new replicas are there, ready or about to be.
    NewBeyond {
        /// Those that are there and not stopping.
        there: u32,
        /// Those that the exposure asks for.
        most: u32,
    },
    /// Too many old replicas still serve, so that the new ones have less than their share.
    OldBeyond {
        /// Those that are ready.
        ready: u32,
        /// Those that the exposure leaves.
        most: u32,
    },
    /// Fewer replicas serve than the fleet's limit allows, so that each has more to do than it should, and is judged while it has.
    Unavailable {
        /// Those that are ready, of both versions.
        ready: u32,
        /// Those that have to be.
        need: u32,
    },
}

/// Which [`Gap`] it is, without its numbers. A closed set, in the order in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the gap of the same name")]
pub enum GapName {
    NewMissing,
    NewBeyond,
    OldBeyond,
    Unavailable,
}

impl Gap {
    /// Which gap it is.
    #[must_use]
    pub const fn name(&self) -> GapName {
        match self {
            Self::NewMissing { .. } => GapName::NewMissing,
            Self::NewBeyond { .. } => GapName::NewBeyond,
            Self::OldBeyond { .. } => GapName::OldBeyond,
            Self::Unavailable { .. } => GapName::Unavailable,
        }
    }
}

impl fmt::Display for GapName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NewMissing => "new replicas are missing",
            Self::NewBeyond => "too many new replicas",
            Self::OldBeyond => "too many old replicas",
            Self::Unavailable => "too few replicas",
        })
    }
}

impl Actual {
    /// Whether the exposure is in force. Only meanwhile may a stage's dwell count; at 0% it is when a rollback may be confirmed.
    #[must_use]
    pub fn is_in_force(&self) -> bool {
        self.gaps.is_empty()
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NewMissing { ready, need } => write!(f, "{ready} of {need} new replicas are ready"),
            Self::NewBeyond { there, most } => {
                write!(f, "{there} new replicas are there, and at most {most} should be")
            }
            Self::OldBeyond { ready, most } => {
                write!(f, "{ready} old replicas serve, and at most {most} should")
            }
            Self::Unavailable { ready, need } => {
                write!(f, "{ready} replicas serve, and at least {need} have to")
            }
        }
    }
}

impl Fleet {
    /// What is exposed now, beside what `exposure` asks for.
    ///
    /// The exposure is in force while as many new replicas are ready as it asks for and no more are there, no more old ones serve than it leaves, and no
    /// fewer serve in all than [`least_ready`](Self::least_ready). Old replicas may be missing up to that limit: the actual share is then above the
    /// reachable one, and still the one that holds.
    ///
    /// Let the judge take each run of moments with the same `actual` as one epoch with that exposure: the shares of two epochs must not be
    /// pooled, and a share that never held would read as a sample-ratio mismatch. That is so of the declared one, and of one that was
    /// seen while replicas moved. A [`Release`](crate::release::Release) does it so.
    ///
    /// **Holds when** every ready replica gets an equal share of the traffic, and a request's replica is drawn without regard to who asks. A weighted balancer needs
    /// its weights for that, and one that keeps a client on its replica makes clients the units, not requests.
    ///
    /// ```
    /// use rampgate::rollout::fleet::{Fleet, Observed};
    ///
    /// let fleet = Fleet::from_json(r#"{"replicas": 10}"#)?;
    /// let observed = Observed { ready_new: 2, ready_old: 8, not_ready_new: 1, ..Observed::default() };
    /// let actual = fleet.actual(&observed, "35%".parse()?);
    /// assert_eq!(actual.actual, Some("20%".parse()?));
    /// assert_eq!(actual.reachable, "30%".parse()?);
    /// let gaps: Vec<String> = actual.gaps.iter().map(ToString::to_string).collect();
    /// assert_eq!(gaps, ["2 of 3 new replicas are ready", "8 old replicas serve, and at most 7 should"]);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    pub fn actual(&self, observed: &Observed, exposure: Share) -> Actual {
        let target = self.counts(exposure);
        let actual = observed.share();
        let (ready, need) = (observed.ready(), self.least_ready());
        let new_missing = Gap::NewMissing { ready: observed.ready_new, need: target.new };
        let new_beyond = Gap::NewBeyond { there: observed.all_new(), most: target.new };
        let old_beyond = Gap::OldBeyond { ready: observed.ready_old, most: target.old };
        let gaps = [
            (observed.ready_new < target.new, new_missing),
            (observed.all_new() > target.new, new_beyond),
            (observed.ready_old > target.old, old_beyond),
            (ready < need, Gap::Unavailable { ready, need }),
        ];
        Actual {
            declared: exposure,
            reachable: target.actual,
            actual,
            difference_ppm: actual.map(|actual| difference(actual, exposure)),
            gaps: gaps.into_iter().filter_map(|(there, gap)| there.then_some(gap)).collect(),
        }
    }
}
