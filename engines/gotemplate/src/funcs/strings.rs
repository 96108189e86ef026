//! Text: trimming, searching, splitting and joining. Positions are bytes, as in Go.

use super::typed::{TextMap, Texts};
use crate::exec::{Context, FuncError, Functions, Rest};
use crate::fmt;
use crate::value::{Str, Value};

pub(super) fn add(functions: &mut Functions) {
    functions.add("hello", || "Hello!");
    functions.add("trim", |text: Str| trim(&text));
    functions.add("trimAll", trim_all);
    functions.add("trimall", trim_all);
    functions.add("trimPrefix", |prefix: Str, text: Str| {
        text.strip_prefix(&*prefix).map_or(text.clone(), Str::from)
    });
    functions.add("trimSuffix", |suffix: Str, text: Str| {
        text.strip_suffix(&*suffix).map_or(text.clone(), Str::from)
    });
    functions.add("contains", |part: Str, text: Str| {
        find(&text, &part).is_some()
    });
    functions.add("hasPrefix", |part: Str, text: Str| text.starts_with(&part));
    functions.add("hasSuffix", |part: Str, text: Str| text.ends_with(&part));
    functions.add("replace", replace);
    functions.add("repeat", repeat);
    functions.add("trunc", trunc);
    functions.add("substr", substr);
    functions.add("nospace", |text: Str| without_spaces(&text));
    functions.add(
        "plural",
        |one: Str, many: Str, count: i64| {
            if count == 1 { one } else { many }
        },
    );
    functions.add("cat", cat);
    functions.add("toString", |value: Value| to_text(&value));
    functions.add("toStrings", |value: Value| Texts::new(to_texts(&value)));
    functions.add(
        "join",
        |context: &mut Context, separator: Str, value: Value| {
            let texts = to_texts(&value);
            context.spend_bytes(separator.len().saturating_mul(texts.len()))?;
            Ok::<_, FuncError>(texts.join(&*separator))
        },
    );
    functions.add("split", |separator: Str, text: Str| {
        numbered(&split(&text, &separator, None))
    });
    functions.add("splitn", |separator: Str, limit: i64, text: Str| {
        numbered(&split(&text, &separator, usize::try_from(limit).ok()))
    });
    functions.add("splitList", |separator: Str, text: Str| {
        Texts::new(split(&text, &separator, None))
    });
    functions.add("sortAlpha", sort_alpha);
}

/// A value as the text that Go's functions make of it: strings and bytes as they are, all else in its default format.
pub(super) fn to_text(value: &Value) -> Str {
    match value {
        Value::Str(text) | Value::Bytes(text) => text.clone(),
        Value::Host(host) => match host.text() {
            Some(text) => text,
            None => Str::from(fmt::sprintf(b"%v", std::slice::from_ref(value))),
        },
        _ => Str::from(fmt::sprintf(b"%v", std::slice::from_ref(value))),
    }
}

/// The items of a list as text without its nils; any other value is a list of itself, and nil an empty one.
pub(super) fn to_texts(value: &Value) -> Vec<Str> {
    match value {
        Value::Nil => Vec::new(),
        Value::Bytes(bytes) => bytes
            .iter()
            .map(|byte| Str::from(byte.to_string()))
            .collect(),
        _ => match value.as_list() {
            Some(list) => list
                .items()
                .iter()
                .filter(|item| !item.is_nil())
                .map(to_text)
                .collect(),
            None => vec![to_text(value)],
        },
    }
}

/// Where `part` begins in `text`.
pub(super) fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, part)
}

fn trim(text: &Str) -> Str {
    match text.as_utf8() {
        Some(valid) => Str::from(valid.trim()),
        None => Str::from(text.trim_ascii()),
    }
}

fn trim_all(cutset: Str, text: Str) -> Str {
    let (Some(cutset), Some(valid)) = (cutset.as_utf8(), text.as_utf8()) else {
        return text;
    };
    Str::from(valid.trim_matches(|c| cutset.contains(c)))
}

fn replace(context: &mut Context, old: Str, new: Str, text: Str) -> Result<Str, FuncError> {
    let mut out = Vec::with_capacity(text.len());
    if old.is_empty() {
        let places = characters(&text).count() + 1;
        context.spend_bytes(new.len().saturating_mul(places))?;
        for character in characters(&text) {
            out.extend_from_slice(&new);
            out.extend_from_slice(character);
        }
        out.extend_from_slice(&new);
        return Ok(Str::from(out));
    }
    let mut copied = 0;
    for at in memchr::memmem::find_iter(&text, &*old) {
        if out.len() > 1 << 20 {
            context.spend_bytes(new.len())?;
        }
        out.extend_from_slice(&text[copied..at]);
        out.extend_from_slice(&new);
        copied = at + old.len();
    }
    if copied == 0 {
        return Ok(text);
    }
    out.extend_from_slice(&text[copied..]);
    Ok(Str::from(out))
}

