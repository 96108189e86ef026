//! The custom resources: Rust types of every kind, and their definitions for the API server.
//!
//! | Module | Group | Kinds |
//! |---|---|---|
//! | [`source`] | `source.toolkit.fluxcd.io` | GitRepository, OCIRepository, HelmRepository, HelmChart, Bucket, ExternalArtifact |
//! | [`source_extensions`] | `source.extensions.fluxcd.io` | ArtifactGenerator |
//! | [`kustomize`] | `kustomize.toolkit.fluxcd.io` | Kustomization |
//! | [`helm`] | `helm.toolkit.fluxcd.io` | HelmRelease |
//! | [`notification`] | `notification.toolkit.fluxcd.io` | Provider, Alert, Receiver |
//! | [`image`] | `image.toolkit.fluxcd.io` | ImageRepository, ImagePolicy, ImageUpdateAutomation |
//!
//! [`meta`] holds what they share, [`well_known`] the names that are contract. Every kind
//! implements [`CustomResource`]; all but two have a status, [`WithStatus`].
//!
//! The types decode what the API server admits and more, and they write what upstream's Go types
//! write: the module `go` has the rules. Texts that may be unset are `Option<String>` and never
//! `Some("")`, except where the empty text means something.
//!
//! [`definition::all`] makes the definitions; `cargo xtask generate` writes them beside this crate
//! as `crds/*.yaml`.
#![cfg_attr(test, allow(clippy::unwrap_used))]
#![expect(clippy::struct_excessive_bools, reason = "the wire format decides")]

pub mod definition;
pub mod helm;
pub mod image;
pub mod kustomize;
pub mod meta;
pub mod notification;
pub mod source;
pub mod source_extensions;
pub mod well_known;

mod go;
mod resource;
mod text_enum;

pub use self::resource::{CustomResource, ReconcileStatus, Status, WithStatus};
