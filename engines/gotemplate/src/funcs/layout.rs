//! Text on a page: indenting, wrapping, abbreviating and quoting.

use super::strings::to_text;
use crate::exec::{Context, FuncError, Functions, Rest};
use crate::fmt;
use crate::value::{Str, Value};

pub(super) fn add(functions: &mut Functions) {
    functions.add("indent", |context: &mut Context, spaces: i64, text: Str| {
        indent(context, spaces, &text, b"")
    });
    functions.add(
        "nindent",
        |context: &mut Context, spaces: i64, text: Str| indent(context, spaces, &text, b"\n"),
    );
    functions.add("wrap", |width: i64, text: Str| {
        wrap(&text, width, b"\n", LongWords::Kept)
    });
    functions.add(
        "wrapWith",
        |context: &mut Context, width: i64, line_break: Str, text: Str| {
            let line_break: &[u8] = if line_break.is_empty() {
                b"\n"
            } else {
                &line_break
            };
            context.spend_bytes(text.len().saturating_mul(line_break.len()))?;
            Ok::<_, FuncError>(wrap(&text, width, line_break, LongWords::Broken))
        },
    );
    functions.add("abbrev", |width: i64, text: Str| {
        if width < 4 {
            return text;
        }
        abbreviate(&text, 0, width)
    });
    functions.add("abbrevboth", |left: i64, right: i64, text: Str| {
        if right < 4 || (left > 0 && right < 7) {
            return text;
        }
        abbreviate(&text, left, right)
    });
    functions.add("quote", |values: Rest<Value>| {
        joined(&values.0, |value| fmt::quote(to_text(value)).into_bytes())
    });
    functions.add("squote", |values: Rest<Value>| {
        joined(&values.0, |value| {
            let mut out = vec![b'\''];
            out.extend(fmt::sprintf(b"%v", std::slice::from_ref(value)));
            out.push(b'\'');
            out
        })
    });
}

/// The values but nil, each as `show` has it, with spaces between them.
fn joined(values: &[Value], show: impl Fn(&Value) -> Vec<u8>) -> Vec<u8> {
    let shown: Vec<Vec<u8>> = values
        .iter()
        .filter(|value| !value.is_nil())
        .map(show)
        .collect();
    shown.join(&b' ')
}

/// Puts spaces before every line, also before empty ones.
fn indent(
    context: &mut Context,
    spaces: i64,
    text: &[u8],
    start: &[u8],
) -> Result<Vec<u8>, FuncError> {
    let Ok(spaces) = usize::try_from(spaces) else {
        return Err(FuncError::new("strings: negative Repeat count"));
    };
    let lines = memchr::memchr_iter(b'\n', text).count() + 1;
    let padding = spaces.saturating_mul(lines);
    context.spend_bytes(padding)?;
    let mut out = Vec::with_capacity(start.len() + text.len() + padding);
    out.extend_from_slice(start);
    let pad = |out: &mut Vec<u8>| out.resize(out.len() + spaces, b' ');
    pad(&mut out);
    let mut copied = 0;
    for at in memchr::memchr_iter(b'\n', text) {
        out.extend_from_slice(&text[copied..=at]);
        pad(&mut out);
        copied = at + 1;
    }
    out.extend_from_slice(&text[copied..]);
    Ok(out)
}

/// What happens to words that are longer than a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LongWords {
    Kept,
    Broken,
}

fn wrap(text: &[u8], width: i64, line_break: &[u8], long_words: LongWords) -> Vec<u8> {
    let width = usize::try_from(width).unwrap_or(1).max(1);
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while rest.len() > width {
        if let Some(after) = rest.strip_prefix(b" ") {
            rest = after;
            continue;
        }
        if let Some(space) = memchr::memrchr(b' ', &rest[..=width]) {
            out.extend_from_slice(&rest[..space]);
            out.extend_from_slice(line_break);
            rest = &rest[space + 1..];
        } else if long_words == LongWords::Broken {
            out.extend_from_slice(&rest[..width]);
            out.extend_from_slice(line_break);
            rest = &rest[width..];
        } else if let Some(space) = memchr::memchr(b' ', &rest[width..]) {
            out.extend_from_slice(&rest[..width + space]);
            out.extend_from_slice(line_break);
            rest = &rest[width + space + 1..];
        } else {
            break;
        }
    }
    out.extend_from_slice(rest);
    out
}

/// At most `width` bytes (4 or more), with dots in place of what is left out on the right and, from an offset on, on the left.
fn abbreviate(text: &Str, offset: i64, width: i64) -> Str {
    const DOTS: &[u8] = b"...";
    let len = i64::try_from(text.len()).unwrap_or(i64::MAX);
    if text.is_empty() || len <= width {
        return text.clone();
    }
    let room = width - 3;
    let offset = offset.min(len);
    let offset = if len.wrapping_sub(offset) < room {
        len - room
    } else {
        offset
    };
    let at = |position: i64| usize::try_from(position).unwrap_or_default();
    if offset <= 4 {
        return Str::from([&text[..at(room)], DOTS].concat());
    }
    if width < 7 {
        return Str::default();
    }
    if offset + room < len {
        let tail = Str::from(&text[at(offset)..]);
        // What is left is a line of its own, which needs four bytes as well.
        let tail = if room < 4 {
            Str::default()
        } else {
            abbreviate(&tail, 0, room)
        };
        return Str::from([DOTS, &tail].concat());
    }
    Str::from([DOTS, &text[at(len - room)..]].concat())
}
