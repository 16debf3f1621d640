//! Slot ranges in JSON: `[[0, 250000], [500000, 600000]]`, each half-open, in any order.

use super::Slot;
use crate::document::Field;
use crate::error::Kind;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// A range and its path in the document.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) path: String,
    pub(super) slots: Range<u32>,
}

/// The ranges of a list. Whether they are sound beside others is for their [`Partition`](super::partition::Partition) to say.
pub(super) fn read(field: &Field<'_>) -> Option<Vec<Given>> {
    let items = field.list()?;
    if items.is_empty() {
        field.refuse(Kind::Range, "must hold a range of slots");
        return None;
    }
    // every item is read, so that every problem is found
    let ranges: Vec<_> = items.iter().map(read_range).collect();
    ranges.into_iter().collect()
}

fn read_range(field: &Field<'_>) -> Option<Given> {
    let items = field.list()?;
    let [start, end] = items.as_slice() else {
        field.refuse(Kind::Range, "must be two slots: the first, and the one after the last");
        return None;
    };
    let slot = |field: &Field<'_>| {
        field.integer(0..=u64::from(Slot::COUNT)).and_then(|number| u32::try_from(number).ok())
    };
    let (start, end) = (slot(start), slot(end));
    Some(Given { path: field.path(), slots: start?..end? })
}

/// What [`read`] reads, to be written.
pub(super) fn pairs(ranges: impl Iterator<Item = Range<u32>>) -> Vec<[u32; 2]> {
    ranges.map(|range| [range.start, range.end]).collect()
}
