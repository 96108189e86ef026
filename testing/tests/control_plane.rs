//! The control plane itself: what the other tests rely on.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::api::{DeleteParams, ListParams, PostParams};
use kube::{Api, ResourceExt};
use serde_json::json;
use testing::{ControlPlane, Parts, wait_for};

const SOON: Duration = Duration::from_mins(2);

#[tokio::test]
async fn a_namespace_each_and_objects_in_it() {
    let plane = ControlPlane::shared().await;
    let (one, two) = (plane.namespace("test").await, plane.namespace("test").await);
    assert_ne!(one, two);
    let maps: Api<ConfigMap> = Api::namespaced(plane.client().await, &one);
    let map = serde_json::from_value(json!({ "metadata": { "name": "m" }, "data": { "a": "b" } }));
    maps.create(&PostParams::default(), &map.unwrap())
        .await
        .unwrap();
    let found = wait_for(&maps, "m", "there", SOON, |map| map.is_some())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.data.unwrap()["a"], "b");
}

#[tokio::test]
async fn a_deleted_namespace_goes_away_with_what_is_in_it() {
    let plane = ControlPlane::shared().await;
    let name = plane.namespace("doomed").await;
    let client = plane.client().await;
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), &name);
    let map = serde_json::from_value(json!({ "metadata": { "name": "m" } })).unwrap();
    maps.create(&PostParams::default(), &map).await.unwrap();
    let namespaces: Api<Namespace> = Api::all(client);
    namespaces
        .delete(&name, &DeleteParams::default())
        .await
        .unwrap();
    wait_for(&namespaces, &name, "gone", SOON, |namespace| {
        namespace.is_none()
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn impersonated_users_and_service_accounts_have_no_rights_of_their_own() {
    let plane = ControlPlane::shared().await;
    let namespace = plane.namespace("tenant").await;
    let impersonated = plane.client_as("tenant", &["tenants"]).await.unwrap();
    let maps: Api<ConfigMap> = Api::namespaced(impersonated, &namespace);
    let refused = maps
        .list(&ListParams::default())
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("User \"tenant\" cannot list"), "{refused}");

    let token = plane
        .service_account_token(&namespace, "robot")
        .await
        .unwrap();
    let client = plane.client_with_token(&token).await.unwrap();
    let maps: Api<ConfigMap> = Api::namespaced(client, &namespace);
    let refused = maps
        .list(&ListParams::default())
        .await
        .unwrap_err()
        .to_string();
    let name = format!("system:serviceaccount:{namespace}:robot");
    assert!(refused.contains(&name), "{refused}");
}

#[tokio::test]
async fn pods_run_where_pods_were_asked_for() {
    let plane = ControlPlane::start(Parts::Pods).await.unwrap();
    let namespace = plane.namespace("pods").await;
    let deployments: Api<Deployment> = Api::namespaced(plane.client().await, &namespace);
    let deployment = serde_json::from_value(json!({
        "metadata": { "name": "web" },
        "spec": {
            "replicas": 3,
            "selector": { "matchLabels": { "app": "web" } },
            "template": {
                "metadata": { "labels": { "app": "web" } },
                "spec": { "containers": [{ "name": "web", "image": "example.invalid/web:1" }] },
            },
        },
    }));
    deployments
        .create(&PostParams::default(), &deployment.unwrap())
        .await
        .unwrap();
    let ready = wait_for(&deployments, "web", "available", SOON, |deployment| {
        let status = deployment.and_then(|deployment| deployment.status.as_ref());
        status.is_some_and(|status| status.available_replicas == Some(3))
    });
    assert_eq!(ready.await.unwrap().unwrap().name_any(), "web");

    // The node stays alive: its lease is renewed by somebody.
    let leases: Api<Lease> = Api::namespaced(plane.client().await, "kube-node-lease");
    let renewed = wait_for(&leases, "node-1", "renewed", SOON, |lease| {
        let spec = lease.and_then(|lease| lease.spec.as_ref());
        spec.is_some_and(|spec| spec.renew_time.is_some())
    });
    renewed.await.unwrap();
}
