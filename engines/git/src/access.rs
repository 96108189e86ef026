//! How to get at a remote: credentials, certificates and proxy, and how Secrets hold them (G8, P1, P3).

use std::collections::BTreeMap;
use std::fmt;

use crate::url::{RemoteUrl, Scheme};

/// The data of a Secret: keys and raw bytes.
pub type SecretData = BTreeMap<String, Vec<u8>>;

/// The longest proxy address (P3).
const MAX_PROXY_ADDRESS: usize = 2048;

/// A value that is not shown.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Hidden(String);

impl Hidden {
    /// The value, for the place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Hidden {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A user name and password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basic {
    /// Who.
    pub username: String,
    /// May be empty.
    pub password: Hidden,
}

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
}

/// A certificate chain and its key, both PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// Certificates.
    pub chain: Hidden,
    /// Private key.
    pub key: Hidden,
}

/// Which way requests take.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Proxy {
    /// As the variables `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
    #[default]
    Environment,
    /// Through this one, whatever the environment says.
    Via(ProxyAddress),
}

/// A proxy server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyAddress {
    /// `http://`, `https://` or `socks5://`, without user information.
    pub(crate) url: reqwest::Url,
    /// For the proxy itself.
    pub(crate) login: Option<Basic>,
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
    /// A value is no text.
    #[error("value of key '{0}' is not valid UTF-8")]
    NotText(&'static str),
    /// A token cannot stand in a header.
    #[error("value of key '{0}' holds characters that cannot be sent in a header")]
    NotHeader(&'static str),
    /// Half of a pair is missing.
    #[error("'tls.crt' and 'tls.key' must be set together: '{0}' is missing")]
    HalfPair(&'static str),
    /// The PEM cannot be read.
    #[error("cannot read {0}: expected PEM")]
    Pem(&'static str),
    /// The proxy Secret lacks its address.
    #[error("invalid proxy secret: key 'address' is missing")]
    NoProxyAddress,
    /// The address cannot be used.
    #[error("invalid proxy address: {0}")]
    ProxyAddress(String),
}

impl Access {
    /// Reads the Secret that `secretRef` names, or takes what the URL holds if there is none (G8).
    pub fn from_secret(url: &RemoteUrl, data: &SecretData) -> Result<Self, AccessError> {
        let scheme = if url.scheme() == Scheme::Http {
            "http"
        } else {
            "https"
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
}

impl Proxy {
    /// Reads the Secret that `proxySecretRef` names (P3).
    pub fn from_secret(data: &SecretData) -> Result<Self, AccessError> {
        let invalid = |message: &str| AccessError::ProxyAddress(message.to_owned());
        let address = filled(data, "address")?.ok_or(AccessError::NoProxyAddress)?;
        if address.len() > MAX_PROXY_ADDRESS {
            return Err(invalid("longer than 2048 characters"));
        }
        let mut url = reqwest::Url::parse(&address).map_err(|error| invalid(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https" | "socks5") {
            return Err(invalid("scheme must be http, https or socks5"));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(invalid("empty host"));
        }
        let from_url = RemoteUrl::parse(&address)
            .ok()
            .and_then(|url| url.user().cloned());
        // Cannot fail: there is a host.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        let login = match filled(data, "username")? {
            Some(username) => {
                let password = filled(data, "password")?.unwrap_or_default().into();
                Some(Basic { username, password })
            }
            None => from_url,
        };
        Ok(Self::Via(ProxyAddress { url, login }))
    }
}

/// The value of a key, if it is there.
fn text(data: &SecretData, key: &'static str) -> Result<Option<String>, AccessError> {
    data.get(key)
        .map(|bytes| String::from_utf8(bytes.clone()).map_err(|_| AccessError::NotText(key)))
        .transpose()
}

/// The value of a key, if it is there and not empty.
fn filled(data: &SecretData, key: &'static str) -> Result<Option<String>, AccessError> {
    Ok(text(data, key)?.filter(|value| !value.is_empty()))
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
    fn p3_proxy_needs_an_address_of_a_known_scheme() {
        let read = |pairs: &[(&str, &str)]| Proxy::from_secret(&data(pairs));
        assert_eq!(read(&[]), Err(AccessError::NoProxyAddress));
        for (address, expected) in [
            (
                "ftp://p:1",
                "invalid proxy address: scheme must be http, https or socks5",
            ),
            (
                "p:1",
                "invalid proxy address: scheme must be http, https or socks5",
            ),
            ("//x", "invalid proxy address: relative URL without a base"),
        ] {
            assert_eq!(
                read(&[("address", address)]).unwrap_err().to_string(),
                expected
            );
        }
        let long = format!("http://{}", "p".repeat(2048));
        assert!(read(&[("address", &long)]).is_err());
        let Proxy::Via(proxy) = read(&[
            ("address", "socks5://p:1080"),
            ("username", "u"),
            ("password", "w"),
        ])
        .unwrap() else {
            panic!("no proxy");
        };
        assert_eq!(
            (proxy.url.as_str(), proxy.login.unwrap().username),
            ("socks5://p:1080", "u".to_owned())
        );
        let Proxy::Via(proxy) = read(&[("address", "http://a:b@p:3128")]).unwrap() else {
            panic!("no proxy")
        };
        assert_eq!(proxy.url.as_str(), "http://p:3128/");
        assert_eq!(proxy.login.unwrap().password.expose(), "b");
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
