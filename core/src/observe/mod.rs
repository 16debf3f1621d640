//! What was seen: counts that merge, in any order, over any number of paths.
//!
//! A [`Tally`] holds the outcomes of one arm under one exposure: units, and for each metric a [`Series`], of the kind that its
//! [`Measure`] names: how many units failed, or which values they had. Tallies from many processes meet in a [`Ledger`], which knows each process's newest
//! cumulative state, so a delivery may be late, repeated or out of order and nothing is counted twice.
//!
//! ```
//! use rampgate::observe::{Measure, Metric, Outcome, Tally};
//! use rampgate::Timestamp;
//!
//! let errors = Metric::new(0).ok_or("there are 32 metrics")?;
//! let mut tally = Tally::new(&[Measure::Rate]);
//! tally.record(Timestamp::EPOCH, &Outcome::good())?;
//! tally.record(Timestamp::EPOCH, &Outcome::good().failed(errors))?;
//! let counts = tally.counts(errors);
//! assert_eq!((counts.units(), counts.failures()), (2, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod counts;
mod events;
mod fractions;
mod histogram;
mod ledger;
mod measured;
mod metric;
mod moments;
mod outcome;
mod packed;
mod quantile;

mod series;
mod session;
mod tally;
mod wire;

pub use counts::Counts;
pub use events::Events;
pub use fractions::Fractions;
pub use histogram::Histogram;
pub use ledger::{Cumulative, Entry, Joined, Ledger, ReplicaId};
pub use measured::Measured;
pub use metric::Metric;
pub use moments::Moments;
pub(crate) use moments::Spread;
pub use outcome::Outcome;
pub use quantile::Quantile;
pub use series::{Measure, Series};
pub use session::Session;
pub use tally::Tally;
pub(crate) use wire::{Wire, fingerprint};
