//! What would happen? Seeded simulation, for planning. Needs the feature `simulate`.
//!
//! Nothing here takes part in a decision. Given a seed, every figure is the same on every platform.

mod dice;

pub use dice::Dice;
