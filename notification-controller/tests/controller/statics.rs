//! The finalizers of kinds without a status.

use common::kube::api::DeleteParams;
use common::object::FINALIZER;
use crds::notification::{Alert, Provider};
use serde_json::json;
use testing::wait_for;

use crate::world::{LONG, World};

#[tokio::test(flavor = "multi_thread")]
async fn p1_a_provider_has_our_finalizer_and_goes_when_it_is_deleted() {
    let world = World::new().await;
    world
        .provider("p", json!({"type": "generic", "address": "http://x"}))
        .await;
    let held = |provider: &Provider| {
        provider
            .metadata
            .finalizers
            .iter()
            .flatten()
            .any(|one| one == FINALIZER)
    };
    let provider = world.wait("p", "has our finalizer", held).await;
    let writers = provider.metadata.managed_fields.unwrap();
    assert!(
        writers
            .iter()
            .any(|one| one.manager.as_deref() == Some("notification-controller"))
    );
    let providers = world.api::<Provider>();
    providers
        .delete("p", &DeleteParams::default())
        .await
        .unwrap();
    wait_for(&providers, "p", "gone", LONG, |object| object.is_none())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_an_alert_of_old_loses_our_finalizer_and_keeps_others() {
    let world = World::new().await;
    let metadata = json!({"finalizers": [FINALIZER, "example.com/other"]});
    let spec = json!({"providerRef": {"name": "p"}, "eventSources": []});
    let suspended = json!({"providerRef": {"name": "p"}, "eventSources": [], "suspend": true});
    world
        .create_with::<Alert>("suspended", metadata.clone(), suspended)
        .await;
    world.create_with::<Alert>("old", metadata, spec).await;
    let only_other = |alert: &Alert| {
        alert.metadata.finalizers.as_deref() == Some(&["example.com/other".to_owned()])
    };
    world.wait("old", "without our finalizer", only_other).await;
    let told = world.recorded("old", "Migration").await;
    assert_eq!(
        told.message,
        "removed finalizer from Alert to migrate to static Alert"
    );
    let alerts = world.api::<Alert>();
    assert_eq!(
        alerts
            .get("suspended")
            .await
            .unwrap()
            .metadata
            .finalizers
            .unwrap()
            .len(),
        2
    );
    // The namespace outlives the test, and so would they.
    for name in ["old", "suspended"] {
        world
            .merge::<Alert>(name, json!({"metadata": {"finalizers": []}}))
            .await;
    }
}
