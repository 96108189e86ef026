//! Change sets, requests and errors of an apply (compat K14, K23.1, K23.2, K24.5).

use crate::fixture::Fixture;
use apply::testing::Verb;
use apply::{Cluster as _, Force, Object, ObjectRef};
use serde_json::{Value, json};

fn service(fixture: &Fixture, spec: Value) -> Object {
    fixture.object(json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec
    }))
}

fn deployment(fixture: &Fixture, image: &str) -> Object {
    fixture.object(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{
                    "name": "web", "image": image,
                    "ports": [{"containerPort": 80}],
                    "resources": {"limits": {"cpu": "1000m", "memory": "0.5Gi"}},
                }]},
            },
        },
    }))
}

#[tokio::test]
async fn k23_2_an_unchanged_set_costs_reads_and_dry_runs_but_no_write() {
    let fixture = Fixture::new("unchanged").await;
    let set = || {
        vec![
            deployment(&fixture, "nginx:1"),
            service(
                &fixture,
                json!({"ports": [{"port": 80}], "selector": {"app": "web"}}),
            ),
            fixture.config("a", json!({"k": "v"})),
        ]
    };
    assert_eq!(
        fixture.lines(set()).await,
        [
            "ConfigMap/ns/a created",
            "Service/ns/web created",
            "Deployment/ns/web created"
        ]
    );
    // What the dry-run shows to be new is not read.
    assert_eq!(fixture.counts(), [(Verb::DryRun, 3), (Verb::Apply, 3)]);
    assert_eq!(
        fixture.lines(set()).await,
        [
            "ConfigMap/ns/a unchanged",
            "Service/ns/web unchanged",
            "Deployment/ns/web unchanged"
        ]
    );
    // The controller of the deployment may have written between dry-run and read: then it was looked at again.
    let counts = fixture.counts();
    assert!(
        counts.iter().all(|(verb, _)| *verb != Verb::Apply),
        "{counts:?}"
    );

    let quiet = || {
        set()
            .into_iter()
            .filter(|object| object.kind() != "Deployment")
            .collect()
    };
    let version = fixture
        .get("v1", "Service", "web")
        .await
        .resource_version()
        .to_owned();
    fixture.lines(quiet()).await;
    assert_eq!(fixture.counts(), [(Verb::Get, 2), (Verb::DryRun, 2)]);
    let live = fixture.get("v1", "Service", "web").await;
    assert_eq!(live.resource_version(), version);

    let lines = fixture.lines(vec![deployment(&fixture, "nginx:2")]).await;
    assert_eq!(lines, ["Deployment/ns/web configured"]);
}

#[tokio::test]
async fn k14_6_a_live_edit_of_an_owned_field_is_drift_and_others_are_not() {
    let fixture = Fixture::new("drift").await;
    let set = || vec![fixture.config("a", json!({"k": "v"}))];
    fixture.lines(set()).await;

    let foreign = json!({"data": {"other": "x"}, "metadata": {"annotations": {"note": "y"}}});
    fixture
        .edit("v1", "ConfigMap", "a", "somebody", foreign)
        .await;
    assert_eq!(fixture.lines(set()).await, ["ConfigMap/ns/a unchanged"]);

    fixture
        .edit(
            "v1",
            "ConfigMap",
            "a",
            "somebody",
            json!({"data": {"k": "edited"}}),
        )
        .await;
    fixture.counts();
    assert_eq!(fixture.lines(set()).await, ["ConfigMap/ns/a configured"]);
    // A difference that stays is found at the first look.
    let once = [(Verb::Get, 1), (Verb::DryRun, 1), (Verb::Apply, 1)];
    assert_eq!(fixture.counts(), once);
    let live = fixture.get("v1", "ConfigMap", "a").await;
    assert_eq!(live.as_value()["data"], json!({"k": "v", "other": "x"}));

    // What is no longer desired goes, what others own stays.
    let lines = fixture.lines(vec![fixture.config("a", json!({}))]).await;
    assert_eq!(lines, ["ConfigMap/ns/a configured"]);
    let live = fixture.get("v1", "ConfigMap", "a").await;
    assert_eq!(live.as_value()["data"], json!({"other": "x"}));
}

#[tokio::test]
async fn k24_5_one_bad_object_leaves_its_whole_stage_untouched() {
    let fixture = Fixture::new("all-or-nothing").await;
    let bad = service(&fixture, json!({"ports": [{"port": 0}]}));
    let failure = fixture
        .apply(vec![fixture.config("a", json!({})), bad])
        .await
        .unwrap_err();
    let text = fixture.short(&failure.to_string());
    assert!(
        text.starts_with("Service/ns/web dry-run failed (Invalid): Service \"web\" is invalid: "),
        "{text}"
    );
    assert!(!fixture.exists("v1", "ConfigMap", "a").await);
    assert!(failure.completed.is_empty());
    assert!(
        fixture
            .counts()
            .iter()
            .all(|(verb, _)| *verb != Verb::Apply)
    );
}

