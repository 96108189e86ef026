//! Watches of the kinds on the board.

use futures::stream::{self, BoxStream, StreamExt};
use kube::api::{ApiResource, DynamicObject};
use kube::core::GroupVersionKind;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Client, ResourceExt};
use serde_json::Value;

use crate::board::Key;

/// A source, as far as the demo creates one.
pub(crate) const GIT_REPOSITORY: &str = "GitRepository";
/// What is applied from it.
pub(crate) const KUSTOMIZATION: &str = "Kustomization";

/// A change on the cluster.
#[derive(Debug)]
pub(crate) enum Change {
    /// A list of a kind begins.
    Begin(&'static str),
    /// An object as it is now.
    Set(Key, Value),
    /// An object is gone.
    Gone(Key),
    /// A list of a kind is complete.
    End(&'static str),
}

/// The API of a kind.
pub(crate) fn resource(kind: &str) -> ApiResource {
    let group = match kind {
        KUSTOMIZATION => "kustomize.toolkit.fluxcd.io",
        _ => "source.toolkit.fluxcd.io",
    };
    ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", kind))
}

/// All changes of sources and Kustomizations, in all namespaces; it never ends.
pub(crate) fn changes(client: &Client) -> BoxStream<'static, Change> {
    let kinds = [GIT_REPOSITORY, KUSTOMIZATION];
    stream::select_all(kinds.map(|kind| watch(client.clone(), kind))).boxed()
}

fn watch(client: Client, kind: &'static str) -> BoxStream<'static, Change> {
    let api: Api<DynamicObject> = Api::all_with(client, &resource(kind));
    let events = watcher(api, watcher::Config::default()).default_backoff();
    // A watch that breaks starts again by itself, with a list.
    let changes = events.filter_map(move |event| async move { Some(change(kind, event.ok()?)) });
    changes.boxed()
}

fn change(kind: &'static str, event: Event<DynamicObject>) -> Change {
    let key = |object: &DynamicObject| Key {
        kind,
        namespace: object.namespace().unwrap_or_default(),
        name: object.name_any(),
    };
    match event {
        Event::Init => Change::Begin(kind),
        Event::InitDone => Change::End(kind),
        Event::Delete(object) => Change::Gone(key(&object)),
        Event::Apply(object) | Event::InitApply(object) => {
            let key = key(&object);
            Change::Set(key, serde_json::to_value(&object).unwrap_or_default())
        }
    }
}
