//! The order in which kinds are applied, and with which they are pruned in reverse (compat K14.3).

use crate::id::ObjectId;
use std::cmp::Ordering;

/// Kinds that others refer to, in order. The group is not asked.
const FIRST: [&str; 23] = [
    "CustomResourceDefinition",
    "Namespace",
    "ClusterRole",
    "ClusterClass",
    "RuntimeClass",
    "PriorityClass",
    "StorageClass",
    "VolumeSnapshotClass",
    "IngressClass",
    "GatewayClass",
    "ClusterRoleBinding",
    "ResourceQuota",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ConfigMap",
    "Secret",
    "Service",
    "LimitRange",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// Kinds that can refuse the others once they are there.
const LAST: [&str; 2] = [
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// Compares two objects by kind order, then group and kind, then namespace and name.
pub fn compare(a: &ObjectId, b: &ObjectId) -> Ordering {
    let key = |id: &ObjectId| rank(&id.kind.kind);
    key(a)
        .cmp(&key(b))
        .then_with(|| a.kind.cmp(&b.kind))
        .then_with(|| a.namespace.cmp(&b.namespace))
        .then_with(|| a.name.cmp(&b.name))
}

/// Position of a kind: all that is in neither list shares one place between them.
pub(crate) fn rank(kind: &str) -> usize {
    let position = |list: &[&str]| list.iter().position(|known| *known == kind);
    match (position(&FIRST), position(&LAST)) {
        (Some(first), _) => first,
        (None, Some(last)) => FIRST.len() + 1 + last,
        (None, None) => FIRST.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k14_3_kinds_stand_in_the_order_of_the_sheet() {
        let mut ids = [
            ObjectId::new(
                "",
                "v",
                "admissionregistration.k8s.io",
                "ValidatingWebhookConfiguration",
            ),
            ObjectId::new(
                "",
                "m",
                "admissionregistration.k8s.io",
                "MutatingWebhookConfiguration",
            ),
            ObjectId::new("b", "x", "example.com", "Widget"),
            ObjectId::new("a", "x", "example.com", "Widget"),
            ObjectId::new("a", "x", "batch", "Job"),
            ObjectId::new("a", "x", "", "Pod"),
            ObjectId::new("a", "x", "apps", "Deployment"),
            ObjectId::new("a", "y", "", "Service"),
            ObjectId::new("a", "x", "", "Service"),
            ObjectId::new("", "x", "rbac.authorization.k8s.io", "ClusterRole"),
            ObjectId::new("", "x", "", "Namespace"),
            ObjectId::new("", "x", "apiextensions.k8s.io", "CustomResourceDefinition"),
        ];
        ids.sort_by(compare);
        let subjects: Vec<_> = ids.iter().map(ObjectId::subject).collect();
        assert_eq!(
            subjects,
            [
                "CustomResourceDefinition/x",
                "Namespace/x",
                "ClusterRole/x",
                "Service/a/x",
                "Service/a/y",
                "Deployment/a/x",
                "Pod/a/x",
                "Job/a/x",
                "Widget/a/x",
                "Widget/b/x",
                "MutatingWebhookConfiguration/m",
                "ValidatingWebhookConfiguration/v",
            ]
        );
    }

    #[test]
    fn k14_3_same_kind_of_two_groups_is_ordered_by_group() {
        let a = ObjectId::new("z", "z", "a.com", "Service");
        let b = ObjectId::new("a", "a", "b.com", "Service");
        assert_eq!(compare(&a, &b), Ordering::Less);
    }
}
