//! The log: one line per event on standard error, as JSON or for people (M5).
//!
//! Keys: `level`, `ts`, `logger`, `msg`, then those of the pass (`controller`, `controllerGroup`, `controllerKind`,
//! `<Kind>` with `name` and `namespace`, `namespace`, `name`, `reconcileID`), then those of the event, `error` among
//! them.
//!
//! The level is that of `--log-level`; SIGUSR1 switches between it and debug while the process runs, and each switch
//! is logged. Libraries below this workspace are heard from warnings on, and in full at level trace.
//!
//! Nothing secret is kept out of the log here: what is secret does not print ([`crate::redact`]).

mod fields;
mod filter;
mod line;

pub use filter::{Level, LevelSwitch};
pub use line::{Encoding, LogLayer};

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Sends the log of the process, panics included, to standard error; returns the handle that switches its level. Only
/// the first call has an effect.
pub fn init(level: Level, encoding: Encoding) -> LevelSwitch {
    let switch = LevelSwitch::new(level);
    let layer = LogLayer::new(std::io::stderr(), encoding, switch.clone());
    let _ = tracing_subscriber::registry().with(layer).try_init();
    std::panic::set_hook(Box::new(|panic| {
        let at = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(
            at,
            "Observed a panic: {}",
            panic.payload_as_str().unwrap_or("no message")
        );
    }));
    switch
}
