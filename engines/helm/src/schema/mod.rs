//! Validation of values against `values.schema.json`.
