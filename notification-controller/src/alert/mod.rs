//! Alert: which events go to which provider, and with what added.
//!
//! Alerts are static: they have no status, and what is wrong with one shows as an event on it, when an event of another
//! object meets it.

pub mod filter;
pub mod go_regex;
pub mod metadata;

use std::collections::BTreeMap;

use common::events::{Event as Notification, Recorder};
use common::object::ObjectReference;
use common::reconcile::Notice;
use crds::notification::{Alert, GROUP, VERSION_BETA};
use jiff::Timestamp;

/// Reasons of events on alerts.
pub mod reason {
    /// An expression or a selector of the alert is not valid.
    pub const INVALID_CONFIG: &str = "InvalidConfig";
    /// The object whose labels are wanted could not be read.
    pub const SOURCE_FETCH_FAILED: &str = "SourceFetchFailed";
    /// No message was made, or it was not delivered.
    pub const DISPATCH_FAILED: &str = "NotificationDispatchFailed";
    /// More than one source has a key of the metadata.
    pub const METADATA_APPEND_FAILED: &str = "MetadataAppendFailed";
    /// A finalizer of old was taken off.
    pub const MIGRATION: &str = "Migration";
}

/// Tells about something on an alert.
pub fn tell(
    recorder: &Recorder,
    alert: &Alert,
    (notice, reason): (Notice, &str),
    message: &str,
    annotations: BTreeMap<String, String>,
) {
    let of = |text: &Option<String>| text.clone().unwrap_or_default();
    recorder.record(&Notification {
        involved: ObjectReference {
            kind: Alert::KIND.to_owned(),
            namespace: of(&alert.metadata.namespace),
            name: of(&alert.metadata.name),
            uid: of(&alert.metadata.uid),
            api_version: format!("{GROUP}/{VERSION_BETA}"),
            resource_version: of(&alert.metadata.resource_version),
        },
        notice,
        reason: reason.to_owned(),
        message: message.to_owned(),
        metadata: annotations,
        at: Timestamp::now(),
    });
}
