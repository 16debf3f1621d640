//! Other vendors' bucketing, bit for bit, so that a team moves over without moving a single user.
//!
//! One module a vendor. Each has the vendor's own number of a unit (`bucket`) and, configured, the vendor's choice of a variant, through
//! [`Assign`]. Where a vendor's SDKs disagree with each other (how a text becomes bytes, how wide a float is, what a decimal means) the choice
//! is an argument, and has no default: take what served your users.
//!
//! | module | hash | buckets |
//! |---|---|---|
//! | [`growthbook`] | FNV-1a, once or twice | 1,000 or 10,000 |
//! | [`unleash`] | MurmurHash3 | 100, or the sum of the weights |
//! | [`launchdarkly`] | SHA-1, 60 bits | a float of 32 or 64 bits |
//! | [`optimizely`] | MurmurHash3 | 10,000 |
//! | [`split`] | MurmurHash3, or Java's string hash | 100 |
//! | [`statsig`] | SHA-256, 64 bits | 10,000, or 1,000 |
//! | [`eppo`] | MD5, 32 bits | as configured, mostly 10,000 |
//! | [`posthog`] | SHA-1, 60 bits | a float |
//! | [`flagd`] | MurmurHash3 | the sum of the weights, or a float |
//! | [`flipt`] | CRC-32 | 1,000, or 100 |
//! | [`flagsmith`] | MD5, 128 bits | 9,999 |
//! | [`configcat`] | SHA-1, 28 bits | 100 |
//! | [`firebase`] | SHA-256, 256 bits | 100,000,000 |
//! | [`planout`] | SHA-1, 60 bits | as configured, or a float |
//! | [`go_feature_flag`] | FNV-1a | 1000 times the sum of the percentages |
//! | [`microsoft`] | SHA-256, 32 bits | a float |
//! | [`featurevisor`] | MurmurHash3 | 100,000 |
//!
//! AWS AppConfig is not among them: its agent is closed, and how it hashes is not published.
//!
//! [`shadow`] compares two schemes over your own units before you switch; [`Scheme`] reads one from a document. Rules, overrides, sticky
//! assignments and which attribute is the unit are the host's: these modules begin where the hash does. `spec/compat.md` is normative.
//!
//! ```
//! use rampgate::bucketing::Allocation;
//! use rampgate::bucketing::compat::optimizely::{Experiment, Optimizely};
//! use rampgate::bucketing::compat::{Assign, ByteEncoding, Native, shadow};
//!
//! let old = Optimizely::new(ByteEncoding::Utf8, "1886780721");
//! let old = Experiment::new(old, &[(5_000, Some(0)), (10_000, Some(1))])?;
//! assert_eq!(old.assign("ppid1"), Some(1));
//!
//! let new = Native::new("checkout", Allocation::by_weights(&[1, 1])?);
//! let shadow = shadow(&old, &new, ["ppid1", "ppid2", "ppid3"], 10);
//! for moving in shadow.moves() {
//!     println!("{} goes from {:?} to {:?}", moving.unit, moving.from, moving.to);
//! }
//! # Ok::<(), rampgate::Error>(())
//! ```

mod check;
pub mod configcat;
pub mod eppo;
pub mod featurevisor;
pub mod firebase;
pub mod flagd;
pub mod flagsmith;
pub mod flipt;
pub mod go_feature_flag;
pub mod growthbook;
mod hash;
pub mod launchdarkly;
pub mod microsoft;
mod native;
pub mod optimizely;
pub mod planout;
pub mod posthog;
mod read;
mod scheme;
mod shadow;
pub mod split;
pub mod statsig;
mod text;
pub mod unleash;

pub use native::Native;
pub use scheme::Scheme;
pub use shadow::{Move, Shadow, shadow};
pub use text::{ByteEncoding, Encoding};

/// A configured scheme: which variant each unit gets.
///
/// Every vendor's experiment is one, our own [`Native`] and `(Key, Allocation)` are, and so is any function of a unit.
pub trait Assign {
    /// Position of the unit's variant; `None`: it has none (not in, or the vendor's default). A rollout without variants gives 0 for in.
    ///
    /// Never panics, and allocates nothing.
    fn assign(&self, unit: &str) -> Option<usize>;
}

impl<F: Fn(&str) -> Option<usize>> Assign for F {
    fn assign(&self, unit: &str) -> Option<usize> {
        self(unit)
    }
}
