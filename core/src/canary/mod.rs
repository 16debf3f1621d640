//! Is the new version hurting anyone? Sequential tests that may be asked after every unit.
//!
//! Because we assign the units, we know the chance that an analysed unit is in the canary. Whatever is bad and turns up in the
//! canary more often than that chance is evidence of harm; the evidence is an e-value, and reading it at every moment costs
//! nothing (Ville 1939). The [`Judge`] runs the tests of each [`Guardrail`], restarted at each stage so that a late regression is
//! found soon, and merges them into one [`Verdict`].
//!
//! | measure | test | guarantee |
//! |---|---|---|
//! | failure rate | [`RateTest`], [`HighRateTest`] | exact |
//! | share of a unit's own requests that failed | [`FractionTest`] | exact |
//! | events by exposure | [`CountTest`] | exact, for independent events |
//! | latency, size: the whole distribution | [`DistributionTest`] | exact |
//! | mean, with a covariate; ratio of sums | [`MeanTest`] | asymptotic |
//! | absolute failure rate | [`ln_evidence_below`] | exact |
//! | difference of failure rates | [`DifferenceTest`] | exact |
//! | the split itself | [`ln_evidence_of_mismatch`] | exact |
//!
//! For those who plan their looks: [`group_sequential`]. For those who come from Kayenta: [`classic`].
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

pub mod classic;
mod contrast;
mod count;
mod difference;
mod distribution;
mod epoch;
mod evidence;
mod explain;
mod finding;
mod fraction;
pub mod group_sequential;
mod guardrail;
mod guardrail_document;
mod high_rate;
mod judge;
mod mean;
mod mean_interval;
mod normal_mixture;
mod policy;
mod proportion;
mod question;
mod rate;
mod ratio_interval;
mod report;
mod restart;
#[cfg(feature = "simulate")]
mod screen;
mod srm;
mod wealth;
mod worse;

pub use count::{CountTest, count_interval, count_ratio_interval};
pub use difference::{DifferenceTest, difference_interval};
pub use distribution::{
    Components, DistributionCell, DistributionTest, QuantileBand, Reference, Shape, quantile_band,
    quantile_ratio,
};
pub use epoch::{Epoch, Look};
pub use finding::{Finding, Lack, Verdict};
pub use fraction::{FractionCell, FractionTest, fraction_ratio_interval};
pub use guardrail::Guardrail;
pub use high_rate::{HighRateTest, HighRateWealth, OutcomeCell};
pub use judge::Judge;
pub use mean::{Change, Companion, MeanLack, MeanTest};
pub use mean_interval::{MeanDifference, mean_difference};
pub use normal_mixture::NormalMixture;
pub use policy::Policy;
pub use proportion::{confidence_sequence, ln_evidence_below};
pub use rate::{Cell, RateTest};
pub use ratio_interval::ratio_interval;
pub use report::{Arms, Comparison, Guarantee, GuardrailReport, Interval, QuantileReport, Report};
#[cfg(feature = "simulate")]
pub(crate) use screen::{Past, Said, Screen};
pub use srm::ln_evidence_of_mismatch;
pub use wealth::Wealth;
pub use worse::Worse;
