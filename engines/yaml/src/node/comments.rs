//! Writing comments between the nodes.

use std::mem::take;

use super::Node;
use super::print::{Place, Printer};

impl Printer {
    /// Takes over the comments of a node that begins; those that are still waiting stay where the
    /// node has none.
    pub fn load(&mut self, node: &Node, tail: &str) {
        use super::Content::{Alias, Mapping, Scalar, Sequence};
        replace(&mut self.head, &node.comments.head);
        // A collection's other comments come with its end.
        if matches!(node.content, Scalar(..) | Alias(_)) {
            replace(&mut self.line, &node.comments.line);
            replace(&mut self.foot, &node.comments.foot);
        }
        match node.content {
            Scalar(..) | Mapping(..) => replace(&mut self.tail, tail),
            Sequence(..) | Alias(_) => {}
        }
    }

    /// Takes over the comments of a collection that ends. The foot of a key waits for the next
    /// key.
    pub fn load_end(&mut self, node: &Node, tail: &str, place: Place) {
        replace(&mut self.tail, tail);
        replace(&mut self.line, &node.comments.line);
        if !matches!(place, Place::SimpleKey | Place::Key) {
            replace(&mut self.foot, &node.comments.foot);
        }
    }

    /// Whether a comment waits that ends the line.
    pub fn ends_line(&self) -> bool {
        !(self.line.is_empty() && self.foot.is_empty() && self.tail.is_empty())
    }

    /// Writes the foot of the entry before, then the head of the node that comes.
    pub fn write_head(&mut self) {
        if !self.tail.is_empty() {
            self.writer.write_indent();
            let tail = take(&mut self.tail);
            self.write_comment(&tail);
            self.writer.foot_indent = Some(self.writer.indent.unwrap_or(0));
        }
        if !self.head.is_empty() {
            self.writer.write_indent();
            let head = take(&mut self.head);
            self.write_comment(&head);
        }
    }

    /// Writes the comment behind the content on its line.
    pub fn write_line(&mut self) {
        if self.line.is_empty() {
            return;
        }
        if !self.writer.whitespace {
            self.writer.put(' ');
        }
        let line = take(&mut self.line);
        self.write_comment(&line);
    }

    /// Ends the line of a block scalar's header, with a comment if there is one.
    pub fn write_line_or_break(&mut self) {
        if self.line.is_empty() {
            self.writer.put_break();
        } else {
            self.write_line();
        }
    }

    pub fn write_foot(&mut self) {
        if self.foot.is_empty() {
            return;
        }
        self.writer.write_indent();
        let foot = take(&mut self.foot);
        self.write_comment(&foot);
        self.writer.foot_indent = Some(self.writer.indent.unwrap_or(0));
    }

    /// Writes lines, each with its `#`.
    fn write_comment(&mut self, comment: &str) {
        let mut after_break = false;
        let mut marked = false;
        for char in comment.chars() {
            if matches!(char, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') {
                self.writer.put_break_char(char);
                after_break = true;
                marked = false;
                continue;
            }
            if after_break {
                self.writer.write_indent();
            }
            if !marked && char != '#' {
                self.writer.put_text("# ");
            }
            marked = true;
            self.writer.put(char);
            self.writer.indention = false;
            after_break = false;
        }
        if !after_break {
            self.writer.put_break();
        }
        self.writer.whitespace = true;
    }
}

fn replace(waiting: &mut String, fresh: &str) {
    if !fresh.is_empty() {
        fresh.clone_into(waiting);
    }
}
