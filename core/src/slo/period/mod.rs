//! The terms of a budget over a period, and the account of what was spent.

mod account;
mod adjustment;
mod calendar;
mod exclusion;
mod terms;

pub use account::{Account, Excluded, Segment};
pub use adjustment::{Adjustment, Adjustments, Booked};
pub use calendar::{Calendar, Offset, Period};
pub use exclusion::{Exclusion, Treatment};
pub use terms::Terms;
