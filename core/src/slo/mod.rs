//! Can we afford it? Error budgets from counts, and the exposure they allow.

mod clearance;
mod counter;
mod reading;
mod tier;
mod wire;

pub use clearance::Clearance;
pub use counter::Counter;
pub use reading::Reading;
