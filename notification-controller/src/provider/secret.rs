//! What a Provider's Secret means (section 4).

use std::collections::BTreeMap;

use common::redact::Secret;

use super::SettingsError;
use super::tls::Tls;

/// The longest address, in bytes.
const MAX_ADDRESS: usize = 2048;

pub use crate::secrets::Data;

/// A Secret and its name in messages, `namespace/name`.
#[derive(Clone, Copy)]
pub struct Named<'a> {
    /// `namespace/name`.
    pub name: &'a str,
    /// The data.
    pub data: &'a Data,
}

impl Named<'_> {
    /// A value as text; what is no text becomes one.
    fn text(&self, key: &str) -> Option<String> {
        let value = self.data.get(key)?;
        Some(String::from_utf8_lossy(value).into_owned())
    }
}

/// Name and password, or a token, or both, or neither.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The token, as it stands in the Secret: not trimmed (section 13.16).
    pub token: Option<Secret>,
    /// Name and password.
    pub basic: Option<(String, Secret)>,
}

/// Why credentials are not used. For most types that goes without saying (B3).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// One without the other.
    #[error("secret '{secret}': malformed basic auth - has '{present}' but missing '{missing}'")]
    HalfBasic {
        /// The Secret.
        secret: String,
        /// What is there.
        present: &'static str,
        /// What is not.
        missing: &'static str,
    },
    /// Both or neither of two keys of which one is needed.
    #[error(
        "secret '{0}' must contain exactly one of 'githubAppInstallationOwner' or 'githubAppInstallationID'"
    )]
    Installation(String),
    /// Certificates that cannot be read.
    #[error("{0}")]
    Tls(String),
}

/// Reads the credentials of a Secret. Anything malformed makes all of it count for nothing (B3), so that half a pair of name
/// and password takes the token with it.
///
/// # Errors
/// What is malformed.
pub fn credentials(secret: Named<'_>) -> Result<Credentials, CredentialsError> {
    let half = |present, missing| {
        Err(CredentialsError::HalfBasic {
            secret: secret.name.to_owned(),
            present,
            missing,
        })
    };
    let basic = match (secret.text("username"), secret.text("password")) {
        (Some(username), Some(password)) => Some((username, Secret::new(password))),
        (Some(_), None) => return half("username", "password"),
        (None, Some(_)) => return half("password", "username"),
        (None, None) => None,
    };
    let has = |key: &str| secret.data.contains_key(key);
    if has("githubAppID")
        && has("githubAppPrivateKey")
        && has("githubAppInstallationOwner") == has("githubAppInstallationID")
    {
        return Err(CredentialsError::Installation(secret.name.to_owned()));
    }
    // Certificates that are incomplete are as good as none; those that cannot be read spoil the rest.
    if let Ok(tls) = Tls::of_secret(secret) {
        tls.check()
            .map_err(|error| CredentialsError::Tls(error.to_string()))?;
    }
    let token = secret.text("token").filter(|token| !token.is_empty());
    Ok(Credentials {
        token: token.map(Secret::new),
        basic,
    })
}

/// The address that takes the place of `spec.address`.
///
/// # Errors
/// When it is too long.
pub fn address(secret: Named<'_>) -> Result<Option<Secret>, SettingsError> {
    let Some(address) = secret.data.get("address") else {
        return Ok(None);
    };
    if address.len() > MAX_ADDRESS {
        return Err(SettingsError::LongAddress);
    }
    let address = String::from_utf8_lossy(address).trim().to_owned();
    Ok(Some(Secret::new(address)))
}

/// Headers to send besides the usual ones.
///
/// # Errors
/// When they are not a YAML mapping of texts.
pub fn headers(secret: Named<'_>) -> Result<BTreeMap<String, Secret>, SettingsError> {
    let Some(text) = secret.data.get("headers") else {
        return Ok(BTreeMap::new());
    };
    // The parser's own words could quote a value.
    let refused = || SettingsError::Headers(secret.name.to_owned());
    let text = std::str::from_utf8(text).map_err(|_| refused())?;
    super::settings::yaml_texts(text)
        .ok_or_else(refused)
        .map(|all| {
            all.into_iter()
                .map(|(name, value)| (name, Secret::new(value)))
                .collect()
        })
}

/// The deprecated proxy of a Secret.
pub fn proxy(secret: Named<'_>) -> Option<Secret> {
    let proxy = secret.text("proxy")?;
    Some(Secret::new(proxy.trim().to_owned()))
}

