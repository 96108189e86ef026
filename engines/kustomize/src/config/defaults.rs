//! The fields that transformers work on when no configuration says otherwise.
//!
//! The facts are those of `api/internal/konfig/builtinpluginconsts` 0.21.3. Most are a field of a
//! pod template, so the tables give the kinds with the place of their template, and the fields
//! below it.

use super::{FieldSpec, NameReference, TransformerConfig};
use crate::id::Gvk;

/// Where kinds have their pod spec.
const POD: &str = "spec";
const TEMPLATE: &str = "spec/template/spec";
const CRON: &str = "spec/jobTemplate/spec/template/spec";

/// Kinds that run pods from a template, and hold references to ConfigMaps and Secrets.
const CONFIG_USERS: [(&str, &str, &str); 8] = [
    ("v1", "Pod", POD),
    ("", "PodTemplate", "template/spec"),
    ("", "Deployment", TEMPLATE),
    ("", "ReplicaSet", TEMPLATE),
    ("", "DaemonSet", TEMPLATE),
    ("", "StatefulSet", TEMPLATE),
    ("", "Job", TEMPLATE),
    ("", "CronJob", CRON),
];

/// Kinds that hold references to claims, accounts and priorities.
const POD_USERS: [(&str, &str); 7] = [
    ("Pod", POD),
    ("StatefulSet", TEMPLATE),
    ("Deployment", TEMPLATE),
    ("ReplicationController", TEMPLATE),
    ("CronJob", CRON),
    ("Job", TEMPLATE),
    ("DaemonSet", TEMPLATE),
];

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

fn reference(group: &str, version: &str, kind: &str, referrers: Vec<FieldSpec>) -> NameReference {
    NameReference {
        target: Gvk::new(group, version, kind),
        referrers,
    }
}

/// Fields below the pod specs of the kinds that use ConfigMaps and Secrets.
fn config_users(fields: &[&str]) -> Vec<FieldSpec> {
    CONFIG_USERS
        .iter()
        .flat_map(|(version, kind, pod)| {
            fields
                .iter()
                .map(move |field| spec("", version, kind, &format!("{pod}/{field}"), false))
        })
        .collect()
}

fn pod_users(field: &str) -> Vec<FieldSpec> {
    POD_USERS
        .iter()
        .map(|(kind, pod)| of(kind, &format!("{pod}/{field}")))
        .collect()
}

fn name_references() -> Vec<NameReference> {
    let mut references: Vec<_> = [
        "Deployment",
        "ReplicationController",
        "ReplicaSet",
        "StatefulSet",
    ]
    .map(|kind| {
        let scaler = of("HorizontalPodAutoscaler", "spec/scaleTargetRef/name");
        reference("", "", kind, vec![scaler])
    })
    .into();
    references.push(reference("", "v1", "ConfigMap", config_map_users()));
    references.push(reference("", "v1", "Secret", secret_users()));
    references.push(reference("", "v1", "Service", service_users()));
    references.extend(rbac_references());
    references.extend(storage_references());
    references.push(reference(
        "scheduling.k8s.io",
        "v1",
        "PriorityClass",
        pod_users("priorityClassName"),
    ));
    references.push(reference(
        "networking.k8s.io/v1",
        "v1",
        "IngressClass",
        vec![of("Ingress", "spec/ingressClassName")],
    ));
    references.push(reference(
        "admissionregistration.k8s.io",
        "",
        "ValidatingAdmissionPolicy",
        vec![spec(
            "admissionregistration.k8s.io",
            "",
            "ValidatingAdmissionPolicyBinding",
            "spec/policyName",
            false,
        )],
    ));
    references
}

fn config_map_users() -> Vec<FieldSpec> {
    let mut specs = config_users(&[
        "volumes/configMap/name",
        "containers/env/valueFrom/configMapKeyRef/name",
        "initContainers/env/valueFrom/configMapKeyRef/name",
        "containers/envFrom/configMapRef/name",
        "initContainers/envFrom/configMapRef/name",
        "volumes/projected/sources/configMap/name",
    ]);
    specs.extend([
        of("Node", "spec/configSource/configMap"),
        of("Role", "rules/resourceNames"),
        of("ClusterRole", "rules/resourceNames"),
        of(
            "Ingress",
            "metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap",
        ),
    ]);
    specs
}

