//! How to get at a remote: credentials, certificates and proxy, and how Secrets hold them (G8, P1, P3).

use std::sync::Arc;

use transport::secret::{filled, text};
use transport::tls::ServerIdentity;
use transport::{Tls, TransportError};

pub use transport::tls::ClientCertificate;
pub use transport::{Basic, Hidden, Proxy, SecretData};

use crate::ssh::identity::IdentityError;
use crate::ssh::known_hosts::KnownHostsError;
use crate::ssh::{Algorithms, DEFAULT_USER, Identity as SshIdentity, KnownHosts, Login};
use crate::url::{RemoteUrl, Scheme};

/// What is sent to prove who we are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Credentials {
    /// Nothing.
    #[default]
    Anonymous,
    /// `Authorization: Basic …`
    Basic(Basic),
    /// `Authorization: Bearer …`
    Bearer(Hidden),
    /// A key, over ssh.
    Key(Login),
}

/// Everything that is needed to get at a remote.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Access {
    /// Who we are.
    pub credentials: Credentials,
    /// PEM certificates that are trusted in addition to the system's (P1).
    pub certificate_authority: Option<String>,
    /// For servers that ask for one.
    pub client_certificate: Option<ClientCertificate>,
    /// Which way.
    pub proxy: Proxy,
    /// What ssh connections may use.
    pub algorithms: Algorithms,
}

