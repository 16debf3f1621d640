//! Can we afford it? Error budgets from counts, and the exposure they allow.

mod clearance;

pub use clearance::Clearance;
