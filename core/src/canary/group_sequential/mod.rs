//! Planned looks: group-sequential designs, for questions whose looks are few and known beforehand.

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
