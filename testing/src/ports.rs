//! Free ports, kept free.
//!
//! A port that was free a moment ago can be anybody's when it is used. So each is bound here, without listening, until this
//! process ends: the kernel gives it to nobody who asks for any port, and refuses connections, while whoever knows its number
//! can still listen, which every server does with `SO_REUSEADDR`.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use tokio::net::TcpSocket;

/// The ports that are kept.
static KEPT: Mutex<Vec<TcpSocket>> = Mutex::new(Vec::new());

/// `N` loopback ports where nobody listens, all different, for this process and those that it starts.
///
/// # Errors
/// When no port is left.
pub fn free_ports<const N: usize>() -> anyhow::Result<[u16; N]> {
    let mut ports = [0; N];
    let mut sockets = Vec::with_capacity(N);
    for port in &mut ports {
        let socket = bind().context("no free loopback port")?;
        *port = socket.local_addr()?.port();
        sockets.push(socket);
    }
    // Other systems count a bound port as taken: there it was free a moment ago, no more.
    if cfg!(target_os = "linux") {
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        kept.append(&mut sockets);
    }
    Ok(ports)
}

fn bind() -> std::io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn ports_differ_refuse_connections_and_can_be_listened_on_again_and_again() {
        let ports: [u16; 8] = free_ports().unwrap();
        for port in ports {
            let address = ("127.0.0.1", port);
            assert!(TcpStream::connect(address).is_err());
            for _ in 0..2 {
                let listener = TcpListener::bind(address).unwrap();
                TcpStream::connect(address).unwrap();
                assert!(TcpListener::bind(address).is_err(), "given twice");
                drop(listener);
            }
        }
    }

    #[test]
    fn whoever_asks_for_any_port_is_given_another() {
        let ports: [u16; 64] = free_ports().unwrap();
        let others: Vec<TcpListener> = (0..256)
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        for other in &others {
            assert!(!ports.contains(&other.local_addr().unwrap().port()));
        }
    }
}
