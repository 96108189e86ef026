//! Waiting for health and for termination (compat K16.1 to K16.6, section 17).

use crate::fixture::{Fixture, owner};
use apply::testing::Verb;
use apply::{Inventory, ObjectId, PruneOptions, WaitOptions};
use serde_json::json;
use std::time::Duration;

/// Far more than a test takes, far less than the five seconds of a poll would allow for many rounds.
const LONG: Duration = Duration::from_mins(2);

/// Enough for a look at everything, also on a busy machine; a wait that is to fail takes as long.
const ENOUGH: Duration = Duration::from_secs(5);

fn claim(fixture: &Fixture, name: &str) -> apply::Object {
    fixture.object(json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name},
        "spec": {
            "accessModes": ["ReadWriteOnce"], "storageClassName": "none",
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }))
}

async fn bind(fixture: &Fixture, name: &str) {
    use kube::api::{Patch, PatchParams};
    let api = fixture.api("v1", "PersistentVolumeClaim");
    let status = json!({"status": {"phase": "Bound"}});
    api.patch_status(name, &PatchParams::default(), &Patch::Merge(status))
        .await
        .unwrap();
}

#[tokio::test]
async fn k16_2_a_change_ends_the_wait_by_watch_and_not_by_poll() {
    let fixture = Fixture::new("wait-watch").await;
    let set = vec![
        claim(&fixture, "a"),
        claim(&fixture, "b"),
        fixture.config("c", json!({})),
    ];
    let ids = fixture.apply(set).await.unwrap().ids_to_wait_for();
    fixture.counts();
    let options = WaitOptions {
        poll_interval: LONG * 10,
        ..WaitOptions::new(LONG)
    };
    let both = async {
        // The second look at the objects must come from the watch: nothing polls for minutes.
        bind(&fixture, "a").await;
        bind(&fixture, "b").await;
    };
    let (waited, ()) = tokio::join!(apply::wait(&fixture.cluster, &ids, &options), both);
    waited.unwrap();
    let counts = fixture.counts();
    assert_eq!(counts.first(), Some(&(Verb::Get, 3)));
    assert!(
        counts
            .iter()
            .all(|(verb, n)| *verb != Verb::Watch || *n <= 1),
        "{counts:?}"
    );
}

#[tokio::test]
async fn k16_3_a_timeout_names_what_was_not_ready_in_order() {
    let fixture = Fixture::new("wait-timeout").await;
    let ids = fixture
        .apply(vec![claim(&fixture, "a")])
        .await
        .unwrap()
        .ids_to_wait_for();
    let missing = ObjectId::new(&fixture.namespace, "later", "", "ConfigMap");
    let ids = [vec![missing], ids].concat();
    let options = WaitOptions::new(ENOUGH);
    let error = apply::wait(&fixture.cluster, &ids, &options)
        .await
        .unwrap_err();
    assert_eq!(
        fixture.short(&error.to_string()),
        "timeout waiting for: [ConfigMap/ns/later status: 'NotFound', \
         PersistentVolumeClaim/ns/a status: 'InProgress']"
    );
}

#[tokio::test]
async fn k16_6_an_object_that_appears_later_ends_the_wait() {
    let fixture = Fixture::new("wait-missing").await;
    let ids = [ObjectId::new(&fixture.namespace, "later", "", "ConfigMap")];
    let options = WaitOptions {
        poll_interval: LONG * 10,
        ..WaitOptions::new(LONG)
    };
    let create = fixture.apply(vec![fixture.config("later", json!({}))]);
    let (waited, created) = tokio::join!(apply::wait(&fixture.cluster, &ids, &options), create);
    created.unwrap();
    waited.unwrap();
}

#[tokio::test]
async fn k16_2_an_account_that_may_not_watch_polls() {
    use kube::api::PostParams;
    let fixture = Fixture::new("wait-poll").await;
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "reader"},
        "rules": [{"apiGroups": [""], "resources": ["persistentvolumeclaims"], "verbs": ["get"]}],
    });
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "reader"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
        "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": fixture.namespace}],
    });
    for value in [role, binding] {
        let kind = value["kind"].as_str().unwrap().to_owned();
        let api = fixture.api("rbac.authorization.k8s.io/v1", &kind);
        let object = serde_json::from_value(value).unwrap();
        api.create(&PostParams::default(), &object).await.unwrap();
    }
    let ids = fixture
        .apply(vec![claim(&fixture, "a")])
        .await
        .unwrap()
        .ids_to_wait_for();
    let user = format!("system:serviceaccount:{}:reader", fixture.namespace);
    let claims = "persistentvolumeclaims";
    let plane = &fixture.plane;
    plane
        .wait_allowed(&user, &fixture.namespace, "get", claims)
        .await
        .unwrap();
    let reader = plane
        .client_as(&user, &["system:authenticated"])
        .await
        .unwrap();
    let cluster = fixture.cluster.inner().with_client(reader);
    let options = WaitOptions {
        poll_interval: Duration::from_millis(50),
        ..WaitOptions::new(LONG)
    };
    let (waited, ()) = tokio::join!(apply::wait(&cluster, &ids, &options), bind(&fixture, "a"));
    waited.unwrap();
}

#[tokio::test]
async fn k17_termination_is_waited_for_until_finalizers_are_gone() {
    let fixture = Fixture::new("termination").await;
    let mut held = fixture.config("held", json!({}));
    held.value_mut()["metadata"]["finalizers"] = json!(["example.com/hold"]);
    let set = vec![held, fixture.config("free", json!({}))];
    let inventory = Inventory::of(&fixture.apply(set).await.unwrap());
    let options = PruneOptions::for_owner(&owner(), "unit", &fixture.namespace);
    let changes = apply::prune(&fixture.cluster, inventory.objects().unwrap(), &options)
        .await
        .unwrap();

    let error = apply::wait_for_termination(&fixture.cluster, &changes, ENOUGH, LONG).await;
    let text = fixture.short(&error.unwrap_err().to_string());
    assert_eq!(
        text,
        "ConfigMap/ns/held termination timeout: context deadline exceeded"
    );

    let release = fixture.edit(
        "v1",
        "ConfigMap",
        "held",
        "somebody",
        json!({"metadata": {"finalizers": null}}),
    );
    let gone = apply::wait_for_termination(&fixture.cluster, &changes, LONG, LONG * 10);
    let (gone, ()) = tokio::join!(gone, release);
    gone.unwrap();
}
