//! Values as `sigs.k8s.io/yaml` prints them: through JSON, then go-yaml v2.

use std::borrow::Cow;

use super::order;
use crate::emit::{Analysis, INDENT, Indicator, LineBreaks, Width, Writer};
use crate::resolve;
use crate::{Budget, Dialect, Grammar, JsonEscape, Map, Value, number};

/// Keys longer than this are written behind a `?`.
const SIMPLE_KEY: usize = 128;

/// `value` as `sigs.k8s.io/yaml`'s `Marshal` prints it: block style, indentation by two with the
/// dashes of a list under its key, keys in natural order, lines folded beyond 80 columns, quotes
/// where the text would be read as something else. Ends with a line feed.
///
/// Numbers go through JSON first, so `1e3` prints as `1000`. Infinities and NaN, which JSON lacks,
/// print as `.inf`, `-.inf` and `.nan`.
pub fn encode(value: &Value) -> String {
    encode_in(value, KeyOrder::Natural)
}

/// Like [`encode`], with the keys of every mapping in the order of their bytes, as a sorted
/// `MapSlice` of go-yaml v2 prints.
pub fn encode_sorted(value: &Value) -> String {
    encode_in(value, KeyOrder::Bytes)
}

/// Appends one entry of a mapping to its text, as [`encode`] prints it in a mapping that is the
/// value of a key of a mapping … `depth` times: 0 is the mapping at the root. The entries of a
/// mapping are independent of each other, so that each may come from elsewhere.
pub fn encode_entry(out: &mut String, depth: usize, key: &str, value: &Value) {
    let mut writer = Writer::new(Width::Eighty);
    writer.out = std::mem::take(out);
    writer.indent = Some(depth * INDENT);
    let mut encoder = Encoder {
        writer,
        order: KeyOrder::Natural,
    };
    encoder.entry(key, value);
    encoder.writer.indent = None;
    encoder.writer.write_indent();
    *out = encoder.writer.out;
}

fn encode_in(value: &Value, order: KeyOrder) -> String {
    let mut encoder = Encoder {
        writer: Writer::new(Width::Eighty),
        order,
    };
    encoder.node(value, Place::Root);
    encoder.writer.indent = None;
    encoder.writer.write_indent();
    encoder.writer.out
}

/// How the keys of a mapping are sorted.
#[derive(Clone, Copy)]
enum KeyOrder {
    Natural,
    Bytes,
}

struct Encoder {
    writer: Writer,
    order: KeyOrder,
}

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Item,
    Key,
    Value,
}

impl Encoder {
    fn node(&mut self, value: &Value, place: Place) {
        match value {
            Value::Null => self.plain("null"),
            Value::Bool(true) => self.plain("true"),
            Value::Bool(false) => self.plain("false"),
            Value::Int(value) => self.plain(&value.to_string()),
            Value::Uint(value) => self.plain(&value.to_string()),
            Value::Float(value) => self.plain(&format_float(*value)),
            Value::Str(text) => self.text(text, place),
            Value::Seq(items) if items.is_empty() => {
                self.writer.write_indicator("[", Indicator::Opening);
                self.writer.write_indicator("]", Indicator::Tight);
            }
            Value::Seq(items) => self.sequence(items, place),
            Value::Map(map) if map.is_empty() => {
                self.writer.write_indicator("{", Indicator::Opening);
                self.writer.write_indicator("}", Indicator::Tight);
            }
            Value::Map(map) => self.mapping(map),
        }
    }

    fn sequence(&mut self, items: &[Value], place: Place) {
        let outer = self.writer.indent;
        let under_key = place == Place::Value && !self.writer.indention;
        self.writer.indent = Some(match outer {
            None => 0,
            Some(indent) if under_key => indent,
            Some(indent) => indent + INDENT,
        });
        for item in items {
            self.writer.write_indent();
            self.writer.write_indicator("-", Indicator::Indenting);
            self.node(item, Place::Item);
        }
        self.writer.indent = outer;
    }

    fn mapping(&mut self, map: &Map) {
        let outer = self.writer.indent;
        self.writer.indent = Some(outer.map_or(0, |indent| indent + INDENT));
        let mut entries: Vec<_> = map.iter().collect();
        match self.order {
            KeyOrder::Natural => {
                entries = order::sort(entries, |(key, _)| key.as_str(), Grammar::V2);
            }
            KeyOrder::Bytes => entries.sort_by_key(|(key, _)| key.as_str()),
        }
        for (key, value) in entries {
            self.entry(key, value);
        }
        self.writer.indent = outer;
    }

