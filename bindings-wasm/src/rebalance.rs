//! Rebalancing and holdouts, for those who plan an edit or check an answer by hand.

use crate::error::Thrown;
use rampgate::bucketing::{Allocation, Holdouts, Target, Unit};
use wasm_bindgen::prelude::wasm_bindgen;

/// Stands for nobody where a position is expected.
const NOBODY: u32 = u32::MAX;

/// Rebalances an allocation. All is in threes: ranges as variant, start and end; targets as kind (0 keep, 1 new, 2 remove, 3 nobody), position and
/// weight. The answer is how many variants and ranges there are, ranges variant by variant, and moves as from, to and slots.
///
/// # Errors
/// Ranges that are no allocation; targets that do not fit it.
#[wasm_bindgen]
pub fn rebalance(variants: u32, ranges: &[u32], targets: &[u32]) -> Result<Vec<u32>, Thrown> {
    let ranges = ranges.as_chunks().0.iter().map(|[variant, start, end]| (*variant as usize, *start..*end));
    let before = Allocation::from_ranges(variants as usize, ranges)?;
    let targets: Vec<Target> = targets.as_chunks().0.iter().map(target).collect();
    let (after, movement) = before.rebalance(&targets)?;
    let ranges: Vec<[u32; 3]> = (0..)
        .zip(0..after.len())
        .flat_map(|(number, position)| {
            after.ranges(position).map(move |range| [number, range.start, range.end])
        })
        .collect();
    let party =
        |position: Option<usize>| position.and_then(|known| u32::try_from(known).ok()).unwrap_or(NOBODY);
    let moves = movement.moves().iter().map(|one| [party(one.from), party(one.to), one.slots]);
    let sizes = [party(Some(after.len())), party(Some(ranges.len()))];
    Ok(sizes.into_iter().chain(ranges.iter().copied().chain(moves).flatten()).collect())
}

fn target(&[kind, was, weight]: &[u32; 3]) -> Target {
    let was = was as usize;
    match kind {
        0 => Target::Keep { was, weight },
        1 => Target::New { weight },
        2 => Target::Remove { was },
        _ => Target::Nobody { weight },
    }
}

/// The name of the holdout that keeps the unit out of what has these tags.
///
/// # Errors
/// A list of holdouts with problems.
#[wasm_bindgen(js_name = heldBy)]
#[expect(clippy::needless_pass_by_value, reason = "lists of texts come by value")]
pub fn held_by(holdouts: &str, unit: &str, tags: Vec<String>) -> Result<Option<String>, Thrown> {
    let holdouts = Holdouts::from_json(holdouts)?;
    let held = Unit::new(unit).and_then(|unit| holdouts.held(unit, &tags));
    Ok(held.map(|holdout| holdout.name().into()))
}
