//! How a wait ends, and what it costs (compat K16.1 to K16.6). The clock of these tests only moves when all wait.

use crate::fixture::{cluster, config, failing, id, object, options};
use apply::testing::{InMemory, Recorder, Verb};
use apply::{ApiError, OnFailure, WaitOptions, apply_all, wait};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const MINUTE: Duration = Duration::from_mins(1);

fn ready(state: &'static str) -> impl FnOnce(&mut Value) {
    move |object| object["status"] = json!({"conditions": [{"type": "Ready", "status": state}]})
}

fn stalled(object: &mut Value) {
    object["status"] = json!({"conditions": [{"type": "Stalled", "status": "True"}]});
}

/// Two widgets, of which neither is ready.
async fn widgets() -> InMemory {
    let cluster = InMemory::default();
    let widget = |name| {
        object(
            "example.com/v1",
            "Widget",
            name,
            &json!({"spec": {"size": 1}}),
        )
    };
    apply_all(&cluster, vec![widget("a"), widget("b")], &options())
        .await
        .unwrap();
    for name in ["a", "b"] {
        cluster.update_status(&id("Widget", name), "controller", ready("False"));
    }
    cluster
}

fn both() -> [apply::ObjectId; 2] {
    [id("Widget", "a"), id("Widget", "b")]
}

#[tokio::test(start_paused = true)]
async fn k16_2_a_first_look_that_finds_all_current_opens_no_watch() {
    let cluster = cluster();
    apply_all(&cluster, vec![config("a", "1")], &options())
        .await
        .unwrap();
    cluster.take();
    let start = Instant::now();
    wait(&cluster, &[id("ConfigMap", "a")], &WaitOptions::new(MINUTE))
        .await
        .unwrap();
    assert_eq!(cluster.take_lines(), ["Get ConfigMap/ns/a"]);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn what_is_known_to_be_current_is_not_read() {
    let cluster = Recorder::new(widgets().await);
    let known = WaitOptions {
        known_current: both().into_iter().collect(),
        ..WaitOptions::new(MINUTE)
    };
    wait(&cluster, &both(), &known).await.unwrap();
    assert_eq!(cluster.take_lines(), [] as [String; 0]);
}

#[tokio::test(start_paused = true)]
async fn k16_2_a_change_ends_the_wait_at_once() {
    let cluster = Recorder::new(widgets().await);
    let start = Instant::now();
    let change = async {
        sleep(Duration::from_secs(1)).await;
        cluster
            .inner()
            .update_status(&id("Widget", "a"), "controller", ready("True"));
        sleep(Duration::from_secs(1)).await;
        cluster
            .inner()
            .update_status(&id("Widget", "b"), "controller", ready("True"));
    };
    let ids = both();
    let options = WaitOptions::new(MINUTE);
    let (waited, ()) = tokio::join!(wait(&cluster, &ids, &options), change);
    waited.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(2));
    assert_eq!(
        cluster.take_lines(),
        ["Get Widget/ns/a", "Get Widget/ns/b", "Watch Widget/ns"]
    );
}

#[tokio::test(start_paused = true)]
async fn k16_2_the_first_failure_ends_the_wait_unless_told_otherwise() {
    let cluster = widgets().await;
    cluster.update_status(&id("Widget", "b"), "controller", stalled);
    let error = wait(&cluster, &both(), &WaitOptions::new(MINUTE))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "failed early due to stalled resources: [Widget/ns/b status: 'Failed']"
    );

    let patient = WaitOptions {
        on_failure: OnFailure::Continue,
        ..WaitOptions::new(MINUTE)
    };
    let error = wait(&cluster, &both(), &patient).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "timeout waiting for: [Widget/ns/a status: 'InProgress', Widget/ns/b status: 'Failed']"
    );
    // When nothing else is awaited, a failure is the end even then.
    cluster.update_status(&id("Widget", "a"), "controller", ready("True"));
    let error = wait(&cluster, &both(), &patient).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "failed early due to stalled resources: [Widget/ns/b status: 'Failed']"
    );
}

#[tokio::test(start_paused = true)]
async fn k16_4_a_job_that_deletes_itself_has_ended_well() {
    let cluster = InMemory::default();
    let ids = [id("Job", "j")];
    let error = wait(&cluster, &ids, &WaitOptions::new(MINUTE))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "timeout waiting for: [Job/ns/j status: 'NotFound']"
    );
    let options = WaitOptions {
        jobs_with_ttl: ids.iter().cloned().collect(),
        ..WaitOptions::new(MINUTE)
    };
    wait(&cluster, &ids, &options).await.unwrap();

    // It may also go while it is watched.
    let job = object(
        "batch/v1",
        "Job",
        "j",
        &json!({"spec": {"ttlSecondsAfterFinished": 0}}),
    );
    apply_all(&cluster, vec![job], &crate::fixture::options())
        .await
        .unwrap();
    let gone = async {
        sleep(Duration::from_secs(1)).await;
        cluster.remove(&ids[0]);
    };
    let (waited, ()) = tokio::join!(wait(&cluster, &ids, &options), gone);
    waited.unwrap();
}

