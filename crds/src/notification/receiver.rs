//! Receiver.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::event_source::EventSource;
use crate::definition::{Column, InitialStatus, NO_SUBSTITUTION};
use crate::go;
use crate::meta::duration::INTERVAL;
use crate::meta::{Condition, Duration, LocalObjectReference};
use crate::resource::{custom_resource, reconcile_status};
use crate::text_enum::text_enum;

custom_resource! {
    /// A webhook that asks for reconciliations.
    Receiver { spec: ReceiverSpec, status: ReceiverStatus }
    definition: {
        group: super::GROUP,
        version: super::VERSION,
        kind: "Receiver",
        plural: "receivers",
        short_names: &[],
        categories: super::CATEGORIES,
        annotations: NO_SUBSTITUTION,
        columns: &[Column::AGE, Column::READY, Column::STATUS],
        initial_status: InitialStatus::Unobserved,
    }
}

reconcile_status!(ReceiverStatus);

/// Who calls the webhook, and what a call wakes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    {
        "rule": "self.type != 'generic-oidc' \
                 || (has(self.oidcProviders) && size(self.oidcProviders) > 0)",
        "message": "generic-oidc receivers must define at least one oidcProvider",
    },
    {
        "rule": "self.type == 'generic-oidc' || !has(self.oidcProviders) \
                 || size(self.oidcProviders) == 0",
        "message": "oidcProviders can only be set when type is generic-oidc",
    },
    {
        "rule": "self.type != 'generic-oidc' || !has(self.secretRef)",
        "message": "secretRef cannot be set when type is generic-oidc",
    },
    {
        "rule": "self.type == 'generic-oidc' || has(self.secretRef)",
        "message": "secretRef is required when type is not generic-oidc",
    },
]))]
pub struct ReceiverSpec {
    /// The service that calls, which decides how a call proves itself.
    pub r#type: ReceiverType,
    /// How often the object itself is checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = INTERVAL), extend("x-default" = "10m"))]
    pub interval: Option<Duration>,
    /// Events of the service that count; all when empty.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub events: Vec<String>,
    /// The objects to wake.
    #[serde(deserialize_with = "go::null")]
    pub resources: Vec<ReceiverResource>,
    /// CEL expression over `req` and `res` that decides for each object whether to wake it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub resource_filter: Option<String>,
    /// Secret with the `token` that calls are checked with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,
    /// Issuers whose tokens are accepted; for the type generic-oidc.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    #[schemars(extend(
        "x-kubernetes-list-type" = "map",
        "x-kubernetes-list-map-keys" = ["issuerURL"],
    ))]
    pub oidc_providers: Vec<OidcProvider>,
    /// Stops answering calls.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub suspend: bool,
}

/// Objects to wake.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ReceiverResource {
    /// The objects.
    #[serde(flatten)]
    pub source: EventSource,
    /// CEL expression over `req` and `res` that decides for each of them whether to wake it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub filter: Option<String>,
}

/// An issuer of tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct OidcProvider {
    /// Address of the issuer.
    #[serde(rename = "issuerURL")]
    #[schemars(regex(pattern = r"^https?://"))]
    pub issuer_url: String,
    /// Audience that a token must be for; `notification-controller` when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub audience: Option<String>,
    /// CEL expressions to use in the validations, by name.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub variables: Vec<OidcVariable>,
    /// CEL expressions over the claims that must all hold.
    #[serde(deserialize_with = "go::null")]
    #[schemars(length(min = 1))]
    pub validations: Vec<OidcValidation>,
}

/// A named CEL expression.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct OidcVariable {
    /// Name.
    pub name: String,
    /// Expression.
    pub expression: String,
}

/// A CEL expression that must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct OidcValidation {
    /// Expression.
    pub expression: String,
    /// What to say when it does not hold.
    pub message: String,
}

text_enum! {
    /// Services that call.
    ReceiverType {
        /// Any, without proof beyond the path.
        Generic = "generic",
        /// Any, with a signature.
        GenericHmac = "generic-hmac",
        /// Any, with a token of an issuer.
        GenericOidc = "generic-oidc",
        /// GitHub.
        GitHub = "github",
        /// GitLab.
        GitLab = "gitlab",
        /// Bitbucket Server.
        Bitbucket = "bitbucket",
        /// Harbor.
        Harbor = "harbor",
        /// Docker Hub.
        DockerHub = "dockerhub",
        /// Quay.
        Quay = "quay",
        /// Google Container Registry and Artifact Registry.
        Gcr = "gcr",
        /// Nexus.
        Nexus = "nexus",
        /// Azure Container Registry.
        Acr = "acr",
        /// Any that sends events in the format `CDEvents`.
        CdEvents = "cdevents",
    }
}

/// What was observed of a receiver.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ReceiverStatus {
    /// The last value of the annotation `reconcile.fluxcd.io/requestedAt` that was answered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_handled_reconcile_at: Option<String>,
    /// The state of the object, aspect by aspect.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub conditions: Vec<Condition>,
    /// Path of the webhook, which cannot be guessed.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub webhook_path: Option<String>,
    /// The generation of the spec that was last reconciled.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub observed_generation: i64,
}
