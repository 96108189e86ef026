//! Kubernetes events.

use std::collections::HashMap;
use std::time::Duration;

use k8s_openapi::api::core::v1::{
    Event as CoreEvent, EventSource, ObjectReference as CoreReference,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use kube::Client;
use kube::api::{Api, Patch, PatchParams, PostParams};
use serde_json::json;
use tokio::time::Instant;

use super::recorder::Inbox;
use super::{Event, Settings};

/// How long a repeated event counts as the same one.
const SAME: Duration = Duration::from_mins(10);
/// How many events are remembered to be counted up.
const REMEMBERED: usize = 512;

/// Writes core/v1 events.
pub(super) struct ClusterSink {
    client: Client,
    controller: String,
    instance: String,
    seen: HashMap<Key, Seen>,
}

/// What makes two events the same.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    uid: String,
    kind: &'static str,
    reason: String,
    message: String,
}

struct Seen {
    name: String,
    count: i32,
    last: Instant,
}

impl ClusterSink {
    pub(super) fn new(client: Client, settings: &Settings) -> Self {
        Self {
            client,
            controller: settings.controller.clone(),
            instance: settings.instance.clone(),
            seen: HashMap::new(),
        }
    }

    /// Writes what comes, one after the other, until the last recorder is gone.
    pub(super) async fn deliver(mut self, mut inbox: Inbox<Event>) {
        while let Some(event) = inbox.next().await {
            if let Err(error) = self.write(&event).await {
                tracing::error!(object = %event.involved, reason = event.reason, %error, "unable to record event");
            }
        }
    }

    async fn write(&mut self, event: &Event) -> Result<(), kube::Error> {
        let api: Api<CoreEvent> = Api::namespaced(self.client.clone(), namespace(event));
        let key = Key {
            uid: event.involved.uid.clone(),
            kind: event.kind(),
            reason: event.reason.clone(),
            message: event.message.clone(),
        };
        if let Some(seen) = self
            .seen
            .get_mut(&key)
            .filter(|seen| seen.last.elapsed() < SAME)
        {
            let count = seen.count.saturating_add(1);
            let change = json!({"count": count, "lastTimestamp": Time(event.at)});
            match api
                .patch(&seen.name, &PatchParams::default(), &Patch::Merge(change))
                .await
            {
                Ok(_) => {
                    (seen.count, seen.last) = (count, Instant::now());
                    return Ok(());
                }
                // The server let it expire: begin anew.
                Err(kube::Error::Api(status)) if status.code == 404 => {}
                Err(error) => return Err(error),
            }
        }
        let name = format!("{}.{:x}", event.involved.name, event.at.as_nanosecond());
        api.create(&PostParams::default(), &self.render(event, &name))
            .await?;
        self.remember(key, name);
        Ok(())
    }

    fn render(&self, event: &Event, name: &str) -> CoreEvent {
        let involved = &event.involved;
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        CoreEvent {
            metadata: ObjectMeta {
                name: Some(name.to_owned()),
                namespace: Some(namespace(event).to_owned()),
                annotations: (!event.metadata.is_empty()).then(|| event.metadata.clone()),
                ..ObjectMeta::default()
            },
            involved_object: CoreReference {
                api_version: filled(&involved.api_version),
                kind: filled(&involved.kind),
                namespace: filled(&involved.namespace),
                name: filled(&involved.name),
                uid: filled(&involved.uid),
                resource_version: filled(&involved.resource_version),
                field_path: None,
            },
            reason: Some(event.reason.clone()),
            message: Some(event.message.clone()),
            type_: Some(event.kind().to_owned()),
            count: Some(1),
            first_timestamp: Some(Time(event.at)),
            last_timestamp: Some(Time(event.at)),
            source: Some(EventSource {
                component: Some(self.controller.clone()),
                host: None,
            }),
            reporting_component: Some(self.controller.clone()),
            reporting_instance: Some(self.instance.clone()),
            ..CoreEvent::default()
        }
    }

    fn remember(&mut self, key: Key, name: String) {
        if self.seen.len() >= REMEMBERED {
            self.seen.retain(|_, seen| seen.last.elapsed() < SAME);
        }
        if self.seen.len() >= REMEMBERED {
            self.seen.clear();
        }
        self.seen.insert(
            key,
            Seen {
                name,
                count: 1,
                last: Instant::now(),
            },
        );
    }
}

fn namespace(event: &Event) -> &str {
    if event.involved.namespace.is_empty() {
        "default"
    } else {
        &event.involved.namespace
    }
}
