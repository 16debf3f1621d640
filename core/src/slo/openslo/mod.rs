//! `OpenSLO` v1 documents: what of them can be honoured, and a list of all that cannot.

mod document;
mod duration;
mod indicator;
mod objective;
mod window;

pub use document::{OpenSlo, OpenSloBudget, Unhonoured};
pub use indicator::{Indicator, MetricSource, Numerator};
pub use objective::{BudgetingMethod, OpenSloObjective};
pub use window::{CalendarUnit, OpenSloWindow};
