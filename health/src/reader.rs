//! Which rule reads which kind: the user's expressions, the Job rules, the built-in rules (compat K16.9).

use crate::conditions::conditions;
use crate::{Health, fields, kinds};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A kind without its version. An empty kind stands for the whole group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupKind {
    pub group: String,
    pub kind: String,
}

impl GroupKind {
    pub fn new(group: impl Into<String>, kind: impl Into<String>) -> Self {
        Self {
            group: group.into(),
            kind: kind.into(),
        }
    }
}

/// `Kind.group`, or `Kind` in the core group.
impl fmt::Display for GroupKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.group.is_empty() {
            f.write_str(&self.kind)
        } else {
            write!(f, "{}.{}", self.kind, self.group)
        }
    }
}

/// A rule that somebody brings along for a kind, such as compiled expressions (compat K16.7).
pub trait Reader: Send + Sync {
    /// The health of a live object. An expression that fails is [`crate::Status::Unknown`] with the error.
    fn read(&self, object: &Value) -> Health;
}

impl<F: Fn(&Value) -> Health + Send + Sync> Reader for F {
    fn read(&self, object: &Value) -> Health {
        self(object)
    }
}

/// Who is asked first where both the Job rules and the user's reader know the kind (compat K16.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precedence {
    /// With the controller's own credentials.
    #[default]
    JobFirst,
    /// With an impersonated account or on a remote cluster.
    ReadersFirst,
}

/// The readers of one wait. The default holds the built-in rules only.
#[derive(Clone, Default)]
pub struct Readers {
    own: BTreeMap<GroupKind, Arc<dyn Reader>>,
    precedence: Precedence,
}

impl Readers {
    pub fn new(precedence: Precedence) -> Self {
        Self {
            own: BTreeMap::new(),
            precedence,
        }
    }

    /// Adds a reader for a kind, or for a group when the kind is empty. Returns false, and keeps the first
    /// one, where that kind has one already: the caller words the refusal (compat K16.7).
    #[must_use]
    pub fn insert(&mut self, kind: GroupKind, reader: Arc<dyn Reader>) -> bool {
        match self.own.entry(kind) {
            std::collections::btree_map::Entry::Vacant(slot) => {
                slot.insert(reader);
                true
            }
            std::collections::btree_map::Entry::Occupied(_) => false,
        }
    }

    /// The health of a live object at the time `now`.
    pub fn status(&self, object: &Value, now: Timestamp) -> Health {
        let kind = GroupKind::new(fields::group(object), fields::kind(object));
        let is_job = kind.group == "batch" && kind.kind == "Job";
        if let Some(own) = self.reader_of(&kind)
            && !(is_job && self.precedence == Precedence::JobFirst)
        {
            return own.read(object);
        }
        // The Job rules stand alone: neither deletion nor generation is asked first.
        if is_job {
            return match conditions(object) {
                Ok(conditions) => kinds::job(object, &conditions),
                Err(unreadable) => unreadable,
            };
        }
        crate::status(object, now)
    }

    /// Whether a reader of the user's is for this kind.
    pub fn knows(&self, kind: &GroupKind) -> bool {
        self.reader_of(kind).is_some()
    }

    /// Whether a reader of the user's decides for this object, so that pods are not looked at.
    pub fn replaces_rules_of(&self, object: &Value) -> bool {
        self.knows(&GroupKind::new(fields::group(object), fields::kind(object)))
    }

    /// A reader of the kind beats one of its group.
    fn reader_of(&self, kind: &GroupKind) -> Option<&dyn Reader> {
        let group = GroupKind::new(kind.group.clone(), "");
        self.own
            .get(kind)
            .or_else(|| self.own.get(&group))
            .map(AsRef::as_ref)
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readers")
            .field("own", &self.own.keys().collect::<Vec<_>>())
            .field("precedence", &self.precedence)
            .finish()
    }
}
