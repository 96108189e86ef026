//! How the reconcilers work.

use std::path::PathBuf;
use std::time::Duration;

use common::jitter::Jitter;
use git::ssh::Algorithms;

/// How a reconciler works.
#[derive(Debug, Clone)]
pub struct Options {
    /// Spread of the intervals: `--interval-jitter-percentage`.
    pub jitter: Jitter,
    /// How soon an object that waits for another is looked at again: `--requeue-dependency`.
    pub requeue_dependency: Duration,
    /// Where fetched content is kept while it is read.
    pub temporary: PathBuf,
    /// Budgets of a fetch and of the artifact made of it.
    pub budget: Budget,
    /// What ssh connections may use: `--ssh-kex-algos`, `--ssh-hostkey-algos`.
    pub algorithms: Algorithms,
}

/// Budgets that keep one source from taking the controller down.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Bytes of a pack or layer.
    pub pack: u64,
    /// Bytes of all files of an artifact, before compression.
    pub files: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            pack: 4 << 30,
            files: 4 << 30,
        }
    }
}