/// The Secret cannot be used. No message shows a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// A password has nobody to belong to.
    #[error("invalid '{0}' auth option: 'password' requires 'username' to be set")]
    PasswordWithoutUsername(&'static str),
    /// Both kinds of credentials are given.
    #[error("basic auth and bearer token cannot be set at the same time")]
    BasicAndBearer,
    /// A token cannot stand in a header.
    #[error("value of key '{0}' holds characters that cannot be sent in a header")]
    NotHeader(&'static str),
    /// Half of a pair is missing.
    #[error("'tls.crt' and 'tls.key' must be set together: '{0}' is missing")]
    HalfPair(&'static str),
    /// What ssh needs is not there.
    #[error("invalid 'ssh' auth option: '{0}' is required")]
    Missing(&'static str),
    /// The key cannot be used.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The keys of hosts cannot be read.
    #[error(transparent)]
    KnownHosts(#[from] KnownHostsError),
    /// Certificates or proxy cannot be used.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

impl Access {
    /// Reads the Secret that `secretRef` names, or takes what the URL holds if there is none (G8).
    pub fn from_secret(url: &RemoteUrl, data: &SecretData) -> Result<Self, AccessError> {
        let scheme = match url.scheme() {
            Scheme::Http => "http",
            Scheme::Https => "https",
            Scheme::Ssh => {
                return Ok(Self {
                    credentials: Credentials::Key(login(url, data)?),
                    ..Self::default()
                });
            }
        };
        let bearer = text(data, "bearerToken")?;
        let (mut username, mut password) = if bearer.is_some() {
            (None, None)
        } else {
            (filled(data, "username")?, filled(data, "password")?)
        };
        if let Some(user) = url.user() {
            username = username.or_else(|| Some(user.username.clone()));
            password = password
                .or_else(|| Some(user.password.expose().to_owned()))
                .filter(|password| !password.is_empty());
        }
        let credentials = match (bearer, username, password) {
            (Some(token), None, None) if is_header_value(&token) => {
                Credentials::Bearer(token.into())
            }
            (Some(_), None, None) => return Err(AccessError::NotHeader("bearerToken")),
            (Some(_), ..) => return Err(AccessError::BasicAndBearer),
            (None, None, Some(_)) => return Err(AccessError::PasswordWithoutUsername(scheme)),
            (None, None, None) => Credentials::Anonymous,
            (None, Some(username), password) => Credentials::Basic(Basic {
                username,
                password: password.unwrap_or_default().into(),
            }),
        };
        let certificate_authority = match filled(data, "ca.crt")? {
            Some(certificates) => Some(certificates),
            None => filled(data, "caFile")?,
        };
        let client_certificate = match (filled(data, "tls.crt")?, filled(data, "tls.key")?) {
            (Some(chain), Some(key)) => Some(ClientCertificate {
                chain: chain.into(),
                key: key.into(),
            }),
            (None, None) => None,
            (Some(_), None) => return Err(AccessError::HalfPair("tls.key")),
            (None, Some(_)) => return Err(AccessError::HalfPair("tls.crt")),
        };
        Ok(Self {
            credentials,
            certificate_authority,
            client_certificate,
            ..Self::default()
        })
    }

    /// The TLS side of a conversation.
    pub(crate) fn tls(&self, identity: Identity) -> Tls {
        Tls {
            certificate_authority: self.certificate_authority.clone(),
            client_certificate: self
                .client_certificate
                .clone()
                .filter(|_| identity == Identity::Shown),
            server: ServerIdentity::Proven,
        }
    }
}

/// Who logs in over ssh, and to whom: neither can be left out (G8).
fn login(url: &RemoteUrl, data: &SecretData) -> Result<Login, AccessError> {
    let identity = filled(data, "identity")?.ok_or(AccessError::Missing("identity"))?;
    let known_hosts = filled(data, "known_hosts")?.ok_or(AccessError::Missing("known_hosts"))?;
    let passphrase = text(data, "password")?.unwrap_or_default();
    let user = url.user().map(|user| user.username.clone());
    Ok(Login {
        user: user.unwrap_or_else(|| DEFAULT_USER.to_owned()),
        identity: Arc::new(SshIdentity::read(&identity, &passphrase)?),
        known_hosts: Arc::new(KnownHosts::parse(&known_hosts)?),
    })
}

/// Whether the client certificate is shown to servers that ask for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    Shown,
    Hidden,
}

fn is_header_value(value: &str) -> bool {
    value
        .bytes()
        .all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte) || byte >= 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(pairs: &[(&str, &str)]) -> SecretData {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec()))
            .collect()
    }

    fn access(url: &str, pairs: &[(&str, &str)]) -> Result<Access, AccessError> {
        Access::from_secret(&RemoteUrl::parse(url).unwrap(), &data(pairs))
    }

    fn basic(username: &str, password: &str) -> Credentials {
        Credentials::Basic(Basic {
            username: username.into(),
            password: password.to_owned().into(),
        })
    }

    #[test]
    fn g8_basic_from_secret_with_gaps_filled_by_the_url() {
        let check = |url: &str, pairs: &[(&str, &str)], expected| {
            assert_eq!(
                access(url, pairs).unwrap().credentials,
                expected,
                "{url} {pairs:?}"
            );
        };
        check("https://h/r", &[], Credentials::Anonymous);
        check("https://u:p@h/r", &[], basic("u", "p"));
        check("https://u@h/r", &[], basic("u", ""));
        check(
            "https://u:p@h/r",
            &[("username", "s"), ("password", "t")],
            basic("s", "t"),
        );
        check("https://u:p@h/r", &[("username", "s")], basic("s", "p"));
        check("https://u@h/r", &[("password", "t")], basic("u", "t"));
        check(
            "http://h/r",
            &[("username", "s"), ("password", "t")],
            basic("s", "t"),
        );
    }

    #[test]
    fn g8_bearer_wins_and_is_exclusive_with_the_url() {
        let token = Credentials::Bearer("t".to_owned().into());
        let pairs = [("bearerToken", "t"), ("username", "u"), ("password", "p")];
        assert_eq!(access("https://h/r", &pairs).unwrap().credentials, token);
        assert_eq!(
            access("https://u@h/r", &pairs),
            Err(AccessError::BasicAndBearer)
        );
        assert_eq!(
            access("https://h/r", &[("bearerToken", "a\nb")]),
            Err(AccessError::NotHeader("bearerToken"))
        );
    }

    #[test]
    fn g8_password_needs_a_username() {
        let error = access("http://h/r", &[("password", "p")])
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "invalid 'http' auth option: 'password' requires 'username' to be set"
        );
    }

    #[test]
    fn p1_certificates_and_their_older_name() {
        let found = access("https://h/r", &[("caFile", "old")]).unwrap();
        assert_eq!(found.certificate_authority.as_deref(), Some("old"));
        let found = access("https://h/r", &[("caFile", "old"), ("ca.crt", "new")]).unwrap();
        assert_eq!(found.certificate_authority.as_deref(), Some("new"));
        assert_eq!(
            access("https://h/r", &[("tls.crt", "c")]),
            Err(AccessError::HalfPair("tls.key"))
        );
        assert_eq!(
            access("https://h/r", &[("tls.key", "c")]),
            Err(AccessError::HalfPair("tls.crt"))
        );
        assert!(
            access("https://h/r", &[("tls.crt", "c"), ("tls.key", "k")])
                .unwrap()
                .client_certificate
                .is_some()
        );
    }

    #[test]
    fn no_message_and_no_debug_text_shows_a_value() {
        let found = access(
            "https://h/r",
            &[
                ("username", "u"),
                ("password", "hush"),
                ("tls.crt", "hush"),
                ("tls.key", "hush"),
            ],
        )
        .unwrap();
        assert!(!format!("{found:?}").contains("hush"));
        let found = access("https://h/r", &[("bearerToken", "hush")]).unwrap();
        assert!(!format!("{found:?}").contains("hush"));
    }
}