    fn entry(&mut self, key: &str, value: &Value) {
        self.writer.write_indent();
        if is_always_plain(key) {
            self.plain(key);
            self.writer.write_indicator(":", Indicator::Tight);
        } else if key.len() <= SIMPLE_KEY && !Analysis::of(key, Grammar::V2).multiline {
            self.text(key, Place::Key);
            self.writer.write_indicator(":", Indicator::Tight);
        } else {
            self.writer.write_indicator("?", Indicator::Indenting);
            self.text(key, Place::Value);
            self.writer.write_indent();
            self.writer.write_indicator(":", Indicator::Indenting);
        }
        self.node(value, Place::Value);
    }

    /// Writes a scalar that is short and has nothing to quote.
    fn plain(&mut self, text: &str) {
        self.writer.write_plain(text, LineBreaks::Forbidden);
    }

    fn text(&mut self, text: &str, place: Place) {
        if is_always_plain(text) {
            return self.plain(text);
        }
        let text = through_json(text);
        let outer = self.writer.indent;
        self.writer.indent = Some(outer.map_or(INDENT, |indent| indent + INDENT));
        let breaks = match place {
            Place::Key => LineBreaks::Forbidden,
            _ => LineBreaks::Allowed,
        };
        let found = Analysis::of(&text, Grammar::V2);
        if text.contains('\n') {
            if found.block && place != Place::Key {
                self.writer.write_block_header("|", &text);
                self.writer.put_break();
                self.writer.write_literal_lines(&text);
            } else {
                self.writer.write_double_quoted(&text, breaks);
            }
        } else if !resolve::is_text(&text, Grammar::V2)
            || resolve::is_base_60(&text)
            || (found.multiline && place == Place::Key)
        {
            self.writer.write_double_quoted(&text, breaks);
        } else if found.block_plain {
            self.writer.write_plain(&text, breaks);
        } else if found.single_quoted {
            self.writer.write_single_quoted(&text, breaks);
        } else {
            self.writer.write_double_quoted(&text, breaks);
        }
        self.writer.indent = outer;
    }
}

/// Whether text is a word that needs no quotes wherever it stands, in whatever dialect, as names and
/// most keys are: letters, digits and a little between them, too short to be folded or to be a long
/// key. Words with a meaning of their own are of few letters, and of nothing else.
pub fn is_always_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let found = bytes
        .iter()
        .fold(0, |all, byte| all | CLASSES[usize::from(*byte)]);
    found & FORBIDDEN == 0
        && bytes.len() <= SIMPLE_KEY
        && bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && (bytes.len() >= 6 || found & SPECIAL != 0)
}

/// Bytes by what they are in a plain word.
const CLASSES: [u8; 256] = {
    let mut classes = [FORBIDDEN; 256];
    let mut byte = 0;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'a'..=b'z' | b'A'..=b'Z' => 0,
            b'0'..=b'9' | b'-' | b'.' | b'/' | b'_' => SPECIAL,
            _ => FORBIDDEN,
        };
        byte += 1;
    }
    classes
};
const SPECIAL: u8 = 1;
const FORBIDDEN: u8 = 2;

/// A float as it comes out after JSON: an integer when its JSON form is one.
fn format_float(value: f64) -> String {
    if !value.is_finite() {
        return number::format_general(value);
    }
    let json = number::format_json(value);
    match resolve::resolve(&json, Grammar::V2) {
        resolve::Resolved::Int(value) => value.to_string(),
        resolve::Resolved::Uint(value) => value.to_string(),
        _ => number::format_general(value),
    }
}

/// Text as it comes out after JSON is read as YAML: a next-line character, which JSON does not
/// escape, is a line break there and is folded.
fn through_json(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{85}') {
        return Cow::Borrowed(text);
    }
    let json = Value::from(text).to_go_json(JsonEscape::Html);
    match crate::decode_first(json.as_bytes(), Dialect::Kubernetes, &Budget::default()) {
        Ok(Some(Value::Str(folded))) => Cow::Owned(folded.into()),
        _ => Cow::Borrowed(text),
    }
}
