//! Group `notification.toolkit.fluxcd.io`, versions v1 and v1beta3: events out and webhooks in.

mod alert;
mod event_source;
mod provider;
mod receiver;
pub mod well_known;

pub use self::alert::{Alert, AlertSpec, EventSeverity};
pub use self::event_source::{EventSource, EventSourceKind};
pub use self::provider::{Provider, ProviderSpec, ProviderType};
pub use self::receiver::{
    OidcProvider, OidcValidation, OidcVariable, Receiver, ReceiverResource, ReceiverSpec,
    ReceiverStatus, ReceiverType,
};

/// The group.
pub const GROUP: &str = "notification.toolkit.fluxcd.io";
/// The version of Receiver.
pub const VERSION: &str = "v1";
/// The version of Provider and Alert.
pub const VERSION_BETA: &str = "v1beta3";

pub(crate) const CATEGORIES: &[&str] = &["all", "fluxcd", "fluxcd-notifications"];
