//! The manifests of an installation: what is in them, and that a real API server takes every object.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use kube::api::{Api, DynamicObject, Patch, PatchParams};
use kube::core::GroupVersionKind;
use kube::{Client, ResourceExt as _, discovery};
use kustomize::{DirView, Options};
use serde_json::{Value, json};
use testing::ControlPlane;

const NAMESPACE: &str = "flux-system";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../manifests")
        .canonicalize()
        .unwrap()
}

/// The objects of a kustomization below `manifests`, as a user would apply them.
fn built(directory: &str) -> Vec<DynamicObject> {
    let view = DirView::new(folder()).unwrap();
    let build = kustomize::build(&view, Path::new(directory), &Options::default()).unwrap();
    let objects = build.objects.iter();
    objects
        .map(|object| serde_json::from_value(object.to_json()).unwrap())
        .collect()
}

/// The names of the bases there are.
fn bases() -> Vec<String> {
    let entries = std::fs::read_dir(folder().join("bases")).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn kind(object: &DynamicObject) -> &str {
    &object.types.as_ref().unwrap().kind
}

fn deployment<'a>(objects: &'a [DynamicObject], name: &str) -> &'a Value {
    let mut deployments = objects.iter().filter(|object| kind(object) == "Deployment");
    &deployments
        .find(|object| object.name_any() == name)
        .unwrap()
        .data
}

fn args<'a>(objects: &'a [DynamicObject], name: &str) -> Vec<&'a str> {
    let list = deployment(objects, name)
        .pointer("/spec/template/spec/containers/0/args")
        .unwrap();
    list.as_array()
        .unwrap()
        .iter()
        .map(|arg| arg.as_str().unwrap())
        .collect()
}

/// Applies an object; says what the API server did not like.
async fn apply(
    client: &Client,
    object: &DynamicObject,
    params: &PatchParams,
) -> Result<(), String> {
    let gvk = GroupVersionKind::try_from(object.types.as_ref().unwrap()).unwrap();
    let (resource, capabilities) = discovery::pinned_kind(client, &gvk)
        .await
        .map_err(|error| error.to_string())?;
    let api: Api<DynamicObject> = match capabilities.scope {
        discovery::Scope::Cluster => Api::all_with(client.clone(), &resource),
        discovery::Scope::Namespaced => {
            let namespace = object.namespace();
            Api::namespaced_with(
                client.clone(),
                namespace.as_deref().unwrap_or(NAMESPACE),
                &resource,
            )
        }
    };
    let applied = api
        .patch(&object.name_any(), params, &Patch::Apply(object))
        .await;
    applied
        .map(drop)
        .map_err(|error| format!("{} {}: {error}", gvk.kind, object.name_any()))
}

#[tokio::test]
async fn a_real_api_server_takes_every_object_of_the_bundle_and_of_each_base_alone() {
    let client = ControlPlane::shared().await.client().await;
    let force = PatchParams::apply("manifests").force();
    let install = built("install");
    let namespace = install
        .iter()
        .find(|object| kind(object) == "Namespace")
        .unwrap();
    apply(&client, namespace, &force).await.unwrap();
    let mut strict = force.dry_run();
    strict.field_validation = Some(kube::api::ValidationDirective::Strict);
    let single = bases()
        .into_iter()
        .flat_map(|base| built(&format!("bases/{base}")));
    let parts = ["rbac", "policies"].into_iter().flat_map(built);
    let mut refused = Vec::new();
    for object in install.iter().cloned().chain(single).chain(parts) {
        refused.extend(apply(&client, &object, &strict).await.err());
    }
    assert_eq!(refused, Vec::<String>::new());
}

