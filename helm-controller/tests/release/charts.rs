//! Real charts, released by the real `helm` and then by the controller, each time into the same empty namespace under the same
//! name: what is there after every step, and what is recorded, must be the same.
//!
//! What is not compared, because it is not the same from one run of `helm` to the next, or because the controller says who it is
//! on purpose, is in [`cluster`] and [`record`], each with a test.

#[path = "charts/cluster.rs"]
mod cluster;
#[path = "charts/foreign.rs"]
mod foreign;
#[path = "charts/package.rs"]
mod package;
#[path = "charts/record.rs"]
mod record;
#[path = "charts/side.rs"]
mod side;

use serde_json::{Value, json};

use self::side::{Controller, RealHelm};
use crate::support::Fixture;

/// A chart of the corpus, and how it is released.
struct Chart {
    /// Its folder under `helm/charts`.
    folder: &'static str,
    /// Its first values.
    values: Value,
    /// What the upgrade changes in them.
    changes: Value,
    /// Groups of the kinds that it defines.
    groups: &'static [&'static str],
    tests: Tests,
}

/// Whether the tests of a chart are run after install and upgrade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tests {
    Run,
    None,
}

/// Releases a chart both ways and compares after each step.
async fn released_as_helm_does(name: &str, chart: Chart) {
    let package = package::of(chart.folder);
    let mut fixture = Fixture::new(name).await;
    let mut changed = chart.values.clone();
    package::merge(&mut changed, &chart.changes);
    let mut refused = changed.clone();
    package::merge(&mut refused, &json!({"global": {"refused": true}}));
    let steps = [chart.values.clone(), changed, refused];
    let namespace = format!("{}-apps", fixture.namespace);

    let place = cluster::Place::new(&fixture.client, &namespace, name, chart.groups);
    place.make().await;
    let helm = RealHelm::new(&place, &package, chart.tests).await;
    let wanted = helm.live(&steps).await;
    place.clear().await;

    place.make().await;
    let controller = Controller::new(&fixture, &place, &package, chart.tests);
    let found = controller.live(&steps).await;
    place.clear().await;
    fixture.stop().await;

    assert_eq!(wanted.len(), found.len());
    for (wanted, found) in wanted.into_iter().zip(found) {
        wanted.of(helm.line).compare(&found.of(helm.line));
    }
}

/// A Deployment with rights in the whole cluster.
#[tokio::test]
async fn h27_2_external_dns_with_cluster_roles() {
    let chart = Chart {
        folder: "external-dns.kubernetes-sigs",
        values: json!({"policy": "upsert-only"}),
        changes: json!({"policy": "sync", "interval": "2m", "sources": ["service"]}),
        groups: &[],
        tests: Tests::Run,
    };
    released_as_helm_does("external-dns", chart).await;
}

/// Definitions in `crds/`, many roles, a Job before upgrades.
#[tokio::test]
async fn h27_2_spark_operator_with_definitions_and_hooks() {
    let chart = Chart {
        folder: "spark-operator",
        values: json!({"webhook": {"enable": false}}),
        changes: json!({"hook": {"upgradeCrd": true}, "controller": {"replicas": 2, "podDisruptionBudget": {"enable": true}}}),
        groups: &["sparkoperator.k8s.io"],
        tests: Tests::None,
    };
    released_as_helm_does("spark", chart).await;
}

/// Hooks around install and upgrade that are accounts, roles and Jobs.
#[tokio::test]
async fn h27_2_vertical_pod_autoscaler_with_hooks_of_many_kinds() {
    let chart = Chart {
        folder: "vertical-pod-autoscaler",
        values: json!({"updater": {"enabled": false}}),
        changes: json!({"updater": {"enabled": true}, "recommender": {"replicas": 1}}),
        groups: &["autoscaling.k8s.io"],
        tests: Tests::None,
    };
    released_as_helm_does("vpa", chart).await;
}

