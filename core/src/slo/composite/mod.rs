//! One objective over several services: exact where it is known which failed together, bounds where it is not.

mod bounds;
mod member;
mod report;

pub use member::{Joint, Member};
pub use report::{Composite, CompositeReport, CompositeState, Weighted};
