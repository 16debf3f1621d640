//! Where units come in and answers go out without an object or a copy in between.

use crate::convert::arm_code;
use rampgate::flag::Reason;
use rampgate::release::Placement;
use wasm_bindgen::prelude::wasm_bindgen;

/// Room for ordinary ids.
const ROOM: usize = 1024;

/// Memory that JavaScript holds views of. It writes a unit's UTF-8 bytes into the text and reads the answer's numbers:
///
/// | place | number |
/// |---|---|
/// | 0 | position of the variant |
/// | 1 | why: 0 off, 1 override, 2 unassigned, 3 not exposed, 4 allocated; a release and a lone flag have no others |
/// | 2 | slot under the exposure key, for 3 and 4 |
/// | 3 | slot under the variant key, for 4 |
/// | 4 | cohort, of releases |
/// | 5 | arm, of releases; see [`arm_code`] |
#[wasm_bindgen]
#[derive(Debug)]
pub struct Desk {
    text: Vec<u8>,
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

    pub(crate) fn put(&mut self, position: usize, reason: Reason, placement: Placement) {
        let (why, slot, variant_slot) = match reason {
            Reason::Off => (0, 0, 0),
            Reason::Override => (1, 0, 0),
            Reason::Unassigned => (2, 0, 0),
            Reason::NotExposed { slot } => (3, slot.get(), 0),
            Reason::Allocated { slot, variant_slot } => (4, slot.get(), variant_slot.get()),
            Reason::NotScheduled => (5, 0, 0),
            Reason::HeldOut => (6, 0, 0),
            Reason::NotInLayer { slot } => (7, slot.get(), 0),
            Reason::Prerequisite => (8, 0, 0),
            Reason::NoRule => (9, 0, 0),
            Reason::Served => (10, 0, 0),
            Reason::Sticky => (11, 0, 0),
            Reason::NotAllocated { slot, variant_slot } => (12, slot.get(), variant_slot.get()),
        };
        let position = u32::try_from(position).unwrap_or(u32::MAX);
        let Placement { cohort, arm } = placement;
        *self.answer = [position, why, slot, variant_slot, cohort, arm_code(arm)];
    }
}
