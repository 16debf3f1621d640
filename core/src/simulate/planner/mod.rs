//! The plan: from what a release is to fulfil, the stages that fulfil it, or what would be enough.
//!
//! - [`Goal`]: what the release is to fulfil; [`Goal::plan`] answers;
//! - [`Traffic`], [`Allowance`], [`Power`]: how many units come, what may be spent of the error budget, how likely a good release has to get through;
//! - [`Planned`]: the plan as the release document has it, what a good release takes, what harm would cost, and why each stage is what it is;
//! - [`Refusal`]: what stands in the way, and each [`Remedy`] that alone would be enough.
//!
//! Of all ladders over round exposures that keep to the limits it is the one that finishes earliest; what it is said to take and to cost is then played, with the
//! judge that a release has. `core/spec/planner.md` says how, and what is not promised.
//!
//! ```
//! use rampgate::canary::Guardrail;
//! use rampgate::simulate::planner::{Allowance, Answer, Goal, Traffic};
//! use rampgate::simulate::power::Baseline;
//! use rampgate::slo::{Gate, OnMissing};
//!
//! let gate = Gate::new("99%".parse()?, "30d".parse()?, "15m".parse()?, OnMissing::FailClosed)?;
//! let allowance = Allowance::new(gate, "90%".parse()?, "0.1%".parse()?)?;
//! let errors = Guardrail::new("errors")?;
//! let goal = Goal::new(Traffic::constant(20_000)?, errors, Baseline::rate(0.005.try_into()?), allowance, "1d".parse()?)?;
//! let Answer::Plan(plan) = goal.plan()? else { panic!("refused") };
//!
//! // Half of everybody failing for five minutes would spend more than a tenth of a percent, so there is a stage of 7% before.
//! let exposures: Vec<String> = plan.stages.iter().map(|stage| stage.exposure.to_string()).collect();
//! assert_eq!(exposures, ["7%", "50%"]);
//! assert!(plan.done_within < "8h".parse()? && plan.early.spend < 0.001);
//! assert!(rampgate::rollout::Plan::from_json(&plan.document.to_json()).is_ok());
//! # Ok::<(), rampgate::Error>(())
//! ```
//!
//! The bindings call [`answer`], which takes and gives JSON.

mod allowance;
mod answer;
mod attempt;
mod course;
mod document;
mod effort;
mod goal;
mod harms;
mod ladder;
mod planned;
mod reasons;
mod refusal;
mod report;
mod stages;
mod text;
mod traffic;

pub use allowance::Allowance;
pub use answer::Answer;
pub use document::answer;
pub use goal::{Goal, Power};
pub use planned::{Bound, Document, DocumentStage, Harm, Onset, Planned, PlannedStage, Worst};
pub use refusal::{Obstacle, Refusal, Remedy};
pub use traffic::Traffic;
