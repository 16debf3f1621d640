//! Whole releases, played many times: what a spec would do in a scenario, and what the rules of other tools would.
//!
//! - [`Scenario`]: [`Traffic`], [`Background`] of failures, and [`Fault`]s, each from its [`Onset`] on; or a [`Recording`] with faults put into it;
//! - [`Simulation`]: a spec in a scenario, led by a [`Controller`]: this library, or a rival that follows the same plan;
//! - [`Outcomes`]: every [`Run`]; [`Summary`]: how they are spread; [`Table`]: summaries side by side;
//! - [`calibrate`](Simulation::calibrate): controllers that are equally often wrong about healthy releases can be compared by what they do with others;
//! - [`answer`]: all of it in JSON.
//!
//! A release is the real [`Release`](crate::release::Release), told of each minute by [`record_tally`](crate::release::Release::record_tally) and stepped at its end. What is drawn is counts, not
//! units: how a minute's units fall into arms and outcomes is multinomial, so nothing is lost by it. Each minute of each run has random numbers of its own. Hence a run is the
//! same in any order and on any number of threads; and controllers meet the same minutes as long as they have the same exposure.
//!
//! ```
//! use rampgate::release::Spec;
//! use rampgate::simulate::Runs;
//! use rampgate::simulate::rollout::{Background, Controller, Fault, Onset, Scenario, Simulation, Traffic};
//! use rampgate::Probability;
//!
//! let spec = Spec::from_json(r#"{
//!     "rampgate": 1, "name": "checkout", "flag": {"key": "checkout", "control": "v1", "canary": "v2"},
//!     "stages": [{"exposure": "10%", "min_dwell": "1h"}, {"exposure": "50%", "min_dwell": "1h"}],
//!     "guardrails": [{"name": "errors"}]
//! }"#)?;
//! let late = Fault::errors(2.0)?.from(Onset::Exposure { share: "50%".parse()?, then: "20m".parse()? });
//! let scenario = Scenario::new(
//!     Traffic::constant(1_000.0)?.daily(0.6, "14h".parse()?)?,
//!     Background::constant(Probability::new(0.01)?),
//! ).with(late)?;
//!
//! let outcomes = Simulation::new(spec, scenario, Runs::new(20, 1)?)?.run(&Controller::Rampgate(None))?;
//! let summary = outcomes.summary();
//! assert!(summary.rolled_back.runs >= 18); // safe before the fault, and promoted before it shows: the rest
//! assert!(summary.minutes_to_detect.is_some_and(|minutes| minutes.median < 40.0));
//! # Ok::<(), rampgate::Error>(())
//! ```
//!
//! **Holds when** real units are alike and independent of each other, as those of a scenario are. Users who come back, and failures that come in clusters, make every
//! controller err more often than is simulated; put a recording of your own in place of the background to see by how much the latter matters.

mod argo;
mod arm;
mod background;
mod calibrate;
mod controller;
mod cycle;
mod document;
mod fault;
mod flagger;
mod further;
mod guarded;
mod kayenta;
mod lead;
mod minute;
mod outcomes;
mod question;
mod recording;
mod run;
mod scenario;
mod simulation;
mod table;
mod time;
mod timetable;
mod traffic;
mod trail;

pub use argo::Argo;
pub use background::Background;
pub use calibrate::Calibrated;
pub use controller::Controller;
pub use fault::{Fault, Onset};
pub use flagger::{Flagger, Weights};
pub use kayenta::Kayenta;
pub use outcomes::{Ended, Outcomes, Part, Spread, Summary};
pub use question::{answer, answer_with};
pub use recording::Recording;
pub use run::Run;
pub use scenario::Scenario;
pub use simulation::{Progress, Simulation};
pub use table::Table;
pub use traffic::Traffic;
