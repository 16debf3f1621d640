//! Where units come in and answers go out without an object or a copy in between.

#[cfg(feature = "release")]
use crate::convert::arm_code;
#[cfg(feature = "flags")]
use rampgate::flag::Outcome;
use rampgate::flag::Reason;
#[cfg(feature = "release")]
use rampgate::release::Placement;
use wasm_bindgen::prelude::wasm_bindgen;

/// Room for ordinary ids.
const ROOM: usize = 1024;

/// Memory that JavaScript holds views of. It writes a unit's UTF-8 bytes into the text and reads the answer's numbers:
///
/// | place | number |
/// |---|---|
/// | 0 | position of the variant |
/// | 1 | why: its position in `WHY` of `js/desk.js` |
/// | 2 | slot under the exposure or the layer's key, where the reason has one |
/// | 3 | slot under the variant key, where the reason has one |
/// | 4 | cohort, of releases; of flags in a set, 1 more than the rule's position, and 0 for none |
/// | 5 | arm, of releases; see `src/convert.rs` |
#[wasm_bindgen]
#[derive(Debug)]
pub struct Desk {
    pub(crate) text: Vec<u8>,
    answer: Box<[u32; 6]>,
}

#[wasm_bindgen]
impl Desk {
    /// A desk with room for ordinary ids.
    #[wasm_bindgen(constructor)]
    #[must_use]
    #[expect(clippy::new_without_default, reason = "made by JavaScript alone")]
    pub fn new() -> Self {
        Self { text: vec![0; ROOM], answer: Box::new([0; 6]) }
    }

    /// Makes room for a longer text. Views have to be renewed.
    pub fn reserve(&mut self, bytes: usize) {
        self.text.resize(self.text.len().max(bytes), 0);
    }

    /// Bytes of the text.
    #[must_use]
    pub fn room(&self) -> usize {
        self.text.len()
    }

    /// Where the text begins in the module's memory.
    #[must_use]
    pub fn text(&mut self) -> *mut u8 {
        self.text.as_mut_ptr()
    }

    /// Where the answer's numbers begin.
    #[must_use]
    pub fn answer(&self) -> *const u32 {
        self.answer.as_ptr()
    }
}

impl Desk {
    /// The unit in the first `length` bytes. What is not UTF-8 is nobody; the encoder of JavaScript writes nothing else.
    pub(crate) fn unit(&self, length: usize) -> &str {
        self.text.get(..length).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    #[cfg(feature = "release")]
    pub(crate) fn put(&mut self, position: usize, reason: Reason, placement: Placement) {
        let position = u32::try_from(position).unwrap_or(u32::MAX);
        let [why, slot, variant_slot] = reason_code(reason);
        let Placement { cohort, arm } = placement;
        *self.answer = [position, why, slot, variant_slot, cohort, arm_code(arm)];
    }

    #[cfg(feature = "flags")]
    pub(crate) fn put_outcome(&mut self, outcome: &Outcome<'_>) {
        let [index, why, slot, variant_slot, rule] = outcome_code(outcome);
        *self.answer = [index, why, slot, variant_slot, rule, 0];
    }
}

/// Five numbers of an answer, of a flag in a set.
#[cfg(feature = "flags")]
pub(crate) fn outcome_code(outcome: &Outcome<'_>) -> [u32; 5] {
    let [why, slot, variant_slot] = reason_code(outcome.reason());
    [outcome.index(), why, slot, variant_slot, outcome.rule().map_or(0, |rule| rule + 1)]
}

fn reason_code(reason: Reason) -> [u32; 3] {
    match reason {
        Reason::Off => [0, 0, 0],
        Reason::Override => [1, 0, 0],
        Reason::Unassigned | Reason::NoRing => [2, 0, 0], // here a missing ring is an error, not a reason
        Reason::NotScheduled => [3, 0, 0],
        Reason::Prerequisite => [4, 0, 0],
        Reason::HeldOut => [5, 0, 0],
        Reason::NoRule => [6, 0, 0],
        Reason::Served => [7, 0, 0],
        Reason::Sticky => [8, 0, 0],
        Reason::NotExposed { slot } => [9, slot.get(), 0],
        Reason::NotInLayer { slot } => [10, slot.get(), 0],
        Reason::NotAllocated { slot, variant_slot } => [11, slot.get(), variant_slot.get()],
        Reason::Allocated { slot, variant_slot } => [12, slot.get(), variant_slot.get()],
    }
}
