//! Which way requests take (P3).

use reqwest::Url;

use crate::error::{TransportError, chain};
use crate::secret::{Basic, SecretData, filled};

/// The longest proxy address (P3).
const MAX_ADDRESS: usize = 2048;

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
    url: Url,
    /// For the proxy itself.
    login: Option<Basic>,
}

impl Proxy {
    /// Reads the Secret that `proxySecretRef` names (P3).
    pub fn from_secret(data: &SecretData) -> Result<Self, TransportError> {
        let invalid = |message: &str| TransportError::ProxyAddress(message.to_owned());
        let address = filled(data, "address")?.ok_or(TransportError::NoProxyAddress)?;
        if address.len() > MAX_ADDRESS {
            return Err(invalid("longer than 2048 characters"));
        }
        let mut url = Url::parse(&address).map_err(|error| invalid(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https" | "socks5") {
            return Err(invalid("scheme must be http, https or socks5"));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(invalid("empty host"));
        }
        let from_url = (!url.username().is_empty()).then(|| Basic {
            username: decode(url.username()),
            password: decode(url.password().unwrap_or_default()).into(),
        });
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

impl ProxyAddress {
    /// Where it is, without user information.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Who it wants to hear of.
    pub fn login(&self) -> Option<&Basic> {
        self.login.as_ref()
    }

    /// The proxy in the client's terms.
    pub fn to_reqwest(&self) -> Result<reqwest::Proxy, TransportError> {
        // Names are resolved by the proxy, as the Go client does for both spellings.
        let text = self.url.as_str();
        let text = match text.strip_prefix("socks5://") {
            Some(rest) => format!("socks5h://{rest}"),
            None => text.to_owned(),
        };
        let proxy = reqwest::Proxy::all(text)
            .map_err(|error| TransportError::ProxyAddress(chain(&error.without_url())))?;
        Ok(match &self.login {
            None => proxy,
            Some(login) => proxy.basic_auth(&login.username, login.password.expose()),
        })
    }
}

/// Undoes percent-encoding; what is no encoding stays as it is.
pub fn decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let decoded = (byte == b'%')
            .then(|| tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok()))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(decoded.unwrap_or(byte));
        rest = if decoded.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Proxy, TransportError> {
        let data = pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec()))
            .collect();
        Proxy::from_secret(&data)
    }

    #[test]
    fn p3_proxy_needs_an_address_of_a_known_scheme() {
        assert_eq!(read(&[]), Err(TransportError::NoProxyAddress));
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
    }

    #[test]
    fn p3_login_is_that_of_the_keys_or_of_the_address() {
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
    fn odd_percent_signs_stay() {
        assert_eq!(decode("a%zz%4"), "a%zz%4");
        assert_eq!(decode("%2F%c3%A9"), "/\u{e9}");
    }
}
