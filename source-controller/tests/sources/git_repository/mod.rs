//! GitRepository against a real git server.

mod bad_input;
mod composing;
mod failures;
mod lifecycle;
mod publishing;
mod refused;
mod signatures;
mod ssh;
mod storage;
mod world;
