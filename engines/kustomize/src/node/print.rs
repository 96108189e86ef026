//! A tree as block YAML, order and quotes kept: for documents inside of texts, which keep their
//! form. Objects are printed by the `yaml` crate.

use super::{Node, Scalar, Style, Tag};

/// The tree on lines, in two spaces, lists not indented.
pub(crate) fn write_block(node: &Node) -> String {
    let mut out = String::new();
    match node {
        Node::Scalar(scalar) => {
            write_scalar(scalar, 0, &mut out);
            out.push('\n');
        }
        _ => write_collection(node, 0, &mut out),
    }
    out
}

fn pad(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', depth));
}

fn write_collection(node: &Node, depth: usize, out: &mut String) {
    match node {
        Node::Map(map) => {
            for (at, entry) in map.entries().iter().enumerate() {
                if at > 0 || !out.ends_with("- ") {
                    pad(depth, out);
                }
                write_scalar(&entry.key, depth, out);
                out.push(':');
                match &entry.value {
                    value @ Node::Map(map) if !map.is_empty() => {
                        out.push('\n');
                        write_collection(value, depth + 2, out);
                    }
                    value @ Node::Seq(items) if !items.is_empty() => {
                        out.push('\n');
                        write_collection(value, depth, out);
                    }
                    value => write_leaf(value, depth + 2, out),
                }
            }
        }
        Node::Seq(items) => {
            for (at, item) in items.iter().enumerate() {
                if at > 0 || !out.ends_with("- ") {
                    pad(depth, out);
                }
                out.push('-');
                match item {
                    Node::Map(map) if !map.is_empty() => {
                        out.push(' ');
                        write_collection(item, depth + 2, out);
                    }
                    Node::Seq(items) if !items.is_empty() => {
                        out.push(' ');
                        write_collection(item, depth + 2, out);
                    }
                    item => write_leaf(item, depth + 2, out),
                }
            }
        }
        Node::Scalar(_) => write_leaf(node, depth, out),
    }
}

fn write_leaf(node: &Node, depth: usize, out: &mut String) {
    match node {
        Node::Map(_) => out.push_str(" {}"),
        Node::Seq(_) => out.push_str(" []"),
        Node::Scalar(scalar) if scalar.text.is_empty() && scalar.tag == Tag::Null => {}
        Node::Scalar(scalar) => {
            out.push(' ');
            write_scalar(scalar, depth, out);
        }
    }
    out.push('\n');
}

fn write_scalar(scalar: &Scalar, depth: usize, out: &mut String) {
    let text = &*scalar.text;
    let style = match scalar.style {
        Style::Plain if text.contains('\n') => Style::Literal,
        Style::Plain if !is_plain(scalar) => Style::DoubleQuoted,
        // A block ends at a line break, and keeps no space before it.
        Style::Literal | Style::Folded if !text.contains('\n') || text.contains(" \n") => {
            Style::DoubleQuoted
        }
        style => style,
    };
    match style {
        Style::Plain => out.push_str(text),
        Style::SingleQuoted => {
            out.push('\'');
            out.push_str(&text.replace('\'', "''"));
            out.push('\'');
        }
        Style::DoubleQuoted => {
            let value = yaml::Value::from(text);
            out.push_str(&value.to_go_json(yaml::JsonEscape::Plain));
        }
        Style::Literal | Style::Folded => {
            out.push_str(if text.ends_with('\n') { "|" } else { "|-" });
            for line in text.trim_end_matches('\n').split('\n') {
                out.push('\n');
                if !line.is_empty() {
                    pad(depth, out);
                    out.push_str(line);
                }
            }
        }
    }
}

/// Whether the text can stand without quotes and stays what it is.
fn is_plain(scalar: &Scalar) -> bool {
    let text = &*scalar.text;
    if scalar.tag == Tag::Str && scalar.value().is_ok() {
        let mut bare = scalar.clone();
        bare.tag = Tag::Unset;
        if !matches!(bare.value(), Ok(yaml::Value::Str(_))) {
            return false;
        }
    }
    let special = |char: char| "-?:,[]{}#&*!|>'\"%@`".contains(char);
    let first = text.chars().next();
    let second_space = text.chars().nth(1).is_none_or(char::is_whitespace);
    let bad_start = match first {
        None => true,
        Some('-' | '?' | ':') => second_space,
        Some(char) => special(char) || char.is_whitespace(),
    };
    !bad_start
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.chars().any(char::is_control)
}
