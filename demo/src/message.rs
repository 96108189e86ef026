//! What arrives at the sink.

use std::fmt::{self, Display};

use serde_json::Value;

/// A message about an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) kind: String,
    pub(crate) name: String,
    namespace: String,
    pub(crate) reason: String,
    /// The revision that it is about, empty without one.
    pub(crate) revision: String,
    text: String,
}

impl Message {
    /// Reads what a Provider of type `generic` posts.
    pub(crate) fn read(event: &Value) -> Self {
        let about = &event["involvedObject"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Self {
            kind: text(&about["kind"]),
            name: text(&about["name"]),
            namespace: text(&about["namespace"]),
            reason: text(&event["reason"]),
            revision: text(&event["metadata"]["revision"]),
            text: text(&event["message"]),
        }
    }
}

/// On one line.
impl Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kind,
            name,
            namespace,
            reason,
            text,
            ..
        } = self;
        let line = text.lines().next().unwrap_or_default();
        write!(f, "{kind} {namespace}/{name} {reason}: {line}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_says_what_happened_to_which_object() {
        let message = Message::read(&json!({
            "involvedObject": { "kind": "Kustomization", "name": "shop", "namespace": "apps" },
            "reason": "ReconciliationSucceeded",
            "message": "one\ntwo",
            "metadata": { "revision": "main@sha1:1" },
        }));
        assert_eq!(
            message.to_string(),
            "Kustomization apps/shop ReconciliationSucceeded: one"
        );
        assert_eq!(message.revision, "main@sha1:1");
        assert_eq!(Message::read(&json!(null)).revision, "");
    }
}
