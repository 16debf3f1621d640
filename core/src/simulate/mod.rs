//! What would happen? Seeded simulation, for planning. Needs the feature `simulate`.
//!
//! Nothing here takes part in a decision. Given a seed, every figure is the same on every platform.
//!
//! [`power`] says how many units a guardrail's test needs, how soon it finds an effect, and which effect a number of units is enough for.
//! [`planner`] turns what a release is to fulfil into the stages that fulfil it, or says what would be enough.

mod cells;
mod dice;
pub mod planner;
pub mod power;

pub use cells::Cells;
pub use dice::Dice;
