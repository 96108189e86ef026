//! A Provider with its Secrets, as its encoder needs it (section 4).

use std::collections::BTreeMap;
use std::time::Duration;

use common::redact::Secret;
use crds::notification::{Provider, ProviderType};
use yaml::{Budget, Dialect, Value};

use super::reports_on_commits;
use super::secret::{self, CredentialsError, Named};
use super::tls::{Tls, TlsError};

mod transport;

pub use transport::Transport;
use transport::check_proxy;

/// How long sending an event may take where the spec does not say.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Why a provider cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// An address that is none.
    #[error(
        "invalid {what} URL: '{cause}'; see the provider's spec.address, or the key 'address' of its secret"
    )]
    Address {
        /// What upstream calls it.
        what: &'static str,
        /// What is wrong.
        cause: String,
    },
    /// A git repository that an address does not name.
    #[error("invalid repository id {0:?}")]
    Repository(String),
    /// Something that must not be empty.
    #[error("{0}")]
    Empty(&'static str),
    /// A token in the wrong form.
    #[error("{0}")]
    Token(&'static str),
    /// A type without an encoder.
    #[error("provider {0} not supported")]
    Unsupported(String),
    /// An address that is too long.
    #[error("invalid address in secret: address exceeds maximum length of 2048 bytes")]
    LongAddress,
    /// Headers that are no mapping of texts.
    #[error("failed to read headers from secret '{0}': expected a YAML mapping of texts")]
    Headers(String),
    /// A proxy that cannot be used.
    #[error("failed to get proxy URL: secret '{secret}': {cause}")]
    Proxy {
        /// The Secret.
        secret: String,
        /// What is wrong.
        cause: String,
    },
    /// The deprecated proxy.
    #[error("invalid proxy address: expected http://, https:// or socks5:// with a host")]
    OldProxy,
    /// Certificates that cannot be used.
    #[error("failed to get TLS config: {0}")]
    Tls(#[from] TlsError),
    /// Credentials that cannot be used.
    #[error("failed to get TLS config: {0}")]
    Credentials(#[from] CredentialsError),
}

/// The Secrets that a Provider names, each with its name.
#[derive(Default, Clone, Copy)]
pub struct Secrets<'a> {
    /// `spec.secretRef`
    pub provider: Option<Named<'a>>,
    /// `spec.proxySecretRef`
    pub proxy: Option<Named<'a>>,
    /// `spec.certSecretRef`
    pub certificates: Option<Named<'a>>,
}

/// A Provider and what its Secrets say.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The type.
    pub kind: ProviderType,
    /// The unique id of the Provider.
    pub uid: String,
    /// The address.
    pub address: Secret,
    /// The name to appear under, or to log in with.
    pub username: String,
    /// The password.
    pub password: Secret,
    /// The token, not trimmed; empty when there is none.
    pub token: Secret,
    /// The channel.
    pub channel: String,
    /// Headers to add.
    pub headers: BTreeMap<String, Secret>,
    /// The id of the commit status; empty for types that report on none.
    pub commit_status: String,
    /// Whether the Secret is that of a GitHub App.
    pub github_app: bool,
    /// How the service is reached.
    pub transport: Transport,
    /// How long sending an event may take.
    pub timeout: Duration,
}

impl Settings {
    /// Puts a Provider and its Secrets together.
    ///
    /// # Errors
    /// What a Secret has wrong.
    pub fn new(
        provider: &Provider,
        secrets: Secrets<'_>,
        commit_status: String,
    ) -> Result<Self, SettingsError> {
        let spec = &provider.spec;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let mut settings = Self {
            kind: spec.r#type.clone(),
            uid: text(&provider.metadata.uid),
            address: Secret::new(text(&spec.address)),
            username: text(&spec.username),
            password: Secret::default(),
            token: Secret::default(),
            channel: text(&spec.channel),
            headers: BTreeMap::new(),
            commit_status,
            github_app: false,
            transport: Transport {
                proxy: spec.proxy.clone().map(Secret::new),
                tls: None,
            },
            timeout: spec
                .timeout
                .as_ref()
                .map_or(TIMEOUT, crds::meta::Duration::as_std),
        };
        if let Some(secret) = secrets.provider {
            settings.take(secret)?;
        }
        if let Some(proxy) = &settings.transport.proxy {
            check_proxy(proxy)?;
        }
        if let Some(secret) = secrets.proxy {
            settings.transport.proxy = Some(secret::proxy_secret(secret)?);
        }
        settings.transport.tls = tls(&settings.kind, secrets)?;
        settings.transport = settings.transport.honoured_by(&settings.kind);
        Ok(settings)
    }

    /// Takes over what `spec.secretRef` says.
    fn take(&mut self, secret: Named<'_>) -> Result<(), SettingsError> {
        if let Some(address) = secret::address(secret)? {
            self.address = address;
        }
        if let Some(proxy) = secret::proxy(secret) {
            self.transport.proxy = Some(proxy);
        }
        self.headers = secret::headers(secret)?;
        self.github_app = secret::is_github_app(secret);
        match secret::credentials(secret) {
            Ok(credentials) => {
                self.token = credentials.token.unwrap_or_default();
                if let Some((username, password)) = credentials.basic {
                    (self.username, self.password) = (username, password);
                }
            }
            // Upstream is silent here (B3); the log at least should say why a token is not sent.
            Err(error) => tracing::warn!(%error, "the provider's credentials are not used"),
        }
        Ok(())
    }

    /// Token, or the password where there is none (G4).
    pub fn token_or_password(&self) -> &Secret {
        if self.token.expose().is_empty() {
            &self.password
        } else {
            &self.token
        }
    }

    /// Everything that no message may show, the longest first, so that a secret inside of another is not what is replaced.
    pub fn secrets(&self) -> Vec<Secret> {
        let trimmed = |secret: &Secret| Secret::new(secret.expose().trim().to_owned());
        let mut all: Vec<Secret> = [&self.token, &self.password, &self.address]
            .into_iter()
            .chain(self.headers.values())
            .chain(&self.transport.proxy)
            .flat_map(|secret| [secret.clone(), trimmed(secret)])
            .collect();
        // The two halves of `user:password`.
        if let Some((_, password)) = self.token.expose().trim().split_once(':') {
            all.push(Secret::new(password.to_owned()));
        }
        all.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        all
    }
}

/// The certificates for a service: those of a Secret of its own, else, for commit statuses, those beside the token.
fn tls(kind: &ProviderType, secrets: Secrets<'_>) -> Result<Option<Tls>, SettingsError> {
    if let Some(secret) = secrets.certificates {
        let tls = Tls::of_secret(secret)?;
        tls.check()?;
        return Ok(Some(tls));
    }
    let Some(secret) = secrets.provider.filter(|_| reports_on_commits(kind)) else {
        return Ok(None);
    };
    // Here what is malformed is an error, unlike above (B3).
    secret::credentials(secret)?;
    Ok(Tls::of_secret(secret).ok())
}

/// A YAML mapping of texts, numbers and booleans, as texts.
pub(super) fn yaml_texts(text: &str) -> Option<BTreeMap<String, String>> {
    let document = yaml::decode_first(text.as_bytes(), Dialect::Kubernetes, &Budget::default());
    let map = match document.ok()? {
        None | Some(Value::Null) => return Some(BTreeMap::new()),
        Some(Value::Map(map)) => map,
        Some(_) => return None,
    };
    map.iter()
        .map(|(key, value)| {
            let value = match value {
                Value::Str(text) => text.to_string(),
                Value::Bool(value) => value.to_string(),
                Value::Int(number) => number.to_string(),
                Value::Uint(number) => number.to_string(),
                Value::Float(number) => number.to_string(),
                Value::Null => String::new(),
                Value::Seq(_) | Value::Map(_) => return None,
            };
            Some((key.to_string(), value))
        })
        .collect()
}

#[cfg(test)]
mod tests;
