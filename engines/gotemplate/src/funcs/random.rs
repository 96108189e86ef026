//! Random text and numbers. The source of randomness is the program's.

use std::fmt::Write as _;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::world::{Random, random};
use crate::exec::{Context, FuncError, Functions};
use crate::value::Str;

pub(super) fn add(functions: &mut Functions) {
    functions.add("randAlphaNum", |context: &mut Context, count: i64| {
        text(context, count, char::is_alphanumeric)
    });
    functions.add("randAlpha", |context: &mut Context, count: i64| {
        text(context, count, char::is_alphabetic)
    });
    functions.add("randNumeric", |context: &mut Context, count: i64| {
        text(context, count, char::is_numeric)
    });
    functions.add("randAscii", |context: &mut Context, count: i64| {
        text(context, count, |c| (' '..='~').contains(&c))
    });
    functions.add("randBytes", bytes);
    functions.add("randInt", |context: &mut Context, min: i64, max: i64| {
        let range = u64::try_from(max.wrapping_sub(min)).unwrap_or_default();
        if range == 0 {
            return Err(FuncError::new("invalid argument to Intn"));
        }
        let source = random(context)?;
        Ok(min.wrapping_add_unsigned(below(&*source, range)))
    });
    functions.add("shuffle", shuffle);
    functions.add("uuidv4", |context: &mut Context| {
        random(context).map(|source| uuid(&*source))
    });
}

/// A number from 0 up to, but not including, `limit`; each as likely as the others.
pub(super) fn below(source: &dyn Random, limit: u64) -> u64 {
    // Numbers from the last, incomplete round would make the small ones likelier.
    let rounds = u64::MAX - u64::MAX % limit;
    loop {
        let mut bytes = [0; 8];
        source.fill(&mut bytes);
        let number = u64::from_le_bytes(bytes);
        if number < rounds {
            return number % limit;
        }
    }
}

/// So many ASCII characters of a class; none when `count` is negative.
fn text(context: &mut Context, count: i64, belongs: fn(char) -> bool) -> Result<String, FuncError> {
    let count = usize::try_from(count).unwrap_or_default();
    context.spend_bytes(count)?;
    let alphabet: Vec<char> = ('\0'..='\x7F').filter(|c| belongs(*c)).collect();
    let source: Rc<dyn Random> = random(context)?;
    Ok((0..count)
        .map(|_| {
            let index = below(&*source, alphabet.len() as u64);
            alphabet[usize::try_from(index).unwrap_or_default()]
        })
        .collect())
}

/// So many bytes, in base64.
fn bytes(context: &mut Context, count: i64) -> Result<String, FuncError> {
    let Ok(count) = usize::try_from(count) else {
        return Err(FuncError::new("runtime error: makeslice: len out of range"));
    };
    context.spend_bytes(count)?;
    let mut bytes = vec![0; count];
    random(context)?.fill(&mut bytes);
    Ok(STANDARD.encode(bytes))
}

fn shuffle(context: &mut Context, text: Str) -> Result<String, FuncError> {
    let mut chars: Vec<char> = text.to_str_lossy().chars().collect();
    if chars.len() > 1 {
        let source = random(context)?;
        for last in (1..chars.len()).rev() {
            let other = below(&*source, last as u64 + 1);
            chars.swap(last, usize::try_from(other).unwrap_or_default());
        }
    }
    Ok(chars.into_iter().collect())
}

fn uuid(source: &dyn Random) -> String {
    let mut bytes = [0_u8; 16];
    source.fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let mut out = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        let _ = write!(out, "{byte:02x}");
    }
    out
}
