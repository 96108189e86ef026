//! What the actions do beside writing objects, and what is told of them.

use common::k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use common::kube::Api;
use common::kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::json;

use crate::support::{Fixture, MAP, NEVER, condition, history};

fn definition(group: &str, plural: &str, kind: &str) -> String {
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: {plural}.{group}\nspec:\n  \
         group: {group}\n  names: {{kind: {kind}, plural: {plural}}}\n  scope: Namespaced\n  versions:\n  - name: v1\n    \
         served: true\n    storage: true\n    schema: {{openAPIV3Schema: {{type: object}}}}\n"
    )
}

#[tokio::test]
async fn h4_2_what_was_last_attempted_is_in_the_status() {
    let fixture = Fixture::new("attempted").await;
    fixture.publish("1.0.0", &[MAP]).await;
    fixture
        .create("web", json!({"values": {"value": "one"}}))
        .await;
    let object = fixture.ready("web", "1.0.0").await;
    let status = serde_json::to_value(&object.status).unwrap();
    assert_eq!(
        status["lastAttemptedGeneration"],
        json!(object.metadata.generation)
    );
    assert_eq!(status["lastAttemptedReleaseAction"], "install");
    assert!(status["lastAttemptedReleaseActionDuration"].is_string());
    assert_eq!(status["lastAttemptedRevision"], "1.0.0");
    let digest = &status["lastAttemptedConfigDigest"];
    assert_eq!(*digest, status["history"][0]["configDigest"]);
    for gone in [
        "failures",
        "installFailures",
        "lastAttemptedValuesChecksum",
        "lastReleaseRevision",
        "lastAppliedRevision",
    ] {
        assert!(status.get(gone).is_none(), "{gone}: {status}");
    }
    fixture
        .patch("web", json!({"values": {"value": "two"}}))
        .await;
    let object = fixture.ready("web", "1.0.0").await;
    let status = serde_json::to_value(&object.status).unwrap();
    assert_eq!(status["lastAttemptedReleaseAction"], "upgrade");
    assert_ne!(status["lastAttemptedConfigDigest"], *digest);
}

#[tokio::test]
async fn h16_6_h16_5_the_history_in_the_storage_is_as_long_as_the_spec_says() {
    let fixture = Fixture::new("pruned").await;
    fixture.publish("1.0.0", &[MAP]).await;
    let spec = json!({"maxHistory": 2, "values": {"value": "1"}});
    fixture.create("web", spec).await;
    fixture.ready("web", "1.0.0").await;
    for value in ["2", "3", "4"] {
        fixture
            .patch("web", json!({"values": {"value": value}}))
            .await;
        fixture.ready("web", "1.0.0").await;
    }
    let expected = [
        (3, "superseded", "Upgrade complete"),
        (4, "deployed", "Upgrade complete"),
    ];
    let expected =
        expected.map(|(version, status, text)| (version, status.to_owned(), text.to_owned()));
    assert_eq!(fixture.revisions("web").await, expected);
}

