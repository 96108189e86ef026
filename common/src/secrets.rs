//! Secrets that an object names for what it fetches, read at each pass (R12, section 12 of the source sheet).

use k8s_openapi::api::core::v1::{Secret, ServiceAccount};
use oci::Keychain;
use oci::login::KeychainError;
use transport::secret::text;
use transport::{Basic, Proxy, SecretData, Tls, TransportError};

use crate::object::{self, Object as _};
use crate::reconcile::{Pass, Reconciler};

/// The type of Secrets with a docker configuration, and its key.
const DOCKER_CONFIG: (&str, &str) = ("kubernetes.io/dockerconfigjson", ".dockerconfigjson");

/// The same in its older form.
const LEGACY_DOCKER_CONFIG: (&str, &str) = ("kubernetes.io/dockercfg", ".dockercfg");

/// Why a Secret or ServiceAccount cannot be used. No message shows a value.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is none.
    #[error("{kind} '{namespace}/{name}' not found")]
    NotFound {
        /// `secret` or `serviceaccount`.
        kind: &'static str,
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// It cannot be read.
    #[error("failed to get {kind} '{namespace}/{name}': {message}")]
    Unreadable {
        /// `secret` or `serviceaccount`.
        kind: &'static str,
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// What the API server says.
        message: String,
    },
    /// A pull secret of a ServiceAccount cannot be used.
    #[error("failed to get image pull secret for serviceaccount '{account}': {source}")]
    PullSecret {
        /// `<namespace>/<name>` of the account.
        account: String,
        /// Why.
        source: Box<Self>,
    },
    /// It does not hold what it should.
    #[error("secret '{namespace}/{name}' {source}")]
    Content {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// What is wrong.
        source: TransportError,
    },
    /// It holds half of what it should.
    #[error(
        "secret '{namespace}/{name}': malformed basic auth - has '{present}' but missing '{missing}'"
    )]
    HalfLogin {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// The key that is there.
        present: &'static str,
        /// The key that is not.
        missing: &'static str,
    },
    /// It does not hold a docker configuration.
    #[error("secret '{namespace}/{name}': {source}")]
    DockerConfig {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// What is wrong.
        source: KeychainError,
    },
}

/// The Secrets of one object: those in its namespace.
pub struct Secrets {
    client: kube::Client,
    namespace: String,
}

impl Secrets {
    /// Those beside the object of the pass.
    pub fn of<R: Reconciler>(pass: &Pass<R>) -> Self {
        let namespace = pass.object.key().namespace.to_string();
        Self::within(pass.context.client.clone(), namespace)
    }

    /// Those of a namespace.
    pub fn within(client: kube::Client, namespace: String) -> Self {
        Self { client, namespace }
    }

    /// A Secret as it is called in messages.
    pub fn name_of(&self, name: &str) -> String {
        format!("{}/{name}", self.namespace)
    }

    /// One Secret.
    pub async fn get(&self, name: &str) -> Result<Secret, SecretError> {
        object::read(&self.client, &self.namespace, name)
            .await
            .map_err(|error| self.failure("secret", name, error))
    }

    /// The data of one Secret.
    pub async fn data(&self, name: &str) -> Result<SecretData, SecretError> {
        Ok(data(self.get(name).await?))
    }

    /// The data of a Secret, with the words of the API server when it is missing.
    pub async fn data_in_full(&self, name: &str) -> Result<SecretData, SecretError> {
        self.data(name).await.map_err(in_full)
    }

    /// The certificates in a Secret (P1).
    pub async fn tls(&self, name: &str) -> Result<Tls, SecretError> {
        let data = self.data(name).await?;
        self.certificates(name, &data)
    }

    /// The certificates among the data of a Secret that is there for them (P1).
    pub fn certificates(&self, name: &str, data: &SecretData) -> Result<Tls, SecretError> {
        Tls::from_secret(data)
            .and_then(|tls| tls.config().map(|_| tls))
            .map_err(|source| self.content(name, source))
    }

    /// The proxy in a Secret (P3).
    pub async fn proxy(&self, name: &str) -> Result<Proxy, SecretError> {
        let data = self.data(name).await?;
        Proxy::from_secret(&data).map_err(|source| self.content(name, source))
    }

