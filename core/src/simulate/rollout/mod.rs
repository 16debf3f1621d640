//! Whole releases: what a spec would do in a scenario, and what other tools would.
//!
//! - [`Scenario`]: the [`Traffic`], the [`Background`] of failures, the [`Fault`]s; or a [`Recording`] with faults put into it;
//! - [`Simulation`]: a spec in a scenario, played many times by a [`Controller`];
//! - [`Outcomes`]: each [`Run`], and the [`Summary`] of all.

mod argo;
mod background;
mod calibrate;
mod controller;
mod cycle;
mod document;
mod fault;
mod flagger;
mod guarded;
mod kayenta;
mod minute;
mod outcomes;
mod question;
mod recording;
mod run;
mod scenario;
mod simulation;
mod table;
mod timetable;
mod traffic;

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
