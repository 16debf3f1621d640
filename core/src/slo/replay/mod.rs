//! What would a policy have told us? Alert policies run over recorded data, and what that is worth.
//!
//! [`replay`] takes a series of [`Sample`]s and the [`Incident`]s that somebody labelled in it, runs any number of policies over it in one pass, and
//! gives an [`Outcome`] for each: precision, recall, time to detect, time to reset, and what was spent of the budget before anybody knew.
//!
//! ```
//! use rampgate::slo::burn_rate::{Policy, Preset};
//! use rampgate::slo::replay::{Incident, ReplayOptions, Sample, replay};
//! use rampgate::{Span, Timestamp};
//!
//! let midnight: Timestamp = "2026-11-24T00:00:00Z".parse()?;
//! let minute = |n: u64| Ok::<_, rampgate::Error>(midnight.saturating_add(Span::from_millis(n * 60_000)?));
//! let mut samples = Vec::new();
//! for n in 0..1_440 {
//!     let outage = (600..630).contains(&n);
//!     samples.push(Sample { at: minute(n)?, good: if outage { 50 } else { 100 }, bad: if outage { 50 } else { 0 } });
//! }
//! let incidents = [Incident { from: minute(600)?, to: minute(630)? }];
//! let policies = [Policy::preset(Preset::Workbook3, "99.9%".parse()?)?];
//!
//! let outcomes = replay(&policies, &samples, &incidents, ReplayOptions::default())?;
//! assert_eq!((outcomes[0].precision_ppm, outcomes[0].recall_ppm), (Some(1_000_000), Some(1_000_000)));
//! assert_eq!(outcomes[0].incidents[0].detected_after, Some("2m".parse()?));
//! # Ok::<(), rampgate::Error>(())
//! ```

mod outcome;
mod run;
mod series;

pub use outcome::{IncidentOutcome, Outcome};
pub use run::{ReplayOptions, replay};
pub use series::{Incident, Sample};
