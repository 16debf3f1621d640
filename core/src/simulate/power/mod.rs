//! Power: how many units a guardrail's test needs, how soon it finds an effect, which effect a number of units is enough for.
//!
//! A sequential test has no sample size, it has a time at which it stops. So nothing here is a formula: a [`Trial`] plays a release many times with the
//! judge that a real one has, and the times at which it decided are the answer. What is drawn is counts and not units, where that is exact:
//! binomial numbers for rates, multinomial ones for bins, Poisson numbers for events, the sums of normal values for means.
//!
//! - [`Baseline`]: what the control's units are like;
//! - [`Trial`]: the guardrail, the stages with their shares, the looks, when the effect begins;
//! - [`Runs`]: how often a release is played, and the seed;
//! - [`Detection`]: how often and how soon the judge decided;
//! - [`Estimate`]: the units or the effect that was asked for.
//!
//! ```
//! use rampgate::canary::Guardrail;
//! use rampgate::simulate::power::{Baseline, Runs, Stage, Trial};
//! use rampgate::Probability;
//!
//! let half = "50%".parse()?;
//! let stages = vec![Stage { canary: half, control: half, units: 60_000 }];
//! let trial = Trial::new(Guardrail::new("errors")?, Baseline::rate(Probability::new(0.01)?), stages)?;
//! let runs = Runs::new(200, 1)?;
//! let doubled = trial.detection(2.0, runs)?;
//! assert!(doubled.found > 0.99 && doubled.median.is_some_and(|units| (3_000..8_000).contains(&units)));
//! let needed = trial.units_needed(2.0, Probability::new(0.8)?, runs)?;
//! assert!(needed.value >= doubled.median);
//! # Ok::<(), rampgate::Error>(())
//! ```
//!
//! The bindings read a [`Trial`] from JSON; [`answer`] takes and gives nothing else.

mod baseline;
mod detection;
mod document;
mod law;
mod play;
mod seen;
mod stage;
mod trial;

pub use super::Runs;
pub use baseline::Baseline;
pub use detection::{Detection, Estimate, Method};
pub use document::answer;
pub(super) use document::read_baseline;
pub(super) use law::Law;
pub(super) use seen::Seen;
pub use stage::Stage;
pub use trial::Trial;
