//! What a real API server admits under the definitions, what it refuses with which words, and what
//! it adds.
#![allow(clippy::unwrap_used)]

mod check;
mod helm;
mod image;
mod kustomize;
mod notification;
mod source;
mod source_extensions;
mod status;

use kube::api::Api;
use testing::ControlPlane;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;

#[tokio::test]
async fn all_fifteen_definitions_are_applied_and_established_without_a_complaint() {
    let plane = ControlPlane::shared().await;
    let definitions: Api<CustomResourceDefinition> = Api::all(plane.client().await);
    let all = definitions
        .list(&kube::api::ListParams::default())
        .await
        .unwrap();
    assert_eq!(all.items.len(), 15);
    for definition in all {
        let name = definition.metadata.name.unwrap();
        let conditions = definition.status.unwrap().conditions.unwrap_or_default();
        let holds = |r#type: &str| {
            conditions
                .iter()
                .any(|c| c.type_ == r#type && c.status == "True")
        };
        assert!(
            holds("Established") && holds("NamesAccepted"),
            "{name}: {conditions:?}"
        );
        // A schema that is not structural still serves, with this condition.
        assert!(!holds("NonStructuralSchema"), "{name}: {conditions:?}");
        assert_eq!(definition.spec.versions.len(), 1, "{name} has one version");
    }
}

#[tokio::test]
async fn applying_the_definitions_again_changes_none() {
    let plane = ControlPlane::shared().await;
    let definitions: Api<CustomResourceDefinition> = Api::all(plane.client().await);
    let generations = async || {
        let all = definitions
            .list(&kube::api::ListParams::default())
            .await
            .unwrap();
        let one = |crd: CustomResourceDefinition| (crd.metadata.name, crd.metadata.generation);
        all.into_iter().map(one).collect::<Vec<_>>()
    };
    let before = generations().await;
    plane.install_crds().await.unwrap();
    assert_eq!(generations().await, before);
}
