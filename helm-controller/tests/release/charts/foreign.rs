//! `helm` and the controller at the same release.

use serde_json::{Value, json};
use testing::helm::Helm;

use super::package;
use crate::support::{self, Fixture, condition, history};

/// `helm` with the chart `podinfo` at hand.
async fn helm(package: &[u8]) -> Helm {
    let helm = Helm::new(support::kubeconfig().await).await.unwrap();
    std::fs::write(helm.dir().join("chart.tgz"), package).unwrap();
    helm
}

/// Revision and status of the latest snapshot, once the object is Ready.
async fn deployed(fixture: &Fixture, revision: i64) {
    fixture
        .wait("web", &format!("revision {revision}"), |object| {
            condition(object, "Ready").is_some_and(|ready| ready.0 == "True")
                && history(object)
                    .first()
                    .is_some_and(|latest| latest.0 == revision && latest.1 == "deployed")
        })
        .await;
}

#[tokio::test]
async fn h27_2_helm_reads_and_rolls_back_what_the_controller_released() {
    let package = package::of("podinfo");
    let helm = helm(&package).await;
    let fixture = Fixture::new("read").await;
    let place = ["--namespace", fixture.namespace.as_str()];
    fixture
        .publish_bytes("chart", "1.0.0", package.clone())
        .await;
    fixture
        .create("web", json!({"values": {"ui": {"message": "one"}}}))
        .await;
    deployed(&fixture, 1).await;
    fixture
        .patch("web", json!({"values": {"ui": {"message": "two"}}}))
        .await;
    deployed(&fixture, 2).await;
    let json_of = async |args: &[&str]| -> Value {
        let args = [args, &place, &["--output", "json"]].concat();
        serde_json::from_str(&helm.run(&args).await.unwrap()).unwrap()
    };
    let list = json_of(&["list"]).await;
    assert_eq!(
        (&list[0]["name"], &list[0]["revision"], &list[0]["status"]),
        (&json!("web"), &json!("2"), &json!("deployed"))
    );
    let revisions = json_of(&["history", "web"]).await;
    let told = revisions.as_array().unwrap().iter();
    let told: Vec<_> = told
        .map(|it| {
            (
                it["status"].as_str().unwrap(),
                it["description"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("superseded", "Install complete"),
            ("deployed", "Upgrade complete")
        ]
    );
    let args = [&["get", "all", "web"][..], &place].concat();
    let all = helm.run(&args).await.unwrap();
    for part in [
        "USER-SUPPLIED VALUES:",
        "message: two",
        "HOOKS:",
        "MANIFEST:",
        "kind: Deployment",
        "NOTES:",
    ] {
        assert!(all.contains(part), "{part} in {all}");
    }
    let force = helm.line().await.unwrap().force_conflicts();
    helm.run(&[&["rollback", "web", "1"][..], force, &place].concat())
        .await
        .unwrap();
    assert_eq!(fixture.revisions("web").await.len(), 3);
    // What somebody else has done is brought back, and can be read as well.
    fixture
        .annotate("web", json!({"reconcile.fluxcd.io/requestedAt": "now"}))
        .await;
    deployed(&fixture, 4).await;
    let values = json_of(&["get", "values", "web"]).await;
    assert_eq!(values, json!({"ui": {"message": "two"}}));
}

#[tokio::test]
async fn h27_2_what_helm_has_released_is_adopted() {
    let package = package::of("podinfo");
    let helm = helm(&package).await;
    let fixture = Fixture::new("adopted").await;
    let place = ["--namespace", fixture.namespace.as_str()];
    let set = ["--set", "ui.message=theirs"];
    helm.run(&[&["install", "web", "chart.tgz", "--wait"][..], &set, &place].concat())
        .await
        .unwrap();
    let service = "web-podinfo";
    let services: common::kube::Api<common::k8s_openapi::api::core::v1::Service> =
        common::kube::Api::namespaced(fixture.client.clone(), &fixture.namespace);
    let before = services.get(service).await.unwrap().metadata.uid;
    fixture.publish_bytes("chart", "1.0.0", package).await;
    fixture
        .create("web", json!({"values": {"ui": {"message": "ours"}}}))
        .await;
    deployed(&fixture, 2).await;
    let object = fixture.releases().get("web").await.unwrap();
    assert_eq!(condition(&object, "Ready").unwrap().1, "UpgradeSucceeded");
    assert_eq!(
        history(&object),
        [(2, "deployed".to_owned(), Some("upgrade".to_owned()))]
    );
    let statuses = fixture.revisions("web").await;
    assert_eq!(
        (statuses[0].1.as_str(), statuses[1].1.as_str()),
        ("superseded", "deployed")
    );
    // Nothing was made anew.
    let after = services.get(service).await.unwrap();
    assert_eq!(after.metadata.uid, before);
    assert_eq!(
        after.metadata.labels.unwrap()["helm.toolkit.fluxcd.io/name"],
        "web"
    );
}
