//! `!!binary`: base64 as Go's `encoding/base64` reads it.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

/// Go ignores the bits of the last character that do not fill a byte.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// The bytes that `text` holds, as the text they become on the way through JSON: every byte that
/// is no UTF-8 is replaced. None when `text` is no base64.
pub(super) fn decode(text: &str) -> Option<String> {
    let digits: String = text
        .chars()
        .filter(|char| !matches!(char, '\r' | '\n'))
        .collect();
    let bytes = ENGINE.decode(digits).ok()?;
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Some(out)
}
