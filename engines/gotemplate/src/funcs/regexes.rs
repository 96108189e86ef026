//! Functions on regular expressions. Those without `must` report a bad pattern as Go's `MustCompile` does.

use std::sync::Arc;

use super::regex::{Pattern, compiled, quote_meta};
use super::typed::Texts;
use crate::exec::{FuncError, Functions};
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
    functions.add("regexReplaceAll", |pattern: Str, text: Str, with: Str| {
        must_compile(&pattern).map(|pattern| pattern.replace_all(&text, &with))
    });
    functions.add(
        "mustRegexReplaceAll",
        |pattern: Str, text: Str, with: Str| {
            compile(&pattern).map(|pattern| pattern.replace_all(&text, &with))
        },
    );
    functions.add(
        "regexReplaceAllLiteral",
        |pattern: Str, text: Str, with: Str| {
            must_compile(&pattern).map(|pattern| pattern.replace_all_literal(&text, &with))
        },
    );
    functions.add(
        "mustRegexReplaceAllLiteral",
        |pattern: Str, text: Str, with: Str| {
            compile(&pattern).map(|pattern| pattern.replace_all_literal(&text, &with))
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

fn split(pattern: &Pattern, text: &[u8], limit: i64) -> Texts {
    match usize::try_from(limit) {
        Ok(0) => Texts::nil(),
        limit => Texts::new(pattern.split(text, limit.ok())),
    }
}

fn compile(pattern: &Str) -> Result<Arc<Pattern>, FuncError> {
    compiled(&pattern.to_str_lossy()).map_err(|error| FuncError::new(error.to_string()))
}

fn must_compile(pattern: &Str) -> Result<Arc<Pattern>, FuncError> {
    let source = pattern.to_str_lossy();
    compiled(&source)
        .map_err(|error| FuncError::new(format!("regexp: Compile({}): {error}", quoted(&source))))
}

/// In backquotes where that is possible.
fn quoted(text: &str) -> String {
    let fits = |c: char| c == '\t' || !(c.is_control() || matches!(c, '`' | '\u{FEFF}'));
    if text.chars().all(fits) {
        format!("`{text}`")
    } else {
        fmt::quote(text.as_bytes())
    }
}
