//! Actions that fail, and what follows.

use serde_json::json;

use crate::support::{Fixture, MAP, condition, history};

/// A template that the API server refuses when `broken` is set.
const BREAKABLE: (&str, &str) = (
    "templates/breakable.yaml",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: breakable\n{{ if .Values.broken }}nonsense: true{{ end }}\n",
);

#[tokio::test]
async fn h27_5_a_failed_upgrade_is_rolled_back_and_given_up_when_no_try_is_left() {
    let fixture = Fixture::new("rollback").await;
    fixture.publish("1.0.0", &[MAP, BREAKABLE]).await;
    let spec = json!({
        "values": {"value": "good"},
        "upgrade": {"remediation": {"retries": 1}},
    });
    fixture.create("web", spec).await;
    fixture.ready("web", "1.0.0").await;
    fixture
        .patch("web", json!({"values": {"value": "bad", "broken": true}}))
        .await;
    let object = fixture
        .wait("web", "stalled", |object| {
            condition(object, "Stalled").is_some()
        })
        .await;
    let stalled = condition(&object, "Stalled").unwrap();
    assert_eq!(stalled.1, "RetriesExceeded");
    assert_eq!(stalled.2, "Failed to upgrade after 2 attempt(s)");
    let remediated = condition(&object, "Remediated").unwrap();
    assert_eq!(
        (remediated.0.as_str(), remediated.1.as_str()),
        ("True", "RollbackSucceeded")
    );
    let ready = condition(&object, "Ready").unwrap();
    assert_eq!(
        (ready.0.as_str(), ready.1.as_str()),
        ("False", "RollbackSucceeded")
    );
    assert_eq!(object.status.upgrade_failures, 2);
    assert_eq!(
        Some(object.status.observed_generation),
        object.metadata.generation
    );
    assert_eq!(
        fixture.value("web-map", "value").await.as_deref(),
        Some("good")
    );
    let revisions: Vec<(i64, String)> = fixture
        .revisions("web")
        .await
        .into_iter()
        .map(|(version, status, _)| (version, status))
        .collect();
    let expected = [
        (1, "superseded"),
        (2, "failed"),
        (3, "superseded"),
        (4, "failed"),
        (5, "deployed"),
    ];
    let expected: Vec<(i64, String)> = expected
        .iter()
        .map(|(version, status)| (*version, (*status).to_owned()))
        .collect();
    assert_eq!(revisions, expected);
    fixture.event("web", "UpgradeFailed", "nonsense").await;
    fixture
        .event(
            "web",
            "RollbackSucceeded",
            "Helm rollback to previous release",
        )
        .await;
}

#[tokio::test]
async fn h26_6_a_failed_install_without_retries_is_terminal_until_something_changes() {
    let fixture = Fixture::new("terminal").await;
    fixture.publish("1.0.0", &[MAP, BREAKABLE]).await;
    fixture
        .create("web", json!({"values": {"broken": true}}))
        .await;
    let object = fixture
        .wait("web", "stalled", |object| {
            condition(object, "Stalled").is_some()
        })
        .await;
    assert_eq!(
        condition(&object, "Stalled").unwrap().2,
        "Failed to install after 1 attempt(s)"
    );
    let ready = condition(&object, "Ready").unwrap();
    assert_eq!(
        (ready.0.as_str(), ready.1.as_str()),
        ("False", "InstallFailed")
    );
    assert!(ready.2.starts_with(&format!(
        "Helm install failed for release {}/web with chart demo@1.0.0: ",
        fixture.namespace
    )));
    assert_eq!(
        history(&object),
        [(1, "failed".to_owned(), Some("install".to_owned()))]
    );
    assert_eq!(object.status.install_failures, 1);
    let event = fixture
        .event("web", "InstallFailed", "Last Helm logs:")
        .await;
    assert_eq!(event["severity"], "error");
    fixture
        .patch("web", json!({"values": {"broken": false}}))
        .await;
    let object = fixture.ready("web", "1.0.0").await;
    assert_eq!(object.status.install_failures, 0);
    assert_eq!(condition(&object, "Stalled"), None);
}

