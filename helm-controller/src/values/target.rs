//! Setting one value at a path (H9.2, H9.3).

use crds::helm::ValuesReference;
use helm::strvals::{self, Syntax};
use yaml::{Map, Value};

use super::compose::merged;

/// `before` under the values of the spec, with the text of a reference at its target path. What the path leads
/// through in a mapping or list that stands in `inline` alone is changed there as well.
pub(super) fn set(
    before: &Map,
    inline: &mut Map,
    reference: &ValuesReference,
    text: &str,
) -> Result<Map, strvals::Error> {
    let path = reference.target_path.as_deref().unwrap_or_default();
    let mut result = merged(before.clone(), inline.clone());
    if reference.literal {
        let assignment = format!("{path}={}", escaped(text));
        strvals::parse_into(&assignment, Syntax::Text, &mut result)?;
    } else if let Some(quoted) = unquoted(text) {
        strvals::parse_into(&format!("{path}={quoted}"), Syntax::Text, &mut result)?;
    } else {
        strvals::parse_into(&format!("{path}={text}"), Syntax::Typed, &mut result)?;
    }
    share(&segments(path), before, inline, &result);
    Ok(result)
}

/// The text between quotes, which is text whatever it looks like; quotes of both kinds go.
fn unquoted(text: &str) -> Option<&str> {
    let is_quoted = |quote: char| text.starts_with(quote) && text.ends_with(quote);
    (is_quoted('\'') || is_quoted('"')).then(|| text.trim_matches(['\'', '"']))
}

/// The text with all that has a meaning to `--set` escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if matches!(char, '\\' | ',' | '[' | ']' | '{' | '}') {
            out.push('\\');
        }
        out.push(char);
    }
    out
}

/// A step of a path.
#[derive(Debug, PartialEq, Eq)]
enum Segment {
    Name(String),
    Index(usize),
}

/// The steps of a target path, such as `a.b\.c[0]`. The schema keeps it from anything else.
fn segments(path: &str) -> Vec<Segment> {
    let mut found = Vec::new();
    let mut name = String::new();
    let mut chars = path.chars();
    let flush = |name: &mut String, found: &mut Vec<Segment>| {
        if !name.is_empty() {
            found.push(Segment::Name(std::mem::take(name)));
        }
    };
    while let Some(char) = chars.next() {
        match char {
            '\\' => name.extend(chars.next()),
            '.' => flush(&mut name, &mut found),
            '[' => {
                flush(&mut name, &mut found);
                let digits: String = chars.by_ref().take_while(|char| *char != ']').collect();
                found.extend(digits.parse().ok().map(Segment::Index));
            }
            other => name.push(other),
        }
    }
    flush(&mut name, &mut found);
    found
}

/// Merging makes new mappings where both sides have one, and takes over what one side has alone as it is. So the
/// first mapping or list on the path that `inline` has alone is the very one that was changed.
fn share(path: &[Segment], before: &Map, inline: &mut Map, result: &Map) {
    let [Segment::Name(name), rest @ ..] = path else {
        return;
    };
    let Some(next) = rest.first() else {
        return;
    };
    let (Some(own), Some(changed)) = (inline.get_mut(name), result.get(name)) else {
        return;
    };
    match (own, before.get(name), changed) {
        (Value::Map(own), Some(Value::Map(before)), Value::Map(changed)) => {
            share(rest, before, std::sync::Arc::make_mut(own), changed);
        }
        (own @ Value::Map(_), _, Value::Map(_)) => *own = changed.clone(),
        (own, _, Value::Seq(_)) => {
            // A list that had to grow is a new one.
            let length = own.as_seq().map_or(0, <[Value]>::len);
            if matches!(next, Segment::Index(index) if *index < length) {
                *own = changed.clone();
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h9_2_paths_are_split_at_dots_and_indexes() {
        let name = |name: &str| Segment::Name(name.to_owned());
        assert_eq!(segments("a.b"), [name("a"), name("b")]);
        assert_eq!(segments(r"a\.b.c"), [name("a.b"), name("c")]);
        assert_eq!(
            segments("a[1][20].b"),
            [name("a"), Segment::Index(1), Segment::Index(20), name("b")]
        );
        assert_eq!(segments("a."), [name("a")]);
    }

    #[test]
    fn h9_2_quotes_of_both_kinds_are_taken_off() {
        assert_eq!(unquoted("'1'"), Some("1"));
        assert_eq!(unquoted(r#""'x'""#), Some("x"));
        assert_eq!(unquoted("'"), Some(""));
        assert_eq!(unquoted("'x"), None);
        assert_eq!(escaped(r"a,{b}\[c]"), r"a\,\{b\}\\\[c\]");
    }
}
