//! What has to be there before a release is touched, and who is asked for it.

use common::k8s_openapi::api::core::v1::{ConfigMap, Secret};
use common::kube::Api;
use common::kube::api::PostParams;
use serde_json::json;

use crate::support::{Fixture, MAP, condition, history};

#[tokio::test]
async fn h8_1_h6_2_prerequisites_are_asked_for_in_their_order() {
    let fixture = Fixture::new("order").await;
    let spec = json!({
        "dependsOn": [{"name": "base"}],
        "chartRef": {"kind": "HelmChart", "name": "later"},
        "valuesFrom": [{"kind": "ConfigMap", "name": "later"}],
        "kubeConfig": {"secretRef": {"name": "later"}},
    });
    fixture.publish("1.0.0", &[MAP]).await;
    let object = fixture.create("web", spec).await;
    let finalizers = || async { fixture.releases().get("web").await.unwrap().metadata };
    let (_, text) = fixture.failed("web", "DependencyNotReady").await;
    assert!(text.contains("'base'") || text.contains("/base'"), "{text}");
    assert_eq!(
        finalizers().await.finalizers,
        Some(vec!["finalizers.fluxcd.io".to_owned()])
    );
    fixture.create("base", json!({})).await;
    fixture.ready("base", "1.0.0").await;
    let (_, text) = fixture.failed("web", "ArtifactFailed").await;
    assert!(text.starts_with("could not get Source object: "), "{text}");
    fixture.chart_object("later").await;
    fixture
        .annotate("web", json!({"reconcile.fluxcd.io/requestedAt": "a"}))
        .await;
    let (found, _) = fixture.failed("web", "SourceNotReady").await;
    // Nothing has been released, so the spec is not observed, and what goes on is still the first of it all.
    assert_ne!(
        Some(found.status.observed_generation),
        object.metadata.generation
    );
    let reconciling = condition(&found, "Reconciling").unwrap();
    assert_eq!(
        (reconciling.1.as_str(), reconciling.2.as_str()),
        ("Progressing", "Fulfilling prerequisites")
    );
    fixture.publish_as("later", "1.0.0", &[MAP]).await;
    fixture.failed("web", "ValuesError").await;
    let map = json!({"metadata": {"name": "later"}, "data": {"values.yaml": "value: found"}});
    let map: ConfigMap = serde_json::from_value(map).unwrap();
    fixture
        .config_maps()
        .create(&PostParams::default(), &map)
        .await
        .unwrap();
    fixture
        .annotate("web", json!({"reconcile.fluxcd.io/requestedAt": "b"}))
        .await;
    let (_, text) = fixture.failed("web", "RESTClientError").await;
    let secret = format!(
        "could not get KubeConfig secret '{}/later': ",
        fixture.namespace
    );
    assert!(text.starts_with(&secret), "{text}");
}

#[tokio::test]
async fn h21_3_a_kubeconfig_leads_to_the_cluster_that_is_released_to() {
    let fixture = Fixture::new("kubeconfig").await;
    fixture.publish("1.0.0", &[MAP]).await;
    let kubeconfig = std::fs::read_to_string(crate::support::kubeconfig().await).unwrap();
    let secret = json!({"metadata": {"name": "remote"}, "stringData": {"value.yaml": kubeconfig}});
    let secret: Secret = serde_json::from_value(secret).unwrap();
    fixture
        .secrets()
        .create(&PostParams::default(), &secret)
        .await
        .unwrap();
    fixture
        .create(
            "web",
            json!({"kubeConfig": {"secretRef": {"name": "remote"}}}),
        )
        .await;
    fixture.ready("web", "1.0.0").await;
    assert_eq!(fixture.revisions("web").await.len(), 1);
    // Without the way there nothing is left to do.
    fixture
        .secrets()
        .delete("remote", &common::kube::api::DeleteParams::default())
        .await
        .unwrap();
    fixture.delete("web").await;
    fixture.gone("web").await;
    assert_eq!(fixture.revisions("web").await.len(), 1);
}

