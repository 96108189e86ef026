//! Text of objects that grows by one field after the other.

use std::ops::Range;

use yaml::{Str, Value};

/// Columns of one level of indentation.
const INDENT: usize = 2;
/// How many fields are remembered.
const RECENT: usize = 8;

/// The text. A transformer that puts one text into all objects has it encoded once.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    pub(super) text: String,
    recent: Vec<Recent>,
    oldest: usize,
}

/// A field that was written.
#[derive(Debug)]
struct Recent {
    depth: usize,
    name: Str,
    value: Str,
    place: Range<usize>,
}

fn is_one(a: &Str, b: &Str) -> bool {
    std::ptr::eq(a.as_str(), b.as_str())
}

impl Sheet {
    /// A sheet with room for so much text.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self {
            text: String::with_capacity(capacity),
            ..Self::default()
        }
    }

    /// The text that `write` writes.
    pub(super) fn of(write: impl FnOnce(&mut Self)) -> String {
        let mut sheet = Self::default();
        write(&mut sheet);
        sheet.text.shrink_to_fit();
        sheet.text
    }

    pub(crate) fn push_str(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// Appends a field.
    pub(super) fn entry(&mut self, depth: usize, name: &Str, value: &Value) {
        let Value::Str(text) = value else {
            return yaml::encode_entry(&mut self.text, depth, name, value);
        };
        let is_it = |known: &&Recent| {
            known.depth == depth && is_one(&known.value, text) && is_one(&known.name, name)
        };
        if let Some(known) = self.recent.iter().find(is_it) {
            self.text.extend_from_within(known.place.clone());
            return;
        }
        let start = self.text.len();
        yaml::encode_entry(&mut self.text, depth, name, value);
        let recent = Recent {
            depth,
            name: name.clone(),
            value: text.clone(),
            place: start..self.text.len(),
        };
        if self.recent.len() < RECENT {
            self.recent.push(recent);
        } else {
            self.recent[self.oldest] = recent;
            self.oldest = (self.oldest + 1) % RECENT;
        }
    }

    /// Appends an item of a sequence.
    pub(super) fn item(&mut self, depth: usize, value: &Value) {
        let mut alone = String::new();
        yaml::encode_entry(&mut alone, depth, "item", &vec![value.clone()].into());
        let item = alone.split_once('\n').map_or("", |(_, item)| item);
        self.text.push_str(item);
    }

    /// Puts a dash before the fields that `write` appends, which stand one level further right.
    pub(super) fn with_dash(&mut self, depth: usize, write: impl FnOnce(&mut Self)) {
        let dash = self.text.len() + depth * INDENT;
        write(self);
        if self.text.is_char_boundary(dash) && dash < self.text.len() {
            self.text.replace_range(dash..=dash, "-");
        }
        // What has a dash in it is no field to be taken again.
        self.recent
            .retain(|known| known.place.start + depth * INDENT != dash);
        self.oldest = 0;
    }
}

/// The line above a collection in a field. None when its name does not fit on one.
pub(super) fn header(depth: usize, name: &str) -> Option<String> {
    let mut text = String::new();
    yaml::encode_entry(&mut text, depth, name, &Value::Null);
    let line = text.strip_suffix(" null\n")?;
    (!line.trim_start().starts_with("? ") && !line.contains('\n')).then(|| format!("{line}\n"))
}
