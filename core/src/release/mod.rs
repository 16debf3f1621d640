//! The four questions as one thing: a spec, a state, and the facade that most programs hold.
//!
//! A [`Spec`] is read from JSON and checked as a whole. A [`Release`] is a spec and a state. Traffic goes through
//! [`assign`](Release::assign) and [`record`](Release::record); time goes through [`step`](Release::step), which answers with
//! [decisions](crate::rollout::Decision) and the numbers behind them.
//!
//! ```
//! use rampgate::observe::{Outcome, ReplicaId};
//! use rampgate::release::{Release, Signal};
//! use rampgate::rollout::{Action, Command};
//! use rampgate::{Share, Span, Timestamp};
//!
//! let spec = r#"{
//!     "rampgate": 1,
//!     "name": "checkout v2",
//!     "flag": {"key": "checkout", "control": "v1", "canary": "v2"},
//!     "stages": [{"exposure": "50%", "min_dwell": "10m", "min_units": 100}],
//!     "guardrails": [{"name": "errors"}]
//! }"#;
//! let mut release = Release::from_json(spec, ReplicaId(1))?;
//! let errors = release.metric("errors")?;
//! let mut now: Timestamp = "2026-11-24T12:00:00Z".parse()?;
//! release.step(now, Command::Start { by: "ana".into() })?;
//! assert_eq!(release.exposure(), "50%".parse::<Share>()?);
//!
//! // Every unit is served; in this story the new version fails a tenth of the time.
//! for n in 0..2_000 {
//!     let assignment = release.assign(&format!("user-{n}"));
//!     let fails = assignment.variant == "v2" && n % 10 == 0;
//!     let outcome = if fails { Outcome::good().failed(errors) } else { Outcome::good() };
//!     release.record(assignment.placement, now, outcome)?;
//! }
//!
//! now = now.saturating_add("1m".parse()?);
//! let step = release.step(now, Signal::Tick)?;
//! assert_eq!(step.decisions[0].action, Action::RollBack);
//! assert_eq!(release.exposure(), Share::ZERO);
//! # Ok::<(), rampgate::Error>(())
//! ```

mod aggregate;
mod arm;
mod beside;
mod contribution;
mod facade;
mod fleet;
mod message;
mod references;
mod ring;
mod run;
mod signal;
mod spec;
mod step;
mod together;

pub use arm::{Arm, Assignment, ControlPool, Placement};
pub use beside::SharedStep;
pub use facade::Release;
pub use fleet::FleetStep;
pub use signal::Signal;
pub use spec::{Bets, Spec};
pub use step::Step;
pub use together::Assignments;
