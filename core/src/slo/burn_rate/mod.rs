//! Who has to be told that the budget burns, and how soon: burn-rate alerts over a [`Counter`](super::Counter).
//!
//! - [`Policy`]: [`Row`]s of two windows, told as a share of the budget or as a burn rate, for one objective and any period; absolute
//!   [`BudgetDrop`]s beside them; the published ones by name, as [`Preset`]s; and [`Scale`], the choice of how one moves to another period;
//! - [`Condition`]: a row that was checked: it can fire, and its windows can be read; what it does under a steady failure, worked out beforehand;
//! - [`AlertState`]: what the alerts remember;
//! - [`Decision`]: one answer, an [`Alert`], with the numbers of every window and the reason where nothing could be said.
//!
//! ```
//! use rampgate::slo::Counter;
//! use rampgate::slo::burn_rate::{Alert, Policy};
//! use rampgate::{Span, Timestamp};
//!
//! let policy = Policy::from_json(
//!     r#"{"target": "99.9%", "preset": "workbook_4", "min_coverage": "100%",
//!         "drops": [{"spends": "10%", "window": "1d", "severity": "page"}]}"#,
//! )?;
//! let (mut counter, mut state) = (Counter::new(), policy.start());
//! let midnight: Timestamp = "2026-11-24T00:00:00Z".parse()?;
//! let mut paged = None;
//! for second in (0..86_400).step_by(10) {
//!     let now = midnight.saturating_add(Span::from_millis(second * 1_000)?);
//!     if second % 60 == 0 && policy.evaluate(&counter, now, &mut state)?.alert() == Alert::Page {
//!         paged = paged.or(Some(now));
//!     }
//!     let outage = second % 3_600 < 20; // twenty seconds of every hour: no row that pages ever sees it
//!     counter.record(now, if outage { 0 } else { 100 }, if outage { 100 } else { 0 });
//! }
//! assert_eq!(paged, Some("2026-11-24T12:01:00Z".parse()?)); // the thirteenth outage passes a tenth of the budget
//! # Ok::<(), rampgate::Error>(())
//! ```
//!
//! Decisions are integers compared exactly; only evidence, which is off unless asked for, uses floats, the same ones everywhere.
//! `core/spec/burn_rate.md` says how each number is made, and how the presets fare on recorded incidents.

mod alert_state;
mod budget_drop;
mod closed_forms;
mod condition;
mod decision;
mod evaluate;
mod factor;
mod policy;
mod policy_json;
mod preset;
mod row;
mod severity;
mod threshold;

pub use alert_state::{AlertState, Change};
pub(in crate::slo) use alert_state::{Latch, Signal};
pub use budget_drop::BudgetDrop;
pub use condition::Condition;
pub use decision::{Alert, Decision, DropReport, Evidence, Frozen, RowReport, Status, WindowReport};
pub use factor::Factor;
pub use policy::{Policy, Scale};
pub use preset::Preset;
pub use row::Row;
pub use severity::Severity;
