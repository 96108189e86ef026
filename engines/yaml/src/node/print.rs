//! Nodes to text: go-yaml v3's encoder.

use std::borrow::Cow;

use super::{Content, Node, ScalarStyle, Tree};
use crate::Grammar;
use crate::emit::{Analysis, INDENT, Indicator, LineBreaks, Width, Writer};
use crate::resolve::{self, LONG_TAG};

/// How far the items of a sequence under a key are indented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SequenceIndent {
    /// The dash stands under the key's first letter: what kyaml and `kubectl` print.
    #[default]
    Compact,
    /// The dash is indented by two: go-yaml v3's default, and kyaml's `wide`.
    Wide,
}

/// Prints documents as go-yaml v3 does at an indentation of two, `---` between them.
pub fn print(trees: &[Tree], indent: SequenceIndent) -> String {
    let mut printer = Printer::new(indent);
    for (at, tree) in trees.iter().enumerate() {
        printer.tree(tree, at > 0);
    }
    printer.writer.out
}

/// Where the node that is printed stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Root,
    BlockItem,
    FlowItem,
    /// A key before a colon.
    SimpleKey,
    /// A key behind a `?`.
    Key,
    Value,
}

/// The state of the emitter. Comments wait in it until a place comes where they can be written.
pub(super) struct Printer {
    pub writer: Writer,
    pub sequences: SequenceIndent,
    pub flow_level: usize,
    pub head: String,
    pub line: String,
    pub foot: String,
    /// The foot of the entry before, written before the next one.
    pub tail: String,
    /// The line comment of a key, written behind the colon when a block follows.
    pub key_line: String,
}

impl Printer {
    pub fn new(sequences: SequenceIndent) -> Self {
        Self {
            writer: Writer::new(Width::Unlimited),
            sequences,
            flow_level: 0,
            head: String::new(),
            line: String::new(),
            foot: String::new(),
            tail: String::new(),
            key_line: String::new(),
        }
    }

    pub fn tree(&mut self, tree: &Tree, separate: bool) {
        if separate {
            self.writer.write_indent();
            self.writer.write_indicator("---", Indicator::Spaced);
            self.writer.write_indent();
        }
        if !tree.head.is_empty() {
            self.head.clone_from(&tree.head);
        }
        if !self.head.is_empty() {
            self.write_head();
            self.writer.put_break();
        }
        self.load(&tree.root, "");
        self.write_head();
        self.start(&tree.root, Place::Root);
        self.write_line();
        self.write_foot();
        self.children(&tree.root, Place::Root);

        if !tree.foot.is_empty() {
            self.foot.clone_from(&tree.foot);
        }
        self.writer.indent = None;
        self.writer.foot_indent = Some(0);
        self.write_foot();
        self.writer.foot_indent = None;
        self.writer.write_indent();
    }

    /// Writes anchor and tag, and a scalar or alias as a whole.
    pub fn start(&mut self, node: &Node, place: Place) {
        if let Content::Alias(name) = &node.content {
            self.writer.write_indicator("*", Indicator::Spaced);
            self.write_name(name);
            return;
        }
        if let Some(anchor) = &node.anchor {
            self.writer.write_indicator("&", Indicator::Spaced);
            self.write_name(anchor);
        }
        let presented = Presented::of(node);
        if let Some(tag) = &presented.tag {
            self.write_tag(tag);
        }
        if let Content::Scalar(text, _) = &node.content {
            let outer = self.writer.indent;
            self.writer.indent = Some(self.deeper(place));
            self.write_scalar(text, presented.style, place);
            self.writer.indent = outer;
        }
    }

    /// The indentation of what lies in a node at `place`.
    pub fn deeper(&self, place: Place) -> usize {
        match self.writer.indent {
            None => INDENT,
            // The first step into an item skips the dash.
            Some(indent) if place == Place::BlockItem => indent + INDENT,
            // Everything else is aligned.
            Some(indent) => (indent + INDENT) / INDENT * INDENT,
        }
    }

    fn write_name(&mut self, name: &str) {
        self.writer.put_text(name);
        self.writer.whitespace = false;
        self.writer.indention = false;
    }

    fn write_tag(&mut self, tag: &WrittenTag<'_>) {
        if !self.writer.whitespace {
            self.writer.put(' ');
        }
        if tag.handle.is_empty() {
            self.writer.put_text("!<");
            self.write_tag_content(&tag.suffix);
            self.writer.put('>');
        } else {
            self.writer.put_text(tag.handle);
            self.write_tag_content(&tag.suffix);
        }
        self.writer.whitespace = false;
        self.writer.indention = false;
    }

