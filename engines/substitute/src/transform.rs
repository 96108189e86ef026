//! What the operators do to a value.

use crate::error::Problem;
use crate::parse::Which;

/// Every letter in upper case, one character for one character (`ß` stays).
pub(crate) fn upper(value: &str) -> String {
    value.chars().map(upper_char).collect()
}

/// Every letter in lower case, one character for one character.
pub(crate) fn lower(value: &str) -> String {
    value.chars().map(lower_char).collect()
}

pub(crate) fn upper_first(value: &str) -> String {
    map_first(value, upper_char)
}

pub(crate) fn lower_first(value: &str) -> String {
    map_first(value, lower_char)
}

fn map_first(value: &str, map: fn(char) -> char) -> String {
    let mut rest = value.chars();
    rest.next().map(map).into_iter().chain(rest).collect()
}

/// Unicode's simple mapping. The standard library has the full one, which differs where one letter becomes several.
fn upper_char(c: char) -> char {
    let mut full = c.to_uppercase();
    match (full.next(), full.next()) {
        (Some(single), None) => single,
        _ => match c {
            '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => {
                char::from_u32(u32::from(c) + 8).unwrap_or(c)
            }
            '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => char::from_u32(u32::from(c) + 9).unwrap_or(c),
            _ => c,
        },
    }
}

fn lower_char(c: char) -> char {
    // `İ` is the one letter whose full lower case has two characters.
    c.to_lowercase().next().unwrap_or(c)
}

/// The characters in reverse order.
pub(crate) fn reversed(value: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(value)
        .chars()
        .rev()
        .collect::<String>()
        .into_bytes()
}

/// `value[offset..]` or `length` bytes of it. What is no number leaves the value whole; an offset beyond the end gives nothing.
pub(crate) fn substring<'b>(
    value: &'b [u8],
    offset: &[u8],
    length: Option<&[u8]>,
) -> Result<&'b [u8], Problem> {
    let Some(offset) = integer(offset) else {
        return Ok(value);
    };
    let from = if offset < 0 {
        let back = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
        value.len().saturating_sub(back)
    } else {
        usize::try_from(offset).unwrap_or(usize::MAX)
    };
    let tail = value.get(from..).unwrap_or_default();
    let Some(length) = length else {
        return Ok(tail);
    };
    let Some(length) = integer(length) else {
        return Ok(value);
    };
    match usize::try_from(length) {
        Ok(length) => Ok(&tail[..tail.len().min(length)]),
        // Past the end there is nothing that a negative length could cut into.
        Err(_) if from.saturating_sub(distance(length)) >= value.len() => Ok(tail),
        Err(_) => Err(Problem::NegativeLength),
    }
}

fn distance(length: i64) -> usize {
    usize::try_from(length.unsigned_abs()).unwrap_or(usize::MAX)
}

fn integer(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Replaces `from` by `to`. An empty `from` matches between all characters.
pub(crate) fn replace(
    which: Which,
    value: &[u8],
    from: &[u8],
    to: &[u8],
) -> Result<Vec<u8>, Problem> {
    match which {
        Which::First => Ok(match find(value, from) {
            Some(at) => [&value[..at], to, &value[at + from.len()..]].concat(),
            None => value.to_vec(),
        }),
        Which::All => replace_all(value, from, to),
        Which::Leading => Ok(match value.strip_prefix(from) {
            Some(rest) => [to, rest].concat(),
            None => value.to_vec(),
        }),
        Which::Trailing => Ok(match value.strip_suffix(from) {
            Some(rest) => [rest, to].concat(),
            None => value.to_vec(),
        }),
    }
}

fn replace_all(value: &[u8], from: &[u8], to: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut output = Vec::with_capacity(value.len());
    let mut rest = value;
    if from.is_empty() {
        output.extend_from_slice(to);
        for character in String::from_utf8_lossy(value).chars() {
            output.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            output.extend_from_slice(to);
            check_size(&output)?;
        }
        return Ok(output);
    }
    while let Some(at) = find(rest, from) {
        output.extend_from_slice(&rest[..at]);
        output.extend_from_slice(to);
        rest = &rest[at + from.len()..];
        check_size(&output)?;
    }
    output.extend_from_slice(rest);
    Ok(output)
}

fn check_size(output: &[u8]) -> Result<(), Problem> {
    if output.len() > Problem::MAX_OUTPUT {
        Err(Problem::TooLarge)
    } else {
        Ok(())
    }
}

fn find(value: &[u8], from: &[u8]) -> Option<usize> {
    if from.is_empty() {
        return Some(0);
    }
    value.windows(from.len()).position(|window| window == from)
}
