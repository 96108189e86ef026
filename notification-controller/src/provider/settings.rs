//! A Provider with its Secrets, as its encoder needs it (section 4).

use std::collections::BTreeMap;
use std::time::Duration;

use common::redact::Secret;
use crds::notification::{Provider, ProviderType};
use yaml::{Budget, Dialect, Value};

use super::reports_on_commits;
use super::secret::{self, CredentialsError, Named};
use super::tls::{Tls, TlsError};

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

/// How a service is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transport {
    /// The proxy; that of the environment when there is none.
    pub proxy: Option<Secret>,
    /// Certificates.
    pub tls: Option<Tls>,
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

fn check_proxy(proxy: &Secret) -> Result<(), SettingsError> {
    let known = |url: &reqwest::Url| {
        matches!(url.scheme(), "http" | "https" | "socks5") && url.host_str().is_some()
    };
    reqwest::Url::parse(proxy.expose())
        .ok()
        .filter(known)
        .map(drop)
        .ok_or(SettingsError::OldProxy)
}

impl Transport {
    /// What of it a type honours (the table of section 4).
    fn honoured_by(self, kind: &ProviderType) -> Self {
        let (proxy, tls) = match kind {
            ProviderType::Discord | ProviderType::GoogleChat | ProviderType::Telegram => {
                (Honoured::Yes, Honoured::No)
            }
            ProviderType::Sentry
            | ProviderType::Matrix
            | ProviderType::GitLab
            | ProviderType::GitLabMergeRequestComment
            | ProviderType::Bitbucket
            | ProviderType::BitbucketServer
            | ProviderType::AzureDevOps
            | ProviderType::GitHub
            | ProviderType::GitHubDispatch
            | ProviderType::GitHubPullRequestComment => (Honoured::No, Honoured::Yes),
            ProviderType::Lark | ProviderType::Nats => (Honoured::No, Honoured::No),
            _ => (Honoured::Yes, Honoured::Yes),
        };
        Self {
            proxy: self.proxy.filter(|_| proxy == Honoured::Yes),
            tls: self.tls.filter(|_| tls == Honoured::Yes),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Honoured {
    Yes,
    No,
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
mod tests {
    use serde_json::json;

    use super::super::secret::Data;
    use super::*;

    fn provider(spec: serde_json::Value) -> Provider {
        serde_json::from_value(json!({"metadata": {"uid": "u-1"}, "spec": spec})).unwrap()
    }

    fn data(entries: &[(&str, &str)]) -> Data {
        entries
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec()))
            .collect()
    }

    fn named(data: &Data) -> Named<'_> {
        Named { name: "ns/s", data }
    }

    #[test]
    fn b1_the_secret_beats_the_spec_and_the_proxy_secret_beats_both() {
        let provider = provider(json!({
            "type": "slack", "address": "https://spec/", "username": "spec", "proxy": "http://spec:1",
            "channel": "c", "timeout": "3s",
        }));
        let secret = data(&[
            ("address", "https://secret/"),
            ("username", "secret"),
            ("password", "p"),
            ("proxy", " http://secret:1 "),
        ]);
        let proxy = data(&[("address", "http://proxy:1")]);
        let mut secrets = Secrets::default();
        let settings = Settings::new(&provider, secrets, String::new()).unwrap();
        assert_eq!(settings.address.expose(), "https://spec/");
        assert_eq!(settings.transport.proxy.unwrap().expose(), "http://spec:1");
        assert_eq!(
            (settings.timeout, &*settings.username),
            (Duration::from_secs(3), "spec")
        );
        secrets.provider = Some(named(&secret));
        let settings = Settings::new(&provider, secrets, String::new()).unwrap();
        assert_eq!(settings.address.expose(), "https://secret/");
        assert_eq!(
            settings.transport.proxy.unwrap().expose(),
            "http://secret:1"
        );
        assert_eq!(
            (&*settings.username, settings.password.expose().as_str()),
            ("secret", "p")
        );
        secrets.proxy = Some(named(&proxy));
        let settings = Settings::new(&provider, secrets, String::new()).unwrap();
        assert_eq!(
            settings.transport.proxy.unwrap().expose(),
            "http://proxy:1/"
        );
    }

    #[test]
    fn b3_half_a_pair_silently_sends_no_token_but_fails_a_commit_status() {
        let half = data(&[
            ("token", "t"),
            ("username", "u"),
            ("address", "https://a/b/c"),
        ]);
        let secrets = Secrets {
            provider: Some(named(&half)),
            ..Secrets::default()
        };
        let chat =
            Settings::new(&provider(json!({"type": "slack"})), secrets, String::new()).unwrap();
        assert_eq!(chat.token.expose(), "");
        assert_eq!(chat.address.expose(), "https://a/b/c");
        let error =
            Settings::new(&provider(json!({"type": "gitlab"})), secrets, "s".into()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "failed to get TLS config: secret 'ns/s': malformed basic auth - has 'username' but missing 'password'"
        );
    }

    #[test]
    fn b4_certificates_beside_the_token_count_for_commit_statuses_alone() {
        let authority = testing::pki::Authority::new("a").unwrap();
        let own = data(&[("token", "t"), ("ca.crt", authority.pem())]);
        let secrets = Secrets {
            provider: Some(named(&own)),
            ..Secrets::default()
        };
        let tls = |kind: &str, secrets| {
            let provider = provider(json!({"type": kind}));
            Settings::new(&provider, secrets, String::new())
                .unwrap()
                .transport
                .tls
        };
        assert!(tls("gitea", secrets).is_some());
        assert!(tls("slack", secrets).is_none());
        let certificates = data(&[("ca.crt", authority.pem())]);
        let secrets = Secrets {
            certificates: Some(named(&certificates)),
            ..Secrets::default()
        };
        assert!(tls("slack", secrets).is_some());
        // Section 12: Discord takes none.
        assert!(tls("discord", secrets).is_none());
    }

    #[test]
    fn section_4_types_without_a_proxy_go_without() {
        let proxy = |kind: &str| {
            let provider = provider(json!({"type": kind, "proxy": "http://p:1"}));
            let settings = Settings::new(&provider, Secrets::default(), String::new()).unwrap();
            settings.transport.proxy.is_some()
        };
        for kind in [
            "generic",
            "slack",
            "discord",
            "telegram",
            "gitea",
            "pagerduty",
        ] {
            assert!(proxy(kind), "{kind}");
        }
        for kind in ["matrix", "gitlab", "bitbucket", "github"] {
            assert!(!proxy(kind), "{kind}");
        }
    }

    #[test]
    fn broken_secrets_are_told_without_their_content() {
        let provider = provider(json!({"type": "generic", "proxy": "hunter2"}));
        let error = Settings::new(&provider, Secrets::default(), String::new()).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
        let secret = data(&[("token", "hunter2")]);
        let secrets = Secrets {
            certificates: Some(named(&secret)),
            ..Secrets::default()
        };
        let provider = self::provider(json!({"type": "generic"}));
        let error = Settings::new(&provider, secrets, String::new())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("'ca.crt'") && !error.contains("hunter2"),
            "{error}"
        );
    }

    #[test]
    fn everything_secret_is_listed_the_longest_first() {
        let secret = data(&[
            ("token", " user:hunter2\n"),
            ("headers", "X: abc"),
            ("address", "https://x/y"),
        ]);
        let secrets = Secrets {
            provider: Some(named(&secret)),
            ..Secrets::default()
        };
        let settings = Settings::new(
            &provider(json!({"type": "generic"})),
            secrets,
            String::new(),
        )
        .unwrap();
        let all: Vec<String> = settings
            .secrets()
            .iter()
            .map(|s| s.expose().clone())
            .collect();
        for value in [
            " user:hunter2\n",
            "user:hunter2",
            "hunter2",
            "abc",
            "https://x/y",
        ] {
            assert!(all.iter().any(|one| one == value), "{value}");
        }
        assert!(all.is_sorted_by_key(|one| std::cmp::Reverse(one.len())));
        assert!(!format!("{settings:?}").contains("hunter2"));
    }
}
