//! What was seen: counts that merge, in any order, over any number of paths.
//!
//! A [`Tally`] holds the outcomes of one arm under one exposure: units, and for each metric how many units were observed
//! and how many failed. Tallies from many processes meet in a [`Ledger`], which knows each process's newest
//! cumulative state, so a delivery may be late, repeated or out of order and nothing is counted twice.
//!
//! ```
//! use rampgate::observe::{Metric, Outcome, Tally};
//! use rampgate::Timestamp;
//!
//! let errors = Metric::new(0).ok_or("there are 32 metrics")?;
//! let mut tally = Tally::new(1);
//! tally.record(Timestamp::EPOCH, Outcome::good());
//! tally.record(Timestamp::EPOCH, Outcome::good().failed(errors));
//! let counts = tally.counts(errors);
//! assert_eq!((counts.units(), counts.failures()), (2, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod counts;
mod events;
mod fractions;
mod histogram;
mod ledger;
mod moments;
mod outcome;
mod quantile;
mod series;
mod tally;
mod wire;

pub use counts::Counts;
pub use events::Events;
pub use fractions::Fractions;
pub use histogram::Histogram;
pub use ledger::{Cumulative, Entry, Joined, Ledger, ReplicaId};
pub use moments::Moments;
pub(crate) use moments::Spread;
pub use outcome::{Metric, Outcome};
pub use quantile::Quantile;
pub use series::{Measure, Series};
pub use tally::Tally;
pub(crate) use wire::{Wire, fingerprint};
