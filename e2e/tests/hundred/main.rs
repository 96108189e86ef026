//! What many units cost: install, a pass without change, upgrade. `make bench` runs a hundred on the static release binaries and prints
//! the figures; the suite runs ten and holds the number of requests, which no busy machine changes.
//!
//! | module | what it gives |
//! |---|---|
//! | [`fleet`] | many objects of one kind: created, asked, waited for |
//! | [`table`] | the figures, and the bars that they are held to |
//! | [`artifacts`] | what the sources of this story publish |
//! | the others | the tests of a controller |

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod artifacts;
mod fleet;
mod helm;
mod images;
mod kustomize;
mod notifications;
mod sources;
mod table;

use tokio::sync::{Mutex, MutexGuard};

/// One test at a time: what they measure is the machine.
async fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::const_new(());
    ALONE.lock().await
}
