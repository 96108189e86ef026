//! The first exchange with a remote: which transport its URL names, and what it can do.

use std::sync::Arc;
use std::time::Instant;

use gix::progress::Discard;
use gix::protocol::Handshake;
use gix::protocol::transport::client::blocking_io::Transport;
use gix::protocol::transport::client::blocking_io::http::Transport as HttpTransport;
use gix::protocol::transport::client::git::ConnectMode;
use gix::protocol::transport::client::git::blocking_io::Connection;
use gix::protocol::transport::{Protocol, Service};

use crate::access::Access;
use crate::conversation::{FirstFailure, Watch};
use crate::error::Error;
use crate::http::Exchange;
use crate::session::{Limits, explain};
use crate::ssh::{self, Program};
use crate::url::{RemoteUrl, Scheme};

/// A conversation after its first exchange.
pub(crate) struct Opened {
    pub transport: Box<dyn Transport>,
    pub handshake: Handshake,
    pub failure: FirstFailure,
}

/// Connects, with the credentials, and learns what the remote can do.
pub(crate) fn open(
    url: &RemoteUrl,
    access: &Access,
    limits: &Limits,
    service: Service,
) -> Result<Opened, Error> {
    let failure = FirstFailure::default();
    let watch = Watch {
        timeout: limits.timeout,
        started: Instant::now(),
        interrupt: Arc::clone(&limits.interrupt),
    };
    // Pushes know the first version of the protocol alone.
    let (program, version) = match service {
        Service::UploadPack => (Program::UploadPack, Protocol::V2),
        Service::ReceivePack => (Program::ReceivePack, Protocol::V1),
    };
    let mut transport: Box<dyn Transport> = match url.scheme() {
        Scheme::Http | Scheme::Https => {
            let exchange = Exchange::new(url, access, watch, failure.clone())?;
            // The library needs a URL to build on; the exchange puts its own base in its place.
            let placeholder = gix::url::parse("https://remote/")
                .map_err(|error| Error::Client(error.to_string()))?;
            Box::new(HttpTransport::new_http(
                exchange,
                placeholder,
                version,
                false,
            ))
        }
        Scheme::Ssh => {
            let opened = ssh::open(url, access, program, watch, failure.clone());
            let (reader, writer) = opened.map_err(|source| Error::List {
                url: url.to_string(),
                source,
            })?;
            let nobody = None::<(String, _)>;
            let mode = ConnectMode::Process;
            Box::new(Connection::new(
                reader, writer, version, "", nobody, mode, false,
            ))
        }
    };
    let handshake = gix::protocol::handshake(
        &mut transport,
        service,
        |_| Ok(None),
        Vec::new(),
        &mut Discard,
    )
    .map_err(|error| Error::List {
        url: url.to_string(),
        source: explain(&failure, &error),
    })?;
    Ok(Opened {
        transport,
        handshake,
        failure,
    })
}
