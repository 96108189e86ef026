//! The index of a repository.
//!
//! It is read entry by entry, each checked and turned into the text that is stored, so that the memory that a large
//! index takes is about its size, twice. One that is no JSON is YAML, and then fields that nobody knows are an error.

mod entry;
mod json;
mod write;
mod yaml;

use std::collections::BTreeMap;

use select::semver::Version;
use serde_json::Value;

pub use self::entry::Entry;

/// The index cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// There are no bytes.
    #[error("empty index.yaml file")]
    Empty,
    /// It does not say what it is.
    #[error("no API version specified")]
    NoApiVersion,
    /// It is neither YAML nor JSON, or not of the shape of an index.
    #[error("{0}")]
    Syntax(String),
}

/// An index, as it is stored.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// Everything but the entries.
    head: Head,
    /// The versions of each chart, the highest first.
    entries: BTreeMap<String, Vec<Stored>>,
}

/// What an index says beside its entries.
#[derive(Debug, Default, PartialEq, Eq)]
struct Head {
    server_info: Option<Value>,
    api_version: String,
    generated: String,
    public_keys: Vec<String>,
    annotations: BTreeMap<String, String>,
}

/// An entry in the form in which it is written.
#[derive(Debug, PartialEq, Eq)]
struct Stored {
    version: Version,
    text: String,
}

/// Whether fields that nobody knows are an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unknown {
    Refused,
    Ignored,
}

impl Index {
    /// Reads an index (H3).
    pub fn read(bytes: &[u8]) -> Result<Self, IndexError> {
        if bytes.is_empty() {
            return Err(IndexError::Empty);
        }
        let mut index = Self::default();
        if json::is_json(bytes) {
            json::read(bytes, &mut |part| index.take(part, Unknown::Ignored))?;
        } else {
            yaml::read(bytes, &mut |part| index.take(part, Unknown::Refused))?;
        }
        if index.head.api_version.is_empty() {
            return Err(IndexError::NoApiVersion);
        }
        for versions in index.entries.values_mut() {
            versions.sort_by(|a, b| b.version.precedence(&a.version));
        }
        Ok(index)
    }

    /// The text that is stored: JSON, indented by two (H3).
    pub fn to_json(&self) -> String {
        write::index(self)
    }

    /// The number of versions of all charts.
    pub fn len(&self) -> usize {
        self.entries.values().map(Vec::len).sum()
    }

    /// Whether there are no charts.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn take(&mut self, part: Part<'_>, unknown: Unknown) -> Result<(), String> {
        match part {
            Part::Chart(name) => {
                self.entries.entry(name.to_owned()).or_default();
            }
            Part::Entry(name, value) => {
                // Null and invalid entries are dropped (H3, N5).
                if let Some(entry) = Entry::read(value, unknown)?
                    && let Some((entry, version)) = entry.validated()
                {
                    let text = write::entry(&entry);
                    let versions = self.entries.entry(name.to_owned()).or_default();
                    versions.push(Stored { version, text });
                }
            }
            Part::Field(name, value) => self.head.take(name, value, unknown)?,
        }
        Ok(())
    }
}

/// The versions of one chart in a stored index; none when it does not know the chart. The rest is skipped.
pub fn find(bytes: &[u8], chart: &str) -> Result<Option<Vec<Entry>>, IndexError> {
    let mut found = None;
    json::read_only(bytes, chart, &mut |part| {
        match part {
            Part::Chart(name) if name == chart => {
                found.get_or_insert_with(Vec::new);
            }
            Part::Entry(name, value) if name == chart => {
                if let Some(entry) = Entry::read(value, Unknown::Ignored)? {
                    found.get_or_insert_with(Vec::new).push(entry);
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(found)
}

/// What a reader finds, in the order of the file.
enum Part<'a> {
    /// A chart, before its versions.
    Chart(&'a str),
    /// A version of a chart.
    Entry(&'a str, Value),
    /// A field beside the entries.
    Field(&'a str, Value),
}

impl Head {
    fn take(&mut self, name: &str, value: Value, unknown: Unknown) -> Result<(), String> {
        let wrong = |error: serde_json::Error| format!("field \"{name}\": {error}");
        match name {
            "serverInfo" => self.server_info = Some(value).filter(|value| !value.is_null()),
            "apiVersion" => self.api_version = entry::text(value).map_err(wrong)?,
            "generated" => self.generated = entry::time(&value)?,
            "publicKeys" => {
                self.public_keys = serde_json::from_value::<Option<_>>(value)
                    .map_err(wrong)?
                    .unwrap_or_default();
            }
            "annotations" => {
                self.annotations = serde_json::from_value::<Option<_>>(value)
                    .map_err(wrong)?
                    .unwrap_or_default();
            }
            "entries" => {}
            _ if unknown == Unknown::Refused => return Err(entry::unknown_field(name)),
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
