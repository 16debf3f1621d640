use crate::error::{Error, Kind};
use serde::Serialize;

/// How often a release is played, and from which seed. The same runs give the same figures for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Runs {
    runs: u32,
    seed: u64,
}

impl Runs {
    /// Most runs: 100,000.
    pub const MOST: u32 = 100_000;

    /// So many runs. A share that is found has a standard error of at most 1/2 by the root of the runs: 1.6% with 1,000.
    ///
    /// # Errors
    /// No runs, or more than [`MOST`](Self::MOST).
    ///
    /// ```
    /// use rampgate::simulate::power::Runs;
    ///
    /// assert!(Runs::new(1_000, 7).is_ok());
    /// assert_eq!(Runs::new(0, 7).unwrap_err().path(), "runs");
    /// ```
    pub fn new(runs: u32, seed: u64) -> Result<Self, Error> {
        if (1..=Self::MOST).contains(&runs) {
            Ok(Self { runs, seed })
        } else {
            Err(Error::new("runs", Kind::Range, "must be from 1 to 100000", runs))
        }
    }

    pub(in crate::simulate) const fn count(self) -> u32 {
        self.runs
    }

    pub(in crate::simulate) const fn seed(self) -> u64 {
        self.seed
    }
}
