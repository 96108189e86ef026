//! GitRepository.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::definition::{Column, InitialStatus, NO_SUBSTITUTION};
use crate::go;
use crate::meta::duration::{INTERVAL, TIMEOUT};
use crate::meta::{Artifact, Condition, Duration, LocalObjectReference};
use crate::resource::{custom_resource, reconcile_status};
use crate::text_enum::text_enum;

custom_resource! {
    /// A revision of a git repository, published as an artifact.
    GitRepository { spec: GitRepositorySpec, status: GitRepositoryStatus }
    definition: {
        group: super::GROUP,
        version: super::VERSION,
        kind: "GitRepository",
        plural: "gitrepositories",
        short_names: &["gitrepo"],
        categories: super::CATEGORIES,
        annotations: NO_SUBSTITUTION,
        columns: &[
            Column::text("URL", ".spec.url"),
            Column::AGE,
            Column::READY,
            Column::STATUS,
        ],
        initial_status: InitialStatus::Unobserved,
    }
}

reconcile_status!(GitRepositoryStatus);

/// Which repository and revision to publish, and how to reach it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [{
    "rule": "!has(self.serviceAccountName) || (has(self.provider) \
             && (self.provider == 'azure' || self.provider == 'aws'))",
    "message": "serviceAccountName can only be set when provider is 'azure' or 'aws'",
}]))]
pub struct GitRepositorySpec {
    /// Address of the repository over HTTP, HTTPS or SSH.
    #[schemars(regex(pattern = r"^(http|https|ssh)://.*$"))]
    pub url: String,
    /// Secret with the credentials: `username` and `password`, or `bearerToken`, with `ca.crt`,
    /// `tls.crt` and `tls.key` as needed for HTTPS; `identity` and `known_hosts` for SSH (G8).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,
    /// How to log in: with what the Secret holds (`generic`, the default), or with the identity of
    /// a cloud or a GitHub App (G9).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub provider: Option<GitProvider>,
    /// ServiceAccount whose cloud identity logs in; for the providers azure and aws.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub service_account_name: Option<String>,
    /// How often to look for a new revision.
    #[schemars(regex(pattern = INTERVAL))]
    pub interval: Duration,
    /// Limit for each git operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = TIMEOUT), extend("x-default" = "60s"))]
    pub timeout: Option<Duration>,
    /// The revision to follow; the branch `master` when unset.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<GitRepositoryRef>,
    /// Signatures to insist on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify: Option<GitRepositoryVerification>,
    /// Secret with the `address` of a proxy, and `username` and `password` for it (P3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_secret_ref: Option<LocalObjectReference>,
    /// Patterns of files to leave out of the artifact, in the form of a .gitignore file. They
    /// replace the built-in exclusions (I3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignore: Option<String>,
    /// Stops looking for new revisions; the artifact stays.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub suspend: bool,
    /// Fetches submodules too, with the same credentials (G6).
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub recurse_submodules: bool,
    /// Artifacts of other repositories to copy into this one (G7).
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub include: Vec<GitRepositoryInclude>,
    /// Directories to check out, instead of all (G5).
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub sparse_checkout: Vec<String>,
}

impl GitRepositorySpec {
    /// How to log in, `generic` when unset.
    pub fn provider(&self) -> GitProvider {
        self.provider.clone().unwrap_or(GitProvider::Generic)
    }
}

/// Copies the artifact of another repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct GitRepositoryInclude {
    /// GitRepository to copy from, in the same namespace.
    pub repository: LocalObjectReference,
    /// What to copy from it; all when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub from_path: Option<String>,
    /// Where to copy it to; the name of the repository when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub to_path: Option<String>,
}

impl GitRepositoryInclude {
    /// Where to copy to: [`Self::to_path`], else the name of the repository.
    pub fn destination(&self) -> &str {
        self.to_path.as_deref().unwrap_or(&self.repository.name)
    }
}

/// The revision to follow. Of several, commit wins over name, tag, semver and branch, in this
/// order (G1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct GitRepositoryRef {
    /// A branch.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub branch: Option<String>,
    /// A tag.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub tag: Option<String>,
    /// A range of versions: the newest tag within it is followed (G4).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub semver: Option<String>,
    /// A full reference name, such as `refs/heads/main` or `refs/pull/420/head`.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub name: Option<String>,
    /// The hash of a commit; with a branch, one that the branch contains.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub commit: Option<String>,
}

/// Signatures to insist on (G10).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct GitRepositoryVerification {
    /// What must be signed: the commit (HEAD), the tag, or both.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(extend("x-default" = "HEAD"))]
    pub mode: Option<GitVerificationMode>,
    /// Secret with the trusted keys: authorized keys of SSH under names ending in `.sshpub`, PGP
    /// keys under any other name.
    pub secret_ref: LocalObjectReference,
}

text_enum! {
    /// How to log in to a git server.
    GitProvider {
        /// With what the Secret holds.
        Generic = "generic",
        /// With the identity of an AWS role, at `CodeCommit`.
        Aws = "aws",
        /// With the identity of an Azure account, at Azure DevOps.
        Azure = "azure",
        /// As a GitHub App.
        GitHub = "github",
    }
}

text_enum! {
    /// What must be signed.
    GitVerificationMode {
        /// The commit, in an older spelling (D12).
        LowerHead = "head",
        /// The commit.
        Head = "HEAD",
        /// The tag.
        Tag = "Tag",
        /// The tag and the commit.
        TagAndHead = "TagAndHEAD",
    }
}

/// What was observed of a repository.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct GitRepositoryStatus {
    /// The generation of the spec that was last reconciled.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub observed_generation: i64,
    /// The state of the object, aspect by aspect.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub conditions: Vec<Condition>,
    /// The last published artifact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Artifact>,
    /// Artifacts that were copied into it, in the order of `spec.include`.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub included_artifacts: Vec<Artifact>,
    /// The ignore patterns that the artifact was made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_ignore: Option<String>,
    /// Whether the artifact was made with submodules.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub observed_recurse_submodules: bool,
    /// The includes that the artifact was made with.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub observed_include: Vec<GitRepositoryInclude>,
    /// The directories that were checked out for the artifact.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub observed_sparse_checkout: Vec<String>,
    /// What was last found to be signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub source_verification_mode: Option<GitVerificationMode>,
    /// The last value of the annotation `reconcile.fluxcd.io/requestedAt` that was answered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub last_handled_reconcile_at: Option<String>,
}
