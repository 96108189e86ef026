//! From an event to the messages of every alert that wants it.
//!
//! ```text
//! event ──▶ alerts ──▶ gate ──▶ combine metadata ──▶ Secrets ──▶ notifier ──▶ delivery ─ ─ ▶ tasks of their own: send
//!           filter                                                                 │
//!                                  anything wrong: Warning NotificationDispatchFailed on the alert
//! ```

mod gate;
mod labels;
mod secrets;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use common::access::CrossNamespace;
use common::controller::Mirror;
use common::events::Recorder;
use common::kube::Client;
use common::object::ObjectKey;
use common::reconcile::Notice;
use crds::notification::{Alert, Provider};
use futures::future::join_all;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

pub use gate::{Passage, Refusal, WorkloadIdentity};

use crate::alert::filter::{self, Meant};
use crate::alert::{metadata, reason, tell};
use crate::event::Event;
use crate::provider::sender::Sender;
use crate::provider::{Settings, git, notifier, reports_on_commits};
use labels::Labels;

/// How many messages are under way at a time; the others wait their turn, without a limit on their number since repetitions
/// were refused before.
const MAX_UNDER_WAY: usize = 64;

/// What the dispatcher works with.
pub struct Parts {
    /// The controller's own identity.
    pub client: Client,
    /// Where events on alerts go.
    pub recorder: Recorder,
    /// The alerts.
    pub alerts: Mirror<Alert>,
    /// The providers.
    pub providers: Mirror<Provider>,
    /// Whether alerts may see events of other namespaces.
    pub cross_namespace: CrossNamespace,
    /// Whether providers may name service accounts.
    pub identity: WorkloadIdentity,
    /// What makes the requests.
    pub sender: Sender,
}

/// Sends events where alerts want them.
pub struct Dispatcher {
    parts: Parts,
    under_way: Arc<Semaphore>,
    messages: TaskTracker,
}

/// A message that is ready to go.
struct Ready {
    delivery: crate::provider::Delivery,
    settings: Settings,
}

impl Dispatcher {
    /// A dispatcher of these parts.
    pub fn new(parts: Parts) -> Self {
        Self {
            parts,
            under_way: Arc::new(Semaphore::new(MAX_UNDER_WAY)),
            messages: TaskTracker::new(),
        }
    }

    /// Makes the messages of every alert that wants an event, and begins to send them. What goes wrong is told on the alert.
    pub async fn dispatch(&self, event: &Event) -> UnderWay {
        let mut sent = UnderWay::default();
        let alerts = self.wanting(event).await;
        if alerts.is_empty() {
            tracing::info!(object = %event.involved_object, "discarding event, no alerts found for the involved object");
            return sent;
        }
        tracing::info!(object = %event.involved_object, message = event.message, "dispatching event");
        let (mut no_commit, mut no_change_request) = (Vec::new(), Vec::new());
        for alert in alerts {
            match self.prepare(event, &alert).await {
                Ok(Outcome::Ready(ready)) => sent.0.push(self.send(event, alert, ready)),
                Ok(Outcome::Dropped(Passage::NoCommit)) => no_commit.push(key(&alert).to_string()),
                Ok(Outcome::Dropped(Passage::NoChangeRequest)) => {
                    no_change_request.push(key(&alert).to_string());
                }
                Ok(Outcome::Dropped(Passage::Silent | Passage::Through)) => {}
                Err(error) => self.failed(event, &alert, "dispatch notification", &error),
            }
        }
        for (alerts, what) in [
            (
                no_commit,
                "commit status providers due to missing commit metadata key",
            ),
            (
                no_change_request,
                "change request providers due to missing change request metadata key",
            ),
        ] {
            if !alerts.is_empty() {
                tracing::info!(object = %event.involved_object, ?alerts, "event dropped for {what}");
            }
        }
        sent
    }

    /// Waits for the messages that are under way, for at most `limit`.
    pub async fn finish(&self, limit: Duration) {
        self.messages.close();
        if tokio::time::timeout(limit, self.messages.wait())
            .await
            .is_err()
        {
            tracing::warn!("some messages could not be sent in time");
        }
    }

    /// The alerts that want an event (E15 to E18).
    async fn wanting(&self, event: &Event) -> Vec<Arc<Alert>> {
        self.parts.alerts.complete().await;
        self.parts.providers.complete().await;
        let labels = Labels::of(&self.parts.client, event);
        let mut wanting = Vec::new();
        for alert in self.parts.alerts.all() {
            if alert.spec.suspend || !self.means(&alert, event, &labels).await {
                continue;
            }
            let lists = filter::lists(&alert, &event.message);
            for complaint in &lists.invalid {
                self.warn(&alert, reason::INVALID_CONFIG, complaint);
            }
            if lists.passes {
                wanting.push(alert);
            }
        }
        wanting
    }

    /// Whether a source of an alert means the object of an event.
    async fn means(&self, alert: &Alert, event: &Event, labels: &Labels<'_>) -> bool {
        for source in &alert.spec.event_sources {
            match filter::source(source, alert, event) {
                Meant::No => {}
                Meant::Yes => return true,
                Meant::Labelled(wanted) => match labels.have(wanted).await {
                    Ok(true) => return true,
                    Ok(false) => {}
                    Err(labels::LabelsError::Fetch) => {
                        let text = format!("error getting source object {}", event.involved_object);
                        self.warn(alert, reason::SOURCE_FETCH_FAILED, &text);
                    }
                    Err(labels::LabelsError::Invalid) => {
                        let own = alert.metadata.namespace.as_deref().unwrap_or_default();
                        let text = format!(
                            "error using matchLabels from event source {}/{}/{}",
                            source.kind,
                            source.namespace.as_deref().unwrap_or(own),
                            source.name
                        );
                        self.warn(alert, reason::INVALID_CONFIG, &text);
                    }
                },
            }
        }
        false
    }

