//! Many objects of one kind at a time.

use std::collections::BTreeMap;

use e2e::Scenario;
use e2e::scenario::{DEADLINE, REQUESTED_AT, ready};
use futures::stream::{self, StreamExt as _};
use kube::api::DynamicObject;
use kube::runtime::{WatchStreamExt as _, watcher};
use serde_json::{Value, json};
use tokio::time::timeout;

/// How many requests of the story are under way at a time, as several users would send them.
const AT_ONCE: usize = 8;

/// How many units there are: a hundred of release builds, ten of debug builds.
pub fn units() -> usize {
    if std::env::var_os("SLUICE_BIN").is_some() {
        100
    } else {
        10
    }
}

/// The name of a unit.
pub fn name(unit: usize) -> String {
    format!("unit-{unit}")
}

/// Does something for every unit, some at a time.
pub async fn each<F: Future<Output = ()>>(work: impl Fn(usize) -> F) {
    stream::iter(0..units())
        .map(work)
        .buffer_unordered(AT_ONCE)
        .collect::<()>()
        .await;
}

/// Creates one object of the kind for each unit.
pub async fn create(story: &Scenario, kind: &str, spec: impl Fn(usize) -> Value) {
    each(|unit| {
        let spec = spec(unit);
        async move {
            story.create(kind, &name(unit), spec).await;
        }
    })
    .await;
}

/// Asks every unit for a reconcile, and waits until all have handled it.
pub async fn request(story: &Scenario, kind: &str, token: &str) {
    each(|unit| async move { story.request(kind, &name(unit), token).await }).await;
    all(story, kind, handled(token)).await;
}

/// Ready, with this token handled.
pub fn handled(token: &str) -> impl Fn(&Value) -> bool {
    move |object| {
        object["metadata"]["annotations"][REQUESTED_AT] == token
            && object["status"]["lastHandledReconcileAt"] == token
            && is_ready(object)
    }
}

/// Ready for the generation that it has now.
pub fn is_ready(object: &Value) -> bool {
    ready(object, "True")
        && object["status"]["observedGeneration"] == object["metadata"]["generation"]
}

/// Waits until `done` holds for every unit. It watches: reading them all again and again would cost more than what is measured.
pub async fn all(story: &Scenario, kind: &str, done: impl Fn(&Value) -> bool) {
    let mut open: BTreeMap<String, Value> = (0..units())
        .map(|unit| (name(unit), json!("not seen")))
        .collect();
    let wait = async {
        let states = watcher(story.api(kind), watcher::Config::default());
        let mut states = states.default_backoff().applied_objects().boxed();
        while let Some(state) = states.next().await {
            // What fails is tried again by the watcher.
            if let Ok(object) = state {
                look(&mut open, &object, &done);
            }
            if open.is_empty() {
                return;
            }
        }
    };
    let ended = timeout(DEADLINE, wait).await;
    assert!(
        ended.is_ok(),
        "not all of {kind} are done: {:#?}",
        open.first_key_value()
    );
}

fn look(open: &mut BTreeMap<String, Value>, object: &DynamicObject, done: impl Fn(&Value) -> bool) {
    let Some(name) = &object.metadata.name else {
        return;
    };
    let object = serde_json::to_value(object).unwrap();
    if done(&object) {
        open.remove(name);
    } else if let Some(last) = open.get_mut(name) {
        *last = object;
    }
}
