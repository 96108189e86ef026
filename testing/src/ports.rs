//! Free ports.

use std::net::TcpListener;

use anyhow::Context;

/// `N` loopback ports that were free a moment ago, all different.
///
/// Another process can be faster than the one they are meant for, so whoever uses them has to look at the outcome.
pub fn free_ports<const N: usize>() -> anyhow::Result<[u16; N]> {
    // All are held until all are chosen, so that they differ.
    let mut listeners = Vec::with_capacity(N);
    for _ in 0..N {
        listeners.push(TcpListener::bind("127.0.0.1:0").context("no free loopback port")?);
    }
    let mut ports = [0; N];
    for (port, listener) in ports.iter_mut().zip(&listeners) {
        *port = listener.local_addr()?.port();
    }
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_differ_and_are_free() {
        let ports: [u16; 8] = free_ports().unwrap();
        let mut listeners = Vec::new();
        for port in ports {
            // Held, so that a port given twice would fail.
            listeners.push(TcpListener::bind(("127.0.0.1", port)).unwrap());
        }
    }
}
