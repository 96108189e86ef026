//! All controllers together, where pods run: the circle from an image tag to messages, and what becomes of it when a part fails.
//! One binary, so that all of them share one control plane and one set of controllers; beside everything that fails stands a
//! twin that works, and stays as it is.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod circle;
mod credentials;
mod images;
mod releases;
mod support;
mod webhooks;
