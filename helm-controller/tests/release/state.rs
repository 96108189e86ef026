//! Releases in every state that a pass can find them in.

use std::collections::BTreeMap;

use common::k8s_openapi::ByteString;
use common::k8s_openapi::api::core::v1::Secret;
use common::kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use helm::release::{Release, Status, Written};
use serde_json::json;

use crate::support::{Fixture, MAP, NEVER, condition, history};

/// Stores a record as somebody else would.
async fn store(fixture: &Fixture, release: &Release) {
    let stored = release.to_stored(Written::Created(1));
    let secret = Secret {
        metadata: common::kube::api::ObjectMeta {
            name: Some(stored.name.clone()),
            labels: Some(stored.labels),
            ..Default::default()
        },
        type_: Some(helm::release::SECRET_TYPE.to_owned()),
        data: Some(BTreeMap::from([(
            "release".to_owned(),
            ByteString(stored.payload.into_bytes()),
        )])),
        ..Secret::default()
    };
    let patch = Patch::Merge(&secret);
    let secrets = fixture.secrets();
    if secrets.get_opt(&stored.name).await.unwrap().is_some() {
        secrets
            .patch(&stored.name, &PatchParams::default(), &patch)
            .await
            .unwrap();
    } else {
        secrets
            .create(&PostParams::default(), &secret)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn h27_1_a_pass_without_change_writes_nothing_and_costs_few_requests() {
    let fixture = Fixture::released("no-op").await;
    let before = fixture.reconcile("web", "first").await;
    let (stored, requests) = (fixture.revisions("web").await, fixture.requests().await);
    let map = fixture.config_maps().get("web-map").await.unwrap();
    let after = fixture.reconcile("web", "second").await;
    let spent = fixture.requests().await - requests;
    assert_eq!(before.status.history, after.status.history);
    assert_eq!(before.status.conditions, after.status.conditions);
    assert_eq!(fixture.revisions("web").await, stored);
    let now = fixture.config_maps().get("web-map").await.unwrap();
    assert_eq!(map.metadata.resource_version, now.metadata.resource_version);
    // The source, the labels of the records, and the answer to the request in the status.
    assert!(spent <= 3, "{spent} requests");
}

#[tokio::test]
async fn h26_2_a_release_that_was_left_pending_is_unlocked_and_goes_on() {
    let mut fixture = Fixture::released("locked").await;
    fixture.stop().await;
    let mut pending = fixture.stored("web").await.remove(0);
    pending.version = 2;
    pending.info.status = Status::PendingUpgrade;
    store(&fixture, &pending).await;
    fixture.restart().await;
    let object = fixture
        .wait("web", "revision 3", |object| {
            history(object).first().is_some_and(|latest| latest.0 == 3)
                && condition(object, "Ready").is_some_and(|ready| ready.0 == "True")
        })
        .await;
    assert_eq!(condition(&object, "Ready").unwrap().1, "UpgradeSucceeded");
    let revisions = fixture.revisions("web").await;
    let unlocked = "Release unlocked from stale 'pending-upgrade' state";
    assert_eq!(revisions[1], (2, "failed".to_owned(), unlocked.to_owned()));
    assert_eq!(revisions[2].1, "deployed");
    fixture
        .event("web", "PendingRelease", "Unlocked Helm release")
        .await;
}

#[tokio::test]
async fn h26_3_a_release_that_somebody_else_has_upgraded_is_brought_back() {
    let mut fixture = Fixture::new("unmanaged").await;
    fixture.publish("1.0.0", &[MAP]).await;
    fixture
        .create("web", json!({"values": {"value": "ours"}}))
        .await;
    fixture.ready("web", "1.0.0").await;
    fixture.stop().await;
    let mut first = fixture.stored("web").await.remove(0);
    let mut second = first.clone();
    second.version = 2;
    second.config = yaml::Map::new();
    first.info.status = Status::Superseded;
    store(&fixture, &first).await;
    store(&fixture, &second).await;
    fixture.restart().await;
    let object = fixture
        .wait("web", "revision 3", |object| {
            history(object).first().is_some_and(|latest| latest.0 == 3)
        })
        .await;
    assert_eq!(
        history(&object),
        [(3, "deployed".to_owned(), Some("upgrade".to_owned()))]
    );
    assert_eq!(
        fixture.value("web-map", "value").await.as_deref(),
        Some("ours")
    );
}

#[tokio::test]
async fn h26_4_a_release_that_somebody_else_has_deleted_is_installed_anew() {
    let fixture = Fixture::released("absent").await;
    let secrets = fixture.secrets();
    secrets
        .delete("sh.helm.release.v1.web.v1", &DeleteParams::default())
        .await
        .unwrap();
    let object = fixture.reconcile("web", "now").await;
    assert_eq!(condition(&object, "Ready").unwrap().1, "InstallSucceeded");
    assert_eq!(fixture.revisions("web").await.len(), 1);
}

#[tokio::test]
async fn h27_3_a_controller_that_is_killed_in_an_upgrade_converges() {
    let mut fixture = Fixture::new("killed").await;
    fixture.publish("1.0.0", &[MAP, NEVER]).await;
    fixture.create("web", json!({})).await;
    fixture.ready("web", "1.0.0").await;
    fixture
        .patch("web", json!({"values": {"stuck": true}}))
        .await;
    fixture.at_the_wait().await;
    fixture.kill().await;
    assert_eq!(fixture.revisions("web").await[1].1, "pending-upgrade");
    fixture
        .patch("web", json!({"values": {"stuck": false}}))
        .await;
    fixture.restart().await;
    fixture
        .wait("web", "Ready with revision 3", |object| {
            history(object).first().is_some_and(|latest| latest.0 == 3)
                && condition(object, "Ready").is_some_and(|ready| ready.0 == "True")
        })
        .await;
    let statuses: Vec<String> = fixture
        .revisions("web")
        .await
        .into_iter()
        .map(|revision| revision.1)
        .collect();
    assert_eq!(statuses, ["superseded", "failed", "deployed"]);
}

#[tokio::test]
async fn h26_10_another_name_uninstalls_the_old_release_first() {
    let fixture = Fixture::released("target").await;
    fixture.patch("web", json!({"releaseName": "other"})).await;
    let object = fixture
        .wait("web", "released as other", |object| {
            object
                .status
                .history
                .first()
                .is_some_and(|latest| latest.name == "other" && latest.status == "deployed")
        })
        .await;
    assert_eq!(object.status.history.len(), 1);
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
            .get_opt("other-map")
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(fixture.revisions("web").await, []);
}

#[tokio::test]
async fn h19_1_force_upgrades_a_release_that_is_in_sync_once() {
    let fixture = Fixture::released("force").await;
    let both = json!({"reconcile.fluxcd.io/requestedAt": "a", "reconcile.fluxcd.io/forceAt": "a"});
    fixture.annotate("web", both).await;
    let object = fixture
        .wait("web", "revision 2", |object| {
            history(object).first().is_some_and(|latest| latest.0 == 2)
                && condition(object, "Ready").is_some_and(|ready| ready.0 == "True")
        })
        .await;
    assert_eq!(object.status.last_handled_force_at.as_deref(), Some("a"));
    let object = fixture.reconcile("web", "b").await;
    assert_eq!(history(&object)[0].0, 2);
}

#[tokio::test]
async fn h19_1_reset_gives_an_exhausted_release_its_tries_back() {
    let fixture = Fixture::new("reset").await;
    let refused = (
        "templates/refused.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: refused\nnonsense: true\n",
    );
    fixture.publish("1.0.0", &[refused]).await;
    fixture
        .create("web", json!({"upgrade": {"remediation": {"retries": 0}}}))
        .await;
    fixture
        .wait("web", "stalled", |object| {
            condition(object, "Stalled").is_some()
        })
        .await;
    assert_eq!(fixture.revisions("web").await.len(), 1);
    let both = json!({"reconcile.fluxcd.io/requestedAt": "a", "reconcile.fluxcd.io/resetAt": "a"});
    fixture.annotate("web", both).await;
    let object = fixture
        .wait("web", "another try", |object| {
            history(object).first().is_some_and(|latest| latest.0 == 2)
                && condition(object, "Stalled").is_some()
        })
        .await;
    assert_eq!(object.status.last_handled_reset_at.as_deref(), Some("a"));
    assert_eq!(condition(&object, "Ready").unwrap().1, "UpgradeFailed");
}

#[tokio::test]
async fn h18_drift_is_told_of_or_corrected_without_a_revision() {
    let fixture = Fixture::new("drift").await;
    fixture.publish("1.0.0", &[MAP]).await;
    fixture
        .create("web", json!({"driftDetection": {"mode": "warn"}}))
        .await;
    fixture.ready("web", "1.0.0").await;
    let edit = |value: &str| {
        let patch = json!({"data": {"value": value}, "metadata": {"labels": {"theirs": "x"}}});
        let maps = fixture.config_maps();
        async move {
            maps.patch("web-map", &PatchParams::default(), &Patch::Merge(patch))
                .await
                .unwrap();
        }
    };
    edit("drifted").await;
    let object = fixture.reconcile("web", "warn").await;
    let drifted = condition(&object, "Drifted").unwrap();
    assert_eq!(
        (drifted.0.as_str(), drifted.1.as_str()),
        ("True", "DriftDetected")
    );
    assert!(
        drifted.2.ends_with(&format!(
            "ConfigMap/{}/web-map changed (0 additions, 1 changes, 0 removals)",
            fixture.namespace
        )),
        "{}",
        drifted.2
    );
    assert_eq!(condition(&object, "Ready").unwrap().0, "True");
    assert_eq!(
        fixture.value("web-map", "value").await.as_deref(),
        Some("drifted")
    );
    fixture.event("web", "DriftDetected", "has drifted").await;
    fixture
        .patch("web", json!({"driftDetection": {"mode": "enabled"}}))
        .await;
    fixture
        .wait("web", "no drift", |object| {
            condition(object, "Drifted").is_some_and(|drifted| drifted.0 == "False")
        })
        .await;
    assert_eq!(
        fixture.value("web-map", "value").await.as_deref(),
        Some("default")
    );
    let map = fixture.config_maps().get("web-map").await.unwrap();
    assert_eq!(map.metadata.labels.unwrap()["theirs"], "x");
    assert_eq!(fixture.revisions("web").await.len(), 1);
    fixture
        .event("web", "DriftCorrected", "has been corrected")
        .await;
    fixture
        .config_maps()
        .delete("web-map", &DeleteParams::default())
        .await
        .unwrap();
    fixture.reconcile("web", "deleted").await;
    assert_eq!(
        fixture.value("web-map", "value").await.as_deref(),
        Some("default")
    );
}
