//! The plan: from what a release is to fulfil, the stages that fulfil it, or what would be enough.

mod allowance;
mod answer;
mod attempt;
mod course;
mod effort;
mod goal;
mod harms;
mod ladder;
mod planned;
mod reasons;
mod refusal;
mod stages;
mod text;
mod traffic;

pub use allowance::Allowance;
pub use answer::Answer;
pub use goal::{Goal, Power};
pub use planned::{Bound, Document, DocumentStage, Harm, Onset, Planned, PlannedStage, Worst};
pub use refusal::{Obstacle, Refusal, Remedy};
pub use traffic::Traffic;
