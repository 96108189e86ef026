//! Records as Secrets.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};

use super::{DecodeError, Release, decode, encode};

/// The `type` of the Secrets.
pub const SECRET_TYPE: &str = "helm.sh/release.v1";

/// Labels that Helm sets itself.
const OWN_LABELS: [&str; 6] = [
    "name",
    "owner",
    "status",
    "version",
    "createdAt",
    "modifiedAt",
];

/// How large a record may be when it is unpacked.
const MAX_BYTES: u64 = 128 << 20;

/// What a gzip stream starts with.
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];

/// The name of the Secret for a revision.
pub fn secret_name(release: &str, version: i64) -> String {
    format!("sh.helm.release.v1.{release}.v{version}")
}

/// Which write a Secret is for, and when it happens, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is new.
    Created(i64),
    /// It replaces one.
    Modified(i64),
}

/// A release in the form in which its Secret holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRelease {
    /// The name of the Secret.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The bytes under `release` in its data: base64 of a gzip stream. The API wraps them in base64
    /// once more.
    pub payload: String,
}

impl Release {
    /// The form for storage. Of the two times only the one of this very write is kept, as Helm has
    /// it.
    pub fn to_stored(&self, written: Written) -> StoredRelease {
        let mut labels = self.labels.clone();
        let (label, seconds) = match written {
            Written::Created(seconds) => ("createdAt", seconds),
            Written::Modified(seconds) => ("modifiedAt", seconds),
        };
        let own = [
            (label, seconds.to_string()),
            ("name", self.name.clone()),
            ("owner", "helm".to_owned()),
            ("status", self.info.status.to_string()),
            ("version", self.version.to_string()),
        ];
        labels.extend(own.map(|(key, value)| (key.to_owned(), value)));
        StoredRelease {
            name: secret_name(&self.name, self.version),
            labels,
            payload: self.to_payload(),
        }
    }

    /// The bytes for `release` in the data of a Secret.
    pub fn to_payload(&self) -> String {
        STANDARD.encode(compress(self.to_json().as_bytes()))
    }

    /// The record as JSON.
    pub fn to_json(&self) -> String {
        encode::release(self)
    }

    /// Reads the bytes under `release` in the data of a Secret, as the API server has unwrapped
    /// them, and the Secret's labels, of which those of the user are kept.
    ///
    /// # Errors
    ///
    /// A payload that no Helm wrote, or one beyond the budget of 128 MiB.
    pub fn from_stored(
        payload: &[u8],
        labels: &BTreeMap<String, String>,
    ) -> Result<Self, DecodeError> {
        let trimmed = payload.trim_ascii_end();
        let packed = STANDARD
            .decode(trimmed)
            .map_err(|error| DecodeError::Base64(error.to_string()))?;
        let mut release = if packed.starts_with(&GZIP) {
            decode::release(&unpack(&packed)?)?
        } else {
            // Records from before compression.
            decode::release(&packed)?
        };
        release.labels = labels
            .iter()
            .filter(|(key, _)| !OWN_LABELS.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        Ok(release)
    }
}

/// A gzip stream with neither time nor name in its head, so that equal records have equal bytes.
fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzBuilder::new()
        .mtime(0)
        .operating_system(255)
        .write(Vec::new(), Compression::best());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut bytes = Vec::new();
    let read = GzDecoder::new(packed)
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| DecodeError::Gzip(error.to_string()))?;
    if read as u64 > MAX_BYTES {
        return Err(DecodeError::TooLarge(MAX_BYTES));
    }
    Ok(bytes)
}
