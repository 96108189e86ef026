//! Forward proxies that count: HTTP (`CONNECT` and absolute addresses) and SOCKS 5.
//!
//! A proxy may resolve names of its own ([`Proxy::route`]): a request for a host that does not exist anywhere else shows that
//! it went through the proxy.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, bail};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A request header longer than this is refused.
const MAX_HEAD: usize = 64 << 10;

/// How a client speaks to the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// `http://`
    Http,
    /// `socks5://`
    Socks5,
}

#[derive(Debug)]
struct Shared {
    protocol: Protocol,
    credentials: Option<(String, String)>,
    routes: Mutex<BTreeMap<String, SocketAddr>>,
    targets: Mutex<Vec<String>>,
}

/// A proxy on a free loopback port; it ends on drop.
#[derive(Debug)]
pub struct Proxy {
    shared: Arc<Shared>,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Proxy {
    /// Starts a proxy for everybody.
    pub async fn start(protocol: Protocol) -> anyhow::Result<Self> {
        Self::start_with(protocol, None).await
    }

    /// Starts a proxy for whoever knows this user name and password.
    pub async fn start_for(protocol: Protocol, user: &str, password: &str) -> anyhow::Result<Self> {
        Self::start_with(protocol, Some((user.to_owned(), password.to_owned()))).await
    }

    async fn start_with(
        protocol: Protocol,
        credentials: Option<(String, String)>,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            protocol,
            credentials,
            routes: Mutex::default(),
            targets: Mutex::default(),
        });
        let serving = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self {
            shared,
            address,
            serving,
        })
    }

    /// `http://127.0.0.1:<port>` or `socks5://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        let scheme = match self.shared.protocol {
            Protocol::Http => "http",
            Protocol::Socks5 => "socks5",
        };
        format!("{scheme}://{}", self.address)
    }

    /// Sends connections for `host:port` to `address`.
    pub fn route(&self, target: &str, address: SocketAddr) {
        let mut routes = self
            .shared
            .routes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        routes.insert(target.to_owned(), address);
    }

    /// `host:port` of every connection that was let through, in order.
    pub fn targets(&self) -> Vec<String> {
        self.shared
            .targets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Accepts until it is aborted; all connections end with it.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    let shared = Arc::clone(&shared);
                    connections.spawn(async move {
                        match shared.protocol {
                            Protocol::Http => http(stream, &shared).await,
                            Protocol::Socks5 => socks5(stream, &shared).await,
                        }
                    });
                }
            }
            // A connection that failed shows as a target that is missing.
            Some(_) = connections.join_next() => {}
        }
    }
}

impl Shared {
    async fn connect(&self, target: &str) -> anyhow::Result<TcpStream> {
        let route = {
            let routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
            routes.get(target).copied()
        };
        let stream = match route {
            Some(address) => TcpStream::connect(address).await,
            None => TcpStream::connect(target).await,
        };
        let stream = stream.with_context(|| format!("cannot reach {target}"))?;
        self.targets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(target.to_owned());
        Ok(stream)
    }
}

async fn http(mut client: TcpStream, shared: &Shared) -> anyhow::Result<()> {
    let (head, rest) = read_head(&mut client).await?;
    let mut words = head.split_ascii_whitespace();
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    if !authorized(&head, shared.credentials.as_ref()) {
        client
            .write_all(
                b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\n\
                  Content-Length: 0\r\nConnection: close\r\n\r\n",
            )
            .await?;
        return Ok(());
    }
    let mut upstream;
    if method == "CONNECT" {
        upstream = match shared.connect(target).await {
            Ok(upstream) => upstream,
            Err(error) => return refuse(client, error).await,
        };
        client
            .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
            .await?;
    } else {
        let uri: http::Uri = target.parse()?;
        let authority = uri
            .authority()
            .context("a request without an absolute address")?;
        let port = authority.port_u16().unwrap_or(80);
        upstream = match shared
            .connect(&format!("{}:{port}", authority.host()))
            .await
        {
            Ok(upstream) => upstream,
            Err(error) => return refuse(client, error).await,
        };
        // A server takes absolute addresses too (RFC 9112, 3.2.2), so all requests of the connection pass as they are.
        upstream.write_all(head.as_bytes()).await?;
    }
    upstream.write_all(&rest).await?;
    copy_bidirectional(&mut client, &mut upstream).await?;
    Ok(())
}

async fn refuse(mut client: TcpStream, error: anyhow::Error) -> anyhow::Result<()> {
    let answer = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    client.write_all(answer).await?;
    Err(error)
}

/// The header up to and with the empty line, and what came after it.
async fn read_head(client: &mut TcpStream) -> anyhow::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return Ok((String::from_utf8(bytes)?, rest));
        }
        if bytes.len() > MAX_HEAD || client.read_buf(&mut bytes).await? == 0 {
            bail!("no complete request header");
        }
    }
}

fn authorized(head: &str, credentials: Option<&(String, String)>) -> bool {
    let Some((user, password)) = credentials else {
        return true;
    };
    let expected = format!(
        "Basic {}",
        BASE64_STANDARD.encode(format!("{user}:{password}"))
    );
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .any(|(name, value)| {
            name.eq_ignore_ascii_case("proxy-authorization") && value.trim() == expected
        })
}

/// RFC 1928 with the password method of RFC 1929.
async fn socks5(mut client: TcpStream, shared: &Shared) -> anyhow::Result<()> {
    let [version, count] = read_array(&mut client).await?;
    if version != 5 {
        bail!("not SOCKS 5: version {version}");
    }
    let methods = read_vec(&mut client, count).await?;
    let wanted = if shared.credentials.is_some() { 2 } else { 0 };
    if !methods.contains(&wanted) {
        client.write_all(&[5, 0xff]).await?;
        bail!("the client offers no method that is accepted");
    }
    client.write_all(&[5, wanted]).await?;
    if let Some((user, password)) = &shared.credentials {
        let [_, length] = read_array(&mut client).await?;
        let sent_user = read_vec(&mut client, length).await?;
        let [length] = read_array(&mut client).await?;
        let sent_password = read_vec(&mut client, length).await?;
        let good = sent_user == user.as_bytes() && sent_password == password.as_bytes();
        client.write_all(&[1, u8::from(!good)]).await?;
        if !good {
            bail!("wrong user name or password");
        }
    }
    let [_, command, _, kind] = read_array(&mut client).await?;
    if command != 1 {
        bail!("only CONNECT is supported, not command {command}");
    }
    let host = match kind {
        1 => std::net::Ipv4Addr::from(read_array::<4>(&mut client).await?).to_string(),
        3 => {
            let [length] = read_array(&mut client).await?;
            String::from_utf8(read_vec(&mut client, length).await?)?
        }
        4 => format!(
            "[{}]",
            std::net::Ipv6Addr::from(read_array::<16>(&mut client).await?)
        ),
        other => bail!("no address type: {other}"),
    };
    let port = u16::from_be_bytes(read_array(&mut client).await?);
    match shared.connect(&format!("{host}:{port}")).await {
        Ok(mut upstream) => {
            client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
            copy_bidirectional(&mut client, &mut upstream).await?;
            Ok(())
        }
        Err(error) => {
            client.write_all(&[5, 4, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
            Err(error)
        }
    }
}

async fn read_array<const N: usize>(client: &mut TcpStream) -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    client.read_exact(&mut bytes).await?;
    Ok(bytes)
}

async fn read_vec(client: &mut TcpStream, length: u8) -> anyhow::Result<Vec<u8>> {
    let mut bytes = vec![0; length.into()];
    client.read_exact(&mut bytes).await?;
    Ok(bytes)
}