    /// The credentials of a Secret and of the pull secrets of a ServiceAccount (O4).
    pub async fn keychain(
        &self,
        secret: Option<&str>,
        account: Option<&str>,
    ) -> Result<Keychain, SecretError> {
        let mut keychain = Keychain::default();
        if let Some(name) = secret {
            let secret = self.get(name).await.map_err(in_full)?;
            self.add(&mut keychain, name, secret)?;
        }
        if let Some(account) = account {
            for name in self.pull_secrets(account).await? {
                let secret = self
                    .get(&name)
                    .await
                    .map_err(|source| SecretError::PullSecret {
                        account: format!("{}/{account}", self.namespace),
                        source: Box::new(source),
                    })?;
                self.add(&mut keychain, &name, secret)?;
            }
        }
        Ok(keychain)
    }

    async fn pull_secrets(&self, account: &str) -> Result<Vec<String>, SecretError> {
        let found: ServiceAccount = object::read(&self.client, &self.namespace, account)
            .await
            .map_err(|error| self.failure("serviceaccount", account, error))?;
        let names = found.image_pull_secrets.into_iter().flatten();
        Ok(names.map(|reference| reference.name).collect())
    }

    /// Secrets of other types hold no credentials for registries, and are none.
    fn add(&self, keychain: &mut Keychain, name: &str, secret: Secret) -> Result<(), SecretError> {
        let kind = secret.type_.clone().unwrap_or_default();
        let data = data(secret);
        let added = if kind == DOCKER_CONFIG.0 {
            data.get(DOCKER_CONFIG.1)
                .map(|json| keychain.add_config(json))
        } else if kind == LEGACY_DOCKER_CONFIG.0 {
            data.get(LEGACY_DOCKER_CONFIG.1)
                .map(|json| keychain.add_legacy_config(json))
        } else {
            None
        };
        added
            .transpose()
            .map(drop)
            .map_err(|source| SecretError::DockerConfig {
                namespace: self.namespace.clone(),
                name: name.to_owned(),
                source,
            })
    }

    /// The user name and password among the data of a Secret; both or none.
    pub fn login(&self, name: &str, data: &SecretData) -> Result<Option<Basic>, SecretError> {
        let value = |key| text(data, key).map_err(|source| self.content(name, source));
        let (username, password) = (value("username")?, value("password")?);
        let (present, missing) = match (username, password) {
            (Some(username), Some(password)) => {
                return Ok(Some(Basic {
                    username,
                    password: password.into(),
                }));
            }
            (None, None) => return Ok(None),
            (Some(_), None) => ("username", "password"),
            (None, Some(_)) => ("password", "username"),
        };
        Err(SecretError::HalfLogin {
            namespace: self.namespace.clone(),
            name: name.to_owned(),
            present,
            missing,
        })
    }

    /// The certificates among the data of a Secret that may hold none.
    pub fn tls_in(&self, name: &str, data: &SecretData) -> Result<Tls, SecretError> {
        Tls::in_secret(data)
            .and_then(|tls| tls.config().map(|_| tls))
            .map_err(|source| self.content(name, source))
    }

    fn content(&self, name: &str, source: TransportError) -> SecretError {
        SecretError::Content {
            namespace: self.namespace.clone(),
            name: name.to_owned(),
            source,
        }
    }

    fn failure(&self, kind: &'static str, name: &str, error: kube::Error) -> SecretError {
        let (namespace, name) = (self.namespace.clone(), name.to_owned());
        match error {
            kube::Error::Api(status) if status.code == 404 => SecretError::NotFound {
                kind,
                namespace,
                name,
            },
            error => SecretError::Unreadable {
                kind,
                namespace,
                name,
                message: match error {
                    kube::Error::Api(status) => status.message,
                    other => other.to_string(),
                },
            },
        }
    }
}

/// The words of the API server for a Secret that is missing, which users know from `spec.secretRef`.
fn in_full(error: SecretError) -> SecretError {
    match error {
        SecretError::NotFound {
            kind,
            namespace,
            name,
        } => SecretError::Unreadable {
            kind,
            message: format!("secrets \"{name}\" not found"),
            namespace,
            name,
        },
        other => other,
    }
}

/// The data of a Secret, in the form that engines know.
pub fn data(secret: Secret) -> SecretData {
    secret
        .data
        .unwrap_or_default()
        .into_iter()
        .map(|(key, value)| (key, value.0))
        .collect()
}
