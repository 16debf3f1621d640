use serde::{Deserialize, Serialize};

/// Which way a measure gets worse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Worse {
    /// More is worse: latencies, sizes, costs. The default.
    #[default]
    Higher,
    /// Less is worse: throughput, revenue.
    Lower,
}

impl Worse {
    pub(super) const fn sign(self) -> f64 {
        match self {
            Self::Higher => 1.0,
            Self::Lower => -1.0,
        }
    }
}
