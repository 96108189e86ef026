//! Following a kind for good: list, watch, reconnect.

use std::fmt::Debug;

use futures::StreamExt as _;
use kube::core::NamespaceResourceScope;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, Event};
use kube::{Api, Resource};
use serde::de::DeserializeOwned;

use crate::context::Context;
use crate::object::Lenient;

/// A namespaced kind that can be watched, whole or by its metadata.
pub trait Watched:
    Resource<DynamicType = (), Scope = NamespaceResourceScope>
    + Clone
    + Debug
    + DeserializeOwned
    + Send
    + Sync
    + 'static
{
}

impl<T> Watched for T where
    T: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Clone
        + Debug
        + DeserializeOwned
        + Send
        + Sync
        + 'static
{
}

/// How the objects there are come before the changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beginning {
    /// As events of the watch itself: one request, and the server need not hold the list.
    Streamed,
    /// As pages of a list before the watch, for servers that refuse the other.
    Listed,
}

/// Calls `seen` with what happens to the objects of a kind, until the process goes down. An error is logged, reported
/// as nothing, and followed by another try, with pauses that grow.
pub(super) async fn follow<T>(
    context: &Context,
    label_selector: &str,
    mut seen: impl FnMut(Option<Event<Lenient<T>>>) + Send,
) where
    T: Watched,
{
    let api: Api<Lenient<T>> = match &context.scope.namespace {
        Some(namespace) => Api::namespaced(context.client.clone(), namespace),
        None => Api::all(context.client.clone()),
    };
    let mut beginning = Beginning::Streamed;
    while let Some(refused) = follow_from(beginning, context, &api, label_selector, &mut seen).await
    {
        tracing::debug!(kind = %T::kind(&()), error = %refused, "the server does not stream lists, asking for pages");
        beginning = Beginning::Listed;
    }
}

/// Follows until the process goes down, which gives nothing, or until the server refuses to stream a list.
async fn follow_from<T: Watched>(
    beginning: Beginning,
    context: &Context,
    api: &Api<Lenient<T>>,
    label_selector: &str,
    seen: &mut (impl FnMut(Option<Event<Lenient<T>>>) + Send),
) -> Option<watcher::Error> {
    let mut config = watcher::Config::default();
    if beginning == Beginning::Streamed {
        config = config.streaming_lists();
    }
    if !label_selector.is_empty() {
        config = config.labels(label_selector);
    }
    let mut events = std::pin::pin!(watcher::watcher(api.clone(), config).default_backoff());
    let mut failing = false;
    loop {
        let event = tokio::select! {
            () = context.shutdown.cancelled() => return None,
            event = events.next() => event?,
        };
        match event {
            Ok(event) => {
                failing &= matches!(event, Event::Init);
                seen(Some(event));
            }
            Err(error) if beginning == Beginning::Streamed && refuses_streaming(&error) => {
                return Some(error);
            }
            Err(error) => {
                // A kind that is not installed fails for good; saying so once is enough.
                if failing {
                    tracing::debug!(kind = %T::kind(&()), %error, "watch still fails");
                } else {
                    tracing::warn!(kind = %T::kind(&()), %error, "watch failed, trying again");
                }
                failing = true;
                seen(None);
            }
        }
    }
}

/// Whether the server finds fault with the request as such. Missing rights, a kind that is not there, an expired
/// version and being too busy have nothing to do with how the list is asked for.
fn refuses_streaming(error: &watcher::Error) -> bool {
    match error {
        watcher::Error::WatchStartFailed(kube::Error::Api(status)) => {
            (400..500).contains(&status.code) && !matches!(status.code, 401 | 403 | 404 | 410 | 429)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crds::source::GitRepository;
    use serde_json::{Value, json};
    use testing::api::{Expected, Script};
    use tokio::sync::mpsc;

    use super::*;
    use crate::fake::Server;

    const PATH: &str = "/apis/source.toolkit.fluxcd.io/v1/gitrepositories";

    fn object(name: &str) -> Value {
        json!({
            "apiVersion": "source.toolkit.fluxcd.io/v1",
            "kind": "GitRepository",
            "metadata": {"name": name, "namespace": "ns", "resourceVersion": "5"},
        })
    }

    fn streamed() -> Expected {
        Expected::get(PATH)
            .query("watch", "true")
            .query("sendInitialEvents", "true")
    }

    /// What a follower sees of a script, up to the given event.
    async fn until(last: &str, script: &Script) -> Vec<String> {
        let (mut context, _) = Server::holding(&json!({"metadata": {}})).context();
        Arc::get_mut(&mut context).unwrap().client = script.client();
        let (sender, mut events) = mpsc::unbounded_channel();
        let following = tokio::spawn(async move {
            follow::<GitRepository>(&context, "", |event| {
                let text = event.map_or_else(|| "error".to_owned(), |event| event.to_string());
                let _ = sender.send(text);
            })
            .await;
        });
        let mut seen = Vec::new();
        while let Some(event) = events.recv().await {
            seen.push(event);
            if seen.last().is_some_and(|event| event == last) {
                break;
            }
        }
        following.abort();
        seen
    }

    #[tokio::test]
    async fn the_beginning_is_streamed_where_the_server_offers_it() {
        let end = json!({
            "apiVersion": "source.toolkit.fluxcd.io/v1",
            "kind": "GitRepository",
            "metadata": {"resourceVersion": "9", "annotations": {"k8s.io/initial-events-end": "true"}},
        });
        let events = [
            json!({"type": "ADDED", "object": object("a")}),
            json!({"type": "BOOKMARK", "object": end}),
        ];
        let script = Script::new([streamed().reply_events(events)]);
        assert_eq!(
            until("InitDone", &script).await,
            ["Init", "InitApply(a)", "InitDone"]
        );
        script.finish();
    }

    #[tokio::test]
    async fn a_server_that_refuses_to_stream_is_asked_for_pages() {
        let refusal =
            json!({"reason": "Invalid", "message": "sendInitialEvents is forbidden for watch"});
        let page = json!({
            "apiVersion": "source.toolkit.fluxcd.io/v1",
            "kind": "GitRepositoryList",
            "metadata": {"resourceVersion": "9"},
            "items": [object("a")],
        });
        let script = Script::new([
            streamed().reply(422, refusal),
            Expected::get(PATH).query("limit", "500").reply(200, page),
            Expected::get(PATH)
                .query("resourceVersion", "9")
                .reply_events([json!({"type": "MODIFIED", "object": object("a")})]),
        ]);
        let seen = until("Apply(a)", &script).await;
        assert_eq!(seen, ["Init", "InitApply(a)", "InitDone", "Apply(a)"]);
        script.finish();
    }

    #[tokio::test(start_paused = true)]
    async fn missing_rights_are_an_error_and_streaming_is_tried_again() {
        let events = [json!({"type": "BOOKMARK", "object": {
            "apiVersion": "v1", "kind": "X",
            "metadata": {"resourceVersion": "9", "annotations": {"k8s.io/initial-events-end": "true"}},
        }})];
        let script = Script::new([
            streamed().reply(403, json!({"reason": "Forbidden"})),
            streamed().reply_events(events),
        ]);
        assert_eq!(
            until("InitDone", &script).await,
            ["error", "Init", "InitDone"]
        );
        script.finish();
    }
}
