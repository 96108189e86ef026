//! What runs while the process leads.

use std::future::Future;

use futures::future::BoxFuture;
use tokio::task::JoinSet;

/// The controllers and servers that start once the process leads; each ends by itself on the context's shutdown.
#[derive(Default)]
pub struct Tasks {
    list: Vec<BoxFuture<'static, ()>>,
}

impl Tasks {
    /// Adds one.
    pub fn add(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.list.push(Box::pin(task));
    }

    /// Starts them all.
    pub(super) fn start(self) -> JoinSet<()> {
        let mut running = JoinSet::new();
        for task in self.list {
            running.spawn(task);
        }
        running
    }
}

impl std::fmt::Debug for Tasks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tasks")
            .field("count", &self.list.len())
            .finish()
    }
}
