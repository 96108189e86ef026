//! Addresses as Go's `net.Listen` takes them.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::TcpListener;

/// Why an address cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// Not of the form host:port.
    #[error("invalid value of --{flag}: {address:?}: expected host:port or :port")]
    Malformed {
        /// The flag.
        flag: &'static str,
        /// Its value.
        address: String,
    },
    /// The system refused.
    #[error("failed to listen on --{flag} {address}: {source}")]
    Listen {
        /// The flag.
        flag: &'static str,
        /// Its value.
        address: String,
        /// What the system says.
        source: io::Error,
    },
}

/// Listens on `host:port` or `:port`, the latter on every interface, IPv6 included where there is any. Nothing for the
/// address `0`, which turns a server off.
///
/// # Errors
/// Names the flag.
pub async fn listen(
    flag: &'static str,
    address: &str,
) -> Result<Option<TcpListener>, AddressError> {
    if address == "0" {
        return Ok(None);
    }
    let malformed = || AddressError::Malformed {
        flag,
        address: address.to_owned(),
    };
    let (host, port) = address.rsplit_once(':').ok_or_else(malformed)?;
    let port: u16 = port.parse().map_err(|_| malformed())?;
    let bound = if host.is_empty() {
        match TcpListener::bind(SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))).await {
            Ok(listener) => Ok(listener),
            Err(_) => TcpListener::bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))).await,
        }
    } else {
        TcpListener::bind((host.trim_start_matches('[').trim_end_matches(']'), port)).await
    };
    bound.map(Some).map_err(|source| AddressError::Listen {
        flag,
        address: address.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn addresses_are_taken_as_go_takes_them() {
        for address in ["127.0.0.1:0", "localhost:0", ":0"] {
            assert!(
                listen("health-addr", address).await.unwrap().is_some(),
                "{address}"
            );
        }
        assert!(listen("health-addr", "0").await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_bad_address_names_its_flag() {
        for address in ["", "8080", "host:", ":99999", "host:http"] {
            let error = listen("metrics-addr", address)
                .await
                .unwrap_err()
                .to_string();
            assert!(
                error.starts_with("invalid value of --metrics-addr"),
                "{error}"
            );
        }
        let taken = listen("metrics-addr", "127.0.0.1:0")
            .await
            .unwrap()
            .unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let error = listen("metrics-addr", &address)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with(&format!("failed to listen on --metrics-addr {address}")),
            "{error}"
        );
    }
}
