//! Signals.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::logs::LevelSwitch;

/// The signals that a controller listens to.
#[derive(Debug)]
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    verbosity: Signal,
}

impl Signals {
    /// Registers the handlers, before anything else can take time.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            verbosity: signal(SignalKind::user_defined1())?,
        })
    }

    /// Turns signals into actions for good: SIGUSR1 switches the log level, the first SIGTERM or SIGINT cancels
    /// `shutdown`, the second one `abort`.
    pub(super) async fn handle(
        mut self,
        level: LevelSwitch,
        shutdown: CancellationToken,
        abort: CancellationToken,
    ) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => {}
                _ = self.interrupt.recv() => {}
                _ = self.verbosity.recv() => {
                    let level = level.toggle();
                    tracing::error!("log level is {level:?} now");
                    continue;
                }
            }
            if shutdown.is_cancelled() {
                tracing::error!("second signal, ending at once");
                abort.cancel();
            } else {
                tracing::info!("signal received, shutting down");
                shutdown.cancel();
            }
        }
    }
}