/// A `DaemonSet`, definitions, and hooks after the deletion.
#[tokio::test]
async fn h27_2_node_feature_discovery_with_hooks_after_deletion() {
    let chart = Chart {
        folder: "node-feature-discovery",
        values: json!({}),
        changes: json!({"worker": {"config": {"core": {"sleepInterval": "30s"}}}, "topologyUpdater": {"enable": true}}),
        groups: &["nfd.k8s-sigs.io"],
        tests: Tests::None,
    };
    released_as_helm_does("nfd", chart).await;
}

/// Objects of kinds that the chart defines itself, hooks on rollback and before deletion.
#[tokio::test]
async fn h27_2_velero_with_objects_of_its_own_kinds() {
    let location = json!([{"name": "default", "provider": "aws", "bucket": "backups"}]);
    let chart = Chart {
        folder: "velero",
        values: json!({"configuration": {"backupStorageLocation": location}, "snapshotsEnabled": false,
            "initContainers": [], "credentials": {"useSecret": false}}),
        changes: json!({"configuration": {"logLevel": "debug"}, "deployNodeAgent": true}),
        groups: &["velero.io"],
        tests: Tests::None,
    };
    released_as_helm_does("velero", chart).await;
}

/// `StatefulSets`, a Secret with a password, a library of templates as subchart.
#[tokio::test]
async fn h27_2_valkey_with_stateful_sets() {
    let chart = Chart {
        folder: "valkey",
        values: json!({"auth": {"password": "one"}, "primary": {"persistence": {"enabled": false}},
            "replica": {"replicaCount": 1, "persistence": {"enabled": false}}}),
        changes: json!({"replica": {"replicaCount": 2}, "commonConfiguration": "appendonly no"}),
        groups: &[],
        tests: Tests::None,
    };
    released_as_helm_does("valkey", chart).await;
}

/// Subcharts, one of them with a definition, and Secrets that are hooks.
#[tokio::test]
async fn h27_2_hydra_with_subcharts() {
    let config = json!({"dsn": "memory", "urls": {"self": {"issuer": "https://issuer.example.com"}},
        "secrets": {"system": ["0123456789abcdef"], "cookie": ["0123456789abcdef"]}});
    let chart = Chart {
        folder: "hydra",
        values: json!({"hydra": {"config": config, "dev": true}}),
        changes: json!({"replicaCount": 2, "maester": {"enabled": false}}),
        groups: &["hydra.ory.sh"],
        tests: Tests::Run,
    };
    released_as_helm_does("hydra", chart).await;
}

/// Definitions among the templates, which come and go with the release.
#[tokio::test]
async fn h27_2_argo_events_with_definitions_as_templates() {
    let chart = Chart {
        folder: "argo-events",
        values: json!({"crds": {"keep": false}}),
        changes: json!({"webhook": {"enabled": true}, "controller": {"replicas": 2}}),
        groups: &["argoproj.io"],
        tests: Tests::None,
    };
    released_as_helm_does("events", chart).await;
}

/// A `StatefulSet`, a `List`, and objects that are kept.
#[tokio::test]
async fn h27_2_alertmanager_with_a_stateful_set() {
    let chart = Chart {
        folder: "alertmanager",
        values: json!({"persistence": {"enabled": false}}),
        changes: json!({"replicaCount": 2, "config": {"global": {"resolve_timeout": "1m"}},
            "ingress": {"enabled": true}, "podDisruptionBudget": {"maxUnavailable": 1}}),
        groups: &[],
        tests: Tests::None,
    };
    released_as_helm_does("alerts", chart).await;
}

/// A Job after install and upgrade, a claim that is kept.
#[tokio::test]
async fn h27_2_minio_with_a_job_after_the_install() {
    let chart = Chart {
        folder: "minio.minio",
        values: json!({"rootUser": "user", "rootPassword": "password", "mode": "standalone",
            "persistence": {"enabled": false}, "resources": {"requests": {"memory": "1Mi"}},
            "buckets": [{"name": "first"}]}),
        changes: json!({"buckets": [{"name": "first"}, {"name": "second"}], "users": [],
            "networkPolicy": {"enabled": true}}),
        groups: &[],
        tests: Tests::None,
    };
    released_as_helm_does("minio", chart).await;
}
