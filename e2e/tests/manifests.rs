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
    let objects = build.objects().into_iter();
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

#[test]
fn k21_6_m2_pods_are_those_that_patches_probes_and_quotas_expect() {
    let usual = json!({"name": "http-prom", "containerPort": 8080, "protocol": "TCP"});
    let health = json!({"name": "healthz", "containerPort": 9440, "protocol": "TCP"});
    let files = json!({"name": "http", "containerPort": 9090, "protocol": "TCP"});
    for (base, ports, ready, grace, cpu) in [
        (
            "kustomize-controller",
            json!([usual, health]),
            json!({"path": "/readyz", "port": "healthz"}),
            60,
            "100m",
        ),
        // Only who leads serves files, and only who serves files is ready.
        (
            "source-controller",
            json!([files, usual, health]),
            json!({"path": "/", "port": "http"}),
            10,
            "50m",
        ),
    ] {
        let objects = built(&format!("bases/{base}"));
        let object = deployment(&objects, base);
        let pod = object.pointer("/spec/template/spec").unwrap();
        let container = pod.pointer("/containers/0").unwrap();
        let at = |path: &str| container.pointer(path).unwrap();
        assert_eq!(at("/ports"), &ports, "{base}");
        assert_eq!(at("/readinessProbe/httpGet"), &ready, "{base}");
        assert_eq!(
            at("/livenessProbe/httpGet"),
            &json!({"path": "/healthz", "port": "healthz"})
        );
        assert_eq!(
            at("/resources"),
            &json!({
                "requests": {"cpu": cpu, "memory": "64Mi"},
                "limits": {"cpu": "1000m", "memory": "1Gi"},
            })
        );
        assert_eq!(at("/securityContext/readOnlyRootFilesystem"), &json!(true));
        assert_eq!(at("/securityContext/runAsNonRoot"), &json!(true));
        assert_eq!(pod["terminationGracePeriodSeconds"], grace, "{base}");
        assert_eq!(pod["priorityClassName"], "system-cluster-critical");
        assert_eq!(object.pointer("/spec/replicas").unwrap(), 1);
    }
    let objects = built("bases/source-controller");
    let object = deployment(&objects, "source-controller");
    assert_eq!(object.pointer("/spec/strategy/type").unwrap(), "Recreate");
    let service = objects
        .iter()
        .find(|object| kind(object) == "Service")
        .unwrap();
    assert_eq!(
        service.data.pointer("/spec/ports/0").unwrap(),
        &json!({"name": "http", "port": 80, "protocol": "TCP", "targetPort": "http"})
    );
}

#[test]
fn k21_7_m6_controllers_may_do_what_they_need() {
    let rbac = built("rbac");
    let role = rbac
        .iter()
        .find(|object| {
            kind(object) == "ClusterRole" && object.name_any() == "crd-controller-flux-system"
        })
        .unwrap();
    let rules = role.data["rules"].as_array().unwrap();
    let may = |group: &str, resource: &str, verb: &str| {
        let has = |rule: &Value, field: &str, wanted: &str| {
            rule[field]
                .as_array()
                .is_some_and(|list| list.iter().any(|one| one == wanted || one == "*"))
        };
        rules.iter().any(|rule| {
            has(rule, "apiGroups", group)
                && has(rule, "resources", resource)
                && has(rule, "verbs", verb)
        })
    };
    for (group, resource, verbs) in [
        (
            "source.toolkit.fluxcd.io",
            "gitrepositories/status",
            &["get", "patch", "update"][..],
        ),
        (
            "source.toolkit.fluxcd.io",
            "helmcharts/finalizers",
            &["update"],
        ),
        (
            "kustomize.toolkit.fluxcd.io",
            "kustomizations",
            &["get", "list", "watch", "patch", "delete"],
        ),
        ("", "secrets", &["get", "list", "watch"]),
        ("", "serviceaccounts", &["get", "list", "watch"]),
        ("", "serviceaccounts/token", &["create"]),
        ("", "events", &["create", "patch"]),
        (
            "coordination.k8s.io",
            "leases",
            &["get", "create", "update", "patch"],
        ),
    ] {
        for verb in verbs {
            assert!(may(group, resource, verb), "{verb} {resource}.{group}");
        }
    }
    assert!(!may("", "secrets", "create") && !may("apps", "deployments", "get"));
}

#[test]
fn every_controller_keeps_one_heap_and_gives_back_what_is_free() {
    for base in bases() {
        let objects = built(&format!("bases/{base}"));
        let variables = deployment(&objects, &base)
            .pointer("/spec/template/spec/containers/0/env")
            .unwrap();
        let is_set = |name, value| {
            let variables = variables.as_array().unwrap();
            variables.contains(&json!({"name": name, "value": value}))
        };
        assert!(is_set("MALLOC_ARENA_MAX", "1"), "{base}");
        assert!(is_set("MALLOC_TRIM_THRESHOLD_", "32768"), "{base}");
        assert!(is_set("MALLOC_TOP_PAD_", "0"), "{base}");
    }
}
