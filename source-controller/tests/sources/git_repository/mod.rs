//! GitRepository against a real git server.

mod bad_input;
mod composing;
mod failures;
mod lifecycle;
mod publishing;
mod refused;
mod signatures;
mod storage;
mod world;