#[tokio::test(start_paused = true)]
async fn k16_4_a_job_that_goes_before_it_is_watched_is_missed_at_the_next_look() {
    let inner = InMemory::default();
    let job = object(
        "batch/v1",
        "Job",
        "j",
        &json!({"spec": {"ttlSecondsAfterFinished": 0}}),
    );
    apply_all(&inner, vec![job], &options()).await.unwrap();
    let inner = Arc::new(inner);
    let remover = Arc::clone(&inner);
    // The job goes after the first look, and before the watch that would tell of it.
    let cluster = Recorder::new(inner).failing(move |request| {
        if request.verb == Verb::Watch {
            remover.remove(&id("Job", "j"));
        }
        None
    });
    let ids = [id("Job", "j")];
    let options = WaitOptions {
        jobs_with_ttl: ids.iter().cloned().collect(),
        ..WaitOptions::new(MINUTE)
    };
    let start = Instant::now();
    wait(&cluster, &ids, &options).await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn k16_2_an_object_that_fails_while_others_are_awaited_ends_the_wait() {
    let cluster = widgets().await;
    let gadget = object(
        "example.com/v1",
        "Gadget",
        "g",
        &json!({"spec": {"size": 1}}),
    );
    apply_all(&cluster, vec![gadget], &options()).await.unwrap();
    let gadget = apply::ObjectId::new("ns", "g", "example.com", "Gadget");
    let ids = [both().to_vec(), vec![gadget.clone()]].concat();
    let change = async {
        // It counted as current until its controller had a look at it.
        sleep(Duration::from_secs(1)).await;
        cluster.update_status(&gadget, "controller", stalled);
    };
    let start = Instant::now();
    let options = WaitOptions::new(MINUTE);
    let (waited, ()) = tokio::join!(wait(&cluster, &ids, &options), change);
    assert_eq!(
        waited.unwrap_err().to_string(),
        "failed early due to stalled resources: [Gadget/ns/g status: 'Failed']"
    );
    assert_eq!(start.elapsed(), Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn k16_2_what_cannot_change_its_mind_is_not_watched() {
    let cluster = Recorder::new(widgets().await);
    apply_all(cluster.inner(), vec![config("c", "1")], &options())
        .await
        .unwrap();
    let ids = [vec![id("ConfigMap", "c")], both().to_vec()].concat();
    wait(&cluster, &ids, &WaitOptions::new(Duration::from_secs(1)))
        .await
        .unwrap_err();
    let requests = cluster.take_lines();
    assert!(requests.contains(&"Watch Widget/ns".to_owned()));
    assert!(
        !requests.contains(&"Watch ConfigMap/ns".to_owned()),
        "{requests:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn k16_2_without_the_right_to_watch_it_looks_every_five_seconds() {
    let refused = ApiError::status(403, "Forbidden", "no");
    let cluster = failing(
        widgets().await,
        |request| request.verb == Verb::Watch,
        refused,
    );
    let start = Instant::now();
    let change = async {
        sleep(Duration::from_secs(7)).await;
        for name in ["a", "b"] {
            cluster
                .inner()
                .update_status(&id("Widget", name), "controller", ready("True"));
        }
    };
    let ids = both();
    let options = WaitOptions::new(MINUTE);
    let (waited, ()) = tokio::join!(wait(&cluster, &ids, &options), change);
    waited.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(10));
    let watches = cluster
        .take()
        .iter()
        .filter(|request| request.verb == Verb::Watch)
        .count();
    assert_eq!(watches, 1, "a refused watch is not asked for again");
}

#[tokio::test(start_paused = true)]
async fn k16_3_an_object_that_cannot_be_read_is_unknown_with_its_error() {
    let refused = ApiError::status(403, "Forbidden", "widgets \"a\" is forbidden");
    let cluster = failing(
        widgets().await,
        |request| request.to_string() == "Get Widget/ns/a" || request.verb == Verb::Watch,
        refused,
    );
    let error = wait(&cluster, &both(), &WaitOptions::new(MINUTE))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "timeout waiting for: [Widget/ns/a status: 'Unknown': widgets \"a\" is forbidden, \
         Widget/ns/b status: 'InProgress']"
    );
}

#[tokio::test(start_paused = true)]
async fn k16_3_when_nothing_could_be_read_no_status_is_told() {
    let cluster = widgets().await;
    let options = WaitOptions::new(Duration::ZERO);
    let hanging = Hanging(cluster);
    let error = wait(&hanging, &both(), &options).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "timeout waiting for: [can't determine status for Widget/ns/a, \
         can't determine status for Widget/ns/b]"
    );
}

#[tokio::test(start_paused = true)]
async fn k16_3_a_namespaced_object_without_a_namespace_is_refused() {
    let nowhere = apply::ObjectId::new("", "a", "apps", "Deployment");
    let error = wait(&InMemory::default(), &[nowhere], &WaitOptions::new(MINUTE))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "resource Deployment.apps a is namespace scoped, but namespace is not set"
    );
}

