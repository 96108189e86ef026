//! GitRepository against a real git server.

mod composing;
mod failures;
mod lifecycle;
mod publishing;
mod refused;
mod signatures;
mod ssh;
mod storage;
mod world;
