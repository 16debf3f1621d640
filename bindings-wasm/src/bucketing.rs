//! Hash, slot and allocation, for those who want to check an answer by hand.

use crate::error::Thrown;
use rampgate::bucketing::{Allocation, Domain, Key, Unit};
use wasm_bindgen::prelude::wasm_bindgen;

/// The slot of a unit, 0 to 999,999.
///
/// # Errors
/// An unknown domain, an empty unit.
#[wasm_bindgen]
pub fn slot(domain: &str, salt: &str, unit: &str) -> Result<u32, Thrown> {
    Ok(Key::new(self::domain(domain)?, salt).slot(self::unit(unit)?).get())
}

/// The hash that the slot is made from.
///
/// # Errors
/// An unknown domain, an empty unit.
#[wasm_bindgen]
pub fn hash(domain: &str, salt: &str, unit: &str) -> Result<u64, Thrown> {
    Ok(Key::new(self::domain(domain)?, salt).hash(self::unit(unit)?))
}

/// Where each variant's run of slots ends.
///
/// # Errors
/// Weights that cannot be honoured.
#[wasm_bindgen(js_name = allocationEnds)]
pub fn allocation_ends(weights: &[u32]) -> Result<Vec<u32>, Thrown> {
    let allocation = Allocation::by_weights(weights)?;
    let shares = (0..allocation.len()).filter_map(|position| allocation.share(position));
    let ends = shares.scan(0, |end, share| {
        *end += share.parts_per_million();
        Some(*end)
    });
    Ok(ends.collect())
}

fn domain(name: &str) -> Result<Domain, Thrown> {
    Ok(match name {
        "exposure" => Domain::Exposure,
        "variant" => Domain::Variant,
        "layer" => Domain::Layer,
        "holdout" => Domain::Holdout,
        _ => return Err(Thrown::unknown("domain", "must be exposure, variant, layer or holdout", name)),
    })
}

fn unit(text: &str) -> Result<Unit<'_>, Thrown> {
    Unit::new(text).ok_or_else(|| Thrown::empty("unit"))
}