#[tokio::test]
async fn k14_5_completed_stages_are_told_with_the_error() {
    let fixture = Fixture::new("stages").await;
    let name = format!("{}-role", fixture.namespace);
    let role = fixture.cluster_object(json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
        "metadata": {"name": name}, "rules": [],
    }));
    let bad = service(&fixture, json!({"ports": [{"port": 0}]}));
    let failure = fixture.apply(vec![bad, role]).await.unwrap_err();
    let text = fixture.short(&failure.to_string());
    assert!(text.ends_with("\nClusterRole/ns-role created"), "{text}");
}

#[tokio::test]
async fn k14_2_a_definition_its_namespace_and_its_object_go_in_one_set() {
    let fixture = Fixture::new("crd").await;
    let group = format!("{}.example.com", fixture.namespace);
    let plural_name = format!("widgets.{group}");
    let extra = format!("{}-extra", fixture.namespace);
    let set = || {
        vec![
            fixture.object(json!({
                "apiVersion": format!("{group}/v1"), "kind": "Widget",
                "metadata": {"name": "w", "namespace": extra}, "spec": {"size": 1},
            })),
            fixture.cluster_object(json!({
                "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": extra}
            })),
            fixture.cluster_object(json!({
                "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                "metadata": {"name": plural_name},
                "spec": {
                    "group": group, "scope": "Namespaced",
                    "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"},
                    "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                        "type": "object", "x-kubernetes-preserve-unknown-fields": true,
                    }}}],
                },
            })),
        ]
    };
    let created = fixture.lines(set()).await;
    assert_eq!(
        created,
        [
            "CustomResourceDefinition/widgets.ns.example.com created",
            "Namespace/ns-extra created",
            "Widget/ns-extra/w created",
        ]
    );
    fixture.counts();
    let again = fixture.lines(set()).await;
    assert!(
        again.iter().all(|line| line.ends_with(" unchanged")),
        "{again:?}"
    );
    // A stage that is known to be healthy is not looked at again.
    assert_eq!(fixture.counts(), [(Verb::Get, 3), (Verb::DryRun, 3)]);
}

#[tokio::test]
async fn k14_9_an_immutable_field_is_an_error_and_with_force_a_new_object() {
    let fixture = Fixture::new("immutable").await;
    let config = |data: &str| {
        let mut object = fixture.config("a", json!({"k": data}));
        object.value_mut()["immutable"] = json!(true);
        object
    };
    fixture.lines(vec![config("one")]).await;
    let uid = fixture.get("v1", "ConfigMap", "a").await.uid().to_owned();

    let failure = fixture.apply(vec![config("two")]).await.unwrap_err();
    let text = fixture.short(&failure.to_string());
    assert!(
        text.starts_with("ConfigMap/ns/a dry-run failed (Invalid): "),
        "{text}"
    );
    assert!(text.contains("immutable"), "{text}");
    assert_eq!(fixture.get("v1", "ConfigMap", "a").await.uid(), uid);

    let mut marked = config("two");
    marked.set_annotation("kustomize.toolkit.fluxcd.io/force", "Enabled");
    assert_eq!(
        fixture.lines(vec![marked]).await,
        ["ConfigMap/ns/a created"]
    );
    assert_ne!(fixture.get("v1", "ConfigMap", "a").await.uid(), uid);

    let mut forced = Fixture { ..fixture };
    forced.options.force = Force::All;
    assert_eq!(
        forced.lines(vec![config_of(&forced, "three")]).await,
        ["ConfigMap/ns/a created"]
    );
    let live = forced.get("v1", "ConfigMap", "a").await;
    assert_eq!(live.as_value()["data"]["k"], "three");
}

fn config_of(fixture: &Fixture, data: &str) -> Object {
    let mut object = fixture.config("a", json!({"k": data}));
    object.value_mut()["immutable"] = json!(true);
    object
}

#[tokio::test]
async fn k8_2_opt_outs_are_read_on_the_desired_and_on_the_live_object() {
    let fixture = Fixture::new("opt-out").await;
    let marked = |key: &str, value: &str, data: &str| {
        let mut object = fixture.config("a", json!({"k": data}));
        object.set_annotation(&format!("kustomize.toolkit.fluxcd.io/{key}"), value);
        object
    };
    assert_eq!(
        fixture
            .lines(vec![marked("reconcile", "disabled", "0")])
            .await,
        ["ConfigMap/ns/a skipped"]
    );
    assert!(!fixture.exists("v1", "ConfigMap", "a").await);
    assert_eq!(
        fixture
            .lines(vec![marked("ssa", "IfNotPresent", "1")])
            .await,
        ["ConfigMap/ns/a created"]
    );
    assert_eq!(
        fixture
            .lines(vec![marked("ssa", "IfNotPresent", "2")])
            .await,
        ["ConfigMap/ns/a skipped"]
    );

    let label = json!({"metadata": {"labels": {"kustomize.toolkit.fluxcd.io/ssa": "ignore"}}});
    fixture
        .edit("v1", "ConfigMap", "a", "somebody", label)
        .await;
    let lines = fixture
        .lines(vec![fixture.config("a", json!({"k": "3"}))])
        .await;
    assert_eq!(lines, ["ConfigMap/ns/a skipped"]);
    assert_eq!(
        fixture.get("v1", "ConfigMap", "a").await.as_value()["data"]["k"],
        "1"
    );
}

