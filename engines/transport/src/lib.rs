//! The way to a remote server, for every engine that fetches over HTTP: certificates, proxy, redirects.
//!
//! - [`secret`]: the data of a Secret, and values that do not print.
//! - [`tls`]: what is trusted and who we are (P1).
//! - [`proxy`]: which way requests take (P3).
//! - [`client`]: the asynchronous HTTP client made of both.
//!
//! It knows no protocol above HTTP. No message shows a secret, or the user information or query of a URL.

#![cfg_attr(test, allow(clippy::unwrap_used))]
#![warn(missing_docs)]

pub mod client;
mod error;
pub mod proxy;
pub mod secret;
pub mod tls;

pub use client::Client;
pub use error::{TransportError, chain};
pub use proxy::Proxy;
pub use secret::{Basic, Hidden, SecretData};
pub use tls::Tls;
