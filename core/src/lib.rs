#![doc = include_str!("../README.md")]
//!
//! # What do I hold?
//!
//! | noun | is | lives in |
//! |---|---|---|
//! | [`Release`](release::Release) | one guarded release: assign, record, step | [`release`] |
//! | [`SharedStep`](release::SharedStep) | one step where several releases spend from one budget | [`release`] |
//! | [`Spec`](release::Spec) | its document, read and checked as a whole | [`release`] |
//! | [`FlagSet`](flag::FlagSet), [`Flag`](flag::Flag) | which variant a unit gets, and why | [`flag`] |
//! | [`Key`](bucketing::Key), [`Slot`](bucketing::Slot), [`Allocation`](bucketing::Allocation) | a unit's place among a million, and who owns it | [`bucketing`] |
//! | [`Layer`](bucketing::Layer), [`Holdouts`](bucketing::Holdouts) | flags that never meet in one unit, and units that see nothing new | [`bucketing`] |
//! | [`Sample`](bucketing::diagnostics::Sample) | your own ids: evenness, independence, the salt that balances best | [`bucketing::diagnostics`] |
//! | [`Outcome`](observe::Outcome), [`Session`](observe::Session) | what became of a unit, and of its window of requests | [`observe`] |
//! | [`Tally`](observe::Tally), [`Ledger`](observe::Ledger) | what was seen, and how it meets from many processes | [`observe`] |
//! | [`Histogram`](observe::Histogram), [`Moments`](observe::Moments), [`Fractions`](observe::Fractions), [`Events`](observe::Events) | what is kept of a metric that is more than failed or not | [`observe`] |
//! | [`Judge`](canary::Judge), [`Guardrail`](canary::Guardrail) | evidence of harm and safety, and the verdict | [`canary`] |
//! | [`RateTest`](canary::RateTest), [`DistributionTest`](canary::DistributionTest), [`MeanTest`](canary::MeanTest), … | one test alone | [`canary`] |
//! | [`Config`](canary::classic::Config), [`MannWhitney`](canary::classic::MannWhitney) | Kayenta's judge, for migrations: the rank test, classes, a score | [`canary::classic`] |
//! | [`Design`](canary::group_sequential::Design), [`Comparison`](canary::group_sequential::Comparison) | planned looks: bounds, inference after the end, units | [`canary::group_sequential`] |
//! | [`Counter`](slo::Counter), [`Budget`](slo::Budget), [`Gate`](slo::Gate) | events over time, what they spend, and the exposure that is left | [`slo`] |
//! | [`Policy`](slo::burn_rate::Policy), [`replay`](slo::replay::replay) | whom the burning budget alerts, and what that would have told of recorded data | [`slo::burn_rate`], [`slo::replay`] |
//! | [`Terms`](slo::Terms), [`Account`](slo::Account), [`Slicing`](slo::Slicing) | budgets of any period, by events or by slices; what was promised and what was spent | [`slo`] |
//! | [`Cohorts`](slo::Cohorts), [`Reservations`](slo::Reservations) | what a release spends beyond the rest, and several releases on one budget | [`slo`] |
//! | `Simulation`, `Scenario` | whole releases played many times: faults in, distributions out | `simulate::rollout` (feature) |
//! | [`PlanBuilder`](rollout::PlanBuilder), [`Command`](rollout::Command) | a plan made of typed parts, and what a person may ask of it | [`rollout`] |
//! | [`Ring`](rollout::Ring) | users whom a release reaches before those of the next ring | [`rollout`] |
//! | [`Plan`](rollout::Plan), [`State`](rollout::State), [`Event`](rollout::Event) | stages, where we are, and what happened | [`rollout`] |
//! | `Log`, `Verified`, `Story` | what happened: kept line by line, proved unchanged, replayed, told | `log` (feature) |
//! | [`Source`](rollout::import::Source), [`Imported`](rollout::import::Imported) | another tool's document, and the plan it comes to with all that is lost | [`rollout::import`] |
//! | [`Fleet`](rollout::fleet::Fleet) | replicas that bring an exposure into force, batch by batch; a release's [`Step`](release::Step::fleet) has the next | [`rollout::fleet`] |
//! | `Goal`, `Planned`, `Refusal` | the plan that fulfils what a release is to fulfil, or what would be enough | `simulate::planner` (feature) |
//!
//! # What do I call?
//!
//! [`Release::from_json`](release::Release::from_json) once; [`assign`](release::Release::assign) and [`record`](release::Release::record) for traffic;
//! [`step`](release::Release::step) every minute or so. With more than one process: [`take_delta`](release::Release::take_delta) and
//! [`merge`](release::Release::merge) one way, [`directive`](release::Release::directive) and [`follow`](release::Release::follow) the other.
//!
//! # What can go wrong?
//!
//! Bad input is one [`Error`]: it names the path in the document, the rule and the value, and lists all problems of a document together. Nothing panics,
//! and nothing bad becomes a default.
//!
//! # Features
//!
//! On by default is `fleet` alone: plans and releases whose exposure replicas bring about; without it they are refused, which saves 4 KB of a WASM module. `compat`: other vendors' bucketing, and who would move. `log`: the log of a release, which needs SHA-256. `regex`: regular expressions in conditions. `signed`: flag documents
//! that are refused unless a trusted key signed them. `simulate`: seeded simulation, for planning; `parallel`: the same on all cores.
//!
//! # What it does not do
//!
//! It moves no traffic and collects no metrics. It has no clock: pass the time. It draws no random numbers: assignment is a hash. It stores nothing:
//! [`state`](release::Release::state) gives you the bytes.
#![no_std]
#![cfg_attr(test, expect(clippy::float_cmp, reason = "the same bits are what is promised"))]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod bucketing;
pub mod canary;
mod document;
mod error;
pub mod flag;
#[cfg(feature = "log")]
pub mod log;
mod math;
pub mod observe;
mod order;
mod quantity;
pub mod release;
pub mod rollout;
#[cfg(feature = "simulate")]
pub mod simulate;
mod siphash;
pub mod slo;

pub use error::{Error, Escaped, Kind as ErrorKind, Problem};
pub use quantity::{Objective, Probability, Share, Span, Timestamp};

/// The Rust code of the repository's front page, compiled and run with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct FrontPage;
