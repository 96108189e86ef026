//! The way to the host: straight, or through a proxy (G12).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use transport::proxy::ProxyAddress;
use transport::{Basic, Proxy, Tls};

use super::error::SshError;
use super::known_hosts::Host;

/// The longest answer of a proxy.
const MAX_HEAD: usize = 16 << 10;

/// A connection, whatever it is made of.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Connects to a host.
pub(super) async fn dial(host: &Host, proxy: &Proxy) -> Result<Box<dyn Stream>, SshError> {
    match proxy {
        // What the environment says is for HTTP.
        Proxy::Environment => {
            let stream = tcp(&host.name, host.port).await;
            Ok(Box::new(stream.map_err(|message| SshError::Dial {
                address: authority(host),
                message,
            })?))
        }
        Proxy::Via(address) => via(host, address).await.map_err(SshError::Proxy),
    }
}

async fn tcp(name: &str, port: u16) -> Result<TcpStream, String> {
    let stream = TcpStream::connect((name, port)).await;
    let stream = stream.map_err(|error| error.to_string())?;
    stream
        .set_nodelay(true)
        .map_err(|error| error.to_string())?;
    Ok(stream)
}

async fn via(host: &Host, address: &ProxyAddress) -> Result<Box<dyn Stream>, String> {
    let url = address.url();
    let name = url.host_str().unwrap_or_default();
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let port = url.port_or_known_default().unwrap_or(1080);
    let mut stream = tcp(name, port).await?;
    match url.scheme() {
        "socks5" => {
            socks(&mut stream, host, address.login()).await?;
            Ok(Box::new(stream))
        }
        "https" => {
            let mut config = Tls::default().config().map_err(|error| error.to_string())?;
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            let name = ServerName::try_from(name.to_owned()).map_err(|error| error.to_string())?;
            let connector = TlsConnector::from(Arc::new(config));
            let stream = connector.connect(name, stream).await;
            let mut stream = stream.map_err(|error| error.to_string())?;
            tunnel(&mut stream, host, address.login()).await?;
            Ok(Box::new(stream))
        }
        _ => {
            tunnel(&mut stream, host, address.login()).await?;
            Ok(Box::new(stream))
        }
    }
}

/// Asks an HTTP proxy for a tunnel (RFC 9110, 9.3.6).
async fn tunnel<S: Stream>(
    stream: &mut S,
    host: &Host,
    login: Option<&Basic>,
) -> Result<(), String> {
    let target = authority(host);
    let mut head = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
    if let Some(login) = login {
        let pair = format!("{}:{}", login.username, login.password.expose());
        head.push_str("Proxy-Authorization: Basic ");
        head.push_str(&BASE64.encode(pair));
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    let failed = |error: std::io::Error| error.to_string();
    stream.write_all(head.as_bytes()).await.map_err(failed)?;
    stream.flush().await.map_err(failed)?;
    // Byte by byte: what follows the head is the host's.
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() == MAX_HEAD {
            return Err("its answer is too long".to_owned());
        }
        answer.push(stream.read_u8().await.map_err(failed)?);
    }
    let line = answer
        .split(|byte| *byte == b'\r')
        .next()
        .unwrap_or_default();
    let line = String::from_utf8_lossy(line).into_owned();
    match line.split(' ').nth(1) {
        Some(status) if status.len() == 3 && status.starts_with('2') => Ok(()),
        _ => Err(format!("it answers {line:?}")),
    }
}

/// Asks a SOCKS proxy (RFC 1928, RFC 1929), which resolves the name.
async fn socks<S: Stream>(
    stream: &mut S,
    host: &Host,
    login: Option<&Basic>,
) -> Result<(), String> {
    let failed = |error: std::io::Error| error.to_string();
    let greeting: &[u8] = if login.is_some() {
        &[5, 2, 0, 2]
    } else {
        &[5, 1, 0]
    };
    stream.write_all(greeting).await.map_err(failed)?;
    let mut choice = [0; 2];
    stream.read_exact(&mut choice).await.map_err(failed)?;
    match (choice, login) {
        ([5, 0], _) => {}
        ([5, 2], Some(login)) => {
            let mut request = vec![1];
            for part in [&*login.username, login.password.expose()] {
                request.push(u8::try_from(part.len()).map_err(|_| "login is too long".to_owned())?);
                request.extend_from_slice(part.as_bytes());
            }
            stream.write_all(&request).await.map_err(failed)?;
            let mut verdict = [0; 2];
            stream.read_exact(&mut verdict).await.map_err(failed)?;
            if verdict[1] != 0 {
                return Err("it refuses the login".to_owned());
            }
        }
        _ => return Err("it asks for a login".to_owned()),
    }
    let length = u8::try_from(host.name.len()).map_err(|_| "host name is too long".to_owned())?;
    let mut request = vec![5, 1, 0, 3, length];
    request.extend_from_slice(host.name.as_bytes());
    request.extend_from_slice(&host.port.to_be_bytes());
    stream.write_all(&request).await.map_err(failed)?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).await.map_err(failed)?;
    if answer[1] != 0 {
        return Err(format!("it answers with code {}", answer[1]));
    }
    let rest = match answer[3] {
        1 => 4,
        4 => 16,
        _ => usize::from(stream.read_u8().await.map_err(failed)?),
    };
    let mut bound = vec![0; rest + 2];
    stream.read_exact(&mut bound).await.map_err(failed)?;
    Ok(())
}

/// `host:port`, with brackets around an IPv6 address.
fn authority(host: &Host) -> String {
    if host.name.contains(':') {
        format!("[{}]:{}", host.name, host.port)
    } else {
        format!("{}:{}", host.name, host.port)
    }
}
