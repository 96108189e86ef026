//! Documents in texts: a path may go on inside of JSON or YAML that a field holds.

use yaml::{JsonEscape, Value};

use super::{find, set_value};
use crate::config::ReplacementOptions;
use crate::node::{self, Node, read_first, rewrite};

/// Reads a text as a document.
pub(super) fn parse(text: &str) -> Option<Node> {
    match read_first(text.as_bytes()) {
        Ok(Some(node)) => Some(node),
        Ok(None) => Some(Node::null()),
        Err(_) => None,
    }
}

/// Sets a value in the document that a text on the way holds. False when there is none, or the
/// rest of the path leads nowhere in it; nothing has changed then.
pub(super) fn set(
    object: &mut Node,
    value: &Node,
    path: &[String],
    options: Option<&ReplacementOptions>,
) -> bool {
    let Some((at, mut document)) = (1..path.len()).find_map(|at| {
        let found = node::lookup(object, &path[..at]).ok()??;
        let text = &found.as_scalar()?.text;
        Some((at, parse(text)?))
    }) else {
        return false;
    };
    let create = options
        .filter(|options| options.create)
        .map(|_| value.kind());
    let set = find::each(&mut document, &path[at..], create, &mut |node| {
        set_value(node, value, options)
    });
    if !matches!(set, Ok(1..)) {
        return false;
    }
    let Ok(Some(Node::Scalar(scalar))) = node::lookup_mut(object, &path[..at]) else {
        return false;
    };
    match print(&document, &scalar.text) {
        Some(text) => {
            scalar.text = text.into();
            true
        }
        None => false,
    }
}

/// The document in the form that the text had: JSON stays JSON, on lines when it was.
fn print(document: &Node, original: &str) -> Option<String> {
    if !original.trim_start().starts_with(['{', '[']) {
        return rewrite(original, document).map(|text| text.trim().to_owned());
    }
    let value = node::to_value(document).ok()?;
    if original.contains('\n') && original.contains("  ") {
        let mut out = String::new();
        indent(&value, 0, &mut out);
        return Some(out);
    }
    Some(value.to_go_json(JsonEscape::Html))
}

/// JSON on lines, as `json.MarshalIndent` with two spaces.
fn indent(value: &Value, depth: usize, out: &mut String) {
    let line = |depth: usize, out: &mut String| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    match value {
        Value::Seq(items) if !items.is_empty() => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(depth + 1, out);
                indent(item, depth + 1, out);
            }
            line(depth, out);
            out.push(']');
        }
        Value::Map(map) if !map.is_empty() => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|a, b| a.0.cmp(b.0));
            out.push('{');
            for (at, (key, value)) in entries.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(depth + 1, out);
                out.push_str(&Value::Str(key.clone()).to_go_json(JsonEscape::Html));
                out.push_str(": ");
                indent(value, depth + 1, out);
            }
            line(depth, out);
            out.push('}');
        }
        other => out.push_str(&other.to_go_json(JsonEscape::Html)),
    }
}
