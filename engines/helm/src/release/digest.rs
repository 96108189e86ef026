//! Digests by which helm-controller knows a release and its values again.

use sha2::{Digest as _, Sha256};
use yaml::{Map, Value};

use super::json_text::{Object, push_list};
use super::{Release, encode};
use crate::chart::Metadata;

/// What helm-controller looks at: a release without its chart's files and its test hooks.
#[derive(Clone, Debug)]
pub struct Observation<'a> {
    release: &'a Release,
    oci_digest: &'a str,
}

impl<'a> Observation<'a> {
    /// Observes `release`. `oci_digest` is the digest of the artifact that the chart came in, or
    /// empty.
    pub fn new(release: &'a Release, oci_digest: &'a str) -> Self {
        Self {
            release,
            oci_digest,
        }
    }

    /// The text that is digested: JSON as Go's encoder writes it, with a line feed behind (H5.2).
    pub fn to_json(&self) -> String {
        let release = self.release;
        let hooks: Vec<_> = release
            .hooks
            .iter()
            .filter(|hook| !hook.is_test())
            .collect();
        let mut out = String::with_capacity(release.manifest.len() * 2);
        Object::write(&mut out, |object| {
            object.text("name", &release.name);
            object.number("version", release.version);
            encode::info(object.field("info"), &release.info);
            let metadata = release
                .chart
                .as_ref()
                .and_then(|chart| chart.metadata.as_ref());
            match metadata {
                Some(metadata) => encode::metadata(object.field("chartMetadata"), metadata),
                None => encode::metadata(object.field("chartMetadata"), &Metadata::default()),
            }
            object.map(
                "config",
                Some(&release.config).filter(|config| !config.is_empty()),
            );
            object.text("manifest", &release.manifest);
            let out = object.field("hooks");
            if hooks.is_empty() {
                out.push_str("null");
            } else {
                push_list(out, &hooks, |out, hook| encode::hook(out, hook));
            }
            object.text("namespace", &release.namespace);
            object.text_if_any("ociDigest", self.oci_digest);
        });
        out.push('\n');
        out
    }

    /// `sha256:` and the digest in hexadecimal.
    pub fn sha256(&self) -> String {
        sha256(self.to_json().as_bytes())
    }
}

/// The digest of values (H5.4): of their YAML with keys sorted by bytes, or of nothing when there
/// are none. `sha256:` and hexadecimal.
pub fn values_digest(values: &Map) -> String {
    sha256(values_text(values).as_bytes())
}

/// The text that [`values_digest`] digests, for other algorithms.
pub fn values_text(values: &Map) -> String {
    if values.is_empty() {
        return String::new();
    }
    yaml::encode_sorted(&integers(&Value::from(values.clone())))
}

/// Floats without a fraction as integers, where these fit.
fn integers(value: &Value) -> Value {
    match value {
        Value::Float(number) => whole(*number),
        Value::Seq(items) => items.iter().map(integers).collect(),
        Value::Map(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), integers(value)))
            .collect(),
        other => other.clone(),
    }
}

fn whole(number: f64) -> Value {
    // Both limits are exact as floats.
    const I64_END: f64 = 9_223_372_036_854_775_808.0;
    const U64_END: f64 = 18_446_744_073_709_551_616.0;
    if number.fract() != 0.0 || !(-I64_END..U64_END).contains(&number) {
        return Value::Float(number);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the number is whole and in range"
    )]
    if number < I64_END {
        Value::Int(number as i64)
    } else {
        Value::from(number as u64)
    }
}

fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    let mut out = String::from("sha256:");
    for byte in Sha256::digest(bytes) {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}