#[tokio::test]
async fn h13_1_h25_1_h25_5_definitions_come_with_upgrades_too_and_nothing_else_does() {
    let fixture = Fixture::new("crds").await;
    let group = format!("{}.example.com", fixture.namespace);
    let (first, second) = (
        definition(&group, "firsts", "First"),
        definition(&group, "seconds", "Second"),
    );
    let stray = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: stray\n";
    let files = [
        MAP,
        ("crds/first.yaml", first.as_str()),
        ("crds/stray.yaml", stray),
    ];
    fixture.publish("1.0.0", &files).await;
    // The field is of old and means nothing.
    fixture
        .create("web", json!({"install": {"skipCRDs": true}}))
        .await;
    fixture.ready("web", "1.0.0").await;
    let definitions: Api<CustomResourceDefinition> = Api::all(fixture.client.clone());
    let made = definitions.get(&format!("firsts.{group}")).await.unwrap();
    let labels = made.metadata.labels.unwrap();
    assert_eq!(
        labels["helm.toolkit.fluxcd.io/namespace"],
        fixture.namespace
    );
    assert!(
        fixture
            .config_maps()
            .get_opt("stray")
            .await
            .unwrap()
            .is_none()
    );
    let files = [
        MAP,
        ("crds/first.yaml", first.as_str()),
        ("crds/second.yaml", second.as_str()),
    ];
    fixture.publish("1.1.0", &files).await;
    fixture.ready("web", "1.1.0").await;
    let name = format!("seconds.{group}");
    assert!(definitions.get_opt(&name).await.unwrap().is_some());
    let stored = fixture.stored("web").await;
    assert!(
        !stored
            .last()
            .unwrap()
            .manifest
            .contains("CustomResourceDefinition")
    );
    for plural in ["firsts", "seconds"] {
        definitions
            .delete(&format!("{plural}.{group}"), &DeleteParams::default())
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn h13_3_definitions_that_are_refused_fail_the_action_before_anything_is_stored() {
    let fixture = Fixture::new("bad-crds").await;
    let refused =
        definition("example.com", "things", "Thing").replace("group: example.com", "group: other");
    fixture
        .publish("1.0.0", &[MAP, ("crds/things.yaml", refused.as_str())])
        .await;
    fixture.create("web", json!({})).await;
    let (object, text) = fixture.failed("web", "InstallFailed").await;
    assert!(
        text.contains("failed to apply CustomResourceDefinitions: "),
        "{text}"
    );
    assert_eq!(object.status.install_failures, 0);
    assert_ne!(
        Some(object.status.observed_generation),
        object.metadata.generation
    );
    assert_eq!(fixture.revisions("web").await, []);
}

#[tokio::test]
async fn h15_5_what_is_not_waited_for_does_not_hold_a_release_up() {
    let fixture = Fixture::new("no-wait").await;
    fixture.publish("1.0.0", &[MAP, NEVER]).await;
    let values = json!({"stuck": true});
    fixture
        .create(
            "web",
            json!({"values": values, "install": {"disableWait": true}}),
        )
        .await;
    fixture.ready("web", "1.0.0").await;
}

#[tokio::test]
async fn h15_6_a_newer_spec_ends_a_wait_where_the_gate_says_so() {
    let gate = "--feature-gates=CancelHealthCheckOnNewRevision=true";
    let fixture = Fixture::with_flags("overtaken", &[gate]).await;
    fixture.publish("1.0.0", &[MAP, NEVER]).await;
    let spec = json!({"values": {"stuck": true}, "timeout": "10m", "install": {"remediation": {"retries": 3}}});
    fixture.create("web", spec).await;
    fixture.at_the_wait().await;
    fixture
        .patch("web", json!({"values": {"stuck": false}}))
        .await;
    let object = fixture.ready("web", "1.0.0").await;
    assert!(history(&object)[0].0 >= 1);
    fixture
        .event(
            "web",
            "HealthCheckCanceled",
            "Health checks canceled due to new reconciliation",
        )
        .await;
}

#[tokio::test]
async fn h19_2_h22_3_events_carry_the_annotations_that_are_meant_for_them() {
    let fixture = Fixture::new("events").await;
    fixture.publish("1.0.0", &[MAP]).await;
    fixture.create("web", json!({"suspend": true})).await;
    fixture
        .annotate(
            "web",
            json!({"event.toolkit.fluxcd.io/change_request": "33"}),
        )
        .await;
    fixture.patch("web", json!({"suspend": false})).await;
    let object = fixture.ready("web", "1.0.0").await;
    let text = condition(&object, "Ready").unwrap().2;
    let event = fixture.event("web", "InstallSucceeded", &text).await;
    assert_eq!(event["message"], text);
    assert_eq!(
        event["metadata"]["event.toolkit.fluxcd.io/change_request"],
        "33"
    );
}

#[tokio::test]
async fn h11_6_a_controller_that_goes_down_finishes_what_it_is_at() {
    let mut fixture = Fixture::new("shutdown").await;
    fixture.publish("1.0.0", &[MAP, NEVER]).await;
    fixture
        .create("web", json!({"values": {"stuck": true}, "timeout": "10m"}))
        .await;
    let jobs = fixture.at_the_wait().await;
    let begin = json!({"spec": {"parallelism": 1}});
    let begin = async {
        jobs.patch("never", &PatchParams::default(), &Patch::Merge(begin))
            .await
            .unwrap();
    };
    tokio::join!(fixture.stop(), begin);
    let deployed = (1, "deployed".to_owned(), "Install complete".to_owned());
    assert_eq!(fixture.revisions("web").await, [deployed]);
    let object = fixture.releases().get("web").await.unwrap();
    assert_eq!(condition(&object, "Ready").unwrap().1, "InstallSucceeded");
}
