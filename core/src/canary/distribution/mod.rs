//! Are the canary's latencies, sizes or throughputs worse? Bets on the arm of each value, over histograms that merge.

mod anywhere;
mod cell;
mod components;
mod groups;
mod placed;
mod quantile_band;
mod reference;
mod shape;
mod test;

pub use cell::DistributionCell;
pub use components::Components;
pub use quantile_band::{QuantileBand, quantile_band, quantile_ratio};
pub use reference::Reference;
pub use shape::Shape;
pub use test::DistributionTest;

#[cfg(test)]
mod tests;
