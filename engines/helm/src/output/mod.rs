//! Rendered text to manifests and hooks.
