//! The server: who may log in, and the programs that it runs for them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use russh::keys::{PrivateKey, PublicKey, decode_secret_key};
use russh::server::{
    Auth, ChannelOpenHandle, Config, Handle, Handler, Msg, Session, VerifiedPublicKey, run_stream,
};
use russh::{Channel, ChannelId, ChannelReadHalf, ChannelWriteHalf};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use super::super::program::CLEAN;
use super::super::repository::Repository;
use super::key::SshKey;
use crate::Dir;

/// The user that is let in.
const USER: &str = "git";

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    authorized: Mutex<Vec<PublicKey>>,
    commands: Mutex<Vec<String>>,
}

/// A git server over ssh on a free loopback port, with a folder of bare repositories; it ends on drop.
#[derive(Debug)]
pub struct SshServer {
    shared: Arc<Shared>,
    host_keys: Vec<SshKey>,
    address: SocketAddr,
    serving: JoinHandle<()>,
    dir: Dir,
}

impl SshServer {
    /// Starts a server with an ed25519 key, for the user `git` with this key.
    pub async fn start(authorized: &SshKey) -> anyhow::Result<Self> {
        Self::start_with(vec![SshKey::ed25519()?], authorized).await
    }

    /// Starts a server that proves itself with these keys.
    pub async fn start_with(host_keys: Vec<SshKey>, authorized: &SshKey) -> anyhow::Result<Self> {
        let dir = Dir::new("git-ssh")?;
        let keys: Result<Vec<PrivateKey>, _> = host_keys
            .iter()
            .map(|key| decode_secret_key(&key.private, None))
            .collect();
        let config = Arc::new(Config {
            keys: keys?,
            auth_rejection_time: std::time::Duration::ZERO,
            nodelay: true,
            ..Config::default()
        });
        let shared = Arc::new(Shared {
            root: dir.path().to_owned(),
            authorized: Mutex::default(),
            commands: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let server = Self {
            shared: Arc::clone(&shared),
            host_keys,
            address: listener.local_addr()?,
            serving: tokio::spawn(accept(listener, config, shared)),
            dir,
        };
        server.allow(authorized)?;
        Ok(server)
    }

    /// Lets somebody else in as well.
    pub fn allow(&self, key: &SshKey) -> anyhow::Result<()> {
        let key = PublicKey::from_openssh(&key.public)?;
        lock(&self.shared.authorized).push(key);
        Ok(())
    }

    /// Creates an empty repository, served at [`SshServer::url`].
    pub fn create(&self, name: &str) -> anyhow::Result<Repository> {
        Repository::create(self.dir.path().join(format!("{name}.git")))
    }

    /// Serves a repository that lies somewhere else; `git_dir` is its `.git` folder, or a bare repository.
    pub fn link(&self, name: &str, git_dir: &Path) -> anyhow::Result<()> {
        let link = self.dir.path().join(format!("{name}.git"));
        std::os::unix::fs::symlink(git_dir, link)
            .with_context(|| format!("cannot serve {}", git_dir.display()))
    }

    /// `ssh://git@127.0.0.1:<port>/<name>.git`.
    pub fn url(&self, name: &str) -> String {
        format!("ssh://{USER}@{}/{name}.git", self.address)
    }

    /// The loopback address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The keys of this server, in the form of `known_hosts`.
    pub fn known_hosts(&self) -> String {
        self.known_hosts_with(&self.host_keys)
    }

    /// What `known_hosts` says if this server has those keys.
    pub fn known_hosts_with(&self, keys: &[SshKey]) -> String {
        let (host, port) = (self.address.ip(), self.address.port());
        let lines = keys
            .iter()
            .map(|key| format!("[{host}]:{port} {}\n", key.public_words()));
        lines.collect()
    }

    /// Every command so far.
    pub fn commands(&self) -> Vec<String> {
        lock(&self.shared.commands).clone()
    }
}

impl Drop for SshServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Accepts until it is aborted; all connections end with it.
async fn accept(listener: TcpListener, config: Arc<Config>, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    let visit = Visit { shared: Arc::clone(&shared), channel: None, version: None };
                    let config = Arc::clone(&config);
                    connections.spawn(async move {
                        // A client that goes away ends its connection: nothing to report.
                        if let Ok(session) = run_stream(config, stream, visit).await {
                            let _ = session.await;
                        }
                    });
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// One connection.
struct Visit {
    shared: Arc<Shared>,
    channel: Option<Channel<Msg>>,
    version: Option<String>,
}

impl Handler for Visit {
    type Error = anyhow::Error;

    async fn auth_publickey(
        &mut self,
        user: &str,
        key: VerifiedPublicKey<'_>,
    ) -> anyhow::Result<Auth> {
        let authorized = lock(&self.shared.authorized);
        let is_known = authorized
            .iter()
            .any(|known| known.key_data() == key.public_key.key_data());
        Ok(if user == USER && is_known {
            Auth::Accept
        } else {
            Auth::reject()
        })
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> anyhow::Result<()> {
        self.channel = Some(channel);
        reply.accept().await;
        Ok(())
    }

    async fn env_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        value: &str,
        session: &mut Session,
    ) -> anyhow::Result<()> {
        if name == "GIT_PROTOCOL" {
            self.version = Some(value.to_owned());
        }
        Ok(session.channel_success(channel)?)
    }

    async fn exec_request(
        &mut self,
        id: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> anyhow::Result<()> {
        let command = String::from_utf8_lossy(command).into_owned();
        lock(&self.shared.commands).push(command.clone());
        let (Some(channel), Some((program, path))) = (self.channel.take(), parse(&command)) else {
            return Ok(session.channel_failure(id)?);
        };
        session.channel_success(id)?;
        let path = self.shared.root.join(path.trim_start_matches('/'));
        let (handle, version) = (session.handle(), self.version.take());
        let (read, write) = channel.split();
        tokio::spawn(async move {
            if let Err(error) = serve(program, &path, version, read, &write).await {
                let text = format!("{error:#}\n");
                let _ = write.extended_data_bytes(1, text).await;
            }
            end(&handle, id, &write).await;
        });
        Ok(())
    }
}

/// The program and the path of `git-upload-pack '/name.git'`, with the quotes of a shell.
fn parse(command: &str) -> Option<(&'static str, String)> {
    let (program, path) = command.split_once(' ')?;
    let program = match program {
        "git-upload-pack" => "upload-pack",
        "git-receive-pack" => "receive-pack",
        _ => return None,
    };
    let path = path.strip_prefix('\'')?.strip_suffix('\'')?;
    Some((program, path.replace(r"'\''", "'")))
}

async fn serve(
    program: &str,
    path: &Path,
    version: Option<String>,
    mut read: ChannelReadHalf,
    write: &ChannelWriteHalf<Msg>,
) -> anyhow::Result<()> {
    #[expect(
        clippy::disallowed_methods,
        reason = "test tooling serves git with git"
    )]
    let mut command = tokio::process::Command::new("git");
    command.arg(program).arg(path).envs(CLEAN);
    if let Some(version) = version {
        command.env("GIT_PROTOCOL", version);
    }
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().context("cannot start git")?;
    let mut stdin = child.stdin.take().context("git has no standard input")?;
    let mut stdout = child.stdout.take().context("git has no standard output")?;
    let mut stderr = child.stderr.take().context("git has no standard error")?;
    // Ends with the client's input, or with the program.
    let feed = tokio::spawn(async move {
        let _ = tokio::io::copy(&mut read.make_reader(), &mut stdin).await;
    });
    let (mut output, mut complaints) = (write.make_writer(), write.make_writer_ext(Some(1)));
    let _ = tokio::join!(
        tokio::io::copy(&mut stdout, &mut output),
        tokio::io::copy(&mut stderr, &mut complaints)
    );
    let status = child.wait().await?;
    feed.abort();
    let code = status.code().and_then(|code| u32::try_from(code).ok());
    write.exit_status(code.unwrap_or(255)).await?;
    Ok(())
}

async fn end(handle: &Handle, id: ChannelId, write: &ChannelWriteHalf<Msg>) {
    // The client may be gone.
    let _ = write.eof().await;
    let _ = handle.close(id).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_gits_programs_are_run() {
        assert_eq!(
            parse("git-upload-pack '/it'\\''s.git'"),
            Some(("upload-pack", "/it's.git".to_owned()))
        );
        assert_eq!(parse("sh -c 'x'"), None);
        assert_eq!(parse("git-upload-pack"), None);
    }
}