#[tokio::test]
async fn a_field_that_no_object_has_is_refused() {
    let client = ControlPlane::shared().await.client().await;
    let mut object = built("bases/source-controller")
        .into_iter()
        .find(|o| kind(o) == "Service")
        .unwrap();
    object.data["spec"]["tyop"] = json!(1);
    let mut strict = PatchParams::apply("manifests").dry_run();
    strict.field_validation = Some(kube::api::ValidationDirective::Strict);
    object.metadata.namespace = Some("default".to_owned());
    let error = apply(&client, &object, &strict).await.unwrap_err();
    assert!(error.contains("tyop"), "{error}");
}

#[test]
fn j5_the_bundle_holds_every_base_and_all_carry_the_labels_that_the_command_line_looks_for() {
    let install = built("install");
    let version = concat!("v", env!("CARGO_PKG_VERSION"));
    for base in bases() {
        let object = deployment(&install, &base);
        let template = object.pointer("/spec/template").unwrap();
        let image = template
            .pointer("/spec/containers/0/image")
            .unwrap()
            .as_str()
            .unwrap();
        assert!(image.ends_with(&format!("/{base}:{version}")), "{image}");
        assert_eq!(
            template.pointer("/spec/containers/0/name").unwrap(),
            "manager"
        );
        assert_eq!(
            object.pointer("/spec/selector/matchLabels").unwrap(),
            &json!({"app": base})
        );
        assert_eq!(
            template.pointer("/metadata/labels").unwrap(),
            &json!({
                "app": base,
                "app.kubernetes.io/component": base,
                "app.kubernetes.io/instance": NAMESPACE,
                "app.kubernetes.io/part-of": "flux",
                "app.kubernetes.io/version": version,
            })
        );
    }
    for object in install
        .iter()
        .filter(|object| kind(object) == "CustomResourceDefinition")
    {
        assert_eq!(
            object.labels()["app.kubernetes.io/part-of"],
            "flux",
            "{}",
            object.name_any()
        );
        assert_eq!(
            object.labels()["app.kubernetes.io/version"],
            version,
            "{}",
            object.name_any()
        );
    }
}

#[test]
fn i1_arguments_keep_their_places_and_events_go_to_notification_controller_where_it_is_installed() {
    let events =
        "--events-addr=http://notification-controller.$(RUNTIME_NAMESPACE).svc.cluster.local./";
    let shared = [
        "--watch-all-namespaces=true",
        "--log-level=info",
        "--log-encoding=json",
        "--enable-leader-election",
    ];
    let storage = [
        "--storage-path=/data",
        "--storage-adv-addr=source-controller.$(RUNTIME_NAMESPACE).svc.cluster.local.",
    ];
    let install = built("install");
    assert_eq!(args(&install, "notification-controller"), shared);
    for applier in ["kustomize-controller", "helm-controller"] {
        assert_eq!(args(&install, applier), [&[events][..], &shared].concat());
    }
    assert_eq!(
        args(&install, "source-controller"),
        [&[events][..], &shared, &storage].concat()
    );
    let alone = built("bases/kustomize-controller");
    assert_eq!(
        args(&alone, "kustomize-controller"),
        [&["--events-addr="][..], &shared].concat()
    );
}

#[test]
fn j3_cluster_wide_names_end_in_the_namespace_and_both_reconcilers_may_apply_anything() {
    let rbac = built("rbac");
    for object in &rbac {
        assert!(
            object.name_any().ends_with("-flux-system"),
            "{}",
            object.name_any()
        );
    }
    let subjects = |name: &str| {
        let binding = rbac
            .iter()
            .find(|object| kind(object) == "ClusterRoleBinding" && object.name_any() == name);
        let list = binding.unwrap().data["subjects"]
            .as_array()
            .unwrap()
            .clone();
        list.iter()
            .map(|subject| subject["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        subjects("cluster-reconciler-flux-system"),
        ["kustomize-controller", "helm-controller"]
    );
    let all = subjects("crd-controller-flux-system");
    assert_eq!(all.len(), 7, "{all:?}");
    for base in bases() {
        assert!(all.contains(&base), "{base} may not read its own objects");
    }
}
