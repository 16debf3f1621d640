//! The same decisions by hand, with nothing around them: what any engine with these hashes has to spend.

use crate::world::{COUNTRIES, VARIANTS};
use siphasher::sip::SipHasher13;
use std::collections::HashMap;

pub struct Floor {
    exposure: (u64, u64),
    variant: (u64, u64),
}

impl Default for Floor {
    fn default() -> Self {
        Self::of(0)
    }
}

pub fn slot(key: (u64, u64), unit: &str) -> u32 {
    let hash = SipHasher13::new_with_keys(key.0, key.1).hash(unit.as_bytes());
    ((u128::from(hash) * 1_000_000) >> 64) as u32
}

impl Floor {
    /// The flag number `n`.
    pub fn of(n: u64) -> Self {
        Self { exposure: (n, 1), variant: (n, 2) }
    }

    /// Two hashes, as exposure and variant are independent.
    pub fn split(&self, unit: &str) -> &'static str {
        if slot(self.exposure, unit) >= 1_000_000 {
            return VARIANTS[0];
        }
        if slot(self.variant, unit) < 500_000 { VARIANTS[0] } else { VARIANTS[1] }
    }

    pub fn rule(&self, unit: &str, attributes: &[(&str, &str)]) -> &'static str {
        let country = attributes.iter().find(|(name, _)| *name == "country");
        if !country.is_some_and(|(_, country)| COUNTRIES.contains(country)) {
            return VARIANTS[0];
        }
        if slot(self.exposure, unit) >= 100_000 {
            return VARIANTS[0];
        }
        match slot(self.variant, unit) {
            0..333_333 => VARIANTS[0],
            333_333..666_666 => VARIANTS[1],
            _ => VARIANTS[2],
        }
    }
}

/// Any loader has to read the text and to put the flags into a table by their keys.
pub fn load(document: &str) -> HashMap<String, serde_json::Value> {
    let mut document: serde_json::Value = serde_json::from_str(document).expect("a document");
    match document["flags"].take() {
        serde_json::Value::Object(flags) => flags.into_iter().collect(),
        _ => HashMap::new(),
    }
}
