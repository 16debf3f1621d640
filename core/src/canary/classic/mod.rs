//! The judge of Kayenta, for teams that come from it: rank tests of time series, classes, a score.
//!
//! It exists so that a migration can compare verdicts, case by case, before the [sequential judge](super::Judge) takes over. It gives
//! Kayenta's classes and scores (`NetflixACAJudge-v1.0`), with numbers in every reason, and no chance in it.
//!
//! - [`Config`]: metrics, weights of groups, thresholds; [`Metric`]: how one is judged; [`Series`]: what both arms measured;
//! - [`Report`]: verdict, score, groups, and of each metric its [`Class`], reason, interval, estimate, effect;
//! - [`MannWhitney`]: the test itself, with R's intervals and the exact distribution.
//!
//! # What it does not guarantee
//!
//! Its interval has level 98%, once, for one metric, on independent points. Every look is a new chance to be wrong, so is every metric, and
//! neighbouring points of a time series are rarely independent. Measured on harmless canaries with 60 lognormal points an arm
//! (`tests/classic_false_alarms.rs`):
//!
//! | read | intervals without 0 (level 2%) | canaries that fail |
//! |---|---|---|
//! | once, 1 metric | 1.75% | 0.1% |
//! | 11 times on the way, 1 metric | 7.5% | 0.7% |
//! | 11 times on the way, 5 metrics | 35% | 3% |
//! | once, 1 metric, each log point keeps 0.7 of its predecessor | 34% | 17.5% |
//! | 11 times, 5 metrics, the same dependence | 100% | 96% |
//!
//! A class fails less often than the level because the interval must clear a quarter of the estimate, which also hides real faults. **Do not
//! peek with it**, and stop nothing early by it: that is what [`Judge`](super::Judge) is for.
//!
//! It is blind where most points agree: 7 of 10 points a hundred times higher pass, as in Kayenta, because the lower end of the
//! interval is 0.
//!
//! # Where it differs from Kayenta
//!
//! - *Nothing passes without being compared.* Empty arms are [`Class::Nodata`] whatever becomes of gaps (Kayenta: Pass where NaN is
//!   replaced). Half of the metrics without data is [`Verdict::Nodata`] (Kayenta: Fail). A metric that could not be compared is
//!   [`Class::Error`], and then the verdict is never Pass or Marginal but [`Verdict::Error`] (Kayenta: not counted; a canary of nothing else
//!   scores 100). A critical metric that has an error fails the canary.
//! - *No chance.* Kayenta adds unseeded noise to two constant arms. Here the interval of two constant arms is the one difference there is,
//!   to which Kayenta's shrinks as its noise does: High or Low by its sign, if direction and effect agree. One point against one is an error, as there.
//! - *Exact ends.* Kayenta's solver stops within 1e-4 of an end, and somewhere on the stretch where the estimate is balanced. Here an end is
//!   the step itself and the estimate the median difference. Differences around 1e-4 and smaller can therefore get another class.
//! - *An undefined effect is not a small one.* A mean ratio with a mean of 0 waives the bounds, the critical ones too: new errors
//!   against a clean control are critical where the metric is.
//! - Thresholds of 0, weights that do not sum to 100, and bounds on the wrong side of no effect are refused.

mod class;
mod config;
mod exact;
mod mann_whitney;
mod metric;
mod outliers;
mod points;
mod question;
mod score;
mod series;
mod shift;

pub use class::{Class, MetricReport};
pub use config::Config;
pub use mann_whitney::{Alternative, Comparison, MannWhitney, Method};
pub use metric::{Direction, Measure, Metric};
pub use outliers::Outliers;
pub use score::{GroupReport, Report, Verdict};
pub use series::{Gaps, Series};
