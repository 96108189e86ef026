//! Collecting the fields of spans and events.

use std::borrow::Cow;
use std::fmt::{Debug, Write as _};
use std::ops::Range;

use serde::Serialize;
use serde_json::json;
use tracing::field::{Field, Visit};

/// Fields in the order in which they were given, as the members of a JSON object; the message apart.
#[derive(Debug, Default, Clone)]
pub(super) struct Fields {
    pub message: String,
    /// The names, each with where its value stands.
    members: Vec<(Cow<'static, str>, Range<usize>)>,
    /// The values as JSON, one behind the other.
    values: Vec<u8>,
}

impl Fields {
    /// Adds a member, or gives another value to the one of this name.
    pub fn put(&mut self, name: impl Into<Cow<'static, str>>, value: &impl Serialize) {
        let start = self.values.len();
        // What comes here always has a JSON form.
        if serde_json::to_writer(&mut self.values, value).is_ok() {
            self.place(name.into(), start);
        }
    }

    /// Adds the members of others.
    pub fn extend(&mut self, others: &Self) {
        for (name, value) in &others.members {
            let start = self.values.len();
            self.values.extend_from_slice(&others.values[value.clone()]);
            self.place(name.clone(), start);
        }
    }

    /// Adds `<Kind>: {name, namespace}` before `namespace`, as controller-runtime does.
    pub fn name_object(&mut self) {
        let Some(position) = self
            .members
            .iter()
            .position(|(name, _)| name == "namespace")
        else {
            return;
        };
        if let (Some(kind), Some(namespace), Some(name)) = (
            self.text("controllerKind"),
            self.text("namespace"),
            self.text("name"),
        ) {
            self.put(kind, &json!({"name": name, "namespace": namespace}));
            self.members[position..].rotate_right(1);
        }
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// The members from the `first` on, as a JSON object.
    pub fn object(&self, first: usize) -> Vec<u8> {
        let mut object = Vec::with_capacity(self.values.len() + 16 * self.members.len());
        object.push(b'{');
        for (at, (name, value)) in self.members[first..].iter().enumerate() {
            if at > 0 {
                object.push(b',');
            }
            let _ = serde_json::to_writer(&mut object, name);
            object.push(b':');
            object.extend_from_slice(&self.values[value.clone()]);
        }
        object.push(b'}');
        object
    }

    /// The value that has been written from `start` on is that of this member.
    fn place(&mut self, name: Cow<'static, str>, start: usize) {
        let value = start..self.values.len();
        match self.members.iter_mut().find(|(known, _)| *known == name) {
            Some((_, place)) => *place = value,
            None => self.members.push((name, value)),
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        let (_, value) = self.members.iter().find(|(known, _)| known == name)?;
        serde_json::from_slice(&self.values[value.clone()]).ok()
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.put(field.name(), &value);
        }
    }

    fn record_error(&mut self, field: &Field, error: &(dyn std::error::Error + 'static)) {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            // Most errors name their cause in their own text already.
            let inner_text = inner.to_string();
            if !text.contains(&inner_text) {
                let _ = write!(text, ": {inner_text}");
            }
            cause = inner.source();
        }
        self.put(field.name(), &text);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = format!("{value:?}");
        if field.name() == "message" {
            self.message = text;
        } else {
            self.put(field.name(), &text);
        }
    }
}
