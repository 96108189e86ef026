//! Charts of a repository over HTTP.

use common::reconcile::Notice;
use crds::source::{HelmChart, HelmRepository};
use serde_json::json;

use super::world::{World, chart};
use crate::plane::{find, is, says};

#[tokio::test]
async fn e5_c3_c6_a_chart_is_pulled_kept_as_it_is_and_told() {
    let world = World::new().await;
    world.publish(&["1.0.0", "1.10.0", "2.0.0-rc.1"]);
    world.repository(json!({})).await;
    world.create("app", json!({ "version": "1.x" })).await;
    let object = world.wait_ready("app").await;
    let message = "pulled 'app' chart with version '1.10.0'";
    let expected = ("ChartPullSucceeded".to_owned(), message.to_owned());
    assert_eq!(says(&object, "Ready"), expected);
    assert_eq!(says(&object, "ArtifactInStorage"), expected);
    let artifact = object.status.artifact.clone().unwrap();
    let home = format!("helmchart/{}/app", world.namespace);
    assert_eq!(artifact.path, format!("{home}/app-1.10.0.tgz"));
    assert_eq!(artifact.revision, "1.10.0");
    let bytes = std::fs::read(world.file(&artifact)).unwrap();
    assert_eq!(bytes, chart("app", "1.10.0", &[]));
    assert_eq!(object.status.observed_chart_name.as_deref(), Some("app"));
    let source: HelmRepository = world.wait_ready_of("charts").await;
    assert_eq!(
        object.status.observed_source_artifact_revision,
        source.status.artifact.map(|artifact| artifact.revision)
    );
    let url = object.status.url.unwrap();
    assert!(url.ends_with(&format!("/{home}/latest.tar.gz")), "{url}");
    world
        .told("ChartPullSucceeded", Notice::Info, message)
        .await;
}

#[tokio::test]
async fn c1_c5_e6_a_new_index_brings_a_new_chart_and_nothing_new_costs_nothing() {
    let world = World::new().await;
    world.publish(&["1.0.0"]);
    world.repository(json!({})).await;
    world.create("app", json!({})).await;
    let before = world.wait_ready("app").await;
    let asked = world.files.asked().len();
    world.forget_events();
    let object = world.reconcile("app", "1").await;
    assert_eq!(object.status.artifact, before.status.artifact);
    assert_eq!(world.files.asked().len(), asked, "the index is in storage");
    let message = "artifact up-to-date with remote revision: '1.0.0'";
    world.told("ArtifactUpToDate", Notice::Trace, message).await;

    world.publish(&["1.0.0", "1.1.0"]);
    let _: HelmRepository = world.reconcile_of("charts", "1").await;
    let object = world
        .wait("app", "at 1.1.0", |object: &HelmChart| {
            let artifact = object.status.artifact.as_ref();
            artifact.is_some_and(|artifact| artifact.revision == "1.1.0")
                && is(object, "Ready", "True")
        })
        .await;
    assert!(find(&object, "ArtifactOutdated").is_none());
}

#[tokio::test]
async fn c7_c8_values_files_are_merged_into_a_packaged_chart() {
    let world = World::new().await;
    world.publish(&["1.0.0"]);
    let prod = "image: {tag: b}\nextra: null\n";
    let archive = chart("app", "1.0.0", &[("prod.yaml", prod)]);
    world.files.put("/app-1.0.0.tgz", archive);
    world.repository(json!({})).await;
    let values = json!({ "valuesFiles": ["values.yaml", "./prod.yaml"] });
    world.create("app", values).await;
    let object = world.wait_ready("app").await;
    let message = "packaged 'app' chart with version '1.0.0+1' and merged values files [values.yaml ./prod.yaml]";
    assert_eq!(
        says(&object, "Ready"),
        ("ChartPackageSucceeded".to_owned(), message.to_owned())
    );
    let artifact = object.status.artifact.unwrap();
    assert_eq!(
        world.text(&artifact, "values.yaml"),
        "extra: null\nimage:\n  name: x\n  tag: b\nreplicas: 1\n"
    );
    assert_eq!(world.load(&artifact).metadata.version, "1.0.0+1");
    assert!(object.status.observed_values_files.is_empty());

    // One that is missing is an error, or left out.
    let missing = json!({ "valuesFiles": ["values.yaml", "none.yaml"] });
    world.change("app", missing).await;
    let object = world.wait_failed("app", "ValuesFilesError").await;
    assert_eq!(
        says(&object, "BuildFailed").1,
        "values files merge error: failed to merge chart values: no values file found at path 'none.yaml'"
    );
    assert!(is(&object, "Stalled", "True"));
    world
        .change("app", json!({ "ignoreMissingValuesFiles": true }))
        .await;
    let object = world.wait_ready("app").await;
    assert_eq!(object.status.observed_values_files, ["values.yaml"]);
    let message =
        "packaged 'app' chart with version '1.0.0+3' and merged values files [values.yaml]";
    assert_eq!(says(&object, "Ready").1, message);
    let again = world.reconcile("app", "1").await;
    assert_eq!(says(&again, "Ready").1, message, "as it was built (C5)");
}

