//! Can we afford it? Error budgets from counts, and the exposure they allow.
//!
//! An [`Objective`](crate::Objective) such as 99.9% leaves a budget of failures. What is left of it, and how long a
//! failing release goes unnoticed, bound the exposure that a release may have. Five nouns lead there:
//!
//! - [`Counter`]: good and bad events of the last 30 days, mergeable, in at most 32 KiB;
//! - [`Reading`]: what one window of it saw, and how much of the window was watched;
//! - [`Budget`]: what that consumed of the budget and what remains, by events and by time, and its [`BudgetState`];
//! - [`Gate`]: the options, and the formula that turns what remains into an exposure;
//! - [`GateReport`]: the answer, a [`Clearance`], with the numbers that led to it.
//!
//! Who has to be told, and how soon, is [`burn_rate`]; what an alert policy would have told of recorded data is [`replay`].
//!
//! ```
//! use rampgate::slo::{BudgetState, Clearance, Counter, Gate, OnMissing};
//! use rampgate::{Span, Timestamp};
//!
//! let gate = Gate::new("99.9%".parse()?, "30d".parse()?, "10m".parse()?, OnMissing::FailClosed)?;
//!
//! // A hundred events a minute for a day, and an outage of five minutes.
//! let mut counter = Counter::new();
//! let midnight: Timestamp = "2026-11-24T00:00:00Z".parse()?;
//! for minute in 0..1_440 {
//!     let at = midnight.saturating_add(Span::from_millis(minute * 60_000)?);
//!     let outage = (600..605).contains(&minute);
//!     counter.record(at, if outage { 0 } else { 100 }, if outage { 100 } else { 0 });
//! }
//!
//! // Five minutes of 43.2 are gone. Ten more for everybody would spend 23.1% of the budget, and a quarter of what is
//! // left is 22.1%: so not everybody, yet.
//! let now: Timestamp = "2026-11-25T00:00:00Z".parse()?;
//! let report = gate.ask(&gate.read(&counter, now), "50%".parse()?, "100%".parse()?);
//! assert_eq!(report.budget().state(), BudgetState::Ok);
//! assert_eq!(report.budget().remaining_by_time_ppm(), Some(884_259));
//! assert_eq!(report.spend_ppm(), 231_482);
//! assert_eq!(report.allowed_ppm(), 221_064);
//! assert_eq!(report.answer(), Clearance::Cap("95.4996%".parse()?));
//! # Ok::<(), rampgate::Error>(())
//! ```
//!
//! # Beyond one gate on one window
//!
//! | you have | take |
//! |---|---|
//! | running totals of a monitoring system, which restart | [`Scraper`] |
//! | canary and control, and want the release to pay for what it alone spends | [`Cohorts`] |
//! | several releases on one budget | [`Reservations`], and [`Gate::ask_beside`]; [`Release::step_beside`](crate::release::Release::step_beside) does both |
//! | a promise of good minutes, or want to know how much the way of counting matters | [`Slicing`], and [`ClosedSlices`] for a month of them |
//! | a calendar month, an objective that changed, maintenance, corrections by hand | [`Terms`] for a [`Period`], and its [`Account`] |
//! | one objective over several services | [`CompositeReport`] |
//! | an `OpenSLO` document | [`OpenSlo`] |
//! | another language | [`answer`], from JSON to JSON |
//!
//! Everything here is integers, so the answers are the same bits everywhere; `core/spec/slo.md` and
//! `core/spec/budgets.md` say how each is made.

mod budget;
pub mod burn_rate;
mod clearance;
mod cohorts;
mod composite;
mod counter;
mod exact;
mod gate;
mod gate_report;
mod interval;
mod open;
mod openslo;
mod period;
mod question;
mod reading;
pub mod replay;
mod reservation;
mod scrape;
mod slices;
mod spec;
mod tier;
mod wire;

pub use budget::{Budget, BudgetState};
pub use clearance::Clearance;
pub use cohorts::{Cohort, CohortReport, Cohorts};
pub use composite::{Composite, CompositeReport, CompositeState, Joint, Member, Weighted};
pub use counter::Counter;
pub use gate::{Gate, OnExhausted, OnMissing};
pub use gate_report::{GateReport, GateRule};
pub use interval::Interval;
pub use openslo::{
    BudgetingMethod, CalendarUnit, Indicator, MetricSource, Numerator, OpenSlo, OpenSloBudget,
    OpenSloObjective, OpenSloWindow, Unhonoured,
};
pub use period::{
    Account, Adjustment, Adjustments, Booked, Calendar, Excluded, Exclusion, Offset, Period, Segment, Terms,
    Treatment,
};
pub use question::answer;
pub use reading::Reading;
pub use reservation::{Answer, Entry, Refusal, Request, Reservations, ReservedReport, Standing, Wish};
pub use scrape::{Scrape, Scraped, Scraper};
pub use slices::{
    Closed, ClosedSlices, Disagreement, IdleSlices, Method, MethodReport, SliceCounts, SliceReport, Slicing,
};
