//! An event as controllers post it (section 3.1).

use std::collections::BTreeMap;

use common::object::ObjectReference;
use crds::meta::Time;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// Keys of metadata that mean something, without the prefix of the object's group (E9).
pub mod key {
    /// Metadata of the object's own annotations begins so.
    pub const EVENT_GROUP: &str = "event.toolkit.fluxcd.io/";
    /// The revision.
    pub const REVISION: &str = "revision";
    /// The revision of the origin of an artifact.
    pub const ORIGIN_REVISION: &str = "originRevision";
    /// A digest that is nobody's business.
    pub const CHECKSUM: &str = "checksum";
    /// Likewise.
    pub const DIGEST: &str = "digest";
    /// Makes an event unlike others with the same message.
    pub const TOKEN: &str = "token";
    /// The commit to report on.
    pub const COMMIT: &str = "commit";
    /// Whether the event is there for the status of a commit.
    pub const COMMIT_STATUS: &str = "commit_status";
    /// The only value of [`COMMIT_STATUS`].
    pub const COMMIT_STATUS_UPDATE: &str = "update";
    /// The change request to comment on.
    pub const CHANGE_REQUEST: &str = "change_request";
    /// A line about the impact.
    pub const SUMMARY: &str = "summary";
}

/// The beginning of our era in seconds since 1970.
const NO_TIME: i64 = -62_135_596_800;
/// The severity of failures.
pub const ERROR: &str = "error";
/// The severity of everything else.
pub const INFO: &str = "info";
/// The reason of events that tell of work under way.
pub const PROGRESSING: &str = "Progressing";

/// Something that happened to an object of the toolkit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Event {
    /// What it happened to.
    #[serde(deserialize_with = "null")]
    pub involved_object: Involved,
    /// `trace`, `info` or `error`.
    #[serde(deserialize_with = "null")]
    pub severity: String,
    /// When; none where the sender did not say.
    #[serde(serialize_with = "time", deserialize_with = "moment")]
    pub timestamp: Option<Timestamp>,
    /// What, for people.
    #[serde(deserialize_with = "null")]
    pub message: String,
    /// Why, in CamelCase.
    #[serde(deserialize_with = "null")]
    pub reason: String,
    /// Facts for programs.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "texts")]
    pub metadata: BTreeMap<String, String>,
    /// Who says so, for instance `kustomize-controller`.
    #[serde(deserialize_with = "null")]
    pub reporting_controller: String,
    /// Which instance of it.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "null")]
    pub reporting_instance: String,
}

/// The object of an event (core/v1 `ObjectReference`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Involved {
    /// The kind.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "null")]
    pub kind: String,
    /// The namespace.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "null")]
    pub namespace: String,
    /// The name.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "null")]
    pub name: String,
    /// The unique id.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "null")]
    pub uid: String,
    /// Group and version.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "null")]
    pub api_version: String,
    /// The version of the object.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "null")]
    pub resource_version: String,
    /// A part of the object.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "null")]
    pub field_path: String,
}

/// The body of a request is no event.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not JSON, or of other types.
    #[error("decoding the request body failed: {0}")]
    Json(#[from] serde_json::Error),
    /// JSON, but no object.
    #[error("decoding the request body failed: expected an object")]
    NotAnObject,
}

impl Event {
    /// Reads the body of a request. What is missing or null is empty (E1).
    ///
    /// # Errors
    /// When it is not JSON, or a field is of another type.
    pub fn decode(body: &[u8]) -> Result<Self, DecodeError> {
        match serde_json::from_slice(body)? {
            Value::Null => Ok(Self::default()),
            value @ Value::Object(_) => Ok(serde_json::from_value(value)?),
            _ => Err(DecodeError::NotAnObject),
        }
    }

    /// The group of the object's kind; empty for the core group.
    pub fn group(&self) -> &str {
        match self.involved_object.api_version.split_once('/') {
            Some((group, version)) if !version.contains('/') => group,
            _ => "",
        }
    }