#[tokio::test]
async fn h8_5_values_and_charts_that_cannot_be_had_are_said_so() {
    let fixture = Fixture::new("bad-input").await;
    fixture.publish("1.0.0", &[MAP]).await;
    let reference = json!([{"kind": "ConfigMap", "name": "absent"}]);
    fixture
        .create("values", json!({"valuesFrom": reference}))
        .await;
    let (_, text) = fixture.failed("values", "ValuesError").await;
    assert!(
        text.starts_with(&format!(
            "could not resolve ConfigMap chart values reference '{}/absent' with key 'values.yaml'",
            fixture.namespace
        )),
        "{text}"
    );
    fixture
        .event("values", "ValuesError", "could not resolve")
        .await;
    let missing = json!({"chartRef": {"kind": "HelmChart", "name": "nowhere"}});
    fixture.create("missing", missing).await;
    let (_, text) = fixture.failed("missing", "ArtifactFailed").await;
    assert!(text.starts_with("could not get Source object: "), "{text}");
    fixture
        .publish_bytes("chart", "2.0.0", b"no chart".to_vec())
        .await;
    fixture.create("garbled", json!({})).await;
    let (_, text) = fixture.failed("garbled", "ArtifactFailed").await;
    assert!(text.starts_with("Could not load chart: "), "{text}");
}

#[tokio::test]
async fn h8_3_a_source_that_is_not_there_is_said_so_and_no_name_leads_elsewhere() {
    let fixture = Fixture::new("no-source").await;
    fixture.publish("1.0.0", &[MAP]).await;
    for (name, source) in [("missing", "nowhere"), ("slash", "chart/status")] {
        let reference = json!({"chartRef": {"kind": "HelmChart", "name": source}});
        fixture.create(name, reference).await;
        let (_, text) = fixture.failed(name, "ArtifactFailed").await;
        assert_eq!(
            text,
            format!(
                "could not get Source object: HelmChart.source.toolkit.fluxcd.io \"{source}\" not found"
            )
        );
    }
    fixture.create("web", json!({})).await;
    fixture.ready("web", "1.0.0").await;
    let slash = json!({"dependsOn": [{"name": "web/status"}]});
    fixture.create("dependent", slash).await;
    let (_, text) = fixture.failed("dependent", "DependencyNotReady").await;
    assert!(
        text.ends_with("helmreleases.helm.toolkit.fluxcd.io \"web/status\" not found"),
        "{text}"
    );
}

#[tokio::test]
async fn h8_4_a_source_without_an_artifact_is_waited_for() {
    let fixture = Fixture::new("not-ready").await;
    fixture.create("web", json!({})).await;
    let (_, text) = fixture.failed("web", "SourceNotReady").await;
    assert_eq!(
        text,
        format!(
            "HelmChart '{}/chart' is not ready: latest generation of object has not been reconciled",
            fixture.namespace
        )
    );
    fixture.publish("1.0.0", &[MAP]).await;
    fixture.ready("web", "1.0.0").await;
}

#[tokio::test]
async fn h11_3_a_failure_before_anything_is_stored_counts_no_try() {
    let fixture = Fixture::new("uncounted").await;
    let unknown = (
        "templates/unknown.yaml",
        "apiVersion: example.com/v1\nkind: Nothing\nmetadata:\n  name: x\n",
    );
    fixture.publish("1.0.0", &[unknown]).await;
    fixture.create("web", json!({})).await;
    let (object, text) = fixture.failed("web", "InstallFailed").await;
    assert!(text.contains("no matches for kind \"Nothing\""), "{text}");
    assert!(text.contains("ensure CRDs are installed first"), "{text}");
    assert_eq!(object.status.install_failures, 0);
    assert!(object.status.failures > 0);
    assert_eq!(condition(&object, "Stalled"), None);
    assert_ne!(
        Some(object.status.observed_generation),
        object.metadata.generation
    );
    let reconciling = condition(&object, "Reconciling").unwrap();
    assert_eq!(
        (reconciling.1.as_str(), reconciling.2.as_str()),
        (
            "Progressing",
            "Running 'install' action with timeout of 1m0s"
        )
    );
    assert_eq!(fixture.revisions("web").await, []);
}

#[tokio::test]
async fn h8_5_an_artifact_that_is_gone_is_waited_for() {
    let fixture = Fixture::new("artifact-gone").await;
    fixture.publish("1.0.0", &[MAP]).await;
    fixture.lose_files();
    fixture.create("web", json!({})).await;
    let (object, text) = fixture.failed("web", "ArtifactFailed").await;
    assert_eq!(
        text,
        "Source not ready: artifact not found. Retrying in 30s"
    );
    assert_eq!(condition(&object, "Stalled"), None);
    fixture.publish("1.0.1", &[MAP]).await;
    fixture.ready("web", "1.0.1").await;
}