fn secret_users() -> Vec<FieldSpec> {
    let mut specs = config_users(&[
        "volumes/secret/secretName",
        "containers/env/valueFrom/secretKeyRef/name",
        "initContainers/env/valueFrom/secretKeyRef/name",
        "containers/envFrom/secretRef/name",
        "initContainers/envFrom/secretRef/name",
        "imagePullSecrets/name",
        "volumes/projected/sources/secret/name",
    ]);
    for path in [
        "spec/tls/secretName",
        "metadata/annotations/ingress.kubernetes.io\\/auth-secret",
        "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret",
        "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret",
    ] {
        specs.push(of("Ingress", path));
    }
    for field in [
        "secretName",
        "adminSecretName",
        "userSecretName",
        "secretRef",
    ] {
        specs.push(of("StorageClass", &format!("parameters/{field}")));
    }
    specs.extend([
        of("ServiceAccount", "imagePullSecrets/name"),
        of("Role", "rules/resourceNames"),
        of("ClusterRole", "rules/resourceNames"),
        spec(
            "serving.knative.dev",
            "v1",
            "Service",
            "spec/template/spec/containers/env/valueFrom/secretKeyRef/name",
            false,
        ),
        of("PersistentVolume", "spec/azureFile/secretName"),
    ]);
    specs
}

fn service_users() -> Vec<FieldSpec> {
    let mut specs = vec![
        spec("apps", "", "StatefulSet", "spec/serviceName", false),
        spec(
            "apiregistration.k8s.io",
            "",
            "APIService",
            "spec/service/name",
            false,
        ),
    ];
    for path in [
        "spec/rules/http/paths/backend/serviceName",
        "spec/backend/serviceName",
        "spec/rules/http/paths/backend/service/name",
        "spec/defaultBackend/service/name",
    ] {
        specs.push(of("Ingress", path));
    }
    for kind in [
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
    ] {
        specs.push(spec(
            "admissionregistration.k8s.io",
            "",
            kind,
            "webhooks/clientConfig/service",
            false,
        ));
    }
    specs
}

fn rbac_references() -> [NameReference; 3] {
    let group = "rbac.authorization.k8s.io";
    let binding = |kind: &str, path: &str| spec(group, "", kind, path, false);
    let mut accounts = vec![
        binding("RoleBinding", "subjects"),
        binding("ClusterRoleBinding", "subjects"),
    ];
    accounts.extend(pod_users("serviceAccountName"));
    [
        reference(
            group,
            "",
            "Role",
            vec![binding("RoleBinding", "roleRef/name")],
        ),
        reference(
            group,
            "",
            "ClusterRole",
            vec![
                binding("RoleBinding", "roleRef/name"),
                binding("ClusterRoleBinding", "roleRef/name"),
            ],
        ),
        reference("", "v1", "ServiceAccount", accounts),
    ]
}

fn storage_references() -> [NameReference; 3] {
    [
        reference(
            "",
            "v1",
            "PersistentVolumeClaim",
            pod_users("volumes/persistentVolumeClaim/claimName"),
        ),
        reference(
            "",
            "v1",
            "PersistentVolume",
            vec![
                of("PersistentVolumeClaim", "spec/volumeName"),
                of("ClusterRole", "rules/resourceNames"),
            ],
        ),
        reference(
            "storage.k8s.io",
            "v1",
            "StorageClass",
            vec![
                of("PersistentVolume", "spec/storageClassName"),
                of("PersistentVolumeClaim", "spec/storageClassName"),
                of(
                    "StatefulSet",
                    "spec/volumeClaimTemplates/spec/storageClassName",
                ),
            ],
        ),
    ]
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
