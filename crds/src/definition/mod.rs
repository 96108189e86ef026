//! From the types to CustomResourceDefinitions: what the schemas cannot say, and the documents.
//!
//! A schema comes from the types by `schemars`: names, types, formats, lengths, patterns and
//! descriptions are derived, and a field is required when it is always written. Attributes in the
//! types add the rest: `x-kubernetes-*` keys as they are, and `x-default` for a default of the
//! schema, which is not the Rust default. The module `schema` brings that into the structural form that the
//! API server takes, `document` wraps it.

mod document;
mod schema;

use serde_json::Value;

use crate::resource::{CustomResource, WithStatus};
use crate::{helm, image, kustomize, notification, source, source_extensions};

pub(crate) use self::schema::integer;

/// Keeps a definition from being taken for a template by a variable substitution (K1.3).
pub(crate) const NO_SUBSTITUTION: &[(&str, &str)] =
    &[("kustomize.toolkit.fluxcd.io/substitute", "disabled")];

/// What is particular to the definition of one kind, schemas aside.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// API group.
    pub group: &'static str,
    /// The one version, served and stored.
    pub version: &'static str,
    /// Kind in CamelCase; in lower case it is the singular.
    pub kind: &'static str,
    /// Name of the resource in URLs.
    pub plural: &'static str,
    /// Short names for command lines.
    pub short_names: &'static [&'static str],
    /// Groups of kinds for command lines.
    pub categories: &'static [&'static str],
    /// Annotations of the definition.
    pub annotations: &'static [(&'static str, &'static str)],
    /// Columns of listings.
    pub columns: &'static [Column],
    /// Status of an object that no controller has seen yet.
    pub initial_status: InitialStatus,
    /// What the kind is, in words.
    pub description: &'static str,
}

/// One column of a listing.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Heading.
    pub name: &'static str,
    /// JSON path of the value.
    pub json_path: &'static str,
    /// `string` or `date`.
    pub r#type: &'static str,
    /// Columns above 0 show only in wide listings.
    pub priority: u8,
}

impl Column {
    /// Age of the object.
    pub const AGE: Self = Self {
        r#type: "date",
        ..Self::text("Age", ".metadata.creationTimestamp")
    };
    /// Status of the Ready condition.
    pub const READY: Self = Self::text("Ready", r#".status.conditions[?(@.type=="Ready")].status"#);
    /// Message of the Ready condition.
    pub const STATUS: Self = Self::text(
        "Status",
        r#".status.conditions[?(@.type=="Ready")].message"#,
    );

    /// A column of text.
    pub const fn text(name: &'static str, json_path: &'static str) -> Self {
        Self {
            name,
            json_path,
            r#type: "string",
            priority: 0,
        }
    }

    /// A column of text for wide listings.
    pub const fn wide(name: &'static str, json_path: &'static str) -> Self {
        Self {
            priority: 1,
            ..Self::text(name, json_path)
        }
    }
}

/// Status of an object that no controller has seen yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitialStatus {
    /// Nothing, or the kind has no status.
    Empty,
    /// `observedGeneration: -1`, which differs from every generation (K1.5, K2).
    Unobserved,
}

/// A CustomResourceDefinition with the file it belongs in.
#[derive(Clone, Debug, PartialEq)]
pub struct CrdFile {
    /// File name: `<group>_<plural>.yaml`.
    pub name: String,
    /// The definition, `apiVersion: apiextensions.k8s.io/v1`.
    pub document: Value,
}

/// All kinds of all groups, in the order of their file names.
pub fn all() -> Vec<CrdFile> {
    let mut files = vec![
        with_status::<helm::HelmRelease>(),
        with_status::<image::ImagePolicy>(),
        with_status::<image::ImageRepository>(),
        with_status::<image::ImageUpdateAutomation>(),
        with_status::<kustomize::Kustomization>(),
        without_status::<notification::Alert>(),
        without_status::<notification::Provider>(),
        with_status::<notification::Receiver>(),
        with_status::<source::Bucket>(),
        with_status::<source::ExternalArtifact>(),
        with_status::<source::GitRepository>(),
        with_status::<source::HelmChart>(),
        with_status::<source::HelmRepository>(),
        with_status::<source::OciRepository>(),
        with_status::<source_extensions::ArtifactGenerator>(),
    ];
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

fn with_status<K: WithStatus>() -> CrdFile {
    document::crd_file(
        K::DEFINITION,
        schema::of::<K::Spec>(),
        Some(schema::of::<K::Status>()),
    )
}

fn without_status<K: CustomResource>() -> CrdFile {
    document::crd_file(K::DEFINITION, schema::of::<K::Spec>(), None)
}
