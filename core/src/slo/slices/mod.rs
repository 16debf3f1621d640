//! Three ways to count one and the same time: by events, by the mean of slices, by good and bad slices.

mod closed;
mod report;
mod slicing;

pub use closed::{Closed, ClosedSlices};
pub use report::{Disagreement, Method, MethodReport, SliceCounts, SliceReport};
pub use slicing::{IdleSlices, Slicing};
