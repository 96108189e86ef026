//! What Secrets hold: how to get at the repository (G9), and the key that signs (G12).

use common::k8s_openapi::api::core::v1::Secret;
use common::kube::{self, Client};
use common::object;
use common::secrets;
use crds::image::{SigningKey, SigningKeyType};
use crds::source::GitRepository;
use git::RemoteUrl;
use git::access::{Access, AccessError, Proxy, SecretData};
use git::ssh::Identity;
use git::ssh::identity::IdentityError;
use signature::{PgpSigner, SignerError};

/// The key of a GitHub App, which wants another provider (G10).
const GITHUB_APP_ID: &str = "githubAppID";

/// The key that signs commits.
#[derive(Debug)]
pub enum Signer {
    /// PGP.
    Pgp(Box<PgpSigner>),
    /// SSH.
    Ssh(Identity),
}

/// A Secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The one of the repository is not there.
    #[error("failed to get auth secret '{namespace}/{name}': {source}")]
    Auth {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// Why.
        source: Box<kube::Error>,
    },
    /// The one of the proxy is not there.
    #[error("failed to get proxy secret '{namespace}/{name}': {source}")]
    Proxy {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// Why.
        source: Box<kube::Error>,
    },
    /// It does not hold what is needed to log in.
    #[error("failed to configure authentication options: {0}")]
    Access(#[from] AccessError),
    /// It is one of a GitHub App, for a repository that is not read by one.
    #[error(
        "secretRef '{0}' has github app data but provider is not set to github: invalid source configuration"
    )]
    GitHubApp(String),
    /// The one of the signing key is not there.
    #[error("could not find signing key secret '{name}': {source}")]
    NoSigningKey {
        /// Its name.
        name: String,
        /// Why.
        source: Box<kube::Error>,
    },
    /// It holds no key of the type.
    #[error("signing key secret '{name}' does not contain {article} '{key}' key")]
    NoKey {
        /// Its name.
        name: String,
        /// `a` or `an`.
        article: &'static str,
        /// What it should hold.
        key: &'static str,
    },
    /// The type is none.
    #[error("unknown signing key type {0:?}")]
    KeyType(String),
    /// The PGP key cannot be read.
    #[error("could not read signing key from secret '{name}': {source}")]
    Pgp {
        /// The Secret.
        name: String,
        /// Why.
        source: SignerError,
    },
    /// There are several PGP keys.
    #[error(
        "multiple entities read from secret '{0}', could not determine which signing key to use"
    )]
    Several(String),
    /// The key is encrypted, and there is no passphrase.
    #[error(
        "can not use passphrase protected signing key without '{key}' field present in secret {name}"
    )]
    NoPassphrase {
        /// The Secret.
        name: String,
        /// The key of the passphrase.
        key: &'static str,
    },
    /// The passphrase is another one.
    #[error(
        "could not decrypt private key of the signing key present in secret {0}: '{1}' is not its passphrase"
    )]
    WrongPassphrase(String, &'static str),
    /// The SSH key cannot be used.
    #[error("could not parse SSH signing key from secret '{name}': {source}")]
    Ssh {
        /// The Secret.
        name: String,
        /// Why.
        source: IdentityError,
    },
}

/// Reads what is needed to get at a repository, from Secrets in its namespace.
pub async fn read(
    client: &Client,
    repository: &GitRepository,
    url: &RemoteUrl,
) -> Result<Access, SecretError> {
    let namespace = repository.metadata.namespace.clone().unwrap_or_default();
    let spec = &repository.spec;
    let proxy = match &spec.proxy_secret_ref {
        None => Proxy::default(),
        Some(reference) => {
            let name = reference.name.clone();
            let data = secret(client, &namespace, &name).await;
            let data = data.map_err(|source| SecretError::Proxy {
                namespace: namespace.clone(),
                name,
                source: Box::new(source),
            })?;
            Proxy::from_secret(&data).map_err(AccessError::from)?
        }
    };
    let data = match &spec.secret_ref {
        None => SecretData::new(),
        Some(reference) => {
            let name = reference.name.clone();
            let data = secret(client, &namespace, &name).await;
            let data = data.map_err(|source| SecretError::Auth {
                namespace: namespace.clone(),
                name: name.clone(),
                source: Box::new(source),
            })?;
            if data.get(GITHUB_APP_ID).is_some_and(|id| !id.is_empty()) {
                return Err(SecretError::GitHubApp(format!("{namespace}/{name}")));
            }
            data
        }
    };
    let access = Access::from_secret(url, &data)?;
    Ok(Access { proxy, ..access })
}

/// Reads the key that signs, from a Secret in the namespace of the automation (G12).
pub async fn signer(
    client: &Client,
    namespace: &str,
    key: &SigningKey,
) -> Result<Signer, SecretError> {
    let name = key.secret_ref.name.clone();
    let data = secret(client, namespace, &name).await;
    let data = data.map_err(|source| SecretError::NoSigningKey {
        name: name.clone(),
        source: Box::new(source),
    })?;
    match &key.r#type {
        None | Some(SigningKeyType::Gpg) => pgp(name, &data).map(|key| Signer::Pgp(Box::new(key))),
        Some(SigningKeyType::Ssh) => ssh(name, &data).map(Signer::Ssh),
        Some(other) => Err(SecretError::KeyType(other.as_str().to_owned())),
    }
}

fn pgp(name: String, data: &SecretData) -> Result<PgpSigner, SecretError> {
    let Some(armored) = text(data, "git.asc") else {
        return Err(SecretError::NoKey {
            name,
            article: "a",
            key: "git.asc",
        });
    };
    let passphrase = text(data, "passphrase");
    PgpSigner::read(&armored, passphrase.as_deref()).map_err(|error| match error {
        SignerError::Several => SecretError::Several(name),
        SignerError::NoPassphrase => SecretError::NoPassphrase {
            name,
            key: "passphrase",
        },
        SignerError::WrongPassphrase => SecretError::WrongPassphrase(name, "passphrase"),
        source => SecretError::Pgp { name, source },
    })
}

fn ssh(name: String, data: &SecretData) -> Result<Identity, SecretError> {
    let Some(identity) = text(data, "identity") else {
        return Err(SecretError::NoKey {
            name,
            article: "an",
            key: "identity",
        });
    };
    let passphrase = text(data, "password").unwrap_or_default();
    let read = Identity::read(&identity, &passphrase);
    let read = read.and_then(|identity| identity.check_signing().map(|()| identity));
    read.map_err(|error| match error {
        IdentityError::NoPassphrase => SecretError::NoPassphrase {
            name,
            key: "password",
        },
        IdentityError::WrongPassphrase => SecretError::WrongPassphrase(name, "password"),
        source => SecretError::Ssh { name, source },
    })
}

fn text(data: &SecretData, key: &str) -> Option<String> {
    let bytes = data.get(key)?;
    Some(String::from_utf8_lossy(bytes).into_owned())
}

async fn secret(client: &Client, namespace: &str, name: &str) -> Result<SecretData, kube::Error> {
    let found: Secret = object::read(client, namespace, name).await?;
    Ok(secrets::data(found))
}
