//! Credentials, certificates, proxies, providers (section 3.1).

use common::reconcile::Notice;
use crds::image::ImageRepository;
use serde_json::{Value, json};
use testing::git::Transport;
use testing::proxy::{Protocol, Proxy};
use testing::registry::{Guarded, Options};

use crate::world::World;

const GUARDED: Options = Options {
    guarded: Guarded::ByPassword,
    transport: Transport::Http,
};

async fn failure(world: &World, name: &str, reason: &str) -> String {
    world.wait_failed::<ImageRepository>(name, reason).await.1
}

#[tokio::test]
async fn a1_credentials_of_secrets_and_service_accounts() {
    let world = World::with(GUARDED, &[]).await;
    world.push("app", &["1"], "a").await;
    let config = world.registry.docker_config();
    world.docker_secret("login", &config).await;
    world.service_account("puller", "login").await;
    let image = world.image("app");
    let of = |more: Value| {
        let mut spec = json!({"image": image});
        let more = more.as_object().unwrap().clone();
        spec.as_object_mut().unwrap().extend(more);
        spec
    };
    let secret = of(json!({"secretRef": {"name": "login"}}));
    world.repository("secret", secret).await;
    let account = of(json!({"serviceAccountName": "puller"}));
    world.repository("account", account).await;
    world.wait_ready::<ImageRepository>("secret").await;
    world.wait_ready::<ImageRepository>("account").await;

    world.repository("nobody", of(json!({}))).await;
    let message = failure(&world, "nobody", "ReadOperationFailed").await;
    assert!(message.starts_with("scan failed: GET "), "{message}");
    assert!(message.contains("UNAUTHORIZED"), "{message}");

    let wrong = config.replace("\"pass\"", "\"wrong\"");
    assert_ne!(wrong, config);
    world.docker_secret("wrong", &wrong).await;
    let healing = of(json!({"secretRef": {"name": "wrong"}}));
    world.repository("healing", healing).await;
    let message = failure(&world, "healing", "ReadOperationFailed").await;
    assert!(!message.contains("wrong"), "{message}");
    world.docker_secret("wrong", &config).await;
    world.wait_ready::<ImageRepository>("healing").await;
}

#[tokio::test]
async fn r4_what_is_missing_is_named() {
    let world = World::new().await;
    let namespace = world.namespace.clone();
    world.service_account("puller", "gone").await;
    let prefix = "failed to configure authentication options: ";
    for (name, spec, says) in [
        (
            "secret",
            json!({"secretRef": {"name": "gone"}}),
            format!("failed to get secret '{namespace}/gone': secrets \"gone\" not found"),
        ),
        (
            "account",
            json!({"serviceAccountName": "gone"}),
            format!("serviceaccount '{namespace}/gone' not found"),
        ),
        (
            "pull-secret",
            json!({"serviceAccountName": "puller"}),
            format!(
                "failed to get image pull secret for serviceaccount '{namespace}/puller': secret '{namespace}/gone' not found"
            ),
        ),
        (
            "certificates",
            json!({"certSecretRef": {"name": "gone"}}),
            format!("secret '{namespace}/gone' not found"),
        ),
        (
            "proxy",
            json!({"proxySecretRef": {"name": "gone"}}),
            format!("secret '{namespace}/gone' not found"),
        ),
    ] {
        world.repository(name, spec).await;
        let message = failure(&world, name, "AuthenticationFailed").await;
        assert_eq!(message, format!("{prefix}{says}"), "{name}");
        world
            .told(name, Notice::Error, "AuthenticationFailed", &message)
            .await;
    }
}

#[tokio::test]
async fn a3_certificates_are_trusted_besides_those_of_the_system() {
    let https = Options {
        guarded: Guarded::No,
        transport: Transport::Tls,
    };
    let world = World::with(https, &[]).await;
    world.push("app", &["1"], "a").await;
    world.repository("app", json!({})).await;
    let message = failure(&world, "app", "ReadOperationFailed").await;
    assert!(message.contains("certificate"), "{message}");
    let authority = json!({"ca.crt": world.registry.ca()});
    world.secret("Opaque", "authority", authority).await;
    let trusting = json!({"certSecretRef": {"name": "authority"}});
    world.change::<ImageRepository>("app", trusting).await;
    world.wait_ready::<ImageRepository>("app").await;
}

#[tokio::test]
async fn a4_a_proxy_of_the_spec_is_the_way() {
    let world = World::new().await;
    world.push("app", &["1"], "a").await;
    let proxy = Proxy::start(Protocol::Http).await.unwrap();
    let registry = world.registry.host().parse().unwrap();
    proxy.route("registry.example.dev:80", registry);
    let address = json!({"address": proxy.url()});
    world.secret("Opaque", "proxy", address).await;
    let spec = json!({
        "image": "registry.example.dev/app", "insecure": true, "proxySecretRef": {"name": "proxy"},
    });
    world.repository("app", spec).await;
    let object: ImageRepository = world.wait_ready("app").await;
    let status = object.status;
    assert_eq!(
        status.canonical_image_name.as_deref(),
        Some("registry.example.dev/app")
    );
    let way = "registry.example.dev:80".to_owned();
    assert!(proxy.targets().contains(&way), "{:?}", proxy.targets());
}

#[tokio::test]
async fn a2_r2_clouds_are_refused_by_name() {
    let world = World::new().await;
    world.repository("cloud", json!({"provider": "aws"})).await;
    let message = failure(&world, "cloud", "InvalidProviderConfiguration").await;
    assert!(
        message.contains("spec.provider 'aws' is not supported yet"),
        "{message}"
    );
    let spec = json!({"provider": "gcp", "serviceAccountName": "a"});
    world.repository("gate", spec).await;
    let message = failure(&world, "gate", "FeatureGateDisabled").await;
    assert_eq!(
        message,
        "to use spec.serviceAccountName for provider authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller"
    );
}
