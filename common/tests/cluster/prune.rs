//! Pruning with its guards (compat K15.5, K15.6, K23.4).

use crate::fixture::{Fixture, owner};
use apply::{Inventory, PruneFailure, PruneOptions};
use serde_json::json;

async fn prune(fixture: &Fixture, inventory: &Inventory) -> Result<Vec<String>, PruneFailure> {
    let options = PruneOptions::for_owner(&owner(), "unit", &fixture.namespace);
    let objects = inventory.objects().unwrap();
    let changes = apply::prune(&fixture.cluster, objects, &options).await?;
    Ok(changes
        .changes
        .iter()
        .map(|change| fixture.short(&change.to_string()))
        .collect())
}

#[tokio::test]
async fn k15_5_stale_objects_go_in_reverse_order_and_missing_ones_count_as_deleted() {
    let fixture = Fixture::new("prune").await;
    let service = fixture.object(json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]},
    }));
    let set = vec![
        fixture.config("a", json!({})),
        fixture.config("b", json!({})),
        service,
    ];
    let inventory = Inventory::of(&fixture.apply(set).await.unwrap());
    let params = kube::api::DeleteParams::default();
    fixture
        .api("v1", "ConfigMap")
        .delete("b", &params)
        .await
        .unwrap();
    let lines = prune(&fixture, &inventory).await.unwrap();
    assert_eq!(
        lines,
        [
            "Service/ns/s deleted",
            "ConfigMap/ns/b deleted",
            "ConfigMap/ns/a deleted"
        ]
    );
    assert!(!fixture.exists("v1", "Service", "s").await);
    assert!(!fixture.exists("v1", "ConfigMap", "a").await);
}

#[tokio::test]
async fn k23_4_an_object_of_another_unit_and_one_with_an_opt_out_are_skipped() {
    let fixture = Fixture::new("guards").await;
    let mut kept = fixture.config("kept", json!({}));
    kept.set_label("kustomize.toolkit.fluxcd.io/prune", "disabled");
    let set = vec![fixture.config("moved", json!({})), kept];
    let inventory = Inventory::of(&fixture.apply(set).await.unwrap());
    let other = json!({"metadata": {"labels": {"kustomize.toolkit.fluxcd.io/name": "other"}}});
    fixture
        .edit("v1", "ConfigMap", "moved", "somebody", other)
        .await;
    let lines = prune(&fixture, &inventory).await.unwrap();
    assert_eq!(
        lines,
        ["ConfigMap/ns/moved skipped", "ConfigMap/ns/kept skipped"]
    );
    assert!(fixture.exists("v1", "ConfigMap", "moved").await);
    assert!(fixture.exists("v1", "ConfigMap", "kept").await);
}

#[tokio::test]
async fn k15_5_a_kind_that_is_no_longer_served_counts_as_deleted() {
    let fixture = Fixture::new("unserved").await;
    let entry = |id: &str, version: &str| apply::InventoryEntry {
        id: id.into(),
        version: version.into(),
    };
    fixture
        .apply(vec![fixture.config("a", json!({}))])
        .await
        .unwrap();
    let old = Inventory {
        entries: vec![
            entry(
                &format!("{}_x_gone.example.com_Gone", fixture.namespace),
                "v1",
            ),
            // The version is gone, the kind is not.
            entry(&format!("{}_a__ConfigMap", fixture.namespace), "v1beta1"),
        ],
    };
    let lines = prune(&fixture, &old).await.unwrap();
    assert_eq!(lines, ["Gone/ns/x deleted", "ConfigMap/ns/a deleted"]);
    assert!(!fixture.exists("v1", "ConfigMap", "a").await);
}

#[tokio::test]
async fn k15_6_what_could_not_be_deleted_is_named_and_survives() {
    let fixture = Fixture::new("survivors").await;
    let set = vec![fixture.config("a", json!({}))];
    let inventory = Inventory::of(&fixture.apply(set).await.unwrap());
    let user = format!("system:serviceaccount:{}:nobody", fixture.namespace);
    let tenant = fixture
        .plane
        .client_as(&user, &["system:authenticated"])
        .await
        .unwrap();
    let cluster = fixture.cluster.inner().with_client(tenant);
    let options = PruneOptions::for_owner(&owner(), "unit", &fixture.namespace);
    let failure = apply::prune(&cluster, inventory.objects().unwrap(), &options)
        .await
        .unwrap_err();
    let text = fixture.short(&failure.to_string());
    assert!(
        text.starts_with(
            "delete failed, errors: ConfigMap/ns/a query failed: configmaps \"a\" is forbidden"
        ),
        "{text}"
    );
    assert!(text.ends_with(';'), "{text}");
    assert_eq!(failure.survivors, inventory.objects().unwrap());
    let mut next = Inventory::default();
    next.merge(&failure.survivors);
    assert_eq!(next, inventory);
}
