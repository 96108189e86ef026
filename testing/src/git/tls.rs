//! What the connection is made of.

use std::fmt;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;

use crate::pki::{Authority, Identity, server_config};

/// What the connection is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Transport {
    /// Plain http.
    #[default]
    Http,
    /// https with a certificate of a private authority.
    Tls,
    /// Also asks the client for a certificate of that authority.
    MutualTls,
}

/// The server's side of TLS, and what a client needs to know.
pub(super) struct Tls {
    pub(super) acceptor: TlsAcceptor,
    pub(super) ca: String,
    pub(super) client: Identity,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

impl Tls {
    pub(super) fn new(transport: Transport) -> anyhow::Result<Self> {
        let authority = Authority::new("sluice-test-git")?;
        let server = authority.server(&["127.0.0.1", "localhost", "git.example.dev"])?;
        let client_ca = (transport == Transport::MutualTls).then(|| authority.pem());
        let mut config = server_config(&server, client_ca)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            ca: authority.pem().to_owned(),
            client: authority.client("git-client")?,
        })
    }
}
