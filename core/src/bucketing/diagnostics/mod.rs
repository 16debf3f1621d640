//! Whether bucketing does for one's own ids what it promises for all: even, independent, balanced.
//!
//! A [`Sample`] holds ids, each once. It tells how [evenly](Sample::uniformity) a key spreads them, how [independent](Sample::independence) two keys
//! are on them, and [which salt](Sample::find_salt) splits them best. What cannot be said (too few units, nothing to compare) is `None`, never NaN.
//!
//! A p-value of 0.001 is seen once in a thousand honest looks. Who looks at 780 pairs should not be surprised by one of them.
//!
//! ```
//! use rampgate::bucketing::diagnostics::Sample;
//! use rampgate::bucketing::{Domain, Key};
//!
//! let ids: Vec<String> = (0..10_000).map(|n| format!("user-{n}")).collect();
//! let sample = Sample::new(ids.iter().map(String::as_str).chain(["user-1", ""]));
//! assert_eq!((sample.units(), sample.duplicates(), sample.empty()), (10_000, 1, 1));
//!
//! let exposure = Key::new(Domain::Exposure, "checkout");
//! let variant = Key::new(Domain::Variant, "checkout");
//! assert!(sample.uniformity(&exposure).p_value > Some(0.001));
//! assert!(sample.independence(&exposure, &variant).p_value > Some(0.001));
//! assert_eq!(sample.independence(&exposure, &exposure).p_value, Some(0.0));
//! ```

mod independence;
mod salt_search;
mod uniformity;

pub use independence::Independence;
pub use salt_search::FoundSalt;
pub use uniformity::Uniformity;

use super::{Slot, Unit};
use alloc::vec::Vec;

/// Ids to look at, each once, in an order that does not depend on the one in which they came.
#[derive(Clone, Debug)]
pub struct Sample<'a> {
    units: Vec<Unit<'a>>,
    past: Vec<salt_search::PastOutcome>,
    empty: u64,
    duplicates: u64,
}

impl<'a> Sample<'a> {
    /// Takes ids in any order. Empty ones are no units, and an id that comes again is the same unit: both are counted and left out.
    #[must_use]
    pub fn new(ids: impl IntoIterator<Item = &'a str>) -> Self {
        let (mut units, mut empty) = (Vec::new(), 0);
        for id in ids {
            match Unit::new(id) {
                Some(unit) => units.push(unit),
                None => empty += 1,
            }
        }
        let given = length(&units);
        units.sort_unstable_by_key(|unit| unit.as_str());
        units.dedup();
        let duplicates = given - length(&units);
        Self { units, past: Vec::new(), empty, duplicates }
    }

    /// How many different units there are.
    #[must_use]
    pub fn units(&self) -> u64 {
        length(&self.units)
    }

    /// How many ids were empty. The host did not know the unit, and `rampgate` assigns none.
    #[must_use]
    pub fn empty(&self) -> u64 {
        self.empty
    }

    /// How many ids had come before.
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }
}

fn length<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

/// Adds one to the cell at `at`, which is there.
fn tally(cells: &mut [u64], at: usize) {
    if let Some(cell) = cells.get_mut(at) {
        *cell += 1;
    }
}

/// In which tenth of all slots a slot lies, 0 to 9.
fn decile(slot: Slot) -> usize {
    part(slot, 10)
}

/// In which of so many equal parts of all slots a slot lies.
fn part(slot: Slot, of: u32) -> usize {
    usize::try_from(slot.get() / (Slot::COUNT / of)).unwrap_or(0)
}
