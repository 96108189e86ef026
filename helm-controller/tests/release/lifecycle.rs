//! Install, upgrade, nothing to do, uninstall.

use serde_json::json;

use crate::support::{DEPLOYMENT, Fixture, MAP, SERVICE, condition, history};

#[tokio::test]
async fn h12_1_a_release_is_installed_recorded_and_told_of() {
    let fixture = Fixture::new("install").await;
    fixture.publish("1.0.0", &[MAP]).await;
    fixture
        .create("web", json!({"values": {"value": "one"}}))
        .await;
    let object = fixture.ready("web", "1.0.0").await;
    let name = format!("{}/web.v1", fixture.namespace);
    let text = format!("Helm install succeeded for release {name} with chart demo@1.0.0");
    let succeeded = (
        "True".to_owned(),
        "InstallSucceeded".to_owned(),
        text.clone(),
    );
    assert_eq!(condition(&object, "Ready"), Some(succeeded.clone()));
    assert_eq!(condition(&object, "Released"), Some(succeeded));
    assert_eq!(condition(&object, "Reconciling"), None);
    assert_eq!(
        history(&object),
        [(1, "deployed".to_owned(), Some("install".to_owned()))]
    );
    assert_eq!(
        object.status.storage_namespace.as_ref(),
        Some(&fixture.namespace)
    );
    let inventory = object.status.inventory.unwrap();
    let id = format!("{}_web-map__ConfigMap", fixture.namespace);
    assert_eq!(inventory.entries[0].id, id);
    assert_eq!(
        fixture.value("web-map", "value").await.as_deref(),
        Some("one")
    );
    let map = fixture.config_maps().get("web-map").await.unwrap();
    let (labels, annotations) = (
        map.metadata.labels.unwrap(),
        map.metadata.annotations.unwrap(),
    );
    assert_eq!(labels["app.kubernetes.io/managed-by"], "Helm");
    assert_eq!(labels["helm.toolkit.fluxcd.io/name"], "web");
    assert_eq!(annotations["meta.helm.sh/release-name"], "web");
    assert_eq!(
        fixture.revisions("web").await,
        [(1, "deployed".to_owned(), "Install complete".to_owned())]
    );
    let event = fixture.event("web", "InstallSucceeded", &text).await;
    assert_eq!(event["severity"], "info");
    assert_eq!(
        event["metadata"]["helm.toolkit.fluxcd.io/revision"],
        "1.0.0"
    );
    assert_eq!(event["metadata"]["helm.toolkit.fluxcd.io/app-version"], "7");
}

#[tokio::test]
async fn h12_2_other_values_and_another_chart_upgrade_and_what_is_dropped_goes() {
    let fixture = Fixture::new("upgrade").await;
    let extra = (
        "templates/extra.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\n",
    );
    fixture.publish("1.0.0", &[MAP, extra]).await;
    fixture
        .create("web", json!({"values": {"value": "one"}}))
        .await;
    fixture.ready("web", "1.0.0").await;
    fixture
        .patch("web", json!({"values": {"value": "two"}}))
        .await;
    let object = fixture.ready("web", "1.0.0").await;
    assert_eq!(
        history(&object),
        [
            (2, "deployed".to_owned(), Some("upgrade".to_owned())),
            (1, "superseded".to_owned(), None),
        ]
    );
    assert_eq!(
        fixture.value("web-map", "value").await.as_deref(),
        Some("two")
    );
    assert_eq!(
        fixture.value("web-map", "revision").await.as_deref(),
        Some("2")
    );
    fixture.publish("1.1.0", &[MAP]).await;
    let object = fixture.ready("web", "1.1.0").await;
    assert_eq!(history(&object)[0].0, 3);
    assert!(
        fixture
            .config_maps()
            .get_opt("extra")
            .await
            .unwrap()
            .is_none()
    );
    let statuses: Vec<String> = fixture
        .revisions("web")
        .await
        .into_iter()
        .map(|(_, status, _)| status)
        .collect();
    assert_eq!(statuses, ["superseded", "superseded", "deployed"]);
}

#[tokio::test]
async fn h20_3_deleting_the_object_uninstalls_the_release() {
    let fixture = Fixture::new("uninstall").await;
    let kept = (
        "templates/kept.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: kept\n  annotations:\n    helm.sh/resource-policy: keep\n",
    );
    fixture.publish("1.0.0", &[MAP, kept]).await;
    fixture.create("web", json!({})).await;
    fixture.ready("web", "1.0.0").await;
    fixture.delete("web").await;
    fixture.gone("web").await;
    assert!(
        fixture
            .config_maps()
            .get_opt("web-map")
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        fixture
            .config_maps()
            .get_opt("kept")
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(fixture.revisions("web").await, []);
    fixture
        .event("web", "UninstallSucceeded", "Helm uninstall succeeded")
        .await;
}

#[tokio::test]
async fn h15_1_workloads_are_waited_for_and_installs_and_upgrades_cost_few_requests() {
    let fixture = Fixture::new("requests").await;
    fixture.publish("1.0.0", &[MAP, SERVICE, DEPLOYMENT]).await;
    // What is known of the server is read once in the life of a process.
    fixture
        .create(
            "first",
            json!({"targetNamespace": fixture.namespace, "releaseName": "web"}),
        )
        .await;
    fixture.ready("first", "1.0.0").await;
    fixture.delete("first").await;
    fixture.gone("first").await;
    let before = fixture.requests().await;
    fixture.create("web", json!({})).await;
    fixture.ready("web", "1.0.0").await;
    fixture.event("web", "InstallSucceeded", "succeeded").await;
    let installed = fixture.requests().await;
    fixture
        .patch("web", json!({"values": {"value": "two"}}))
        .await;
    fixture.ready("web", "1.0.0").await;
    fixture.event("web", "UpgradeSucceeded", "succeeded").await;
    let upgraded = fixture.requests().await - installed;
    let installed = installed - before;
    eprintln!("{installed} requests for an install of three objects, {upgraded} for an upgrade");
    assert!(
        installed <= 14 && upgraded <= 14,
        "{installed} and {upgraded} requests"
    );
}
