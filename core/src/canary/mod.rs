//! Is the new version hurting anyone? Sequential tests that may be asked after every unit.
//!
//! Because we assign the units, we know the chance that an analysed unit is in the canary. A failing unit that turns up in the
//! canary more often than that chance is evidence of harm; the evidence is an e-value, and reading it at every moment costs
//! nothing (Ville 1939). The [`Judge`] runs one [rate test](RateTest) per guardrail, restarted at each stage so that a
//! late regression is found soon, and merges them into one [`Verdict`]. Where every unit has a value and not only a failure, a latency, a
//! size or a throughput, the [`DistributionTest`] bets on the arm of each value in the same way.
//!
//! **What is guaranteed.** A release that is no worse than the tolerated ratio on every guardrail at every moment is rolled
//! back with probability at most `alpha` over its whole life: all stages, guardrails and looks together. One that is worse than
//! the margin (and above the ceiling, where there is one) on a required guardrail throughout a stage passes that stage with
//! probability at most `beta`. Both need: assignment by the recorded shares, one outcome a unit, outcomes of both arms
//! recorded alike.
//!
//! ```
//! use rampgate::canary::{Cell, RateTest};
//!
//! // Half of the analysed units are in the canary; 40 of its units failed and 12 of the control's.
//! let cell = Cell { rho: 0.5, canary_failures: 40, control_failures: 12 };
//! let evidence = RateTest::harm(1.0)?.ln_evidence(&[cell]);
//! assert!(evidence > f64::ln(1.0 / 0.05), "the canary fails more often: {evidence}");
//! # Ok::<(), rampgate::Error>(())
//! ```

mod distribution;
mod finding;
mod guardrail;
mod judge;
mod policy;
mod proportion;
mod rate;
mod report;
mod restart;
mod srm;

pub use distribution::{
    Components, DistributionCell, DistributionTest, QuantileBand, Reference, Shape, Worse, quantile_band,
    quantile_ratio,
};
pub use finding::{Finding, Lack, Verdict};
pub use guardrail::Guardrail;
pub use judge::{Epoch, Judge, Look};
pub use policy::Policy;
pub use proportion::{confidence_sequence, ln_evidence_below};
pub use rate::{Cell, RateTest};
pub use report::{Arms, GuardrailReport, Interval, Report};
pub use srm::ln_evidence_of_mismatch;
