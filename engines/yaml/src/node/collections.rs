//! Printing collections, in the order of go-yaml's emitter states.

use std::mem::swap;

use super::print::{Place, Printer, SequenceIndent, is_simple_key};
use super::{Content, Layout, Node};
use crate::emit::{INDENT, Indicator};

impl Printer {
    /// Writes what a collection holds, and its end; nothing for other nodes.
    pub fn children(&mut self, node: &Node, place: Place) {
        match &node.content {
            Content::Scalar(..) | Content::Alias(_) => {}
            Content::Sequence(items, layout) => {
                if self.is_flow(*layout, items.is_empty()) {
                    self.flow_sequence(node, items, place);
                } else {
                    self.block_sequence(node, items, place);
                }
            }
            Content::Mapping(entries, layout) => {
                if self.is_flow(*layout, entries.is_empty()) {
                    self.flow_mapping(node, entries, place);
                } else {
                    self.block_mapping(node, entries, place);
                }
            }
        }
    }

    fn is_flow(&self, layout: Layout, empty: bool) -> bool {
        self.flow_level > 0 || layout == Layout::Flow || empty
    }

    fn block_sequence(&mut self, node: &Node, items: &[Node], place: Place) {
        let outer = self.writer.indent;
        let under_key = matches!(place, Place::Value | Place::Key | Place::SimpleKey)
            && (self.writer.column == 0 || !self.writer.indention);
        let deeper = self.deeper(place);
        self.writer.indent = Some(match self.sequences {
            _ if outer.is_none() => 0,
            SequenceIndent::Compact if under_key => deeper - INDENT,
            _ => deeper,
        });
        for item in items {
            self.load(item, "");
            self.write_head();
            self.writer.write_indent();
            self.writer.write_indicator("-", Indicator::Indenting);
            self.start(item, Place::BlockItem);
            self.write_line();
            self.write_foot();
            self.children(item, Place::BlockItem);
        }
        self.load_end(node, "", place);
        self.writer.indent = outer;
    }

    fn block_mapping(&mut self, node: &Node, entries: &[(Node, Node)], place: Place) {
        let outer = self.writer.indent;
        self.writer.indent = Some(outer.map_or(0, |_| self.deeper(place)));
        let mut tail = "";
        for (key, value) in entries {
            let foot = key.comments.foot.as_str();
            self.load_key(key, tail);
            tail = foot;
            self.write_head();
            self.writer.write_indent();
            if !self.line.is_empty() {
                // Line comments belong to values; this one is written when the value is known.
                self.key_line = std::mem::take(&mut self.line);
            }
            let simple = is_simple_key(key);
            let key_place = if simple { Place::SimpleKey } else { Place::Key };
            if !simple {
                self.writer.write_indicator("?", Indicator::Indenting);
            }
            self.start(key, key_place);
            self.children(key, key_place);

            self.load(value, "");
            if simple {
                self.writer.write_indicator(":", Indicator::Tight);
            } else {
                self.writer.write_indent();
                self.writer.write_indicator(":", Indicator::Indenting);
            }
            self.place_key_line(value);
            self.start(value, Place::Value);
            self.write_line();
            self.write_foot();
            self.children(value, Place::Value);
        }
        self.load_end(node, tail, place);
        self.write_head();
        self.writer.indent = outer;
    }

    /// Loads a key's comments but for its foot, which is written before the next key.
    fn load_key(&mut self, key: &Node, tail: &str) {
        let waiting = std::mem::take(&mut self.foot);
        self.load(key, tail);
        self.foot = waiting;
    }

    /// A key's line comment goes behind the value when that is a scalar, and behind the colon when
    /// an indented block follows.
    fn place_key_line(&mut self, value: &Node) {
        if self.key_line.is_empty() {
            return;
        }
        match &value.content {
            Content::Scalar(..) if self.line.is_empty() => {
                swap(&mut self.line, &mut self.key_line);
            }
            Content::Sequence(_, Layout::Block) | Content::Mapping(_, Layout::Block) => {
                swap(&mut self.line, &mut self.key_line);
                self.write_line();
                swap(&mut self.line, &mut self.key_line);
            }
            _ => {}
        }
    }

    fn flow_sequence(&mut self, node: &Node, items: &[Node], place: Place) {
        let outer = self.writer.indent;
        let mut trailed = true;
        for (at, item) in items.iter().enumerate() {
            self.load(item, "");
            if at == 0 {
                self.open_flow("[", place);
            }
            self.separate_flow(trailed);
            trailed = self.ends_line();
            self.start(item, Place::FlowItem);
            self.finish_flow_entry();
            self.children(item, Place::FlowItem);
        }
        self.load_end(node, "", place);
        if items.is_empty() {
            self.open_flow("[", place);
        }
        self.flow_level -= 1;
        self.writer.indent = outer;
        if self.writer.column == 0 {
            self.writer.write_indent();
        }
        self.close_flow("]");
    }

    fn flow_mapping(&mut self, node: &Node, entries: &[(Node, Node)], place: Place) {
        let outer = self.writer.indent;
        let mut trailed = true;
        let mut tail = "";
        for (at, (key, value)) in entries.iter().enumerate() {
            let foot = key.comments.foot.as_str();
            self.load_key(key, tail);
            tail = foot;
            if at == 0 {
                self.open_flow("{", place);
            }
            self.separate_flow(trailed);
            let simple = is_simple_key(key);
            let key_place = if simple { Place::SimpleKey } else { Place::Key };
            if !simple {
                self.writer.write_indicator("?", Indicator::Spaced);
            }
            self.start(key, key_place);
            self.children(key, key_place);

            self.load(value, "");
            if simple {
                self.writer.write_indicator(":", Indicator::Tight);
            } else {
                self.fold_flow();
                self.writer.write_indicator(":", Indicator::Spaced);
            }
            trailed = self.ends_line();
            self.start(value, Place::Value);
            self.finish_flow_entry();
            self.children(value, Place::Value);
        }
        self.load_end(node, tail, place);
        let waiting = !(self.head.is_empty() && self.foot.is_empty() && self.tail.is_empty());
        if entries.is_empty() {
            self.open_flow("{", place);
        } else if waiting && !trailed {
            self.writer.write_indicator(",", Indicator::Tight);
        }
        self.write_head();
        self.flow_level -= 1;
        self.writer.indent = outer;
        self.close_flow("}");
    }

    fn open_flow(&mut self, bracket: &str, place: Place) {
        self.writer.write_indicator(bracket, Indicator::Opening);
        self.writer.indent = Some(self.deeper(place));
        self.flow_level += 1;
    }

    fn close_flow(&mut self, bracket: &str) {
        self.writer.write_indicator(bracket, Indicator::Tight);
        self.write_line();
        self.write_foot();
    }

    /// Writes what comes between the entry before and the next: a comma unless a comment made
    /// that necessary already, and a line break where the line is full.
    fn separate_flow(&mut self, trailed: bool) {
        if !trailed {
            self.writer.write_indicator(",", Indicator::Tight);
        }
        self.write_head();
        if self.writer.column == 0 {
            self.writer.write_indent();
        }
        self.fold_flow();
    }

    fn fold_flow(&mut self) {
        if self.writer.is_beyond_width() {
            self.writer.write_indent();
        }
    }

    /// Writes the comma and the comments of an entry that has comments.
    fn finish_flow_entry(&mut self) {
        if self.ends_line() {
            self.writer.write_indicator(",", Indicator::Tight);
        }
        self.write_line();
        self.write_foot();
    }
}
