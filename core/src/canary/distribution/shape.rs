use crate::quantity::Share;
use core::fmt;
use serde::{Serialize, Serializer};

/// Where in the distribution a bet looks for a difference.
///
/// Serialised as its [`Display`](fmt::Display) text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// Everywhere alike: a shift of the whole distribution.
    Shift,
    /// Ever more towards the worse values: a stretch of the distribution.
    Stretch,
    /// Only in the worst values, such as the slowest 1%.
    Tail(Share),
    /// At a place that no reference chose.
    Anywhere,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shift => f.write_str("shift"),
            Self::Stretch => f.write_str("stretch"),
            Self::Tail(share) => write!(f, "worst {share}"),
            Self::Anywhere => f.write_str("anywhere"),
        }
    }
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Strengths of a tilt, per unit of its score.
pub(super) const TILTS: [f64; GRID] = [0.04, 0.08, 0.16, 0.3, 0.6, 1.2];
/// ln of the ratio of the densities above a step.
pub(super) const STEPS: [f64; GRID] = [0.15, 0.3, 0.6, 1.1, 2.0, 4.0];
/// Bets of each shape; they share its weight evenly.
pub(super) const GRID: usize = 6;

/// The shares of the worst values at which a step begins, in parts per million.
pub(super) const TAILS: [u32; 4] = [100_000, 50_000, 10_000, 1_000];

/// The shapes that a reference places, with their weights, which sum to 1.
///
/// Measured on lognormal, bimodal, Pareto-tailed, cached and narrow distributions: the normal scores find a slower whole, the
/// Savage scores a stretched one, the steps what only few requests suffer; without the last step a fault of 0.3% of all requests
/// needs five times the units, without the first a rise of cache misses from 10% to 13% a third more.
pub(super) const SHAPES: [(Shape, f64); 6] = [
    (Shape::Shift, 0.40),
    (Shape::Stretch, 0.12),
    (Shape::Tail(Share::clamped(TAILS[0])), 0.12),
    (Shape::Tail(Share::clamped(TAILS[1])), 0.12),
    (Shape::Tail(Share::clamped(TAILS[2])), 0.12),
    (Shape::Tail(Share::clamped(TAILS[3])), 0.12),
];
