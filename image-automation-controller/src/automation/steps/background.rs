//! Work that blocks: conversations with a remote.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use common::reconcile::{Pass, Stop};

use super::super::{Automations, Error};

/// Runs work on a thread where blocking is fine. A shutdown, another spec and a deletion end it early, by the switch that it is
/// given.
pub(super) async fn run<T: Send + 'static>(
    pass: &Pass<Automations>,
    work: impl FnOnce(Arc<AtomicBool>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Stop> {
    let stop = Arc::new(AtomicBool::new(false));
    let interrupt = pass.interrupt();
    let handle = tokio::task::spawn_blocking({
        let stop = Arc::clone(&stop);
        move || work(stop)
    });
    tokio::select! {
        done = handle => Ok(done.map_err(|error| Error::Task(error.to_string()))??),
        interrupted = interrupt.overruled() => {
            stop.store(true, Ordering::Relaxed);
            Err(interrupted.into())
        }
    }
}
