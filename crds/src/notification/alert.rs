//! Alert.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::event_source::EventSource;
use crate::definition::{Column, InitialStatus, NO_SUBSTITUTION};
use crate::go;
use crate::meta::LocalObjectReference;
use crate::resource::custom_resource;
use crate::text_enum::text_enum;

custom_resource! {
    /// Events that are sent to a provider.
    Alert { spec: AlertSpec }
    definition: {
        group: super::GROUP,
        version: super::VERSION_BETA,
        kind: "Alert",
        plural: "alerts",
        short_names: &[],
        categories: super::CATEGORIES,
        annotations: NO_SUBSTITUTION,
        columns: &[Column::AGE],
        initial_status: InitialStatus::Empty,
    }
}

/// Which events to send, and where.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct AlertSpec {
    /// The Provider to send to.
    pub provider_ref: LocalObjectReference,
    /// The least severity to send: `info` sends all, `error` only failures.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(extend("x-default" = "info"))]
    pub event_severity: Option<EventSeverity>,
    /// The objects whose events are sent.
    #[serde(deserialize_with = "go::null")]
    pub event_sources: Vec<EventSource>,
    /// Regular expressions of which a message must match one; every message passes when empty.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub inclusion_list: Vec<String>,
    /// Metadata to add to every event.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub event_metadata: BTreeMap<String, String>,
    /// Regular expressions of which a message must match none.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub exclusion_list: Vec<String>,
    /// A line about the impact, added to every event; `eventMetadata` has replaced it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(length(max = 255))]
    pub summary: Option<String>,
    /// Stops sending.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub suspend: bool,
}

text_enum! {
    /// Severity of an event.
    EventSeverity {
        /// Progress and success.
        Info = "info",
        /// Failure.
        Error = "error",
    }
}
