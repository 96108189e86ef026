//! Objects as JSON text, taken apart without reading what is inside: a pass over the bytes instead of a tree of values.

use std::ops::Range;

/// Where the value of a member of an object lies in the object's text; `None` when there is no such member. A name that is
/// written with escapes is not found. The text is sound JSON: what is not gives any answer, but no panic.
pub(crate) fn member(text: &str, name: &str) -> Option<Range<usize>> {
    let mut members = members(text);
    members.find_map(|(found, value)| (found == name).then_some(value))
}

/// The members of an object with the places of their values, in the order of the text; none of what is no object.
pub(crate) fn members(text: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    let bytes = text.as_bytes();
    let mut next = skip_space(bytes, 0);
    let mut open = bytes.get(next) == Some(&b'{');
    std::iter::from_fn(move || {
        if !open {
            return None;
        }
        let start = skip_space(bytes, next + 1);
        if bytes.get(start) != Some(&b'"') {
            open = false;
            return None;
        }
        let end = end_of_string(bytes, start);
        let value = skip_space(bytes, skip_space(bytes, end) + 1);
        let after = end_of_value(bytes, value);
        next = skip_space(bytes, after);
        open = bytes.get(next) == Some(&b',');
        let name = text.get(start + 1..end.saturating_sub(1))?;
        Some((name, value.min(after)..after))
    })
}

/// The text with this instead of what stands there.
pub(crate) fn replaced(text: &str, place: &Range<usize>, with: &str) -> String {
    [&text[..place.start], with, &text[place.end..]].concat()
}

fn skip_space(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    let is_space = |byte: &&u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
    from + rest.iter().take_while(is_space).count()
}

/// The place behind the string that begins here.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(rest) = bytes.get(at..) {
        match memchr::memchr2(b'"', b'\\', rest) {
            Some(found) if rest[found] == b'"' => return at + found + 1,
            Some(found) => at += found + 2,
            None => break,
        }
    }
    bytes.len()
}

/// The place behind the value that begins here.
fn end_of_value(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = end_of_string(bytes, at);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                if depth <= 1 {
                    // A bracket that closes what surrounds a number, true, false or null is not part of it.
                    return at + depth;
                }
                depth -= 1;
            }
            b',' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::*;

    #[test]
    fn members_are_those_that_a_parser_finds() {
        let texts = [
            r"{}",
            r#" { "a" : 1 , "b" : [ 1 , { "c" : "}" } ] , "c" : null } "#,
            r#"{"a":{"b":{"c":[[],{}]}},"d":"\"},{\\","e":-1.5e3,"f":true}"#,
            r#"{"a":"","":{},"ü":"ö","b":"\\"}"#,
            "{\n\t\"a\":\r\n\t[],\n\t\"b\": {\n\t}\n}",
        ];
        for text in texts {
            let wanted: Map<String, Value> = serde_json::from_str(text).unwrap();
            let found: Map<String, Value> = members(text)
                .map(|(name, place)| {
                    let value = serde_json::from_str(&text[place]).unwrap();
                    (name.to_owned(), value)
                })
                .collect();
            assert_eq!(found, wanted, "{text}");
            for (name, value) in &wanted {
                let place = member(text, name).unwrap();
                let found: Value = serde_json::from_str(&text[place.clone()]).unwrap();
                assert_eq!(&found, value, "{text}");
                let without: Value = serde_json::from_str(&replaced(text, &place, "7")).unwrap();
                assert_eq!(without[name], 7, "{text}");
            }
            assert_eq!(member(text, "no"), None);
        }
    }

    #[test]
    fn what_is_no_object_has_no_members_and_broken_text_no_panic() {
        for text in ["", "7", "[1]", "null", "\"a\"", " "] {
            assert_eq!(members(text).count(), 0, "{text}");
        }
        let text = r#"{"a":{"b":"ü\"","c":[1,2]},"d":null}"#;
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            for (_, place) in members(&text[..end]) {
                assert!(place.end <= end, "{}", &text[..end]);
            }
            member(&text[..end], "d");
        }
        assert_eq!(members("}{").count() + members("{]").count(), 0);
        let _ = members(r#"{"a"}}]"#).count() + members(r#"{"a":]}"#).count();
    }
}
