//! Text as Go's `range` over a string sees it.

/// The characters of a text with their bytes. A byte that belongs to no UTF-8 sequence counts as U+FFFD.
pub fn runes(text: &[u8]) -> impl Iterator<Item = (char, &[u8])> {
    text.utf8_chunks().flat_map(|chunk| {
        let valid = chunk.valid();
        let good = valid
            .char_indices()
            .map(|(at, c)| (c, &valid.as_bytes()[at..at + c.len_utf8()]));
        good.chain(
            chunk
                .invalid()
                .chunks(1)
                .map(|byte| (char::REPLACEMENT_CHARACTER, byte)),
        )
    })
}

/// How many characters a text has (`utf8.RuneCount`).
pub fn rune_count(text: &[u8]) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        runes(text).count()
    }
}

/// The text without what follows its first `count` characters.
pub(crate) fn first_runes(text: &[u8], count: usize) -> &[u8] {
    let len = runes(text).take(count).map(|(_, bytes)| bytes.len()).sum();
    &text[..len]
}
