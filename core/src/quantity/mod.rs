//! The quantities every other noun is made of: checked once when they are made, trusted afterwards.
//!
//! | type | holds | text form |
//! |---|---|---|
//! | [`Share`] | parts per million, 0 to 1,000,000 | `25%` |
//! | [`Probability`] | a number strictly between 0 and 1 | `0.05` |
//! | [`Timestamp`] | Unix milliseconds, up to the year 9999 | `2026-11-24T12:00:00Z` |
//! | [`Span`] | milliseconds, up to 100 years | `1h30m` |
//! | [`Objective`] | parts per billion of allowed failure | `99.95%` |

mod decimal;
mod objective;
mod probability;
mod share;
mod span;
mod timestamp;

pub(crate) use decimal::{scaled, shown, without_fraction};
pub use objective::Objective;
pub use probability::Probability;
pub use share::Share;
pub use span::Span;
pub use timestamp::Timestamp;

/// Serialises a quantity as its text where people read it, as its integer where only machines do.
macro_rules! serialise_as_text_or_integer {
    ($quantity:ty, $integer:ty, $of:expr, $make:expr) => {
        impl serde::Serialize for $quantity {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    let of: fn($quantity) -> $integer = $of;
                    serde::Serialize::serialize(&of(*self), serializer)
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $quantity {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    let text =
                        <alloc::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                    text.parse().map_err(serde::de::Error::custom)
                } else {
                    let make: fn($integer) -> Result<$quantity, crate::Error> = $make;
                    make(<$integer as serde::Deserialize>::deserialize(deserializer)?)
                        .map_err(serde::de::Error::custom)
                }
            }
        }
    };
}
pub(crate) use serialise_as_text_or_integer;
