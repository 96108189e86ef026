//! Watches of the kinds on the board.

use futures::stream::{self, BoxStream, StreamExt};
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::DynamicObject;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event, watch_object, watcher};
use kube::{Api, Client, ResourceExt};
use serde_json::Value;

use crate::component::Components;
use crate::kinds;
use crate::row::Key;

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

/// All changes of what these controllers look after, in all namespaces; it never ends.
pub(crate) fn changes(client: &Client, components: &Components) -> BoxStream<'static, Change> {
    let kinds = kinds::served(components).into_iter();
    stream::select_all(kinds.map(|kind| watch(client.clone(), kind))).boxed()
}

/// The image of a Deployment's first container, whenever it is another one.
pub(crate) fn images(client: &Client, namespace: &str, name: &str) -> BoxStream<'static, String> {
    let api: Api<Deployment> = Api::namespaced(client.clone(), namespace);
    let states = watch_object(api, name).default_backoff();
    let images = states.filter_map(|state| async {
        let pod = state.ok()??.spec?.template.spec?;
        pod.containers.into_iter().next()?.image
    });
    images.boxed()
}

fn watch(client: Client, kind: &'static str) -> BoxStream<'static, Change> {
    let api: Api<DynamicObject> = Api::all_with(client, &kinds::resource(kind));
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
