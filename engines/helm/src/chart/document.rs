//! The documents of a chart's YAML files.

use yaml::{Budget, Dialect, Value};

/// The first document of a file with the values as `sigs.k8s.io/yaml` sees them.
pub(crate) fn document(bytes: &[u8]) -> Result<Value, String> {
    yaml::decode_first(bytes, Dialect::Kubernetes, &Budget::default())
        .map(Option::unwrap_or_default)
        .map_err(|error| format!("error converting YAML to JSON: {error}"))
}

/// The first document of a stream, reduced to the entries under `keys`, in whatever case, when it is a mapping.
pub(crate) fn entries(bytes: &[u8], keys: &[&str]) -> Result<Value, String> {
    yaml::decode_first_entries(bytes, &Budget::default(), keys)
        .map(Option::unwrap_or_default)
        .map_err(|error| format!("error converting YAML to JSON: {error}"))
}

/// Checks that every document of a stream can be decoded.
pub(crate) fn every_document(bytes: &[u8]) -> Result<(), String> {
    yaml::decode(bytes, Dialect::Kubernetes, &Budget::default())
        .map(drop)
        .map_err(|error| format!("error converting YAML to JSON: {error}"))
}
