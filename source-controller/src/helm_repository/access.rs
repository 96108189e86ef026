//! Credentials and certificates of a repository, read from their Secrets at each pass (H2, P1, R12).

use std::time::Duration;

use crds::source::HelmRepository;
use helm_repo::fetch::{Access, PassCredentials};
use helm_repo::{FetchError, Fetcher, RepositoryUrl};
use transport::Tls;

use crate::source::secrets::{SecretError, Secrets};

/// How long a file may take where the object does not say.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(1);

/// Why the Secrets cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The Secret of `certSecretRef` is not there.
    #[error("failed to get TLS authentication secret '{namespace}/{name}': {message}")]
    NoCertificates {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// What the API server says.
        message: String,
    },
    /// The Secret of `certSecretRef` does not hold what it should.
    #[error("failed to construct Helm client's TLS config: {0}")]
    Certificates(#[source] SecretError),
    /// The Secret of `secretRef` is not there.
    #[error("failed to get authentication secret '{namespace}/{name}': {message}")]
    NoSecret {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// What the API server says.
        message: String,
    },
    /// The Secret of `secretRef` does not hold what it should.
    #[error("failed to detect authentication methods: {0}")]
    Secret(#[source] SecretError),
}

/// How long a file of the repository may take.
pub fn timeout(repository: &HelmRepository) -> Duration {
    let timeout = repository.spec.timeout.as_ref();
    timeout.map_or(DEFAULT_TIMEOUT, crds::meta::Duration::as_std)
}

/// Reads the Secrets.
pub async fn read(secrets: &Secrets, repository: &HelmRepository) -> Result<Access, AccessError> {
    let spec = &repository.spec;
    let mut tls = None;
    if let Some(reference) = &spec.cert_secret_ref {
        let name = &reference.name;
        let data = match secrets.data_in_full(name).await {
            Ok(data) => data,
            Err(SecretError::Unreadable {
                namespace,
                name,
                message,
                ..
            }) => {
                return Err(AccessError::NoCertificates {
                    namespace,
                    name,
                    message,
                });
            }
            Err(other) => return Err(AccessError::Certificates(other)),
        };
        let certificates = secrets.certificates(name, &data);
        tls = Some(certificates.map_err(AccessError::Certificates)?);
    }
    let mut login = None;
    if let Some(reference) = &spec.secret_ref {
        let name = &reference.name;
        let data = match secrets.data_in_full(name).await {
            Ok(data) => data,
            Err(SecretError::Unreadable {
                namespace,
                name,
                message,
                ..
            }) => {
                return Err(AccessError::NoSecret {
                    namespace,
                    name,
                    message,
                });
            }
            Err(other) => return Err(AccessError::Secret(other)),
        };
        login = secrets.login(name, &data).map_err(AccessError::Secret)?;
        let also = secrets.tls_in(name, &data).map_err(AccessError::Secret)?;
        if tls.is_none() && also != Tls::default() {
            tracing::warn!(
                "certificates in spec.secretRef are deprecated: use spec.certSecretRef instead"
            );
            tls = Some(also);
        }
    }
    // As the original client has it, half a login is none.
    let login =
        login.filter(|login| !login.username.is_empty() && !login.password.expose().is_empty());
    Ok(Access {
        login,
        pass_credentials: if spec.pass_credentials {
            PassCredentials::Everywhere
        } else {
            PassCredentials::SameServer
        },
        tls: tls.unwrap_or_default(),
    })
}

/// Prepares to fetch the files of a repository.
pub fn fetcher(
    repository: &HelmRepository,
    url: RepositoryUrl,
    access: Access,
) -> Result<Fetcher, FetchError> {
    Fetcher::new(url, access, timeout(repository))
}
