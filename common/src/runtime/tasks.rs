//! What runs while the process leads.

use std::fmt::Display;
use std::future::Future;

use futures::future::BoxFuture;
use tokio::task::JoinSet;

use super::StartError;

/// The controllers and servers that start once the process leads; each ends by itself on the context's shutdown.
#[derive(Default)]
pub struct Tasks {
    list: Vec<BoxFuture<'static, Result<(), StartError>>>,
}

impl Tasks {
    /// Adds one that cannot fail.
    pub fn add(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.list.push(Box::pin(async {
            task.await;
            Ok(())
        }));
    }

    /// Adds one without which the process is of no use: its error ends the process, in good order, with exit code 1.
    pub fn add_essential<E: Display>(
        &mut self,
        task: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        let task = async {
            task.await
                .map_err(|error| StartError::Controller(error.to_string()))
        };
        self.list.push(Box::pin(task));
    }

    /// Starts them all.
    pub(super) fn start(self) -> JoinSet<Result<(), StartError>> {
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
