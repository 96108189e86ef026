//! The HTTP client of one conversation.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use reqwest::blocking::Client;
use reqwest::header::HeaderValue;
use transport::chain;

use crate::access::{Access, AccessError, Credentials, Identity, Proxy};
use crate::error::Error;

/// Makes a client from certificates and proxy.
pub(super) fn build(access: &Access, identity: Identity) -> Result<Client, Error> {
    // Redirects are followed by hand; a connection serves one conversation.
    let mut builder = Client::builder()
        .tls_backend_preconfigured(access.tls(identity).config().map_err(AccessError::from)?)
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(1)
        .timeout(None);
    if let Proxy::Via(address) = &access.proxy {
        let proxy = address.to_reqwest().map_err(AccessError::from)?;
        builder = builder.proxy(proxy);
    }
    builder
        .build()
        .map_err(|error| Error::Client(chain(&error)))
}

/// The header that says who we are.
pub(super) fn authorization(credentials: &Credentials) -> Result<Option<HeaderValue>, Error> {
    let (name, value) = match credentials {
        // A key is for the other transport.
        Credentials::Anonymous | Credentials::Key(_) => return Ok(None),
        Credentials::Bearer(token) => ("bearerToken", format!("Bearer {}", token.expose())),
        Credentials::Basic(login) => {
            let pair = format!("{}:{}", login.username, login.password.expose());
            ("password", format!("Basic {}", BASE64.encode(pair)))
        }
    };
    let mut value = HeaderValue::from_str(&value).map_err(|_| AccessError::NotHeader(name))?;
    value.set_sensitive(true);
    Ok(Some(value))
}
