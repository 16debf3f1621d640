//! Which variant a unit gets, and why.
//!
//! A [`Flag`] is a kill switch, a table of overrides, one allocation of variants behind an exposure, and a default.
//! Everyone whom nothing else reaches gets the default.
//!
//! ```
//! use rampgate::flag::{Flag, Reason};
//!
//! let flag = Flag::from_json(
//!     r#"{
//!         "key": "checkout",
//!         "variants": [{"name": "old", "weight": 1}, {"name": "new", "weight": 1}],
//!         "default": "old",
//!         "exposure": "20%",
//!         "overrides": {"qa-1": "new"}
//!     }"#,
//! )?;
//! let evaluation = flag.evaluate("qa-1");
//! assert_eq!(evaluation.variant(), "new");
//! assert_eq!(evaluation.reason(), Reason::Override);
//! assert_eq!(flag.evaluate("").reason(), Reason::Unassigned);
//! # Ok::<(), rampgate::Error>(())
//! ```

mod condition;
mod context;
mod definition;
mod evaluation;
mod explain;
mod folded;
mod guard;
mod index;
mod lint;
mod network;
mod outcome;
mod rule;
mod set;
mod set_document;
#[cfg(feature = "signed")]
mod signed;
mod split;
mod test;
#[cfg(test)]
mod tests;
mod texts;
mod version;

pub use context::{Context, Value};
pub use definition::Flag;
pub use evaluation::{Evaluation, Reason};
pub use explain::{Explanation, Step};
pub use lint::{Finding, LintOptions, Pitfall};
pub use outcome::{Exposure, Outcome};
pub use set::{FlagRef, FlagSet};
#[cfg(feature = "signed")]
pub use signed::{Offered, SignedFlags, TrustedKeys, sign};