    fn write_tag_content(&mut self, text: &str) {
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-;/?:@&=+$,_.~*'()[]".contains(&byte) {
                self.writer.put(char::from(byte));
            } else {
                self.writer.put_text(&format!("%{byte:02X}"));
            }
        }
    }

    fn write_scalar(&mut self, text: &str, style: ScalarStyle, place: Place) {
        let found = Analysis::of(text, Grammar::V3);
        let key = place == Place::SimpleKey;
        let flow = self.flow_level > 0;
        let mut style = style;
        if key && found.multiline {
            style = ScalarStyle::DoubleQuoted;
        }
        if style == ScalarStyle::Plain {
            let allowed = if flow {
                found.flow_plain
            } else {
                found.block_plain
            };
            if !allowed || (text.is_empty() && (flow || key)) {
                style = ScalarStyle::SingleQuoted;
            }
        }
        if style == ScalarStyle::SingleQuoted && !found.single_quoted {
            style = ScalarStyle::DoubleQuoted;
        }
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        if block && (!found.block || flow || key) {
            style = ScalarStyle::DoubleQuoted;
        }
        let breaks = if key {
            LineBreaks::Forbidden
        } else {
            LineBreaks::Allowed
        };
        match style {
            ScalarStyle::Plain => self.writer.write_plain(text, breaks),
            ScalarStyle::SingleQuoted => self.writer.write_single_quoted(text, breaks),
            ScalarStyle::DoubleQuoted => self.writer.write_double_quoted(text, breaks),
            ScalarStyle::Literal => {
                self.writer.write_block_header("|", text);
                self.write_line_or_break();
                self.writer.write_literal_lines(text);
            }
            ScalarStyle::Folded => {
                self.writer.write_block_header(">", text);
                self.write_line_or_break();
                self.writer.write_folded_lines(text);
            }
        }
    }
}

/// Whether `node` can stand before a colon on its line.
pub(super) fn is_simple_key(node: &Node) -> bool {
    let presented = Presented::of(node);
    let mut length = node.anchor.as_ref().map_or(0, |anchor| anchor.len());
    length += presented
        .tag
        .as_ref()
        .map_or(0, |tag| tag.handle.len() + tag.suffix.len());
    match &node.content {
        Content::Alias(name) => length = name.len(),
        Content::Scalar(text, _) => {
            if Analysis::of(text, Grammar::V3).multiline {
                return false;
            }
            length += text.len();
        }
        Content::Sequence(items, _) if items.is_empty() => {}
        Content::Mapping(entries, _) if entries.is_empty() => {}
        Content::Sequence(..) | Content::Mapping(..) => return false,
    }
    length <= 128
}

/// A tag as it is written; an empty handle stands for the verbatim form.
struct WrittenTag<'a> {
    handle: &'static str,
    suffix: Cow<'a, str>,
}

/// How a node is shown: its tag where that is needed, and the style its text asks for.
struct Presented<'a> {
    tag: Option<WrittenTag<'a>>,
    style: ScalarStyle,
}

impl<'a> Presented<'a> {
    /// A tag that is not written is left out where the text has that type anyway. A text that has
    /// another type without quotes is quoted instead.
    fn of(node: &'a Node) -> Self {
        let (text, style) = match &node.content {
            Content::Scalar(text, style) => (text.as_str(), *style),
            _ => ("", ScalarStyle::Plain),
        };
        let mut tag = Some(node.tag.as_str()).filter(|tag| !tag.is_empty());
        let mut quoted = false;
        if !node.tagged {
            match &node.content {
                Content::Scalar(..) => {
                    let is_text = tag == Some("!!str");
                    let fits = tag == Some(resolve::resolve(text, Grammar::V3).tag());
                    quoted = is_text && style == ScalarStyle::Plain && !fits;
                    if is_text || fits {
                        tag = None;
                    }
                }
                Content::Sequence(..) if tag == Some("!!seq") => tag = None,
                Content::Mapping(..) if tag == Some("!!map") => tag = None,
                _ => {}
            }
        }
        let style = match style {
            ScalarStyle::Plain if text.contains('\n') => ScalarStyle::Literal,
            ScalarStyle::Plain if quoted => ScalarStyle::DoubleQuoted,
            style => style,
        };
        Self {
            tag: tag.map(written),
            style,
        }
    }
}

fn written(tag: &str) -> WrittenTag<'_> {
    if let Some(name) = tag
        .strip_prefix("!!")
        .or_else(|| tag.strip_prefix(LONG_TAG))
    {
        WrittenTag {
            handle: "!!",
            suffix: name.into(),
        }
    } else if let Some(name) = tag.strip_prefix('!') {
        WrittenTag {
            handle: "!",
            suffix: name.into(),
        }
    } else {
        WrittenTag {
            handle: "",
            suffix: tag.into(),
        }
    }
}