#[tokio::test]
async fn h21_5_h8_3_references_across_namespaces_are_refused_where_they_are_blocked() {
    let fixture = Fixture::with_flags("cross", &["--no-cross-namespace-refs"]).await;
    fixture.publish("1.0.0", &[MAP]).await;
    let elsewhere =
        json!({"chartRef": {"kind": "HelmChart", "name": "chart", "namespace": "elsewhere"}});
    fixture.create("web", elsewhere).await;
    let (object, text) = fixture.failed("web", "AccessDenied").await;
    assert_eq!(
        text,
        "cross-namespace references are not allowed: cannot access HelmChart elsewhere/chart"
    );
    assert_eq!(condition(&object, "Stalled").unwrap().1, "AccessDenied");
    assert_eq!(condition(&object, "Reconciling"), None);
    fixture.event("web", "AccessDenied", "not allowed").await;
    let external = json!({"chartRef": {"kind": "ExternalArtifact", "name": "chart"}});
    fixture.create("external", external).await;
    let (_, text) = fixture.failed("external", "AccessDenied").await;
    let gate = format!(
        "can't access 'ExternalArtifact/{}/chart', ExternalArtifact feature gate is disabled",
        fixture.namespace
    );
    assert!(text.ends_with(&gate), "{text}");
    // Dependencies are not covered.
    fixture
        .create(
            "depends",
            json!({"dependsOn": [{"name": "x", "namespace": "elsewhere"}]}),
        )
        .await;
    let (_, text) = fixture.failed("depends", "DependencyNotReady").await;
    assert!(
        text.starts_with("unable to get 'elsewhere/x' dependency: "),
        "{text}"
    );
}

#[tokio::test]
async fn h7_5_a_chart_that_is_not_wanted_any_more_goes() {
    let fixture = Fixture::new("switch").await;
    fixture.publish("1.0.0", &[MAP]).await;
    let template =
        json!({"spec": {"chart": "demo", "sourceRef": {"kind": "HelmRepository", "name": "repo"}}});
    fixture.create("web", json!({"chart": template})).await;
    fixture.failed("web", "SourceNotReady").await;
    let made = format!("{}-web", fixture.namespace);
    assert!(fixture.charts().get_opt(&made).await.unwrap().is_some());
    let reference = json!({"chart": null, "chartRef": {"kind": "HelmChart", "name": "chart"}});
    fixture.patch("web", reference).await;
    let object = fixture.ready("web", "1.0.0").await;
    assert!(fixture.charts().get_opt(&made).await.unwrap().is_none());
    assert_eq!(object.status.helm_chart, None);
}

#[tokio::test]
async fn h7_2_a_name_that_helm_does_not_take_is_refused_before_anything_is_stored() {
    let fixture = Fixture::new("name").await;
    fixture.publish("1.0.0", &[MAP]).await;
    fixture
        .create("web", json!({"releaseName": "Not_a_name"}))
        .await;
    let (_, text) = fixture.failed("web", "InstallFailed").await;
    assert!(
        text.contains("invalid release name, must match regex"),
        "{text}"
    );
    assert_eq!(fixture.revisions("Not_a_name").await, []);
}

#[tokio::test]
async fn h20_4_without_a_snapshot_nothing_is_uninstalled() {
    let fixture = Fixture::released("no-snapshot").await;
    // Another object of the same release has seen nothing of it yet.
    fixture
        .create(
            "other",
            json!({"releaseName": "web", "dependsOn": [{"name": "absent"}]}),
        )
        .await;
    fixture.failed("other", "DependencyNotReady").await;
    fixture.delete("other").await;
    fixture.gone("other").await;
    assert_eq!(fixture.revisions("web").await.len(), 1);
    assert!(fixture.value("web-map", "value").await.is_some());
}

#[tokio::test]
async fn h11_5_after_a_success_the_next_pass_comes_with_the_interval() {
    let fixture = Fixture::new("interval").await;
    fixture.publish("1.0.0", &[MAP]).await;
    fixture.create("web", json!({"interval": "1s"})).await;
    fixture.ready("web", "1.0.0").await;
    let secrets: Api<Secret> = fixture.secrets();
    secrets
        .delete(
            "sh.helm.release.v1.web.v1",
            &common::kube::api::DeleteParams::default(),
        )
        .await
        .unwrap();
    // Nobody has asked for a pass, and yet what is gone comes back.
    testing::wait_for(
        &secrets,
        "sh.helm.release.v1.web.v1",
        "recorded again",
        crate::support::LONG,
        |secret| secret.is_some(),
    )
    .await
    .unwrap();
    let object = fixture.ready("web", "1.0.0").await;
    assert_eq!(history(&object)[0].0, 1);
}
