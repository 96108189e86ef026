//! Short strings that repeat, allocated once.

use crate::Str;

/// Longer texts are rarely repeated.
const LONGEST: usize = 24;

/// Slots of the table; a power of two.
const SLOTS: usize = 512;

/// A table of the short strings met last.
pub(super) struct Interner {
    slots: Vec<Option<Str>>,
}

impl Interner {
    pub fn new() -> Self {
        Self {
            slots: vec![None; SLOTS],
        }
    }

    /// `text`, shared with an earlier equal one when that is still in the table.
    pub fn intern(&mut self, text: &str) -> Str {
        if text.len() > LONGEST {
            return Str::from(text);
        }
        let slot = &mut self.slots[slot_of(text)];
        match slot {
            Some(known) if known.as_str() == text => known.clone(),
            _ => {
                let fresh = Str::from(text);
                *slot = Some(fresh.clone());
                fresh
            }
        }
    }
}

/// FNV-1a, folded to the size of the table.
fn slot_of(text: &str) -> usize {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    (hash ^ hash >> 15) as usize % SLOTS
}
