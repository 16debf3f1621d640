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
//! // 14.4 million units a month, of which 144,000 may fail. Half of everybody failing from the start would cost 833 until the first look, 0.58% of that: too much. At 7% it
//! // costs 117, with luck's part of it 0.093%; so there is a stage of 7% before, which a good release takes two hours for.
//! let exposures: Vec<String> = plan.stages.iter().map(|stage| stage.exposure.to_string()).collect();
//! assert_eq!(exposures, ["7%", "50%"]);
//! assert!((plan.early.spend - 0.000_93).abs() < 0.000_01);
//! let [first, _] = plan.document.stages[..] else { panic!("two stages") };
//! assert_eq!((first.min_units, first.deadline), (795, "10h15m".parse()?));
//!
//! // Nine good releases in ten are done within six hours, the bake of an hour included.
//! assert_eq!((plan.done_within, plan.document.bake), ("5h25m".parse()?, "1h5m".parse()?));
//!
//! // Harm that begins with the second stage meets half of everybody: that is what it was granted more for.
//! assert!(plan.late.is_some_and(|late| late.spend > 0.005 && late.allowed == 0.225));
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
mod memory;
mod planned;
mod reasons;
mod refusal;
mod report;
mod stages;
mod text;
mod traffic;
mod tried;

pub use allowance::Allowance;
pub use answer::Answer;
pub use document::answer;
pub use goal::{Goal, Power};
pub use planned::{Bound, Document, DocumentStage, Harm, Onset, Planned, PlannedStage, Worst};
pub use refusal::{Obstacle, Refusal, Remedy};
pub use traffic::Traffic;
