//! Base64 and base32, with the errors of Go's decoders.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::exec::Functions;
use crate::value::Str;

pub(super) fn add(functions: &mut Functions) {
    functions.add("b64enc", |text: Str| STANDARD.encode(&*text));
    functions.add("b64dec", |text: Str| {
        base64_decoded(&text).unwrap_or_else(|error| error.to_string().into_bytes())
    });
    functions.add("b32enc", |text: Str| base32(&text));
    functions.add("b32dec", |text: Str| {
        base32_decoded(&text).unwrap_or_else(|error| error.to_string().into_bytes())
    });
}

/// A byte that does not belong where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("illegal {encoding} data at input byte {at}")]
pub(super) struct CorruptInput {
    encoding: &'static str,
    at: usize,
}

/// Decodes base64 with padding. Line ends are passed over.
pub(super) fn base64_decoded(text: &[u8]) -> Result<Vec<u8>, CorruptInput> {
    // The common case needs no byte-wise look.
    if let Ok(bytes) = STANDARD.decode(text) {
        return Ok(bytes);
    }
    let corrupt = |at| CorruptInput {
        encoding: "base64",
        at,
    };
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut bytes = text.iter().copied().enumerate();
    loop {
        let mut group = Vec::with_capacity(4);
        while group.len() < 4 {
            let Some((at, byte)) = bytes.next() else {
                return match group.len() {
                    0 => Ok(out),
                    count => Err(corrupt(text.len() - count)),
                };
            };
            match byte {
                b'\n' | b'\r' => {}
                b'=' => {
                    padding(&text[at + 1..], group.len()).map_err(|past| {
                        corrupt(match past {
                            Past::Before => at,
                            Past::At(count) => at + 1 + count,
                        })
                    })?;
                    append_group(&mut out, &group);
                    return Ok(out);
                }
                _ => match digit(byte) {
                    Some(digit) => group.push(digit),
                    None => return Err(corrupt(at)),
                },
            }
        }
        append_group(&mut out, &group);
    }
}

/// Where padding goes wrong, counted from behind its first character.
enum Past {
    Before,
    At(usize),
}

/// What follows the first padding character of a group of `count` digits must be the rest of the padding.
fn padding(rest: &[u8], count: usize) -> Result<(), Past> {
    let skip = |from: usize| {
        rest[from..]
            .iter()
            .position(|byte| !matches!(byte, b'\n' | b'\r'))
            .map_or(rest.len(), |at| from + at)
    };
    let mut at = 0;
    match count {
        0 | 1 => return Err(Past::Before),
        2 => {
            at = skip(0);
            match rest.get(at) {
                None => return Err(Past::At(rest.len())),
                Some(b'=') => at += 1,
                // Go names the byte before.
                Some(_) if at == 0 => return Err(Past::Before),
                Some(_) => return Err(Past::At(at - 1)),
            }
        }
        _ => {}
    }
    match skip(at) {
        end if end == rest.len() => Ok(()),
        garbage => Err(Past::At(garbage)),
    }
}

fn digit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

fn append_group(out: &mut Vec<u8>, group: &[u8]) {
    let bits = group
        .iter()
        .chain([0; 4].iter())
        .take(4)
        .fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit));
    out.extend_from_slice(&bits.to_be_bytes()[1..group.len().max(1)]);
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let bits = chunk
            .iter()
            .chain([0; 5].iter())
            .take(5)
            .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let digits = (chunk.len() * 8).div_ceil(5);
        for at in 0..8 {
            let index = usize::try_from(bits >> (35 - 5 * at) & 31).unwrap_or_default();
            out.push(if at < digits {
                char::from(BASE32[index])
            } else {
                '='
            });
        }
    }
    out
}

/// Decodes base32 with padding. Line ends do not count, not even for positions.
fn base32_decoded(text: &[u8]) -> Result<Vec<u8>, CorruptInput> {
    let text: Vec<u8> = text
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b'\n' | b'\r'))
        .collect();
    let corrupt = |at| CorruptInput {
        encoding: "base32",
        at,
    };
    let mut out = Vec::with_capacity(text.len() / 8 * 5);
    let mut at = 0;
    while at < text.len() {
        let mut digits = [0_u8; 8];
        let mut count = 0;
        let mut is_last = false;
        while count < 8 {
            let Some(byte) = text.get(at).copied() else {
                return Err(corrupt(text.len() - count));
            };
            at += 1;
            let left = &text[at..];
            if byte == b'=' && count >= 2 && left.len() < 8 {
                if left.len() + count < 7 {
                    return Err(corrupt(text.len()));
                }
                let wrong = left.iter().take(7 - count).position(|byte| *byte != b'=');
                if let Some(wrong) = wrong {
                    return Err(corrupt(at + wrong - 1));
                }
                if matches!(count, 3 | 6) {
                    return Err(corrupt(at - 1));
                }
                is_last = true;
                break;
            }
            let Some(digit) = BASE32.iter().position(|known| *known == byte) else {
                return Err(corrupt(at - 1));
            };
            digits[count] = u8::try_from(digit).unwrap_or_default();
            count += 1;
        }
        let bits = digits
            .iter()
            .fold(0_u64, |bits, digit| bits << 5 | u64::from(*digit));
        out.extend_from_slice(&bits.to_be_bytes()[3..3 + count * 5 / 8]);
        if is_last {
            break;
        }
    }
    Ok(out)
}
