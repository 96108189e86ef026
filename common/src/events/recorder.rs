//! Queues between those who record and those who deliver.

use std::time::Duration;

use kube::Client;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::cluster::ClusterSink;
use super::webhook::Webhook;
use super::{Event, webhook};

/// How many events may wait for one destination.
const CAPACITY: usize = 1024;

/// Takes events; clones share the queues.
#[derive(Debug, Clone)]
pub struct Recorder {
    sinks: Vec<(&'static str, mpsc::Sender<Event>)>,
}

/// Who records, and where to. The address may hold credentials, so there is no debug form.
#[derive(Clone)]
pub struct Settings {
    /// The reporting controller, such as `source-controller`.
    pub controller: String,
    /// The reporting instance: the host name.
    pub instance: String,
    /// `--events-addr`; empty for none.
    pub address: String,
}

/// The tasks that deliver; kept by the runtime, which flushes them at the end.
#[derive(Debug)]
pub struct Delivery {
    tasks: JoinSet<()>,
    closing: CancellationToken,
}

impl Recorder {
    /// A recorder to Kubernetes and, where there is an address, to that.
    ///
    /// # Errors
    /// When the address is not a URL, or there is no HTTP client to be had.
    pub fn start(
        client: Client,
        settings: &Settings,
    ) -> Result<(Self, Delivery), webhook::WebhookError> {
        let (mut tasks, closing) = (JoinSet::new(), CancellationToken::new());
        let (sender, receiver) = mpsc::channel(CAPACITY);
        tasks.spawn(ClusterSink::new(client, settings).deliver(Inbox::new(receiver, &closing)));
        let mut sinks = vec![("kubernetes", sender)];
        if !settings.address.is_empty() {
            let (sender, receiver) = mpsc::channel(CAPACITY);
            tasks.spawn(Webhook::new(settings)?.deliver(Inbox::new(receiver, &closing)));
            sinks.push(("events address", sender));
        }
        Ok((Self { sinks }, Delivery { tasks, closing }))
    }

    /// A recorder whose events come out of the receiver; for tests.
    pub fn in_memory() -> (Self, mpsc::Receiver<Event>) {
        let (sender, receiver) = mpsc::channel(CAPACITY);
        (
            Self {
                sinks: vec![("memory", sender)],
            },
            receiver,
        )
    }

    /// Takes an event. What does not fit into a queue is dropped, and the log says so.
    pub fn record(&self, event: &Event) {
        for (name, sink) in &self.sinks {
            if let Err(mpsc::error::TrySendError::Full(event)) = sink.try_send(event.clone()) {
                tracing::warn!(destination = name, object = %event.involved, reason = event.reason,
                    "unable to record event: too many wait already");
            }
        }
    }
}

/// The end of a queue at which events come out.
#[derive(Debug)]
pub(super) struct Inbox {
    events: mpsc::Receiver<Event>,
    closing: CancellationToken,
}

impl Inbox {
    pub(super) fn new(events: mpsc::Receiver<Event>, closing: &CancellationToken) -> Self {
        Self {
            events,
            closing: closing.clone(),
        }
    }

    /// The next event; nothing when there is none left and none can come.
    pub(super) async fn next(&mut self) -> Option<Event> {
        tokio::select! {
            biased;
            event = self.events.recv() => event,
            () = self.closing.cancelled() => {
                self.events.close();
                self.events.recv().await
            }
        }
    }
}

impl Delivery {
    /// Delivers what waits, for at most `limit`; what is recorded from now on is dropped.
    pub async fn flush(mut self, limit: Duration) {
        self.closing.cancel();
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(limit, all).await.is_err() {
            tracing::warn!("some events could not be delivered in time");
        }
    }
}
