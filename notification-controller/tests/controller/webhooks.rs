//! Calls of services, and what they wake.

use common::kube::api::DeleteParams;
use crds::notification::Receiver;
use reqwest::StatusCode;
use ring::hmac;
use serde_json::{Value, json};

use crate::world::{World, hex};

const TOKEN: &str = "s3cret";
const JSON: (&str, &str) = ("content-type", "application/json");

fn signature(body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, TOKEN.as_bytes());
    let tag = hmac::sign(&key, body.as_bytes());
    let digits = hex(tag.as_ref());
    format!("sha256={digits}")
}

async fn receiver(world: &World, name: &str, kind: &str, resources: Value, more: Value) -> String {
    world.secret("token", &[("token", TOKEN)]).await;
    let mut spec = json!({"type": kind, "secretRef": {"name": "token"}, "resources": resources});
    for (key, value) in more.as_object().unwrap() {
        spec[key] = value.clone();
    }
    world.receiver(name, spec).await
}

#[tokio::test(flavor = "multi_thread")]
async fn r7_a_signed_push_wakes_the_repository_and_a_forged_one_does_not() {
    let world = World::new().await;
    world.repository("repo", json!({})).await;
    let resources = json!([{"kind": "GitRepository", "name": "repo"}]);
    let path = receiver(
        &world,
        "hook",
        "github",
        resources,
        json!({"events": ["push"]}),
    )
    .await;
    let body = r#"{"ref": "refs/heads/main"}"#;
    let (signed, forged) = (signature(body), signature("other"));
    let call = async |path: &str, signature: &str, event: &str| {
        let headers = [
            JSON,
            ("x-hub-signature-256", signature),
            ("x-github-event", event),
        ];
        world.call(path, &headers, body).await
    };
    let unknown = call("/hook/0000", &signed, "push").await;
    assert_eq!(unknown, StatusCode::NOT_FOUND);
    assert_eq!(call(&path, &forged, "push").await, unknown);
    assert_eq!(call(&path, "", "push").await, unknown);
    assert_eq!(call(&path, &signed, "ping").await, StatusCode::BAD_REQUEST);
    assert_eq!(world.requested("repo").await, None);
    assert_eq!(call(&path, &signed, "push").await, StatusCode::OK);
    let first = world.requested("repo").await.unwrap();
    assert_eq!(call(&path, &signed, "Push").await, StatusCode::OK);
    assert_ne!(world.requested("repo").await.unwrap(), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn r1_the_whole_path_counts_a_query_too() {
    let world = World::new().await;
    let path = receiver(&world, "hook", "generic", json!([]), json!({})).await;
    assert_eq!(world.call(&path, &[], "").await, StatusCode::OK);
    for other in [
        format!("{path}?x=y"),
        format!("{path}/"),
        path.to_uppercase().replace("/HOOK", "/hook"),
    ] {
        assert_eq!(
            world.call(&other, &[], "").await,
            StatusCode::NOT_FOUND,
            "{other}"
        );
    }
    let crooked = path.replace("/hook/", "/hook//");
    assert_eq!(
        world.call(&crooked, &[], "").await,
        StatusCode::TEMPORARY_REDIRECT
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn r2_suspended_and_stalled_receivers_do_not_answer() {
    let world = World::new().await;
    let path = receiver(&world, "hook", "generic", json!([]), json!({})).await;
    let status = async || world.call(&path, &[], "").await;
    let becomes = async |wanted: StatusCode| {
        let asked = async { while status().await != wanted {} };
        tokio::time::timeout(crate::world::LONG, asked)
            .await
            .unwrap();
    };
    world
        .merge::<Receiver>("hook", json!({"spec": {"suspend": true}}))
        .await;
    becomes(StatusCode::SERVICE_UNAVAILABLE).await;
    world
        .merge::<Receiver>("hook", json!({"spec": {"suspend": false}}))
        .await;
    becomes(StatusCode::OK).await;
    world
        .merge::<Receiver>("hook", json!({"spec": {"resourceFilter": "req.x"}}))
        .await;
    becomes(StatusCode::SERVICE_UNAVAILABLE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r6_r9_all_of_some_labels_are_woken_but_for_those_that_a_filter_leaves_out() {
    let world = World::new().await;
    for (name, team) in [("a", "web"), ("b", "web"), ("c", "db")] {
        world.repository(name, json!({"team": team})).await;
    }
    let resources = json!([
        {"kind": "GitRepository", "name": "*", "matchLabels": {"team": "web"}, "filter": "res.metadata.name != req.skip"},
    ]);
    let filter = json!({"resourceFilter": "res.kind == 'GitRepository' && res.apiVersion.startsWith('source')"});
    let path = receiver(&world, "hook", "generic", resources, filter).await;
    let body = r#"{"skip": "b"}"#;
    assert_eq!(world.call(&path, &[JSON], body).await, StatusCode::OK);
    assert!(world.requested("a").await.is_some());
    assert_eq!(
        (world.requested("b").await, world.requested("c").await),
        (None, None)
    );
    assert_eq!(
        world.call(&path, &[JSON], "{").await,
        StatusCode::INTERNAL_SERVER_ERROR
    );
    assert_eq!(
        world.call(&path, &[JSON], "{}").await,
        StatusCode::INTERNAL_SERVER_ERROR
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn r8_one_object_that_fails_does_not_keep_the_others_asleep() {
    let world = World::new().await;
    world.repository("repo", json!({})).await;
    for (name, broken) in [
        ("gone", json!({"kind": "GitRepository", "name": "gone"})),
        ("no-version", json!({"kind": "Kustomization", "name": "x"})),
        ("no-labels", json!({"kind": "GitRepository", "name": "*"})),
        (
            "crooked",
            json!({"kind": "GitRepository", "name": "../gitrepositories/repo"}),
        ),
        (
            "crooked-version",
            json!({"kind": "GitRepository", "name": "repo", "apiVersion": "a/../v1"}),
        ),
    ] {
        let before = world.requested("repo").await;
        let resources = json!([broken, {"kind": "GitRepository", "name": "repo"}]);
        let path = receiver(&world, name, "generic", resources, json!({})).await;
        assert_eq!(
            world.call(&path, &[], "").await,
            StatusCode::INTERNAL_SERVER_ERROR,
            "{name}"
        );
        assert_ne!(world.requested("repo").await, before, "{name}");
    }
    let none = json!([{"kind": "GitRepository", "name": "*", "matchLabels": {"team": "nobody"}}]);
    let path = receiver(&world, "none", "generic", none, json!({})).await;
    assert_eq!(world.call(&path, &[], "").await, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn r5_other_namespaces_are_refused_where_that_is_blocked() {
    let world = World::with_flags(&["--no-cross-namespace-refs"]).await;
    world.repository("repo", json!({})).await;
    let resources = json!([
        {"kind": "GitRepository", "name": "repo", "namespace": "elsewhere"},
        {"kind": "GitRepository", "name": "repo", "namespace": world.namespace},
    ]);
    let path = receiver(&world, "hook", "generic", resources, json!({})).await;
    assert_eq!(
        world.call(&path, &[], "").await,
        StatusCode::INTERNAL_SERVER_ERROR
    );
    assert!(world.requested("repo").await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn r4_the_token_is_read_anew_for_every_call() {
    let world = World::new().await;
    let path = receiver(&world, "hook", "gitlab", json!([]), json!({})).await;
    assert_eq!(
        world.call(&path, &[("x-gitlab-token", TOKEN)], "{}").await,
        StatusCode::OK
    );
    // Without the label the reconciler does not see it, and the path stays for now.
    let secrets: common::kube::Api<common::k8s_openapi::api::core::v1::Secret> =
        common::kube::Api::namespaced(world.client.clone(), &world.namespace);
    secrets
        .delete("token", &DeleteParams::default())
        .await
        .unwrap();
    let seen = async {
        while world.call(&path, &[("x-gitlab-token", TOKEN)], "{}").await == StatusCode::OK {}
    };
    tokio::time::timeout(crate::world::LONG, seen)
        .await
        .unwrap();
}
