//! The objects that the demo creates: which, by the controllers that run, and how they come and go.
//!
//! | file | what it has |
//! |---|---|
//! | [`plan`] | all of them, in the order in which they are created |
//! | `sync` | the source, and the Kustomization that applies it |
//! | `releases` | two charts and their releases |
//! | `images` | an image, the tag that is wanted of it, and who writes it into the repository |
//! | `notifications` | messages to a sink, and webhooks that wake sources |
//! | `cluster` | creating, reading and removing them |

mod cluster;
mod images;
mod notifications;
mod plan;
mod releases;
mod sync;

pub(crate) use cluster::{create, existing, remove, request_reconcile};
pub(crate) use images::{AUTOMATION, POLICY};
pub(crate) use notifications::{REGISTRY_HOOK, SOURCE_HOOK};
pub(crate) use plan::{Object, Plan, published, source};
pub(crate) use releases::RELEASES;

/// Where the demo's objects are, and what the controllers take for their own namespace.
pub(crate) const NAMESPACE: &str = "flux-system";

/// The name of the source and of the first Kustomization.
pub(crate) const NAME: &str = "demo";

/// The namespace that the releases create.
pub(crate) const SERVICES: &str = "services";
