//! The stored form of an index, as Go's `json.MarshalIndent` writes it.

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

use super::{Entry, Index};

/// How far the lines of an entry are indented.
const ENTRY: &str = "\n      ";

/// An entry with its final indentation.
pub(super) fn entry(entry: &Entry) -> String {
    pretty(entry).replace('\n', ENTRY)
}

/// The whole text.
pub(super) fn index(index: &Index) -> String {
    let head = &index.head;
    let mut fields = Vec::new();
    let mut field = |name: &str, text: String| fields.push(format!("  \"{name}\": {text}"));
    if let Some(info) = &head.server_info {
        field("serverInfo", indented(info));
    }
    field("apiVersion", indented(&head.api_version));
    let generated = if head.generated.is_empty() {
        "0001-01-01T00:00:00Z"
    } else {
        &head.generated
    };
    field("generated", indented(&generated));
    field("entries", entries(index));
    if !head.public_keys.is_empty() {
        field("publicKeys", indented(&head.public_keys));
    }
    if !head.annotations.is_empty() {
        field("annotations", indented(&head.annotations));
    }
    format!("{{\n{}\n}}", fields.join(",\n"))
}

fn entries(index: &Index) -> String {
    if index.entries.is_empty() {
        return "{}".to_owned();
    }
    let size = index
        .entries
        .values()
        .flatten()
        .map(|one| one.text.len() + 8);
    let mut text = String::with_capacity(size.sum());
    text.push('{');
    for (number, (name, versions)) in index.entries.iter().enumerate() {
        text.push_str(if number == 0 { "\n    " } else { ",\n    " });
        text.push_str(&pretty(name));
        text.push_str(": [");
        for (number, version) in versions.iter().enumerate() {
            text.push_str(if number == 0 { "" } else { "," });
            text.push_str(ENTRY);
            text.push_str(&version.text);
        }
        text.push_str(if versions.is_empty() { "]" } else { "\n    ]" });
    }
    text.push_str("\n  }");
    text
}

fn indented(value: &impl Serialize) -> String {
    pretty(value).replace('\n', "\n  ")
}

/// JSON of plain data; the characters that Go escapes can stand in strings alone.
fn pretty(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    let formatter = PrettyFormatter::with_indent(b"  ");
    // Cannot fail: keys are text, and a vector takes every byte.
    let _ = value.serialize(&mut Serializer::with_formatter(&mut bytes, formatter));
    let text = String::from_utf8_lossy(&bytes);
    if !text.contains(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        return text.into_owned();
    }
    text.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}
