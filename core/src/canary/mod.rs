//! Is the new version hurting anyone? Sequential tests that may be asked after every unit.

mod finding;

pub use finding::{Finding, Lack, Verdict};
