use super::Fleet;
use crate::quantity::Share;
use alloc::vec::Vec;
use core::fmt;
use serde::Serialize;

/// Something that a plan's exposures will not be on this fleet. A warning, since the plan still works, with what the fleet makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Warning {
    /// The exposure that holds is further from the declared one than was to be tolerated.
    Differs {
        /// The stage, from 0.
        stage: u32,
        /// What the plan says.
        declared: Share,
        /// What will hold.
        actual: Share,
        /// The nearest exposures that the fleet can bring into force, from below and from above.
        nearest: (Share, Share),
    },
    /// The stage has as many new replicas as the stage before: it tells nothing that the stage before did not.
    Repeats {
        /// The stage, from 0.
        stage: u32,
        /// The new replicas of both.
        new: u32,
    },
    /// The stage is meant for a part of the units and reaches all: nothing is left to compare with.
    Everybody {
        /// The stage, from 0.
        stage: u32,
        /// What the plan says.
        declared: Share,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Differs { stage, declared, actual, nearest: (below, above) } => {
                write!(f, "stages[{stage}]: {declared} will be {actual}; the fleet has {below} and {above}")
            }
            Self::Repeats { stage, new } => {
                write!(f, "stages[{stage}]: the same {new} new replicas as the stage before")
            }
            Self::Everybody { stage, declared } => {
                write!(f, "stages[{stage}]: {declared} will be everybody")
            }
        }
    }
}

impl Fleet {
    /// What a plan with these exposures, one a stage, will not be on this fleet.
    ///
    /// ```
    /// use rampgate::rollout::fleet::Fleet;
    ///
    /// let fleet = Fleet::from_json(r#"{"replicas": 10}"#)?;
    /// let exposures = ["1%".parse()?, "5%".parse()?, "50%".parse()?];
    /// let said: Vec<String> = fleet.review(&exposures, "6%".parse()?).iter().map(ToString::to_string).collect();
    /// assert_eq!(said, [
    ///     "stages[0]: 1% will be 10%; the fleet has 0% and 10%",
    ///     "stages[1]: the same 1 new replicas as the stage before",
    /// ]);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn review(&self, exposures: &[Share], tolerance: Share) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut before = None;
        for (stage, declared) in (0..).zip(exposures.iter().copied()) {
            let counts = self.counts(declared);
            if counts.differ_by_more_than(tolerance) {
                let nearest = self.around(declared);
                warnings.push(Warning::Differs { stage, declared, actual: counts.actual, nearest });
            }
            if before == Some(counts.new) {
                warnings.push(Warning::Repeats { stage, new: counts.new });
            }
            if counts.old == 0 && declared < Share::ALL {
                warnings.push(Warning::Everybody { stage, declared });
            }
            before = Some(counts.new);
        }
        warnings
    }
}