#[tokio::test]
async fn c10_what_is_not_there_is_told() {
    let world = World::new().await;
    world.publish(&["1.0.0"]);
    world.repository(json!({})).await;
    for (name, spec, expected) in [
        (
            "name",
            json!({ "chart": "none" }),
            "invalid chart reference: failed to get chart version for remote reference: no chart name found",
        ),
        (
            "range",
            json!({ "version": ">2" }),
            "invalid chart reference: failed to get chart version for remote reference: no 'app' chart with version matching '>2' found",
        ),
        (
            "odd",
            json!({ "chart": "../app" }),
            "invalid chart reference: invalid chart name '../app': a valid name must be lower case letters and numbers and MAY be separated with dashes (-), slashes (/) or periods (.)",
        ),
    ] {
        world.create(name, spec).await;
        let object = world.wait_failed(name, "InvalidChartReference").await;
        assert_eq!(says(&object, "FetchFailed").1, expected);
        assert!(is(&object, "Stalled", "True"));
    }
    world.files.put("/app-1.0.0.tgz", "no archive");
    world.create("broken", json!({})).await;
    let object = world.wait_failed("broken", "ChartPullError").await;
    let message = says(&object, "FetchFailed").1;
    assert!(
        message.starts_with("chart pull error: failed to load chart metadata from written chart: "),
        "{message}"
    );
    world.files.remove("/app-1.0.0.tgz");
    world.create("gone", json!({})).await;
    let object = world.wait_failed("gone", "ChartPullError").await;
    let expected = format!(
        "chart pull error: failed to download chart for remote reference: failed to fetch {}/app-1.0.0.tgz : 404 Not Found",
        world.files.url()
    );
    assert_eq!(says(&object, "FetchFailed").1, expected);
    world.publish(&["1.0.0"]);
    world.wait_ready("gone").await;
}

#[tokio::test]
async fn c2_sources_that_are_not_there_are_told_and_waited_for() {
    let world = World::new().await;
    world.create("app", json!({})).await;
    let object = world.wait_failed("app", "SourceUnavailable").await;
    assert_eq!(
        says(&object, "FetchFailed").1,
        "failed to get source: helmrepositories.source.toolkit.fluxcd.io \"charts\" not found"
    );
    let spec = json!({ "url": format!("{}/none", world.files.url()), "interval": "1h" });
    world.create_of::<HelmRepository>("charts", spec).await;
    let object = world.wait_failed("app", "NoSourceArtifact").await;
    assert_eq!(
        says(&object, "FetchFailed").1,
        "no artifact available for HelmRepository source 'charts'"
    );
    world.publish(&["1.0.0"]);
    let url = world.files.url().to_owned();
    world
        .change_of::<HelmRepository>("charts", json!({ "url": url }))
        .await;
    world.wait_ready("app").await;
}

#[tokio::test]
async fn h2_c11_credentials_go_to_the_repository_alone() {
    let world = World::new().await;
    let elsewhere = testing::http::Files::start().await.unwrap();
    elsewhere.put("/app.tgz", chart("app", "2.0.0", &[]));
    world.publish(&["1.0.0"]);
    let index = format!(
        "apiVersion: v1\nentries:\n  app:\n  - {{name: app, version: 1.0.0, urls: [app-1.0.0.tgz]}}\n  - {{name: app, version: 2.0.0, urls: ['{}/app.tgz']}}\n",
        elsewhere.url()
    );
    world.files.put("/index.yaml", index);
    world.files.guard("u", "p");
    let login = json!({ "username": "u", "password": "p" });
    world.secret("login", login).await;
    world
        .repository(json!({ "secretRef": { "name": "login" } }))
        .await;
    world.create("own", json!({ "version": "1.0.0" })).await;
    world.wait_ready("own").await;
    world.create("other", json!({ "version": "2.0.0" })).await;
    world.wait_ready("other").await;
    assert!(
        elsewhere
            .asked()
            .iter()
            .all(|one| one.authorization.is_none())
    );

    world.files.guard("u", "changed");
    world.create("refused", json!({ "version": "1.0.0" })).await;
    let object = world.wait_failed("refused", "AuthenticationFailed").await;
    let message = says(&object, "FetchFailed").1;
    assert!(
        message.starts_with("failed to authenticate with the Helm repository: chart pull error: ")
            && message.ends_with(": 401 Unauthorized"),
        "{message}"
    );
}

#[tokio::test]
async fn fields_without_support_stall_and_publish_nothing() {
    let world = World::new().await;
    world.publish(&["1.0.0"]);
    world.repository(json!({})).await;
    world
        .create("verify", json!({ "verify": { "provider": "cosign" } }))
        .await;
    let object = world.wait_failed("verify", "VerificationError").await;
    assert!(is(&object, "Stalled", "True") && object.status.artifact.is_none());
    // Charts of an index have no signatures (C12).
    let by_key = json!({ "provider": "cosign", "secretRef": { "name": "keys" } });
    world.create("index", json!({ "verify": by_key })).await;
    let object = world.wait_failed("index", "VerificationError").await;
    assert_eq!(
        says(&object, "BuildFailed"),
        (
            "ChartVerificationError".to_owned(),
            "chart verification error: not implemented".to_owned()
        )
    );
    let bucket = json!({ "sourceRef": { "kind": "Bucket", "name": "b" } });
    world.create("bucket", bucket).await;
    let object = world.wait_failed("bucket", "UnsupportedSourceKind").await;
    assert!(
        says(&object, "Ready")
            .1
            .contains("'Bucket' is not supported yet")
    );
}
