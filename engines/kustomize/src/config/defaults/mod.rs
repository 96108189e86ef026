//! The fields that transformers work on when no configuration says otherwise.
//!
//! The facts are those of `api/internal/konfig/builtinpluginconsts` 0.21.3. Most are a field of a
//! pod template, so the tables give the kinds with the place of their template, and the fields
//! below it.

mod references;

use super::{FieldSpec, TransformerConfig};
use crate::id::Gvk;
use references::name_references;

/// Where kinds have their pod spec.
const POD: &str = "spec";
const TEMPLATE: &str = "spec/template/spec";
const CRON: &str = "spec/jobTemplate/spec/template/spec";

/// Kinds whose container fields may hold vars.
const VAR_USERS: [(&str, &str); 7] = [
    ("CronJob", CRON),
    ("DaemonSet", TEMPLATE),
    ("Deployment", TEMPLATE),
    ("Job", TEMPLATE),
    ("Pod", POD),
    ("ReplicaSet", TEMPLATE),
    ("StatefulSet", TEMPLATE),
];

fn spec(group: &str, version: &str, kind: &str, path: &str, create: bool) -> FieldSpec {
    FieldSpec::new(Gvk::new(group, version, kind), path, create)
}

fn any(path: &str, create: bool) -> FieldSpec {
    spec("", "", "", path, create)
}

fn of(kind: &str, path: &str) -> FieldSpec {
    spec("", "", kind, path, false)
}

/// The defaults, unsorted.
pub(super) fn config() -> TransformerConfig {
    let mut common_labels = selector_labels();
    common_labels.extend(metadata_labels());
    common_labels.push(claim_labels());
    TransformerConfig {
        name_prefix: vec![any("metadata/name", false)],
        name_suffix: vec![any("metadata/name", false)],
        namespace: vec![
            spec("", "", "Namespace", "metadata/name", true),
            spec(
                "apiregistration.k8s.io",
                "",
                "APIService",
                "spec/service/namespace",
                true,
            ),
            spec(
                "apiextensions.k8s.io",
                "",
                "CustomResourceDefinition",
                "spec/conversion/webhook/clientConfig/service/namespace",
                false,
            ),
        ],
        common_labels,
        labels: Vec::new(),
        template_labels: metadata_labels(),
        volume_claim_template_labels: vec![claim_labels()],
        common_annotations: annotations(),
        name_reference: name_references(),
        var_reference: var_references(),
        images: [
            "spec/containers[]/image",
            "spec/initContainers[]/image",
            "spec/volumes[]/image/reference",
            "spec/template/spec/containers[]/image",
            "spec/template/spec/initContainers[]/image",
            "spec/template/spec/volumes[]/image/reference",
            "spec/jobTemplate/spec/template/spec/volumes[]/image/reference",
        ]
        .map(|path| any(path, true))
        .into(),
        replicas: [
            "Deployment",
            "ReplicationController",
            "ReplicaSet",
            "StatefulSet",
        ]
        .map(|kind| spec("", "", kind, "spec/replicas", true))
        .into(),
    }
}

/// Templates with metadata, for labels and annotations.
fn templates(field: &str, stateful_set_group: &str) -> Vec<FieldSpec> {
    let template = format!("spec/template/metadata/{field}");
    let job = format!("spec/jobTemplate/metadata/{field}");
    let cron = format!("spec/jobTemplate/spec/template/metadata/{field}");
    vec![
        any(&format!("metadata/{field}"), true),
        spec("", "v1", "ReplicationController", &template, true),
        spec("", "", "Deployment", &template, true),
        spec("", "", "ReplicaSet", &template, true),
        spec("", "", "DaemonSet", &template, true),
        spec(stateful_set_group, "", "StatefulSet", &template, true),
        spec("batch", "", "Job", &template, true),
        spec("batch", "", "CronJob", &job, true),
        spec("batch", "", "CronJob", &cron, true),
    ]
}

fn metadata_labels() -> Vec<FieldSpec> {
    templates("labels", "apps")
}

fn annotations() -> Vec<FieldSpec> {
    templates("annotations", "")
}

fn claim_labels() -> FieldSpec {
    spec(
        "apps",
        "",
        "StatefulSet",
        "spec/volumeClaimTemplates[]/metadata/labels",
        true,
    )
}

fn selector_labels() -> Vec<FieldSpec> {
    let selector = "spec/selector/matchLabels";
    let mut specs = vec![
        spec("", "v1", "Service", "spec/selector", true),
        spec("", "v1", "ReplicationController", "spec/selector", true),
        spec("", "", "Deployment", selector, true),
        spec("", "", "ReplicaSet", selector, true),
        spec("", "", "DaemonSet", selector, true),
        spec("apps", "", "StatefulSet", selector, true),
        spec("batch", "", "Job", selector, false),
        spec(
            "batch",
            "",
            "CronJob",
            "spec/jobTemplate/spec/selector/matchLabels",
            false,
        ),
        spec("policy", "", "PodDisruptionBudget", selector, false),
    ];
    for path in [
        "spec/podSelector/matchLabels",
        "spec/ingress/from/podSelector/matchLabels",
        "spec/egress/to/podSelector/matchLabels",
    ] {
        specs.push(spec("networking.k8s.io", "", "NetworkPolicy", path, false));
    }
    for kind in ["Deployment", "StatefulSet"] {
        for affinity in ["podAffinity", "podAntiAffinity"] {
            for term in [
                "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm",
                "requiredDuringSchedulingIgnoredDuringExecution",
            ] {
                let path =
                    format!("{TEMPLATE}/affinity/{affinity}/{term}/labelSelector/matchLabels");
                specs.push(spec("apps", "", kind, &path, false));
            }
        }
        let path = format!("{TEMPLATE}/topologySpreadConstraints/labelSelector/matchLabels");
        specs.push(spec("apps", "", kind, &path, false));
    }
    specs
}

fn var_references() -> Vec<FieldSpec> {
    let mut specs = Vec::new();
    for (kind, pod) in VAR_USERS {
        for containers in ["containers", "initContainers"] {
            for field in ["args", "command", "env/value", "volumeMounts/mountPath"] {
                specs.push(of(kind, &format!("{pod}/{containers}/{field}")));
            }
        }
    }
    for kind in ["DaemonSet", "Deployment", "Job", "ReplicaSet"] {
        specs.push(of(kind, &format!("{TEMPLATE}/volumes/nfs/server")));
    }
    for (kind, path) in [
        // Without the pod's `spec`, as upstream has it.
        (
            "CronJob",
            "spec/jobTemplate/spec/template/volumes/nfs/server",
        ),
        ("Pod", "spec/volumes/nfs/server"),
        ("Deployment", "spec/template/metadata/annotations"),
        ("Ingress", "spec/rules/host"),
        ("Ingress", "spec/tls/hosts"),
        ("Ingress", "spec/tls/secretName"),
        ("Service", "spec/ports/port"),
        ("Service", "spec/ports/targetPort"),
        ("StatefulSet", "spec/volumeClaimTemplates/spec/nfs/server"),
        ("PersistentVolume", "spec/nfs/server"),
    ] {
        specs.push(of(kind, path));
    }
    specs.push(any("metadata/labels", false));
    specs.push(any("metadata/annotations", false));
    specs
}
