//! rampgate for Python. Convert, call, convert: what is decided is decided in the core.
//!
//! | file | converts |
//! |---|---|
//! | `release.rs` | the facade |
//! | `outcome.rs` | what became of a unit |
//! | `observe.rs`, `tally.rs` | what is kept of many units |
//! | `evidence.rs`, `interval.rs`, `distribution.rs` | the judge's tests and confidence sequences alone |
//! | `group_sequential.rs`, `classic.rs` | planned looks; Kayenta's judge |
//! | `judge.rs`, `power.rs` | the judge without a release; how soon it would find an effect |
//! | `flag.rs` | a flag alone, and the reason for a variant |
//! | `flags.rs`, `context.rs` | flag documents, and who asks them |
//! | `signed.rs` | flag documents with a signature |
//! | `bucketing.rs` | allocations, layers, holdouts, diagnostics |
//! | `compat.rs` | other vendors' schemes, and what would move |
//! | `assignment.rs` | an assignment and its placement |
//! | `batch.rs` | many units to an array of variants |
//! | `log.rs` | the log of a release |
//! | `parts.rs` | bucketing and rollouts alone, as plain functions |
//! | `fleet.rs` | replicas that bring an exposure into force |
//! | `imports.rs` | plans from other tools' documents |
//! | `planner.rs` | the plan for a goal, and releases that are played |
//! | `slo.rs` | error budgets alone |
//! | `argument.rs`, `document.rs` | what a caller passes in, refused by name |
//! | `error.rs` | the core's error to `RampgateError` |
//! | `shape.rs` | answers to the frozen dataclasses of the package |
//!
//! Every class is frozen. What changes stands behind a mutex, so objects may be shared between threads, and a call never meets
//! another one half done. Whoever waits for the mutex has given the interpreter back before.

mod argument;
mod assignment;
mod batch;
mod bucketing;
mod classic;
mod compat;
mod context;
mod distribution;
mod document;
mod error;
mod evidence;
mod flag;
mod flags;
mod fleet;
mod group_sequential;
mod guarded;
mod imports;
mod interval;
mod judge;
mod log;
mod observe;
mod outcome;
mod parts;
mod planner;
mod power;
mod release;
mod shape;
mod signed;
mod slo;
mod tally;

use pyo3::pymodule;

/// The compiled half of the package `rampgate`.
#[pymodule]
mod _native {
    use pyo3::pyfunction;

    #[pymodule_export]
    use super::assignment::{Assignment, Placement};
    #[pymodule_export]
    use super::bucketing::{Allocation, Holdouts, Layer, find_salt, independence, rebalance, uniformity};
    #[pymodule_export]
    use super::classic::{classic_compare, classic_judge};
    #[pymodule_export]
    use super::compat::{Scheme, shadow};
    #[pymodule_export]
    use super::distribution::{Reference, distribution_evidence, quantile_band, quantile_ratio};
    #[pymodule_export]
    use super::evidence::{
        NormalMixture, count_evidence, difference_evidence, fraction_evidence, high_rate_evidence,
        ln_evidence_below, ln_evidence_of_mismatch, mean_evidence, rate_evidence,
    };
    #[pymodule_export]
    use super::flag::{Evaluation, Flag, Reason};
    #[pymodule_export]
    use super::flags::{FlagSet, Outcome};
    #[pymodule_export]
    use super::fleet::Fleet;
    #[pymodule_export]
    use super::group_sequential::{Comparison, Design};
    #[pymodule_export]
    use super::imports::import_plan;
    #[pymodule_export]
    use super::interval::{
        confidence_sequence, count_interval, count_ratio_interval, difference_interval,
        fraction_ratio_interval, mean_difference, ratio_interval,
    };
    #[pymodule_export]
    use super::judge::judge;
    #[pymodule_export]
    use super::log::{Log, log_explain, log_replay, log_verify};
    #[pymodule_export]
    use super::observe::{Fractions, Histogram, Moments, Session};
    #[pymodule_export]
    use super::parts::{allocation_ends, replay_rollout, slot, unit_hash};
    #[pymodule_export]
    use super::planner::{plan_release, simulate_releases};
    #[pymodule_export]
    use super::power::Trial;
    #[pymodule_export]
    use super::release::Release;
    #[pymodule_export]
    use super::signed::{SignedFlags, TrustedKeys, sign};
    #[pymodule_export]
    use super::slo::{BurnRatePolicy, Counter, ask_gate, parse_objective, read_budget, reading, slo_answer};
    #[pymodule_export]
    use super::tally::Tally;

    /// The version of this build, for example `0.1.0`.
    #[pyfunction]
    fn version() -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}
