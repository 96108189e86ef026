//! Short strings that repeat, allocated once.

use crate::Str;

/// Longer texts are rarely repeated.
const LONGEST: usize = 24;

/// Slots of the table at first and at last; powers of two.
const FEWEST: usize = 32;
const MOST: usize = 512;

/// A table of the short strings met last.
pub(super) struct Interner {
    slots: Vec<Option<Str>>,
    /// How many strings were not in the table.
    missed: usize,
}

impl Interner {
    pub fn new() -> Self {
        Self {
            slots: vec![None; FEWEST],
            missed: 0,
        }
    }

    /// `text`, shared with an earlier equal one when that is still in the table.
    pub fn intern(&mut self, text: &str) -> Str {
        if text.len() > LONGEST {
            return Str::from(text);
        }
        let slots = self.slots.len();
        let slot = &mut self.slots[slot_of(text, slots)];
        if let Some(known) = slot
            && known.as_str() == text
        {
            return known.clone();
        }
        let fresh = Str::from(text);
        *slot = Some(fresh.clone());
        self.missed += 1;
        if self.missed > slots && slots < MOST {
            self.grow();
        }
        fresh
    }

    /// Most documents are small, and a large table costs more than it saves them.
    fn grow(&mut self) {
        let known = std::mem::replace(&mut self.slots, vec![None; MOST]);
        for text in known.into_iter().flatten() {
            let slot = slot_of(&text, MOST);
            self.slots[slot] = Some(text);
        }
    }
}

/// FNV-1a, folded to the size of the table.
fn slot_of(text: &str, slots: usize) -> usize {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    (hash ^ hash >> 15) as usize % slots
}
