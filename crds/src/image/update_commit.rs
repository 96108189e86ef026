//! How an image update checks out, commits and pushes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::go;
use crate::meta::LocalObjectReference;
use crate::source::GitRepositoryRef;
use crate::text_enum::text_enum;

/// How to check out, commit and push.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct GitSpec {
    /// What to check out; what the GitRepository follows when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkout: Option<GitCheckoutSpec>,
    /// What the commit says.
    pub commit: CommitSpec,
    /// Where to push; back to the branch of the checkout when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push: Option<PushSpec>,
}

/// What to check out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct GitCheckoutSpec {
    /// The revision.
    #[serde(rename = "ref")]
    pub reference: GitRepositoryRef,
}

/// What the commit says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct CommitSpec {
    /// Who makes the commit.
    pub author: CommitUser,
    /// The key that signs it; unsigned when unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signing_key: Option<SigningKey>,
    /// Go template of the message, over the update that was made.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub message_template: Option<String>,
    /// Values for the template.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub message_template_values: BTreeMap<String, String>,
}

/// Who makes a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct CommitUser {
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub name: Option<String>,
    /// Mail address.
    pub email: String,
}

/// The key that signs a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SigningKey {
    /// Secret with the private key under `git.asc` for PGP or `identity` for SSH, and its
    /// `passphrase` or `password`.
    pub secret_ref: LocalObjectReference,
    /// Whether it is a PGP key (`gpg`, the default) or an SSH key.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub r#type: Option<SigningKeyType>,
}

text_enum! {
    /// Kinds of keys that sign commits.
    SigningKeyType {
        /// A PGP key.
        Gpg = "gpg",
        /// An SSH key.
        Ssh = "ssh",
    }
}

/// Where to push.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PushSpec {
    /// Branch to push to; it is created when it does not exist.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub branch: Option<String>,
    /// Refspec to push, besides the branch.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub refspec: Option<String>,
    /// Push options for the server.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub options: BTreeMap<String, String>,
}