#[tokio::test(start_paused = true)]
async fn k16_6_the_pods_of_a_stateful_set_can_fail_it() {
    let cluster = InMemory::default();
    let set = object(
        "apps/v1",
        "StatefulSet",
        "db",
        &json!({"spec": {"replicas": 1, "serviceName": "db", "selector": {"matchLabels": {"app": "db"}},
            "template": {"metadata": {"labels": {"app": "db"}}, "spec": {"containers": []}}}}),
    );
    let mut pod = object("v1", "Pod", "db-0", &json!({"spec": {"containers": []}}));
    pod.set_label("app", "db");
    apply_all(&cluster, vec![set, pod], &options())
        .await
        .unwrap();
    let crash = async {
        // No event of the StatefulSet tells of it: the next look does.
        sleep(Duration::from_secs(12)).await;
        cluster.update_status(&id("Pod", "db-0"), "kubelet", |pod| {
            pod["status"] = json!({"phase": "Running", "containerStatuses": [
                {"name": "db", "state": {"waiting": {"reason": "CrashLoopBackOff"}}},
            ]});
        });
    };
    let start = Instant::now();
    let ids = [id("StatefulSet", "db")];
    let options = WaitOptions::new(MINUTE);
    let (waited, ()) = tokio::join!(wait(&cluster, &ids, &options), crash);
    assert_eq!(
        waited.unwrap_err().to_string(),
        "failed early due to stalled resources: [StatefulSet/ns/db status: 'Failed']"
    );
    assert_eq!(start.elapsed(), Duration::from_secs(15));
}

/// A cluster that never answers a GET.
struct Hanging(InMemory);

mod hanging {
    use super::Hanging;
    use apply::cluster::{
        Answer, ApplyMode, DeleteRequest, ListQuery, Listing, Mapping, WatchEvent, WatchQuery,
    };
    use apply::{ApiError, Cluster, GroupKind, Gvk, Object, ObjectRef};
    use futures::stream::BoxStream;
    use serde_json::Value;

    impl Cluster for Hanging {
        fn mapping<'a>(&'a self, gvk: &'a Gvk) -> Answer<'a, Mapping> {
            self.0.mapping(gvk)
        }
        fn preferred<'a>(&'a self, kind: &'a GroupKind) -> Answer<'a, Mapping> {
            self.0.preferred(kind)
        }
        fn forget(&self, group: &str) {
            self.0.forget(group);
        }
        fn get<'a>(&'a self, _: &'a ObjectRef) -> Answer<'a, Object> {
            Box::pin(std::future::pending())
        }
        fn list<'a>(&'a self, query: &'a ListQuery) -> Answer<'a, Listing> {
            self.0.list(query)
        }
        fn list_metadata<'a>(&'a self, query: &'a ListQuery) -> Answer<'a, Listing> {
            self.0.list_metadata(query)
        }
        fn apply<'a>(
            &'a self,
            object: &'a Object,
            manager: &'a str,
            mode: ApplyMode,
        ) -> Answer<'a, Object> {
            self.0.apply(object, manager, mode)
        }
        fn patch<'a>(
            &'a self,
            target: &'a ObjectRef,
            patch: &'a Value,
            manager: &'a str,
        ) -> Answer<'a, Object> {
            self.0.patch(target, patch, manager)
        }
        fn delete<'a>(
            &'a self,
            target: &'a ObjectRef,
            request: &'a DeleteRequest,
        ) -> Answer<'a, ()> {
            self.0.delete(target, request)
        }
        fn watch<'a>(
            &'a self,
            query: &'a WatchQuery,
        ) -> Answer<'a, BoxStream<'static, Result<WatchEvent, ApiError>>> {
            self.0.watch(query)
        }
    }
}