/// The proxy of a Secret of its own (B2), name and password put into the address.
///
/// # Errors
/// When there is no address, or it is none of a proxy.
pub fn proxy_secret(secret: Named<'_>) -> Result<Secret, SettingsError> {
    let invalid = |cause: &str| SettingsError::Proxy {
        secret: secret.name.to_owned(),
        cause: cause.to_owned(),
    };
    let address = secret
        .text("address")
        .ok_or_else(|| invalid("key 'address' not found"))?;
    if address.is_empty() {
        return Err(invalid("proxy address is empty"));
    }
    if address.len() > MAX_ADDRESS {
        return Err(invalid(
            "proxy URL exceeds maximum length of 2048 characters",
        ));
    }
    let mut url = reqwest::Url::parse(&address)
        .map_err(|error| invalid(&format!("failed to parse proxy address: {error}")))?;
    if !matches!(url.scheme(), "http" | "https" | "socks5") {
        return Err(invalid(&format!(
            "proxy URL must use one of the supported schemes (http, https, socks5), got '{}'",
            url.scheme()
        )));
    }
    let no_host = |()| invalid("the proxy address has no host");
    if let Some(username) = secret.text("username") {
        url.set_username(&username).map_err(no_host)?;
        let password = secret.text("password");
        url.set_password(password.as_deref()).map_err(no_host)?;
    }
    Ok(Secret::new(url.to_string()))
}

/// Whether the Secret is that of a GitHub App.
pub fn is_github_app(secret: Named<'_>) -> bool {
    secret.data.contains_key("githubAppID")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::samples::{data, named};

    #[test]
    fn b3_half_a_pair_takes_the_token_with_it_and_says_which_half() {
        for (present, missing) in [("username", "password"), ("password", "username")] {
            let data = data(&[("token", "t"), (present, "x")]);
            let error = credentials(named(&data)).unwrap_err().to_string();
            assert_eq!(
                error,
                format!(
                    "secret 'ns/s': malformed basic auth - has '{present}' but missing '{missing}'"
                )
            );
        }
        let both = data(&[
            ("githubAppID", "1"),
            ("githubAppPrivateKey", "k"),
            ("token", "t"),
        ]);
        assert!(credentials(named(&both)).is_err());
    }

    #[test]
    fn a_token_is_not_trimmed_and_an_empty_one_is_none() {
        let with = |token: &str| {
            credentials(named(&data(&[("token", token)])))
                .unwrap()
                .token
        };
        assert_eq!(with(" t\n"), Some(Secret::new(" t\n".to_owned())));
        assert_eq!(with(""), None);
    }

    #[test]
    fn b3_incomplete_certificates_are_none_and_unreadable_ones_spoil_the_token() {
        let incomplete = data(&[("token", "t"), ("tls.crt", "x")]);
        assert!(credentials(named(&incomplete)).unwrap().token.is_some());
        let unreadable = data(&[("token", "t"), ("ca.crt", "no certificate")]);
        let error = credentials(named(&unreadable)).unwrap_err();
        assert_eq!(error.to_string(), "failed to parse CA certificate");
    }

    #[test]
    fn an_address_is_trimmed_and_bounded() {
        let of = |text: &str| address(named(&data(&[("address", text)])));
        assert_eq!(
            of(" https://x/ \n").unwrap(),
            Some(Secret::new("https://x/".to_owned()))
        );
        assert!(of(&"x".repeat(2049)).is_err());
        assert_eq!(address(named(&Data::new())).unwrap(), None);
    }

    #[test]
    fn headers_are_a_mapping_of_texts_and_errors_do_not_quote_them() {
        let of = |text: &str| headers(named(&data(&[("headers", text)])));
        let read = of("Authorization: hunter2\nX-Other: \"7\"\n").unwrap();
        assert_eq!(read["Authorization"].expose(), "hunter2");
        assert_eq!(read["X-Other"].expose(), "7");
        for text in ["- hunter2", "a: [hunter2]", "a: {b: hunter2}", "hunter2"] {
            let error = of(text).unwrap_err().to_string();
            assert!(
                error.contains("ns/s") && !error.contains("hunter2"),
                "{error}"
            );
        }
    }

    #[test]
    fn b2_a_proxy_secret_needs_an_address_of_a_known_scheme() {
        let of = |entries: &[(&str, &str)]| proxy_secret(named(&data(entries)));
        let url = of(&[
            ("address", "http://proxy:3128"),
            ("username", "u"),
            ("password", "p@ss"),
        ]);
        assert_eq!(url.unwrap().expose(), "http://u:p%40ss@proxy:3128/");
        assert_eq!(
            of(&[("address", "socks5://p:1")]).unwrap().expose(),
            "socks5://p:1"
        );
        for (entries, cause) in [
            (vec![], "key 'address' not found"),
            (vec![("address", "")], "proxy address is empty"),
            (vec![("address", "ftp://p")], "got 'ftp'"),
        ] {
            let error = of(&entries).unwrap_err().to_string();
            assert!(error.contains(cause) && error.contains("ns/s"), "{error}");
        }
    }
}