    /// The metadata of a key under the object's group.
    pub fn of_group(&self, key: &str) -> Option<&str> {
        self.metadata
            .get(&format!("{}/{key}", self.group()))
            .map(String::as_str)
    }

    /// Drops what is not for alerts: keys of other groups, checksums and digests (E10).
    pub fn clean(&mut self) {
        let prefix = format!("{}/", self.group());
        let excluded = [key::CHECKSUM, key::DIGEST].map(|key| format!("{prefix}{key}"));
        self.metadata.retain(|name, _| {
            (name.starts_with(key::EVENT_GROUP) || name.starts_with(&prefix))
                && !excluded
                    .iter()
                    .any(|other| other.eq_ignore_ascii_case(name))
        });
    }

    /// Drops what was there for the rate limit alone (E14).
    pub fn forget_token(&mut self) {
        let token = format!("{}/{}", self.group(), key::TOKEN);
        self.metadata.remove(&token);
    }

    /// Whether it tells of a failure.
    pub fn is_error(&self) -> bool {
        self.severity == ERROR
    }

    /// `<kind>/<name>.<namespace>`, the kind in lower case: the heading of most messages.
    pub fn heading(&self) -> String {
        let involved = &self.involved_object;
        format!(
            "{}/{}.{}",
            involved.kind.to_lowercase(),
            involved.name,
            involved.namespace
        )
    }

    /// The time as RFC 3339 has it; the beginning of our era where there is none, as Go writes it.
    pub fn time(&self) -> String {
        self.timestamp.map_or_else(
            || "0001-01-01T00:00:00Z".to_owned(),
            |at| Time(at).to_string(),
        )
    }

    /// The time in seconds since 1970, likewise.
    pub fn unix_seconds(&self) -> i64 {
        self.timestamp.map_or(NO_TIME, Timestamp::as_second)
    }

    /// The event as JSON, byte for byte as upstream's encoder writes it.
    pub fn to_json(&self) -> String {
        // A struct of texts has a JSON form.
        let plain = serde_json::to_string(self).unwrap_or_default();
        escape_html(&plain)
    }
}

impl Involved {
    /// As common parts of the toolkit refer to it.
    pub fn reference(&self) -> ObjectReference {
        ObjectReference {
            kind: self.kind.clone(),
            namespace: self.namespace.clone(),
            name: self.name.clone(),
            uid: self.uid.clone(),
            api_version: self.api_version.clone(),
            resource_version: self.resource_version.clone(),
        }
    }
}

impl std::fmt::Display for Involved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.kind, self.namespace, self.name)
    }
}

/// What Go's encoder escapes besides what JSON asks for. These letters only occur inside of strings.
fn escape_html(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '<' => escaped.push_str("\\u003c"),
            '>' => escaped.push_str("\\u003e"),
            '&' => escaped.push_str("\\u0026"),
            '\u{2028}' => escaped.push_str("\\u2028"),
            '\u{2029}' => escaped.push_str("\\u2029"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn null<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let texts: Option<BTreeMap<String, Option<String>>> = Option::deserialize(deserializer)?;
    let texts = texts.unwrap_or_default().into_iter();
    Ok(texts
        .map(|(key, value)| (key, value.unwrap_or_default()))
        .collect())
}

fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let time: Option<Time> = Option::deserialize(deserializer)?;
    Ok(time.map(|time| time.0))
}

