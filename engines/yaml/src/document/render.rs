//! The text of a replaced scalar, and the check that nothing else changed.

use crate::emit::{Analysis, LineBreaks, Width, Writer};
use crate::node::{Content, Node, ScalarStyle, Tree};
use crate::{Grammar, Value, resolve};

/// What is known of the place of the scalar.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The scalar as it is written now; empty for a null that is left out.
    pub old: &'a str,
    /// Everything in front of it.
    pub before: &'a str,
    /// Whether it lies in brackets.
    pub in_flow: bool,
}

/// Writes `value` where `node` is written now.
pub(super) fn render(value: &Value, node: &Node, style: ScalarStyle, place: Place<'_>) -> String {
    let fresh = Node::from(value);
    let text = fresh.as_str().unwrap_or_default();
    let mut out = match (style, value) {
        (ScalarStyle::Literal | ScalarStyle::Folded, Value::Str(_)) => {
            return render_block(text, style, place);
        }
        (_, Value::Str(_)) => render_line(text, style, node, place),
        _ if node.tagged => render_line(text, style, node, place),
        _ => text.to_owned(),
    };
    if place.old.is_empty()
        && !place.before.ends_with([' ', '\t', '\n'])
        && !place.before.is_empty()
    {
        out.insert(0, ' ');
    }
    // A block scalar ends with its line.
    if place.old.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// Writes `text` on one line: in the old style if that can hold it and means text.
fn render_line(text: &str, style: ScalarStyle, node: &Node, place: Place<'_>) -> String {
    let mut writer = Writer::new(Width::Unlimited);
    let found = Analysis::of(text, Grammar::V3);
    let plain_allowed = if place.in_flow {
        // Not every reader takes a colon inside of brackets; those of this file do if there is one already.
        let colon = place.old.contains(':') && !text.contains([',', '?', '[', ']', '{', '}']);
        found.flow_plain || (found.block_plain && colon)
    } else {
        found.block_plain
    };
    match style {
        ScalarStyle::Plain if plain_allowed && (node.tagged || is_always_text(text)) => {
            writer.write_plain(text, LineBreaks::Forbidden);
        }
        ScalarStyle::SingleQuoted if found.single_quoted && !found.multiline => {
            writer.write_single_quoted(text, LineBreaks::Forbidden);
        }
        _ => writer.write_double_quoted(text, LineBreaks::Forbidden),
    }
    writer.out
}

/// Whether every reader of YAML takes `text` without quotes as text.
fn is_always_text(text: &str) -> bool {
    resolve::is_text(text, Grammar::V2)
        && resolve::is_text(text, Grammar::V3)
        && !resolve::is_base_60(text)
        && text != "<<"
}

/// Writes `text` as a block with the indentation, line ends and comment of the old one: a single line in the old style,
/// more of them as they are.
fn render_block(text: &str, style: ScalarStyle, place: Place<'_>) -> String {
    let found = Analysis::of(text, Grammar::V3);
    let line_end = if place.old.contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let (header, lines) = place.old.split_once('\n').unwrap_or((place.old, ""));
    let header = header.trim_end_matches('\r');
    let comment = header
        .trim_start_matches(|c: char| matches!(c, '|' | '>' | '+' | '-') || c.is_ascii_digit());
    let indent = lines
        .split('\n')
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min();
    let ends_line = place.old.ends_with('\n');
    let mut writer = Writer::new(Width::Unlimited);
    let Some(indent) = indent.filter(|_| found.block && !text.trim().is_empty()) else {
        writer.write_double_quoted(text, LineBreaks::Forbidden);
        writer.out.push_str(comment);
        if ends_line {
            writer.out.push_str(line_end);
        }
        return writer.out;
    };
    let folded = style == ScalarStyle::Folded && !found.multiline;
    writer.write_block_header(if folded { ">" } else { "|" }, text);
    writer.put_text(comment);
    writer.indent = Some(indent);
    writer.put_break();
    writer.write_literal_lines(text);
    let mut out = writer.out;
    if ends_line && !out.ends_with('\n') {
        out.push('\n');
    }
    // Empty lines behind the old text belong to neither, unless the new one ends in some.
    if ends_line && !text.ends_with("\n\n") {
        let blank = lines
            .split_inclusive('\n')
            .rev()
            .take_while(|line| line.trim().is_empty());
        out.extend(blank.map(|_| '\n'));
    }
    if !ends_line && !text.ends_with('\n') {
        out.truncate(out.trim_end_matches('\n').len());
    }
    out.replace('\n', line_end)
}

/// Makes `node` mean `value`.
pub(super) fn assign(node: &mut Node, value: &Value) {
    let fresh = Node::from(value);
    if !node.tagged {
        node.tag = fresh.tag;
    }
    node.content = fresh.content;
}

/// Whether two files hold the same nodes (structure, text, types, anchors) and the same comments.
/// Styles and places are left out, and so is which node a comment belongs to: that changes when a
/// value appears in front of it.
pub(super) fn same_meaning(left: &[Tree], right: &[Tree]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|(left, right)| same_node(&left.root, &right.root))
        && comment_lines(left) == comment_lines(right)
}

/// Every line of comment, sorted.
fn comment_lines(trees: &[Tree]) -> Vec<&str> {
    let mut lines = Vec::new();
    for tree in trees {
        lines.extend(tree.head.lines());
        lines.extend(tree.foot.lines());
        collect_comments(&tree.root, &mut lines);
    }
    lines.retain(|line| !line.is_empty());
    lines.sort_unstable();
    lines
}

fn collect_comments<'t>(node: &'t Node, lines: &mut Vec<&'t str>) {
    let comments = &node.comments;
    for comment in [&comments.head, &comments.line, &comments.foot] {
        lines.extend(comment.lines());
    }
    match &node.content {
        Content::Scalar(..) | Content::Alias(_) => {}
        Content::Sequence(items, _) => {
            for item in items {
                collect_comments(item, lines);
            }
        }
        Content::Mapping(entries, _) => {
            for (key, value) in entries {
                collect_comments(key, lines);
                collect_comments(value, lines);
            }
        }
    }
}

fn same_node(left: &Node, right: &Node) -> bool {
    left.tag == right.tag
        && left.tagged == right.tagged
        && left.anchor == right.anchor
        && match (&left.content, &right.content) {
            (Content::Scalar(left, _), Content::Scalar(right, _))
            | (Content::Alias(left), Content::Alias(right)) => left == right,
            (Content::Sequence(left, a), Content::Sequence(right, b)) => {
                a == b
                    && left.len() == right.len()
                    && left
                        .iter()
                        .zip(right)
                        .all(|(left, right)| same_node(left, right))
            }
            (Content::Mapping(left, a), Content::Mapping(right, b)) => {
                a == b
                    && left.len() == right.len()
                    && left.iter().zip(right).all(|(left, right)| {
                        same_node(&left.0, &right.0) && same_node(&left.1, &right.1)
                    })
            }
            _ => false,
        }
}