    /// Everything up to the message (E19 to E27).
    async fn prepare(&self, event: &Event, alert: &Alert) -> Result<Outcome, String> {
        let parts = &self.parts;
        let text = |error: &dyn std::fmt::Display| error.to_string();
        gate::reach(parts.cross_namespace, event, alert).map_err(|error| text(&error))?;
        let name = &alert.spec.provider_ref.name;
        let own = ObjectKey::new(&key(alert).namespace, name);
        let provider = parts.providers.get(&own).ok_or_else(|| {
            format!("failed to read provider: providers.notification.toolkit.fluxcd.io {name:?} not found")
        })?;
        match gate::pass(event, &provider, parts.identity).map_err(|error| text(&error))? {
            Passage::Through => {}
            dropped => return Ok(Outcome::Dropped(dropped)),
        }
        let event = self.combined(event, alert);
        let status = commit_status(&event, alert, &provider)
            .map_err(|error| format!("failed to create commit status: {error}"))?;
        let settings = secrets::settings(&parts.client, &provider, status)
            .await
            .map_err(|error| {
                format!("failed to initialize notifier for provider '{name}': {error}")
            })?;
        let made = notifier(&settings).map_err(|error| {
            format!("failed to initialize notifier for provider '{name}': failed to initialize notifier: {error}")
        })?;
        // What an event lacks shows only when it is sent, and is told so.
        let delivery = made.delivery(&event).map_err(|error| {
            self.failed(&event, alert, "send notification", &error.to_string());
        });
        Ok(
            delivery.map_or(Outcome::Dropped(Passage::Silent), |delivery| {
                Outcome::Ready(Box::new(Ready { delivery, settings }))
            }),
        )
    }

    /// The event as the provider of an alert sees it.
    fn combined(&self, event: &Event, alert: &Alert) -> Event {
        let combined = metadata::combine(event, alert);
        if !combined.conflicts.is_empty() {
            tracing::info!(alert = %key(alert), conflicts = ?combined.conflicts, "warning: {}", metadata::CONFLICT);
            let level = (Notice::Error, reason::METADATA_APPEND_FAILED);
            tell(
                &self.parts.recorder,
                alert,
                level,
                metadata::CONFLICT,
                combined.conflicts,
            );
        }
        Event {
            metadata: combined.metadata,
            ..event.clone()
        }
    }

    fn send(&self, event: &Event, alert: Arc<Alert>, ready: Box<Ready>) -> JoinHandle<()> {
        let (sender, recorder) = (self.parts.sender.clone(), self.parts.recorder.clone());
        let under_way = self.under_way.clone();
        let object = event.involved_object.clone();
        self.messages.spawn(async move {
            // The semaphore is never closed.
            let _turn = under_way.acquire().await;
            let Ready { delivery, settings } = *ready;
            let sent = sender
                .deliver(
                    delivery,
                    &settings.transport,
                    &settings.secrets(),
                    settings.timeout,
                )
                .await;
            if let Err(error) = sent {
                tracing::error!(alert = %key(&alert), error, "failed to send notification");
                let text = format!("failed to send notification for {object}: {error}");
                let level = (Notice::Error, reason::DISPATCH_FAILED);
                tell(&recorder, &alert, level, &text, BTreeMap::new());
            }
        })
    }

    /// Says that nothing was sent (E25).
    fn failed(&self, event: &Event, alert: &Alert, what: &str, error: &str) {
        tracing::error!(alert = %key(alert), error, "failed to {what}");
        let text = format!("failed to {what} for {}: {error}", event.involved_object);
        self.warn(alert, reason::DISPATCH_FAILED, &text);
    }

    fn warn(&self, alert: &Alert, reason: &str, text: &str) {
        let level = (Notice::Error, reason);
        tell(&self.parts.recorder, alert, level, text, BTreeMap::new());
    }
}

/// The messages of one event. They are sent to their end whether somebody waits or not.
#[derive(Debug, Default)]
pub struct UnderWay(Vec<JoinHandle<()>>);

impl UnderWay {
    /// Waits until all are sent or have failed, for at most `limit`.
    pub async fn settle(self, limit: Duration) {
        // What is late, or has panicked, is told in the log by its own task.
        let _ = tokio::time::timeout(limit, join_all(self.0)).await;
    }
}

/// What came of preparing a message.
enum Outcome {
    Ready(Box<Ready>),
    Dropped(Passage),
}

fn key(alert: &Alert) -> ObjectKey {
    ObjectKey::of(&alert.metadata)
}

/// The id of the commit status, for types that report on commits (G3, X2).
fn commit_status(event: &Event, alert: &Alert, provider: &Provider) -> Result<String, String> {
    if !reports_on_commits(&provider.spec.r#type) {
        return Ok(String::new());
    }
    if let Some(expression) = &provider.spec.commit_status_expr {
        return git::status_by_expression(expression, event, alert, provider);
    }
    let uid = provider.metadata.uid.as_deref().unwrap_or_default();
    Ok(git::default_status(uid, event))
}

#[cfg(test)]
mod tests;
