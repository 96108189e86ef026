//! Queues between those who record and those who deliver.

use std::time::Duration;

use kube::Client;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::cluster::ClusterSink;
use super::receipts::{Posting, Receipts, Silence};
use super::webhook::Webhook;
use super::{Event, webhook};

/// How many events may wait for one destination.
pub(super) const CAPACITY: usize = 1024;

/// Takes events; clones share the queues.
#[derive(Debug, Clone)]
pub struct Recorder {
    cluster: mpsc::Sender<Event>,
    address: Option<Address>,
}

/// The queue to the events address.
#[derive(Debug, Clone)]
struct Address {
    events: mpsc::Sender<Posting>,
    silence: Silence,
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
        let (cluster, receiver) = mpsc::channel(CAPACITY);
        tasks.spawn(ClusterSink::new(client, settings).deliver(Inbox::new(receiver, &closing)));
        let mut address = None;
        if !settings.address.is_empty() {
            let (events, receiver) = mpsc::channel(CAPACITY);
            let silence = Silence::default();
            let webhook = Webhook::new(settings, silence.clone())?;
            tasks.spawn(webhook.deliver(Inbox::new(receiver, &closing)));
            address = Some(Address { events, silence });
        }
        Ok((Self { cluster, address }, Delivery { tasks, closing }))
    }

    /// A recorder whose events come out of the receiver; for tests.
    pub fn in_memory() -> (Self, mpsc::Receiver<Event>) {
        let (cluster, receiver) = mpsc::channel(CAPACITY);
        let address = None;
        (Self { cluster, address }, receiver)
    }

    /// Takes an event. What does not fit into a queue is dropped, and the log says so.
    pub fn record(&self, event: &Event) {
        self.record_with(event, &Receipts::default());
    }

    /// Takes an event; the receipts tell when it has arrived at the events address.
    pub fn record_with(&self, event: &Event, receipts: &Receipts) {
        let dropped = |destination: &str| {
            tracing::warn!(destination, object = %event.involved, reason = event.reason,
                "unable to record event: too many wait already");
        };
        if let Err(mpsc::error::TrySendError::Full(_)) = self.cluster.try_send(event.clone()) {
            dropped("kubernetes");
        }
        let Some(Address { events, silence }) = &self.address else {
            return;
        };
        if event.severity().is_none() {
            return;
        }
        let posting = Posting::new(event.clone(), receipts, silence);
        if let Err(mpsc::error::TrySendError::Full(_)) = events.try_send(posting) {
            dropped("events address");
        }
    }
}

/// The end of a queue at which events come out.
#[derive(Debug)]
pub(super) struct Inbox<T> {
    events: mpsc::Receiver<T>,
    closing: CancellationToken,
}

impl<T> Inbox<T> {
    pub(super) fn new(events: mpsc::Receiver<T>, closing: &CancellationToken) -> Self {
        Self {
            events,
            closing: closing.clone(),
        }
    }

    /// The next event; nothing when there is none left and none can come.
    pub(super) async fn next(&mut self) -> Option<T> {
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
