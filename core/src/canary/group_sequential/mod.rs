//! Planned looks: group-sequential designs, for questions whose looks are few and known beforehand.
//!
//! A test with one look needs the fewest units and may be read once. The [`Judge`](super::Judge) may be read at any moment and needs more. A
//! group-sequential design lies between: it names its looks beforehand, each look may end the trial, and all looks together err no more
//! often than one would. Use it where an experiment has a plan and someone who keeps to it; a rollout that is watched all the time is
//! better served by the judge.
//!
//! - [`Looks`]: the shares of information at which the trial is looked at;
//! - [`Spending`]: how much of the error each look may use; [`Shape`]: bounds of a fixed shape instead;
//! - [`Futility`]: lower bounds, at which a trial ends that will hardly show anything;
//! - [`Spec`]: all of it; [`Design`]: the bounds, the power, the expected size;
//! - [`Analysis`]: what a look says, and after the end the p-value, the estimate and its interval that allow for the looks;
//! - [`Comparison`]: how many units two rates or two means need.
//!
//! ```
//! use rampgate::Probability;
//! use rampgate::canary::group_sequential::{Comparison, Decision, Futility, Looks, Spec, Spending};
//!
//! // Four looks, one-sided at 2.5%, 90% power, and an early end if there is little hope.
//! let (alpha, power) = (Probability::new(0.025)?, Probability::new(0.9)?);
//! let design = Spec::new(alpha, Spending::OBRIEN_FLEMING, Looks::equal(4)?)
//!     .with_futility(Futility::with_power(Spending::OBRIEN_FLEMING, power))
//!     .design()?;
//!
//! // From a rate of 10% to one of 11%: at most 8% more units than with one look, 21% fewer on average.
//! let rise = Comparison::rates(Probability::new(0.10)?, Probability::new(0.11)?)?;
//! let units = rise.planned(&design, power)?;
//! assert_eq!((units.fixed.canary / 1e3).round(), 20.0);
//! assert!(units.largest.canary < 1.09 * units.fixed.canary);
//! assert!(units.expected_effect.canary < 0.8 * units.fixed.canary);
//!
//! // The second look: the statistic is the difference over its standard error.
//! assert_eq!(design.analyse(&[0.4, 0.1])?.decision, Decision::Futility);
//! # Ok::<(), rampgate::Error>(())
//! ```
//!
//! `core/spec/group_sequential.md` says how each number is made; `core/testdata/group_sequential.json` has what other tools and books say.

mod analysis;
mod bounds;
mod comparison;
mod design;
mod document;
mod looks;
mod shape;
mod spec;
mod spending;
mod walk;

pub use analysis::{Analysis, Conclusion, Decision};
pub use comparison::{Comparison, PlannedUnits, Units};
pub use design::{Bound, Crossings, Design, Inflation};
pub use looks::Looks;
pub use shape::Shape;
pub use spec::{Boundary, Futility, Sides, Spec};
pub use spending::Spending;
