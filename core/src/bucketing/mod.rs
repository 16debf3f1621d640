//! Who is in: a unit's identity to a slot, a slot to an arm. Integers only.
//!
//! A [`Key`] is a hash function of its own, made from a domain and a salt. It gives every [`Unit`] one [`Slot`] of a
//! million. Under the exposure key a unit is in when its slot is below the share, so a rising share only ever adds;
//! under the variant key an [`Allocation`] says which variant the slot belongs to. The two keys are different
//! functions, so who is exposed says nothing about who gets what.
//!
//! | question | answer |
//! |---|---|
//! | which variant has this slot? | [`Allocation::variant`] |
//! | the weights change: who must move? | as few as possible: [`Allocation::rebalance`] |
//! | which flags must not meet in one unit? | those with claims of one [`Layer`] |
//! | who is kept out, to be compared with later? | who a [`Holdout`] holds; [`Holdouts`] come before layers and exposure |
//! | which flags are to have the same units? | those that say so: [`Salt::shared`] |
//! | does it work for my ids? | [`diagnostics`] |
//!
//! The scheme is called `rampgate-1` and is frozen: `spec/bucketing.md` defines it for every language.
//!
//! ```
//! use rampgate::bucketing::{Domain, Key, Unit};
//! use rampgate::Share;
//!
//! let key = Key::new(Domain::Exposure, "checkout-2026");
//! let unit = Unit::new("user-1").ok_or("a unit has a name")?;
//! let slot = key.slot(unit);
//! assert_eq!(slot.get(), 651_913);
//! assert!(slot.is_within("70%".parse()?));
//! assert!(!slot.is_within(Share::ZERO));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod allocation;
#[cfg(feature = "compat")]
pub mod compat;
pub mod diagnostics;
mod hash;
mod holdout;
mod layer;
mod movement;
mod partition;
mod ranges;
mod rebalance;
mod salt;
mod slot;
mod target;

pub use allocation::Allocation;
pub use hash::{Domain, Key, Unit};
pub use holdout::{Holdout, Holdouts};
pub use layer::Layer;
pub use movement::{Move, Movement};
pub use salt::Salt;
pub use slot::Slot;
pub use target::Target;
