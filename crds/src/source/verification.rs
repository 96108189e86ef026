//! Signatures of OCI artifacts and charts (O6).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::go;
use crate::meta::LocalObjectReference;
use crate::text_enum::text_enum;

text_enum! {
    /// The technology of a signature.
    SignatureProvider {
        /// Sigstore's cosign.
        Cosign = "cosign",
        /// Notary Project's notation.
        Notation = "notation",
    }
}

/// Signatures that an OCI artifact must have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct OciRepositoryVerification {
    /// The technology of the signature.
    #[schemars(extend("x-default" = "cosign"))]
    pub provider: SignatureProvider,
    /// Secret with the trusted public keys; without it, signatures are verified keyless.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,
    /// Identities that may have signed keyless; any one of them is enough.
    #[serde(
        rename = "matchOIDCIdentity",
        skip_serializing_if = "go::zero",
        deserialize_with = "go::null"
    )]
    pub match_oidc_identity: Vec<OidcIdentityMatch>,
    /// Secret with a Sigstore trust root under `trusted_root.json`, instead of the public one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted_root_secret_ref: Option<LocalObjectReference>,
}

/// Signatures that a chart must have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct HelmChartVerification {
    /// The technology of the signature.
    #[schemars(extend("x-default" = "cosign"))]
    pub provider: SignatureProvider,
    /// Secret with the trusted public keys; without it, signatures are verified keyless.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,
    /// Identities that may have signed keyless; any one of them is enough.
    #[serde(
        rename = "matchOIDCIdentity",
        skip_serializing_if = "go::zero",
        deserialize_with = "go::null"
    )]
    pub match_oidc_identity: Vec<OidcIdentityMatch>,
}

/// An identity in a keyless signature.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct OidcIdentityMatch {
    /// Regular expression for the issuer of the token, such as
    /// `^https://token\.actions\.githubusercontent\.com$`.
    pub issuer: String,
    /// Regular expression for the subject of the token.
    pub subject: String,
}
