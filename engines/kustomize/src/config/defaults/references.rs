//! The fields that name other objects.

use super::{CRON, POD, TEMPLATE, of, spec};
use crate::config::{FieldSpec, NameReference};
use crate::id::Gvk;

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

/// Every field that names an object, by the kind of the object.
pub(super) fn name_references() -> Vec<NameReference> {
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
