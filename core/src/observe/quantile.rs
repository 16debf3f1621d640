use super::Histogram;
use serde::Serialize;

/// Where a quantile lies: a value of at least `at_least` and less than `below`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Quantile {
    /// The smallest value it may be.
    pub at_least: u64,
    /// It is smaller than this; `None` in the last bin, which has no end.
    pub below: Option<u64>,
}

impl Quantile {
    pub(crate) fn of_bin(bin: usize) -> Self {
        let below = (bin + 1 < Histogram::BINS).then(|| Histogram::lower_edge(bin + 1));
        Self { at_least: Histogram::lower_edge(bin), below }
    }
}
