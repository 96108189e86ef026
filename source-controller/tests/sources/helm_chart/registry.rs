//! Charts of a registry.

use crds::source::HelmRepository;
use serde_json::{Value, json};
use testing::registry::{Artifact, Guarded, Options, Registry};

use super::world::{World, chart};
use crate::oci_repository::signatures::Key;
use crate::plane::{find, is, says};

const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

async fn world(options: Options, versions: &[&str]) -> (World, Registry) {
    let registry = Registry::start_with(options).await.unwrap();
    for version in versions {
        let mut artifact = Artifact::of(CHART, chart("app", version, &[]));
        CONFIG.clone_into(&mut artifact.config_type);
        let tag = version.replace('+', "_");
        registry.push("charts/app", &tag, &artifact).await.unwrap();
    }
    (World::new().await, registry)
}

async fn repository(world: &World, registry: &Registry, more: Value) {
    let mut spec = json!({ "url": registry.url("charts"), "type": "oci" });
    crate::plane::merge(&mut spec, more);
    world.create_of::<HelmRepository>("charts", spec).await;
}

#[tokio::test]
async fn c4_ranges_and_exact_versions_are_pulled_by_digest() {
    let (world, registry) = world(Options::default(), &["1.0.0", "1.2.0+b.1", "2.0.0-rc.1"]).await;
    repository(&world, &registry, json!({})).await;
    world.create("range", json!({ "version": "1.x" })).await;
    let object = world.wait_ready("range").await;
    assert_eq!(
        says(&object, "Ready"),
        (
            "ChartPullSucceeded".to_owned(),
            "pulled 'app' chart with version '1.2.0+b.1'".to_owned()
        )
    );
    let artifact = object.status.artifact.unwrap();
    assert!(artifact.path.ends_with("/app-1.2.0+b.1.tgz"));
    assert_eq!(
        std::fs::read(world.file(&artifact)).unwrap(),
        chart("app", "1.2.0+b.1", &[])
    );

    let before = registry.requests().unwrap().len();
    world.create("exact", json!({ "version": "1.0.0" })).await;
    world.wait_ready("exact").await;
    let asked = registry.requests().unwrap().split_off(before);
    assert!(
        asked.iter().all(|one| !one.path.contains("/tags/")),
        "{asked:?}"
    );
    let by_digest = |path: &str| path.contains("/manifests/sha256:");
    assert!(
        asked
            .iter()
            .any(|one| one.method == "GET" && by_digest(&one.path))
    );

    // Nothing new costs a list of tags.
    let before = registry.requests().unwrap().len();
    world.reconcile("range", "1").await;
    let asked = registry.requests().unwrap().split_off(before);
    assert!(
        asked.iter().all(|one| !one.path.contains("/blobs/")),
        "{asked:?}"
    );

    world.create("none", json!({ "version": ">5" })).await;
    let object = world.wait_failed("none", "ChartPullError").await;
    assert_eq!(
        says(&object, "FetchFailed").1,
        "chart pull error: failed to get chart version for remote reference: no 'app' chart with version matching '>5' found"
    );
}

#[tokio::test]
async fn h6_c11_credentials_of_both_forms() {
    let options = Options {
        guarded: Guarded::ByPassword,
        ..Options::default()
    };
    let (world, registry) = world(options, &["1.0.0"]).await;
    world
        .docker_secret("config", &registry.docker_config())
        .await;
    let other = registry.docker_config().replace(registry.host(), "h.test");
    world.docker_secret("other", &other).await;
    let login = json!({ "username": "user", "password": "pass" });
    world.secret("login", login).await;
    let named = |name: &str| json!({ "secretRef": { "name": name } });
    repository(&world, &registry, named("config")).await;
    world.create("config", json!({})).await;
    world.wait_ready("config").await;
    world
        .change_of::<HelmRepository>("charts", named("login"))
        .await;
    world.create("login", json!({})).await;
    world.wait_ready("login").await;

    world
        .change_of::<HelmRepository>("charts", named("other"))
        .await;
    world.create("other", json!({})).await;
    let object = world.wait_failed("other", "AuthenticationFailed").await;
    let message = says(&object, "FetchFailed").1;
    assert!(
        message.starts_with("failed to configure OCI registry authentication: no auth config for"),
        "{message}"
    );
    world
        .change_of::<HelmRepository>("charts", json!({ "secretRef": null }))
        .await;
    world.create("nobody", json!({})).await;
    let object = world.wait_failed("nobody", "AuthenticationFailed").await;
    let message = says(&object, "FetchFailed").1;
    assert!(
        message.starts_with("failed to authenticate with the Helm repository: chart pull error: "),
        "{message}"
    );
}

#[tokio::test]
async fn c12_d8_n1_charts_are_verified_in_every_pass_by_any_of_the_keys() {
    let (world, registry) = world(Options::default(), &["1.0.0"]).await;
    repository(&world, &registry, json!({})).await;
    let (key, other) = (Key::new(), Key::new());
    let keys = json!({ "a.pub": other.public(), "b.pub": key.public() });
    world.secret("keys", keys).await;
    world
        .secret("other", json!({ "a.pub": other.public() }))
        .await;
    world.secret("none", json!({ "a.pem": "x" })).await;
    let verify = |secret: &str| json!({ "verify": { "provider": "cosign", "secretRef": { "name": secret } } });
    world.create("app", verify("keys")).await;
    let object = world.wait_failed("app", "VerificationError").await;
    let (reason, message) = says(&object, "BuildFailed");
    assert_eq!(reason, "ChartVerificationError");
    assert!(
        message.starts_with("chart verification error: no matching signatures were found for '"),
        "{message}"
    );
    assert!(is(&object, "SourceVerified", "False") && object.status.artifact.is_none());

    let mut artifact = Artifact::of(CHART, chart("app", "1.0.0", &[]));
    CONFIG.clone_into(&mut artifact.config_type);
    let digest = registry
        .push("charts/app", "1.0.0", &artifact)
        .await
        .unwrap();
    key.sign_by_tag(&registry, "charts/app", &digest).await;
    let object = world.wait_ready("app").await;
    assert_eq!(
        says(&object, "SourceVerified"),
        (
            "Succeeded".to_owned(),
            "verified signature of version 1.0.0".to_owned()
        )
    );
    assert!(find(&object, "BuildFailed").is_none());

    // A stored chart is no verified one.
    let published = object.status.artifact;
    world.change("app", verify("other")).await;
    let object = world.wait_failed("app", "VerificationError").await;
    assert_eq!(object.status.artifact, published);
    for (name, secret) in [("gone", "gone"), ("empty", "none")] {
        world.create(name, verify(secret)).await;
        let object = world.wait_failed(name, "VerificationError").await;
        let message = says(&object, "SourceVerified").1;
        let start = "failed to verify the signature using provider 'cosign': ";
        assert!(message.starts_with(start), "{message}");
    }
    world.change("app", json!({ "verify": null })).await;
    let object = world.wait_ready("app").await;
    assert!(find(&object, "SourceVerified").is_none());
}
