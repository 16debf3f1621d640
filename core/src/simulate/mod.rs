//! What would happen? Seeded simulation, for planning. Needs the feature `simulate`.
//!
//! Nothing here takes part in a decision. Given a seed, every figure is the same on every platform.
//!
//! [`power`] says how many units a guardrail's test needs, how soon it finds an effect, and which effect a number of units is enough for.
//! [`rollout`] plays whole releases, with faults of many kinds, and says what a spec would do, and what other tools would.
//! [`planner`] turns what a release is to fulfil into the stages that fulfil it, or says what would be enough.

mod binomial;
mod cells;
mod dice;
pub mod planner;
pub mod power;
pub mod rollout;
mod runs;

pub use cells::Cells;
pub use dice::Dice;
pub use runs::Runs;
