//! What next? The machine that takes a release from nobody to everybody, or back.
//!
//! A [`Plan`] is a list of [`Stage`]s, each an exposure and what it takes to leave it. [`step`] applies one [`Event`] to a
//! [`State`] and gives the next state, with a [`Decision`] whenever something changed. There is no clock: events
//! carry the time, so the log of events is all there is, and [`replay`] gives back the live state from it.
//!
//! ```text
//!          Start              gates open             last stage passed        data, no harm
//!   Draft ──────> Scheduled ────────────> Ramping{0..} ─────────────> Baking ──────────────> Completed
//!     │               │                    │  ^   │                     │                        │
//!     │               │             closed v  │   │ deadline, `expire`  │                        │
//!     │               │                   Holding ├────> Expired        │                        │
//!     │ Abort         │ Abort                │    │         │           │                        │
//!     │               │                      v    v         v           v                        v
//!     │               │                     ── Abort, proof of harm, spent budget, policy of the plan ──
//!     v               v                                        │
//!   RolledBack <──────────── Confirm ──────────────────── RollingBack ──> RollbackFailed
//!     │                                                        ^   Abort        │
//!     └─ Retry (also from Expired): a new attempt, Scheduled   └────────────────┘
//! ```
//!
//! What to rely on, each tested as a property (numbers of `spec/rollout.md`): exposure rises by one stage at most in one
//! event, and only on a fresh pass for this attempt and stage; an abort reaches exposure 0 in one step from anywhere; a
//! freeze never blocks a decrease; silence is neither a pass nor a failure; every decision has its reasons.
//!
//! What people get wrong: [`State::exposure`] is what the release asks for. Bringing it into force is the host's part, and a
//! rollback is over only when the host has said [`Command::Confirm`]. Where replicas do that instead of a
//! hash, [`fleet`] counts them and says when it is so; a plan that has its [`fleet`](Plan::fleet) counts no time before, is not confirmed before,
//! and compares units by [what is actually so](State::compared).
//!
//! Plans of other tools are read by [`import`].
//!
//! ```
//! use rampgate::canary::{Finding, Verdict};
//! use rampgate::rollout::{Command, Event, EventKind, Phase, Plan, State, step};
//! use rampgate::slo::Clearance;
//! use rampgate::{Span, Timestamp};
//!
//! let plan = Plan::from_json(r#"{
//!     "stages": [
//!         {"exposure": "5%", "min_dwell": "10m", "min_units": 100},
//!         {"exposure": "100%", "min_dwell": "10m"}
//!     ]
//! }"#)?;
//! let mut state = State::new();
//! let mut log = Vec::new();
//! let mut at: Timestamp = "2026-11-24T12:00:00Z".parse()?;
//!
//! let mut apply = |state: &mut State, kind: EventKind| -> Result<(), rampgate::Error> {
//!     at = at.saturating_add("5m".parse::<Span>()?);
//!     let (next, decisions) = step(&plan, state, &Event { seq: state.seq() + 1, at, kind })?;
//!     *state = next;
//!     log.extend(decisions.iter().map(|decision| decision.to_string()));
//!     Ok(())
//! };
//! apply(&mut state, Command::Start { by: "ann".into() }.into())?;
//! for units in [60, 120, 180] {
//!     let finding = Finding {
//!         verdict: Verdict::Safe,
//!         units,
//!         ln_harm: -0.4,
//!         ln_harm_needed: 3.0,
//!         ln_safety: 3.2,
//!         ln_safety_needed: 3.0,
//!     };
//!     let (attempt, stage) = state.judging().expect("a running release");
//!     apply(&mut state, EventKind::Judged { attempt, stage, finding, clearance: Clearance::Allow })?;
//! }
//! assert_eq!(state.phase(), Phase::Ramping { stage: 1 });
//! assert_eq!(log, [
//!     "2026-11-24T12:05:00Z advance to 5%, ramping in stages[0]: ann started it; nothing stands in the way of the \
//!      first stage",
//!     "2026-11-24T12:20:00Z advance to 100%, ramping in stages[1]: the canary is safe: evidence ln 3.20 of the ln 3.00 \
//!      needed; 10m of 10m with evidence; 180 of 100 units",
//! ]);
//! # Ok::<(), rampgate::Error>(())
//! ```

mod builder;
mod calendar;
mod command;
mod decision;
mod event;
pub mod fleet;
mod gates;
mod growth;
pub mod import;
mod log;
mod machine;
mod phase;
mod plan;
mod reason;
mod replay;
mod report;
mod restart;
mod ring;
mod stage;
mod state;
mod watch;
mod written;

pub use builder::{PlanBuilder, StageBuilder};
pub use calendar::{Calendar, Freeze, Window};
pub use command::{Command, CommandName};
pub use decision::{Action, Decision};
pub use event::{Event, EventKind};
pub use machine::step;
pub use phase::{Hold, Phase};
pub use plan::Plan;
pub use reason::Reason;
pub use replay::replay;
pub use ring::Ring;
pub use stage::{ApprovalLimit, Fallback, Overdue, Requirement, Stage, Unapproved};
pub use state::State;
pub use watch::Watch;
