//! HelmRepository against an HTTP server.

mod failures;
mod publishing;
mod world;
