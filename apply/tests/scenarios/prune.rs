//! Faults while pruning.

use crate::fixture::{cluster, config, failing, id, options, owner};
use apply::testing::{InMemory, Verb};
use apply::{ApiError, ChangeSet, Inventory, PruneOptions, apply_all, prune};

fn guards() -> PruneOptions {
    PruneOptions::for_owner(&owner(), "unit", "ns")
}

async fn applied(cluster: &InMemory) -> ChangeSet {
    let set = vec![config("a", "1"), config("b", "1"), config("c", "1")];
    apply_all(cluster, set, &options()).await.unwrap()
}

#[tokio::test]
async fn k15_6_all_are_tried_and_only_the_failed_survive() {
    let inner = InMemory::default();
    let inventory = Inventory::of(&applied(&inner).await);
    let refused = ApiError::status(403, "Forbidden", "denied by policy");
    let cluster = failing(
        inner,
        |request| request.to_string() == "Delete ConfigMap/ns/b",
        refused,
    );
    let failure = prune(&cluster, inventory.objects().unwrap(), &guards())
        .await
        .unwrap_err();
    assert_eq!(
        failure.to_string(),
        "delete failed, errors: ConfigMap/ns/b delete failed: denied by policy;"
    );
    assert_eq!(
        failure.changes.to_string(),
        "ConfigMap/ns/c deleted\nConfigMap/ns/b unknown\nConfigMap/ns/a deleted"
    );
    let survivors: Vec<_> = failure.survivors.iter().map(apply::ObjectRef::id).collect();
    assert_eq!(survivors, [id("ConfigMap", "b")]);
}

#[tokio::test]
async fn k15_5_an_object_made_anew_between_look_and_deletion_is_looked_at_again() {
    let inner = InMemory::default();
    let inventory = Inventory::of(&applied(&inner).await);
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let replaced = ApiError::status(409, "Conflict", "the uid in the precondition differs");
    let first = move |request: &apply::testing::Request| {
        request.verb == Verb::Delete && seen.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0
    };
    let cluster = failing(inner, first, replaced);
    let changes = prune(&cluster, inventory.objects().unwrap(), &guards())
        .await
        .unwrap();
    assert!(
        changes
            .to_string()
            .lines()
            .all(|line| line.ends_with(" deleted")),
        "{changes}"
    );
    assert!(cluster.inner().objects().is_empty());
}

#[tokio::test]
async fn k15_5_an_object_that_another_unit_has_taken_is_skipped() {
    let cluster = cluster();
    let inventory = Inventory::of(&applied(cluster.inner()).await);
    cluster
        .inner()
        .update(&id("ConfigMap", "b"), "other", |object| {
            object["metadata"]["labels"]["g.io/namespace"] = "elsewhere".into();
        });
    let changes = prune(&cluster, inventory.objects().unwrap(), &guards())
        .await
        .unwrap();
    assert_eq!(
        changes.to_string(),
        "ConfigMap/ns/c deleted\nConfigMap/ns/b skipped\nConfigMap/ns/a deleted"
    );
}
