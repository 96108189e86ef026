//! The record that Helm keeps of a release in a Secret.
