//! HTTP clients by what they trust and where they go through.

use std::sync::{Arc, OnceLock};

use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, ClientBuilder, Proxy, Url};

use super::SendError;
use crate::provider::settings::Transport;

/// As many redirects as Go follows.
const MAX_REDIRECTS: usize = 10;

/// The clients that most providers share: one for http, which knows no certificate authority, and one for https with those of
/// the system, made when it is needed first since these take a megabyte that stays. A proxy or certificates of a provider's own
/// make a client that is gone with its message.
#[derive(Debug, Clone, Default)]
pub(super) struct Clients {
    plain: Arc<OnceLock<Client>>,
    secure: Arc<OnceLock<Client>>,
}

impl Clients {
    /// A client for an address.
    pub(super) fn get(&self, transport: &Transport, url: &Url) -> Result<Client, SendError> {
        if *transport != Transport::default() {
            return own(transport);
        }
        let secure = url.scheme() == "https";
        let shared = if secure { &self.secure } else { &self.plain };
        if let Some(client) = shared.get() {
            return Ok(client.clone());
        }
        let builder = if secure {
            base()
        } else {
            base().tls_certs_only([])
        };
        let client = build(builder)?;
        Ok(shared.get_or_init(|| client).clone())
    }
}

fn own(transport: &Transport) -> Result<Client, SendError> {
    let refused = |error: &dyn std::fmt::Display| SendError::Client(error.to_string());
    let mut builder = base();
    if let Some(proxy) = &transport.proxy {
        // Names are looked up by the proxy, as in Go. The address was checked; an error here could quote it.
        let address = match proxy.expose().strip_prefix("socks5://") {
            Some(rest) => format!("socks5h://{rest}"),
            None => proxy.expose().clone(),
        };
        let proxy = Proxy::all(address)
            .map_err(|_| SendError::Client("the proxy address cannot be used".to_owned()))?;
        builder = builder.proxy(proxy);
    }
    if let Some(tls) = &transport.tls {
        if let Some(authorities) = tls.authorities().map_err(|error| refused(&error))? {
            builder = builder.tls_certs_only(authorities);
        }
        if let Some(identity) = tls.identity().map_err(|error| refused(&error))? {
            builder = builder.identity(identity);
        }
    }
    build(builder)
}

fn base() -> ClientBuilder {
    Client::builder()
        .redirect(Policy::custom(|attempt| {
            if attempt.previous().len() > MAX_REDIRECTS || leaves(&attempt) {
                attempt.stop()
            } else {
                attempt.follow()
            }
        }))
        .referer(false)
}

/// Whether a redirect leads to another host, another port, or away from https. A redirect that is not followed is an answer
/// like others: not a success.
fn leaves(attempt: &Attempt<'_>) -> bool {
    let Some(first) = attempt.previous().first() else {
        return false;
    };
    let next = attempt.url();
    let same_port = first.port_or_known_default() == next.port_or_known_default();
    let upgraded = first.scheme() == "http" && next.scheme() == "https";
    let same_scheme = first.scheme() == next.scheme();
    first.host_str() != next.host_str() || !(upgraded || same_scheme && same_port)
}

fn build(builder: ClientBuilder) -> Result<Client, SendError> {
    builder
        .build()
        .map_err(|error| SendError::Client(super::cause(&error)))
}
