//! The output and the place in it.

/// Where lines are folded: at the first space beyond this column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    /// The width of go-yaml v2.
    Eighty,
    /// go-yaml v3 folds nothing.
    Unlimited,
}

/// How far a level of indentation goes.
pub(crate) const INDENT: usize = 2;

/// Whether a scalar may be spread over lines: a key before a colon may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineBreaks {
    Allowed,
    Forbidden,
}

/// What an indicator does to the place it is written at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Indicator {
    /// Follows directly: `:`, `,`, closing brackets and quotes.
    Tight,
    /// Is set off by a space: opening quotes, `|`, `>`, `&`, `*`.
    Spaced,
    /// Is set off by a space, and needs none behind it: opening brackets.
    Opening,
    /// Counts as indentation for what follows on the line: `-`, `?`, and `:` behind a `?`.
    Indenting,
}

/// Text that grows, and what the rules for spaces and line breaks depend on.
pub(crate) struct Writer {
    pub out: String,
    /// The column in characters.
    pub column: usize,
    /// The current indentation; none before the root node.
    pub indent: Option<usize>,
    /// Whether the last character is white space, so that no other is needed.
    pub whitespace: bool,
    /// Whether there is only indentation on the line so far.
    pub indention: bool,
    /// The indentation under which a foot comment was written last: content at the same one is
    /// set off by an empty line.
    pub foot_indent: Option<usize>,
    width: usize,
}

impl Writer {
    pub fn new(width: Width) -> Self {
        let width = match width {
            Width::Eighty => 80,
            Width::Unlimited => usize::MAX,
        };
        Self {
            out: String::new(),
            column: 0,
            indent: None,
            whitespace: true,
            indention: true,
            foot_indent: None,
            width,
        }
    }

    pub fn put(&mut self, char: char) {
        self.out.push(char);
        self.column += 1;
    }

    /// Writes text that has no line breaks.
    pub fn put_text(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += if text.is_ascii() {
            text.len()
        } else {
            text.chars().count()
        };
    }

    pub fn put_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
        self.indention = true;
    }

    /// Writes a line break of a scalar: a line feed, or another one as it is.
    pub fn put_break_char(&mut self, char: char) {
        if char == '\n' {
            self.put_break();
        } else {
            self.out.push(char);
            self.column = 0;
            self.indention = true;
        }
    }

    /// Moves to the current indentation, on a new line when this one is used.
    pub fn write_indent(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break();
        }
        if self.foot_indent == Some(indent) {
            self.put_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.foot_indent = None;
    }

    /// Whether the line is so full that it is folded at the next chance.
    pub fn is_beyond_width(&self) -> bool {
        self.column > self.width
    }

    /// Whether `text` fits on the line whatever is in it.
    pub(super) fn has_room_for(&self, text: &str) -> bool {
        self.column.saturating_add(text.len()) <= self.width
    }

    pub fn write_indicator(&mut self, text: &str, kind: Indicator) {
        if kind != Indicator::Tight && !self.whitespace {
            self.put(' ');
        }
        self.put_text(text);
        self.whitespace = kind == Indicator::Opening;
        self.indention &= kind == Indicator::Indenting;
    }
}
