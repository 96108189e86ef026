//! The asynchronous HTTP client.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::Url;
use reqwest::redirect::Policy;

use crate::error::{TransportError, chain};
use crate::proxy::Proxy;
use crate::tls::Tls;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(30);

/// How long a server may be silent.
const SILENCE: Duration = Duration::from_mins(1);

/// How many redirects are followed.
const MAX_REDIRECTS: usize = 10;

/// What requests are sent with. Redirects are followed; credentials go along to the same host and port only, and no
/// public host leads to a private address.
pub type Client = reqwest::Client;

/// Makes a client.
pub fn build(tls: &Tls, proxy: &Proxy, user_agent: &str) -> Result<Client, TransportError> {
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls.config()?)
        .user_agent(user_agent)
        .redirect(Policy::custom(|attempt| {
            if attempt.previous().len() > MAX_REDIRECTS {
                return attempt.error("stopped after 10 redirects");
            }
            let first = attempt.previous().first();
            if first.is_some_and(|first| leads_inside(first, attempt.url())) {
                return attempt.error("refusing a redirect from a host to a private address");
            }
            attempt.follow()
        }))
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE);
    if let Proxy::Via(address) = proxy {
        builder = builder.proxy(address.to_reqwest()?);
    }
    builder
        .build()
        .map_err(|error| TransportError::Client(chain(&error)))
}

/// Whether an address given by a host is inside a network that the host is no part of, such as a cloud's metadata
/// service.
pub fn leads_inside(from: &Url, to: &Url) -> bool {
    from.host_str() != to.host_str() && (is_link_local(to) || (is_private(to) && !is_private(from)))
}

fn is_link_local(url: &Url) -> bool {
    match literal(url) {
        Some(IpAddr::V4(address)) => address.is_link_local(),
        Some(IpAddr::V6(address)) => address.is_unicast_link_local(),
        None => false,
    }
}

/// The host as an address, if it is one.
fn literal(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .ok()
}

/// Whether the host is a literal loopback, private or link-local address.
fn is_private(url: &Url) -> bool {
    match literal(url) {
        Some(IpAddr::V4(address)) => {
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
        }
        Some(IpAddr::V6(address)) => {
            address.is_loopback()
                || address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local()
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_do_not_lead_from_outside_to_inside() {
        let inside = |from: &str, to: &str| {
            leads_inside(&Url::parse(from).unwrap(), &Url::parse(to).unwrap())
        };
        assert!(inside("https://h/", "http://169.254.169.254/latest"));
        assert!(inside("https://h/", "http://[fd00:ec2::254]/latest"));
        assert!(inside("https://h/", "http://127.0.0.1:1/"));
        assert!(!inside("http://127.0.0.1:1/", "http://127.0.0.1:2/"));
        assert!(inside("http://127.0.0.1:1/", "http://169.254.169.254/"));
        assert!(!inside("http://10.0.0.1/", "http://10.0.0.2/"));
        assert!(!inside("https://h/", "https://cdn.example/"));
        assert!(!inside("https://h/", "https://8.8.8.8/"));
    }
}
