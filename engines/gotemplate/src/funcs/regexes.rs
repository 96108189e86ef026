//! Functions on regular expressions. Those without `must` report a bad pattern as Go's `MustCompile` does.

use std::sync::Arc;

use go_regex::quote_meta;

use super::regex::{Pattern, compiled};
use super::typed::Texts;
use crate::exec::{Context, FuncError, Functions};
use crate::fmt;
use crate::value::Str;

pub(super) fn add(functions: &mut Functions) {
    functions.add("regexMatch", |pattern: Str, text: Str| {
        compile(&pattern).is_ok_and(|pattern| pattern.is_match(&text))
    });
    functions.add("mustRegexMatch", |pattern: Str, text: Str| {
        compile(&pattern).map(|pattern| pattern.is_match(&text))
    });
    functions.add("regexFind", |pattern: Str, text: Str| {
        must_compile(&pattern).map(|pattern| find(&pattern, &text))
    });
    functions.add("mustRegexFind", |pattern: Str, text: Str| {
        compile(&pattern).map(|pattern| find(&pattern, &text))
    });
    functions.add("regexFindAll", |pattern: Str, text: Str, limit: i64| {
        must_compile(&pattern).map(|pattern| find_all(&pattern, &text, limit))
    });
    functions.add("mustRegexFindAll", |pattern: Str, text: Str, limit: i64| {
        compile(&pattern).map(|pattern| find_all(&pattern, &text, limit))
    });
    functions.add(
        "regexReplaceAll",
        |context: &mut Context, pattern: Str, text: Str, with: Str| {
            replace(context, &*must_compile(&pattern)?, &text, &with)
        },
    );
    functions.add(
        "mustRegexReplaceAll",
        |pattern: Str, text: Str, with: Str| {
            compile(&pattern).map(|pattern| pattern.replace_all(&text, &with))
        },
    );
    functions.add(
        "regexReplaceAllLiteral",
        |context: &mut Context, pattern: Str, text: Str, with: Str| {
            replace_literal(context, &*must_compile(&pattern)?, &text, &with)
        },
    );
    functions.add(
        "mustRegexReplaceAllLiteral",
        |context: &mut Context, pattern: Str, text: Str, with: Str| {
            replace_literal(context, &*compile(&pattern)?, &text, &with)
        },
    );
    functions.add("regexSplit", |pattern: Str, text: Str, limit: i64| {
        must_compile(&pattern).map(|pattern| split(&pattern, &text, limit))
    });
    functions.add("mustRegexSplit", |pattern: Str, text: Str, limit: i64| {
        compile(&pattern).map(|pattern| split(&pattern, &text, limit))
    });
    functions.add("regexQuoteMeta", |text: Str| quote_meta(&text));
}

fn find(pattern: &Pattern, text: &[u8]) -> Str {
    Str::from(pattern.find(text).unwrap_or_default())
}

/// Go has no list, not an empty one, for no matches.
fn find_all(pattern: &Pattern, text: &[u8], limit: i64) -> Texts {
    let found = pattern.find_all(text, usize::try_from(limit).ok());
    if found.is_empty() {
        return Texts::nil();
    }
    Texts::new(found)
}

fn replace(
    context: &mut Context,
    pattern: &Pattern,
    text: &[u8],
    with: &[u8],
) -> Result<Vec<u8>, FuncError> {
    // Every reference can repeat the whole of what was matched.
    let references = memchr::memchr_iter(b'$', with).count();
    context.spend_bytes(text.len().saturating_mul(references))?;
    spend(context, pattern, text, with)?;
    Ok(pattern.replace_all(text, with))
}

fn replace_literal(
    context: &mut Context,
    pattern: &Pattern,
    text: &[u8],
    with: &[u8],
) -> Result<Vec<u8>, FuncError> {
    spend(context, pattern, text, with)?;
    Ok(pattern.replace_all_literal(text, with))
}

/// Counts what the replacements will make, before they are made; short ones are not worth the look.
fn spend(
    context: &mut Context,
    pattern: &Pattern,
    text: &[u8],
    with: &[u8],
) -> Result<(), FuncError> {
    const SHORT: usize = 1 << 16;
    if text.len().saturating_mul(with.len()) > SHORT {
        let matches = pattern.find_all(text, None).len();
        context.spend_bytes(matches.saturating_mul(with.len()))?;
    }
    Ok(())
}

fn split(pattern: &Pattern, text: &[u8], limit: i64) -> Texts {
    match usize::try_from(limit) {
        Ok(0) => Texts::nil(),
        limit => Texts::new(pattern.split(text, limit.ok())),
    }
}

fn compile(pattern: &Str) -> Result<Arc<Pattern>, FuncError> {
    compiled(pattern).map_err(|error| FuncError::new(error.to_string()))
}

fn must_compile(pattern: &Str) -> Result<Arc<Pattern>, FuncError> {
    compiled(pattern)
        .map_err(|error| FuncError::new(format!("regexp: Compile({}): {error}", quoted(pattern))))
}

/// In backquotes where that is possible.
fn quoted(pattern: &Str) -> String {
    let fits = |c: char| c == '\t' || !(c.is_control() || matches!(c, '`' | '\u{FEFF}'));
    match pattern.as_utf8() {
        Some(text) if text.chars().all(fits) => format!("`{text}`"),
        _ => fmt::quote(pattern),
    }
}
