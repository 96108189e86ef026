//! Scalars: text, tag, style, and what they mean when they are printed.

use yaml::{Dialect, Resolved, Str, Value};

/// The type that a scalar was read with or given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    /// None yet: the printed text decides.
    Unset,
    Str,
    Int,
    Float,
    Bool,
    Null,
    /// By its text.
    Timestamp,
    /// By a tag that stands in front of it.
    TaggedTimestamp,
    /// Bytes, which are written in base 64 and become text when they are printed.
    Binary,
    /// The merge key `<<`.
    Merge,
    /// A tag of somebody's own, which is dropped when printed.
    Custom,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
}

/// Which scalars of an object change together; see `resource::links`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Link(u32);

impl Link {
    /// The link of a group.
    pub(crate) fn new(group: u32) -> Self {
        Self(group)
    }

    /// Whether there is a group at all.
    pub(crate) fn is_linked(self) -> bool {
        self.0 > 0
    }
}

/// A scalar node. Scalars are equal whatever they are linked with.
#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    pub(crate) text: Str,
    pub(crate) tag: Tag,
    pub(crate) style: Style,
    pub(crate) link: Link,
}

impl PartialEq for Scalar {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.tag == other.tag && self.style == other.style
    }
}

impl Eq for Scalar {}

impl Scalar {
    pub(crate) fn new(text: impl Into<Str>, tag: Tag) -> Self {
        Self {
            text: text.into(),
            tag,
            style: Style::Plain,
            link: Link::default(),
        }
    }

    pub(crate) fn null() -> Self {
        Self::new("null", Tag::Null)
    }

    pub(crate) fn string(text: impl Into<Str>) -> Self {
        Self::new(text, Tag::Str)
    }

    pub(crate) fn untagged(text: impl Into<Str>) -> Self {
        Self::new(text, Tag::Unset)
    }

    /// The scalar, written so.
    pub(crate) fn in_style(self, style: Style) -> Self {
        Self { style, ..self }
    }

    /// The scalar as a member of a group.
    pub(crate) fn linked(&self, link: Link) -> Self {
        Self {
            link,
            ..self.clone()
        }
    }

    /// Whether this is the very text that was read, not only an equal one.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        std::ptr::eq(self.text.as_str(), other.text.as_str())
            && self.tag == other.tag
            && self.style == other.style
    }

    /// Counts as a string for setters: tagged so, or not tagged (`IsYNodeString`).
    pub(crate) fn is_string(&self) -> bool {
        matches!(self.tag, Tag::Str | Tag::Unset)
    }

    /// Text that is printed as it is, however the scalar is written.
    pub(crate) fn is_word(&self) -> bool {
        self.is_string() && yaml::is_always_plain(&self.text)
    }

    /// Text of one line, which is the same in any style.
    pub(crate) fn is_line(&self) -> bool {
        self.tag == Tag::Str && !self.text.contains('\n') && !self.text.starts_with([' ', '\t'])
    }

    /// The value of the text, were it written plain.
    pub(crate) fn resolve_text(&self) -> Resolved {
        yaml::resolve(&self.text, Dialect::Kyaml)
    }

    /// Quotes text without a style that would be read as another type (`IsYaml1_1NonString`).
    pub(crate) fn quote_if_ambiguous(&mut self) {
        if self.is_ambiguous() {
            self.style = Style::DoubleQuoted;
        }
    }

    /// Text without a style that would be read as another type.
    pub(crate) fn is_ambiguous(&self) -> bool {
        self.is_string()
            && self.style == Style::Plain
            && !self.text.is_empty()
            && !self.text.contains('\n')
            // A timestamp is text to the older rules that decide this.
            && !matches!(
                self.resolve_text(),
                Resolved::Text | Resolved::Timestamp(_)
            )
    }

    /// As a key, names what its mapping merges.
    pub(super) fn is_merge_key(&self) -> bool {
        *self.text == *"<<" && self.style == Style::Plain
    }

    /// In brackets, a plain time with a colon is put in quotes, and is text when it is read again.
    pub(super) fn is_quoted_in_brackets(&self) -> bool {
        self.style == Style::Plain
            && matches!(self.tag, Tag::Unset | Tag::Timestamp)
            && self.text.contains(':')
            && matches!(self.resolve_text(), Resolved::Timestamp(_))
    }

    /// Printed as a block that may not read as the same text: folded lines, or white space in front.
    pub(super) fn may_change_in_a_block(&self) -> bool {
        let lines = || self.text.contains('\n');
        let spaced = || self.text.starts_with([' ', '\t', '\n']);
        match self.style {
            Style::Folded => lines(),
            Style::Literal => spaced(),
            Style::Plain => spaced() && lines(),
            Style::SingleQuoted | Style::DoubleQuoted => false,
        }
    }

    /// What this scalar is once it is printed and read again.
    ///
    /// # Errors
    ///
    /// When the tag demands a type that the text does not have.
    pub(crate) fn value(&self) -> Result<Value, String> {
        let quoted = self.style != Style::Plain || self.text.contains('\n');
        match self.tag {
            Tag::Str | Tag::Custom => Ok(Value::Str(self.text.clone())),
            Tag::Binary => match crate::generate::decode_base64(&self.text) {
                Some(bytes) => Ok(Value::Str(String::from_utf8_lossy(&bytes).into())),
                None => Err("!!binary value contains invalid base64 data".into()),
            },
            Tag::Unset | Tag::Merge if quoted => Ok(Value::Str(self.text.clone())),
            Tag::Unset | Tag::Merge => Ok(self.plain_value(self.resolve_text())),
            Tag::Int
            | Tag::Float
            | Tag::Bool
            | Tag::Null
            | Tag::Timestamp
            | Tag::TaggedTimestamp => self.tagged_value(quoted),
        }
    }

    fn plain_value(&self, resolved: Resolved) -> Value {
        match resolved {
            Resolved::Null => Value::Null,
            Resolved::Bool(value) => Value::Bool(value),
            Resolved::Int(value) => Value::Int(value),
            Resolved::Uint(value) => Value::Uint(value),
            Resolved::Float(value) => Value::Float(value),
            Resolved::Timestamp(time) => Value::Str(time.into()),
            Resolved::Text => Value::Str(self.text.clone()),
        }
    }

    fn tagged_value(&self, quoted: bool) -> Result<Value, String> {
        let resolved = self.resolve_text();
        let tag = match self.tag {
            Tag::Int => "!!int",
            Tag::Float => "!!float",
            Tag::Bool => "!!bool",
            Tag::Null => "!!null",
            _ => "!!timestamp",
        };
        match resolved {
            _ if resolved.tag() == tag && quoted => Ok(Value::Str(self.text.clone())),
            _ if resolved.tag() == tag => Ok(self.plain_value(resolved)),
            // The tag stays on paper, and converts.
            #[expect(clippy::cast_precision_loss, reason = "the tag asks for it")]
            Resolved::Int(int) if self.tag == Tag::Float => Ok(Value::Float(int as f64)),
            #[expect(clippy::cast_precision_loss, reason = "the tag asks for it")]
            Resolved::Uint(int) if self.tag == Tag::Float => Ok(Value::Float(int as f64)),
            _ => Err(format!(
                "cannot decode {} `{}` as a {tag}",
                resolved.tag(),
                self.text
            )),
        }
    }
}