fn repeat(context: &mut Context, count: i64, text: Str) -> Result<Vec<u8>, FuncError> {
    let Ok(count) = usize::try_from(count) else {
        return Err(FuncError::new("strings: negative Repeat count"));
    };
    context.spend_bytes(text.len().saturating_mul(count))?;
    Ok(text.repeat(count))
}

/// The first `count` bytes, or the last ones when `count` is negative.
fn trunc(count: i64, text: Str) -> Str {
    let len = i64::try_from(text.len()).unwrap_or(i64::MAX);
    let at = |position: i64| usize::try_from(position).unwrap_or_default();
    if count < 0 && len + count > 0 {
        return Str::from(&text[at(len + count)..]);
    }
    if count >= 0 && len > count {
        return Str::from(&text[..at(count)]);
    }
    text
}

fn substr(start: i64, end: i64, text: Str) -> Result<Str, FuncError> {
    let len = i64::try_from(text.len()).unwrap_or(i64::MAX);
    let (start, end) = match (start, end) {
        (..0, end) => (0, end),
        (start, end) if end < 0 || end > len => (start, len),
        both => both,
    };
    let out_of_range =
        |shown: String| FuncError::new(format!("runtime error: slice bounds out of range {shown}"));
    if !(0..=len).contains(&end) {
        return Err(out_of_range(if end < 0 {
            format!("[:{end}]")
        } else {
            format!("[:{end}] with length {len}")
        }));
    }
    if start > end {
        return Err(out_of_range(format!("[{start}:{end}]")));
    }
    let at = |position: i64| usize::try_from(position).unwrap_or_default();
    Ok(Str::from(&text[at(start)..at(end)]))
}

/// Takes bytes for characters, so text beyond ASCII comes out garbled unless there was no space to take out: so it is upstream.
fn without_spaces(text: &Str) -> Str {
    let kept: String = text
        .iter()
        .map(|byte| char::from(*byte))
        .filter(|c| !c.is_whitespace())
        .collect();
    if kept.chars().count() == text.len() {
        return text.clone();
    }
    Str::from(kept)
}

fn cat(values: Rest<Value>) -> Vec<u8> {
    let shown: Vec<Vec<u8>> = values
        .0
        .iter()
        .filter(|value| !value.is_nil())
        .map(|value| fmt::sprintf(b"%v", std::slice::from_ref(value)))
        .collect();
    shown.join(&b' ')
}

/// The characters of a text; a byte that belongs to none stands alone.
pub(super) fn characters(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.utf8_chunks().flat_map(|chunk| {
        let valid = chunk.valid();
        let starts = valid.char_indices();
        let whole = starts.map(move |(at, c)| &valid.as_bytes()[at..at + c.len_utf8()]);
        whole.chain(chunk.invalid().chunks(1))
    })
}

/// The parts between separators, at most `limit` of them; an empty separator splits into characters.
pub(super) fn split<'t>(text: &'t [u8], separator: &[u8], limit: Option<usize>) -> Vec<&'t [u8]> {
    let limit = limit.unwrap_or(usize::MAX);
    if limit == 0 {
        return Vec::new();
    }
    let mut parts = Vec::new();
    if separator.is_empty() {
        let mut rest = text;
        for character in characters(text) {
            if parts.len() + 1 == limit {
                break;
            }
            parts.push(character);
            rest = &rest[character.len()..];
        }
        if !rest.is_empty() {
            parts.push(rest);
        }
        return parts;
    }
    let mut start = 0;
    for at in memchr::memmem::find_iter(text, separator) {
        if parts.len() + 1 == limit {
            break;
        }
        parts.push(&text[start..at]);
        start = at + separator.len();
    }
    parts.push(&text[start..]);
    parts
}

/// `_0`, `_1` and so on.
fn numbered(parts: &[&[u8]]) -> TextMap {
    TextMap::new(
        parts
            .iter()
            .enumerate()
            .map(|(index, part)| (Str::from(format!("_{index}")), Str::from(*part))),
    )
}

fn sort_alpha(value: Value) -> Texts {
    if value.as_list().is_none() && !matches!(value, Value::Bytes(_)) {
        return Texts::new([to_text(&value)]);
    }
    let mut texts = to_texts(&value);
    texts.sort();
    Texts::new(texts)
}