#[expect(clippy::ref_option, reason = "the form that the derive asks for")]
fn time<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(Time).serialize(serializer)
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// An event of a Kustomization, with bare metadata as providers see it.
    pub(crate) fn sample(severity: &str, metadata: &[(&str, &str)]) -> Event {
        Event {
            involved_object: Involved {
                kind: "Kustomization".into(),
                namespace: "flux-system".into(),
                name: "webapp".into(),
                uid: "8c3fa5b1".into(),
                api_version: "kustomize.toolkit.fluxcd.io/v1".into(),
                ..Involved::default()
            },
            severity: severity.into(),
            timestamp: Some("2026-01-02T03:04:05Z".parse().unwrap()),
            message: "Health check passed\nsecond line".into(),
            reason: "ReconciliationSucceeded".into(),
            metadata: metadata
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            reporting_controller: "kustomize-controller".into(),
            reporting_instance: String::new(),
        }
    }

    #[test]
    fn e1_what_is_no_event_is_refused_and_what_is_missing_is_empty() {
        for body in [
            "",
            "{",
            "[]",
            "7",
            r#"{"severity":7}"#,
            r#"{"metadata":{"a":1}}"#,
            r#"{"timestamp":"today"}"#,
        ] {
            assert!(Event::decode(body.as_bytes()).is_err(), "{body}");
        }
        for body in [
            "{}",
            "null",
            r#"{"metadata":null,"timestamp":null,"unknown":{}}"#,
        ] {
            assert_eq!(
                Event::decode(body.as_bytes()).unwrap(),
                Event::default(),
                "{body}"
            );
        }
    }

    #[test]
    fn e10_only_keys_of_the_event_group_and_of_the_objects_group_stay() {
        let mut event = sample("info", &[]);
        for name in [
            "kustomize.toolkit.fluxcd.io/revision",
            "kustomize.toolkit.fluxcd.io/CheckSum",
            "kustomize.toolkit.fluxcd.io/digest",
            "event.toolkit.fluxcd.io/checksum",
            "source.toolkit.fluxcd.io/revision",
            "bare",
        ] {
            event.metadata.insert(name.into(), "x".into());
        }
        event.clean();
        let left: Vec<&str> = event.metadata.keys().map(String::as_str).collect();
        assert_eq!(
            left,
            [
                "event.toolkit.fluxcd.io/checksum",
                "kustomize.toolkit.fluxcd.io/revision"
            ]
        );
    }

    #[test]
    fn e14_the_token_goes_and_nothing_else() {
        let mut event = sample(
            "info",
            &[
                ("kustomize.toolkit.fluxcd.io/token", "t"),
                ("event.toolkit.fluxcd.io/token", "u"),
            ],
        );
        event.forget_token();
        assert_eq!(
            event.metadata.keys().collect::<Vec<_>>(),
            ["event.toolkit.fluxcd.io/token"]
        );
    }

    #[test]
    fn the_json_form_has_upstreams_fields_order_and_escapes() {
        let mut event = sample("info", &[("revision", "main@sha1:abc")]);
        event.message = "a <b> & c".into();
        assert_eq!(
            event.to_json(),
            concat!(
                r#"{"involvedObject":{"kind":"Kustomization","namespace":"flux-system","name":"webapp","#,
                r#""uid":"8c3fa5b1","apiVersion":"kustomize.toolkit.fluxcd.io/v1"},"severity":"info","#,
                r#""timestamp":"2026-01-02T03:04:05Z","message":"a \u003cb\u003e \u0026 c","#,
                r#""reason":"ReconciliationSucceeded","metadata":{"revision":"main@sha1:abc"},"#,
                r#""reportingController":"kustomize-controller"}"#
            )
        );
        let empty: Value = serde_json::from_str(&Event::default().to_json()).unwrap();
        assert_eq!(empty["timestamp"], json!(null));
        assert_eq!(Event::default().time(), "0001-01-01T00:00:00Z");
    }

    #[test]
    fn the_group_is_what_stands_before_the_only_slash() {
        let group = |version: &str| {
            let mut event = Event::default();
            event.involved_object.api_version = version.into();
            event.group().to_owned()
        };
        assert_eq!(
            group("kustomize.toolkit.fluxcd.io/v1"),
            "kustomize.toolkit.fluxcd.io"
        );
        assert_eq!(
            (group("v1"), group(""), group("a/b/c")),
            (String::new(), String::new(), String::new())
        );
    }
}
