//! Ctrl-C, SIGTERM and the end of the terminal.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What ends a run.
pub(crate) struct Interrupts {
    signals: [Signal; 3],
}

impl Interrupts {
    pub(crate) fn new() -> std::io::Result<Self> {
        let signals = [
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        ];
        Ok(Self { signals })
    }

    pub(crate) async fn next(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.signals;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}
