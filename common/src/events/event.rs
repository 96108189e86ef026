//! One event.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::object::{EVENT_ANNOTATIONS, Object, ObjectReference};
use crate::reconcile::Notice;

/// The longest message, in bytes (K7.1).
pub const MAX_MESSAGE: usize = 39_000;

/// Something that happened to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The object.
    pub involved: ObjectReference,
    /// Who is told, and how loud.
    pub notice: Notice,
    /// Why, in CamelCase.
    pub reason: String,
    /// What, for people.
    pub message: String,
    /// Facts for programs, and the object's own event annotations (E2).
    pub metadata: BTreeMap<String, String>,
    /// When.
    pub at: Timestamp,
}

impl Event {
    /// An event of now. Of the object's annotations, those meant for events override `metadata`.
    pub fn new<K: Object>(
        object: &K,
        notice: Notice,
        reason: &str,
        message: &str,
        metadata: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let mut metadata: BTreeMap<String, String> = metadata.into_iter().collect();
        let annotations = object.meta().annotations.iter().flatten();
        metadata.extend(
            annotations
                .filter(|(key, _)| key.starts_with(EVENT_ANNOTATIONS))
                .map(|(key, value)| (key.clone(), value.clone())),
        );
        Self {
            involved: object.reference(),
            notice,
            reason: reason.to_owned(),
            message: cut(message),
            metadata,
            at: Timestamp::now(),
        }
    }

    /// The type of the Kubernetes event.
    pub(super) fn kind(&self) -> &'static str {
        if self.notice == Notice::Error {
            "Warning"
        } else {
            "Normal"
        }
    }

    /// The severity on the events address; nothing for what does not go there.
    pub(super) fn severity(&self) -> Option<&'static str> {
        match self.notice {
            Notice::Info => Some("info"),
            Notice::Error => Some("error"),
            Notice::None | Notice::Trace => None,
        }
    }

    /// The body of the post to the events address.
    pub(super) fn payload(&self, controller: &str, instance: &str) -> Option<Vec<u8>> {
        let payload = Payload {
            involved_object: &self.involved,
            severity: self.severity()?,
            timestamp: crds::meta::Time(self.at).to_string(),
            message: &self.message,
            reason: &self.reason,
            metadata: &self.metadata,
            reporting_controller: controller,
            reporting_instance: instance,
        };
        serde_json::to_vec(&payload).ok()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    involved_object: &'a ObjectReference,
    severity: &'static str,
    timestamp: String,
    message: &'a str,
    reason: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: &'a BTreeMap<String, String>,
    reporting_controller: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    reporting_instance: &'a str,
}

fn cut(message: &str) -> String {
    let mut end = message.len().min(MAX_MESSAGE);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    message[..end].to_owned()
}