#[tokio::test]
async fn k14_10_a_missing_namespace_is_told_from_one_that_is_not_given() {
    let fixture = Fixture::new("namespaces").await;
    let mut object = fixture.config("a", json!({}));
    object.value_mut()["metadata"]["namespace"] = json!("nowhere");
    let text = fixture.apply(vec![object]).await.unwrap_err().to_string();
    assert_eq!(
        text,
        "ConfigMap/nowhere/a not found: namespaces \"nowhere\" not found"
    );

    let bare = fixture.cluster_object(json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}
    }));
    let text = fixture.apply(vec![bare]).await.unwrap_err().to_string();
    assert_eq!(
        text,
        "ConfigMap/a namespace not specified: the server could not find the requested resource"
    );

    let unknown = fixture.object(json!({
        "apiVersion": "nobody.example.com/v1", "kind": "Foo", "metadata": {"name": "a"}
    }));
    let text = fixture.short(&fixture.apply(vec![unknown]).await.unwrap_err().to_string());
    assert_eq!(
        text,
        "Foo/ns/a dry-run failed: no matches for kind \"Foo\" in version \"nobody.example.com/v1\""
    );
}

#[tokio::test]
async fn k19_1_what_the_account_may_not_do_is_an_error_that_says_so() {
    let fixture = Fixture::new("tenant").await;
    let user = format!("system:serviceaccount:{}:nobody", fixture.namespace);
    let tenant = fixture
        .plane
        .client_as(&user, &["system:serviceaccounts", "system:authenticated"])
        .await
        .unwrap();
    let cluster = fixture.cluster.inner().with_client(tenant);
    let objects = vec![fixture.config("a", json!({}))];
    let failure = apply::apply_all(&cluster, objects, &fixture.options)
        .await
        .unwrap_err();
    let text = fixture.short(&failure.to_string());
    assert!(
        text.starts_with(
            "ConfigMap/ns/a dry-run failed (Forbidden): configmaps \"a\" is forbidden: "
        ),
        "{text}"
    );
    assert!(
        text.contains("cannot patch resource \"configmaps\""),
        "{text}"
    );
    assert!(!fixture.exists("v1", "ConfigMap", "a").await);
}

#[tokio::test]
async fn k14_10_the_payload_of_a_secret_is_in_no_error() {
    let fixture = Fixture::new("secrets").await;
    let secret = |kind: &str, data: Value| {
        fixture.object(json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "type": kind, "data": data,
        }))
    };
    for bad in [
        secret("Opaque", json!({"a": "hunter2 is no base64"})),
        secret(
            "kubernetes.io/dockerconfigjson",
            json!({".dockerconfigjson": "aHVudGVyMiBpcyBubyBqc29u"}),
        ),
    ] {
        let text = fixture.apply(vec![bad]).await.unwrap_err().to_string();
        assert!(
            !text.contains("hunter2") && !text.contains("aHVudGVy"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn k14_4_a_cluster_scoped_object_with_a_namespace_is_listed_without_it() {
    let fixture = Fixture::new("scope").await;
    let name = format!("{}-low", fixture.namespace);
    let class = fixture.object(json!({
        "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name}, "value": 1,
    }));
    assert_eq!(
        fixture.lines(vec![class.clone()]).await,
        ["PriorityClass/ns-low created"]
    );
    assert_eq!(
        fixture.lines(vec![class]).await,
        ["PriorityClass/ns-low unchanged"]
    );
    let target = ObjectRef {
        namespace: String::new(),
        ..fixture.target("scheduling.k8s.io/v1", "PriorityClass", &name)
    };
    assert!(fixture.cluster.get(&target).await.is_ok());
}

#[tokio::test]
async fn k23_8_fields_that_a_built_in_kind_does_not_know_vanish_and_others_are_an_error() {
    let fixture = Fixture::new("unknown-fields").await;
    let mut known = deployment(&fixture, "nginx:1");
    known.value_mut()["spec"]["typo"] = json!(true);
    known.value_mut()["spec"]["template"]["spec"]["containers"][0]["imagePulPolicy"] =
        json!("Always");
    assert_eq!(
        fixture.lines(vec![known.clone()]).await,
        ["Deployment/ns/web created"]
    );
    assert_eq!(
        fixture.lines(vec![known]).await,
        ["Deployment/ns/web unchanged"]
    );
    // What its type cannot hold stays as it is, and the server says what is wrong.
    let mut wrong = deployment(&fixture, "nginx:1");
    wrong.value_mut()["spec"]["replicas"] = json!("three");
    let text = fixture.short(&fixture.apply(vec![wrong]).await.unwrap_err().to_string());
    assert!(text.contains(".spec.replicas: expected numeric"), "{text}");
}
