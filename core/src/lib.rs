//! rampgate: release safety as a library.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod canary;
mod document;
mod error;
mod quantity;
pub mod rollout;
pub mod slo;

pub use error::{Error, Kind as ErrorKind, Problem};
pub use quantity::{Objective, Probability, Share, Span, Timestamp};
