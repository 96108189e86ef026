//! What is logged.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tracing::Metadata;

/// `--log-level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Level {
    /// Everything, libraries included.
    Trace,
    /// Details of every step.
    Debug,
    /// What a pass did.
    Info,
    /// What went wrong.
    Error,
}

impl Level {
    const ALL: [Self; 4] = [Self::Trace, Self::Debug, Self::Info, Self::Error];

    /// The most detailed `tracing` level that is let through.
    const fn most(self) -> tracing::Level {
        match self {
            Self::Trace => tracing::Level::TRACE,
            Self::Debug => tracing::Level::DEBUG,
            Self::Info => tracing::Level::INFO,
            Self::Error => tracing::Level::ERROR,
        }
    }

    const fn index(self) -> u8 {
        match self {
            Self::Trace => 0,
            Self::Debug => 1,
            Self::Info => 2,
            Self::Error => 3,
        }
    }
}

/// The level of a running process; clones share it.
#[derive(Debug, Clone)]
pub struct LevelSwitch {
    configured: Level,
    current: Arc<AtomicU8>,
}

impl LevelSwitch {
    /// Starts at a level.
    pub fn new(level: Level) -> Self {
        Self {
            configured: level,
            current: Arc::new(AtomicU8::new(level.index())),
        }
    }

    /// The level now.
    pub fn current(&self) -> Level {
        Level::ALL[usize::from(self.current.load(Ordering::Relaxed)) % Level::ALL.len()]
    }

    /// Changes the level.
    pub fn set(&self, level: Level) {
        self.current.store(level.index(), Ordering::Relaxed);
    }

    /// Goes to debug, or back to the configured level; returns the new one. A process that was started at debug goes
    /// to info.
    pub fn toggle(&self) -> Level {
        let verbose = if self.configured <= Level::Debug {
            Level::Info
        } else {
            Level::Debug
        };
        let next = if self.current() == verbose {
            self.configured
        } else {
            verbose
        };
        self.set(next);
        next
    }

    /// Whether an event or span of this kind is let through.
    pub(super) fn lets(&self, metadata: &Metadata<'_>) -> bool {
        let level = self.current();
        if *metadata.level() > level.most() {
            return false;
        }
        level == Level::Trace || heard(metadata)
    }
}

/// Libraries whose own news are not ours, by the beginning of their targets. The client of the API server reports each
/// failed request twice, once as an error to its caller, which is where it is handled.
const LIBRARIES: [&str; 10] = [
    "h2", "hyper", "reqwest", "rustls", "tower", "gix", "cel", "tokio", "want", "mio",
];
const SILENT: [&str; 2] = ["kube_client", "kube_runtime"];

fn heard(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    let root = target.split("::").next().unwrap_or(target);
    let is = |names: &[&str]| {
        names.iter().any(|name| {
            root.strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        })
    };
    if is(&SILENT) {
        false
    } else {
        *metadata.level() <= tracing::Level::WARN || !is(&LIBRARIES)
    }
}
