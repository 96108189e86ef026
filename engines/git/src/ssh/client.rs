//! Handshake, authentication, and the start of the remote program.

use std::borrow::Cow;
use std::sync::Arc;

use russh::client::{Config, Handle, Handler, connect_stream};
use russh::keys::{HashAlg, PrivateKeyWithHashAlg, PublicKeyOrCertificate};
use russh::{Channel, SshId, client};
use tokio::runtime::Builder;
use transport::proxy::decode;

use super::dial::dial;
use super::error::SshError;
use super::known_hosts::{Host, KnownHosts};
use super::stream::{Pipe, Reader, Writer, complete};
use super::{Identity, Login};
use crate::access::{Access, Credentials};
use crate::conversation::{FirstFailure, Watch};
use crate::error::RemoteError;
use crate::url::RemoteUrl;

/// What we say we are.
const CLIENT_ID: &str = concat!("SSH-2.0-sluice_", env!("CARGO_PKG_VERSION"));

/// The port of URLs that name none.
const DEFAULT_PORT: u16 = 22;

/// The program that serves the other side of git's protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    /// Fetches.
    UploadPack,
    /// Takes pushes.
    ReceivePack,
}

/// A connection that is logged in, with a channel on which the program runs.
pub(super) struct Connected {
    pub handle: Handle<Visitor>,
    pub channel: Channel<client::Msg>,
}

/// Decides whether the host is the one that is meant.
pub(super) struct Visitor {
    host: Host,
    known_hosts: Arc<KnownHosts>,
}

impl Handler for Visitor {
    type Error = SshError;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, SshError> {
        // Certificates of hosts have a time; before the epoch none is valid.
        let now = u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or(0);
        self.known_hosts.check(&self.host, shown, now)?;
        Ok(true)
    }
}

/// Connects, logs in and starts the program.
pub(crate) fn open(
    url: &RemoteUrl,
    access: &Access,
    program: Program,
    watch: Watch,
    failure: FirstFailure,
) -> Result<(Reader, Writer), RemoteError> {
    let Credentials::Key(login) = &access.credentials else {
        // Access from a Secret always has one for this scheme.
        let message = "there is no key to log in with".to_owned();
        return Err(SshError::Handshake(message).into());
    };
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| SshError::Broken(error.to_string()))?;
    let connecting = connect(url, access, login, program);
    let connected = complete(&runtime, &watch, connecting)??;
    Ok(Pipe::open(runtime, connected, watch, failure))
}

async fn connect(
    url: &RemoteUrl,
    access: &Access,
    login: &Login,
    program: Program,
) -> Result<Connected, SshError> {
    let host = host(url);
    let preferred = access.algorithms.preferred(&login.known_hosts.types(&host));
    let config = Config {
        client_id: SshId::Standard(Cow::Borrowed(CLIENT_ID)),
        preferred,
        nodelay: true,
        ..Config::default()
    };
    let stream = dial(&host, &access.proxy).await?;
    let visitor = Visitor {
        host,
        known_hosts: Arc::clone(&login.known_hosts),
    };
    let mut handle = connect_stream(Arc::new(config), stream, visitor).await?;
    authenticate(&mut handle, &login.user, &login.identity).await?;
    let channel = handle.channel_open_session().await.map_err(broken)?;
    if program == Program::UploadPack {
        // Servers that do not take it speak the older protocol.
        let version = channel.set_env(false, "GIT_PROTOCOL", "version=2").await;
        version.map_err(broken)?;
    }
    let command = format!("{} {}", program.name(), quoted(&path(url)));
    channel.exec(true, command).await.map_err(broken)?;
    Ok(Connected { handle, channel })
}

async fn authenticate(
    handle: &mut Handle<Visitor>,
    user: &str,
    identity: &Identity,
) -> Result<(), SshError> {
    let key = identity.key();
    let hashes = if key.algorithm().is_rsa() {
        match handle.best_supported_rsa_hash().await.map_err(broken)? {
            Some(hash) => vec![hash],
            // A server that does not say may be too old for anything but the last.
            None => vec![Some(HashAlg::Sha512), None],
        }
    } else {
        vec![None]
    };
    for hash in hashes {
        let key = PrivateKeyWithHashAlg::new(Arc::clone(&key), hash);
        let result = handle.authenticate_publickey(user, key).await;
        if result.map_err(SshError::from)?.success() {
            return Ok(());
        }
    }
    Err(SshError::Unauthorized {
        user: user.to_owned(),
        key: identity.shown(),
    })
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "results hand their errors over"
)]
pub(super) fn broken(error: russh::Error) -> SshError {
    SshError::Broken(error.to_string())
}

fn host(url: &RemoteUrl) -> Host {
    let name = url.url().host_str().unwrap_or_default();
    let name = name.trim_start_matches('[').trim_end_matches(']');
    Host {
        name: decode(name).to_ascii_lowercase(),
        port: url.url().port().unwrap_or(DEFAULT_PORT),
    }
}

/// The path as the other side wants it: `/~user/…` is relative to a home directory (git-clone(1)).
fn path(url: &RemoteUrl) -> String {
    let path = decode(url.url().path());
    match path.strip_prefix("/~") {
        Some(rest) => format!("~{rest}"),
        None => path,
    }
}

/// An argument for the shell of the other side.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

impl Program {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::UploadPack => "git-upload-pack",
            Self::ReceivePack => "git-receive-pack",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g8_urls_name_host_port_and_path() {
        for (text, expected_host, expected_path) in [
            (
                "ssh://git@Host.example/org/r.git",
                "host.example",
                "/org/r.git",
            ),
            ("ssh://git@h:2222/org/r%20x.git", "[h]:2222", "/org/r x.git"),
            ("ssh://git@[::1]:22/~me/r", "::1", "~me/r"),
            ("ssh://h/it's", "h", "/it's"),
        ] {
            let url = RemoteUrl::parse(text).unwrap();
            assert_eq!(host(&url).to_string(), expected_host, "{text}");
            assert_eq!(path(&url), expected_path, "{text}");
        }
        assert_eq!(quoted("/it's $(x)"), r"'/it'\''s $(x)'");
    }
}
