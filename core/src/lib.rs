//! rampgate: release safety as a library.
#![no_std]
#![cfg_attr(test, expect(clippy::float_cmp, reason = "the same bits are what is promised"))]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod bucketing;
pub mod canary;
mod document;
mod error;
pub mod flag;
mod math;
pub mod observe;
mod quantity;
pub mod release;
pub mod rollout;
pub mod slo;

pub use error::{Error, Kind as ErrorKind, Problem};
pub use quantity::{Objective, Probability, Share, Span, Timestamp};
