//! The stages of an apply: what others need first (compat K14.2).

use crate::object::Object;
use crate::order;
use health::GroupKind;
use std::collections::BTreeSet;

/// One stage. The order of the variants is the order of the stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// `CustomResourceDefinition`, `Namespace`, `ClusterRole`: applied, then waited for.
    Definitions,
    /// Kinds whose name ends in `Class`: applied, then waited for.
    Classes,
    /// The kinds of `--custom-apply-stage-kinds`: applied.
    Custom,
    /// All others.
    Rest,
}

impl Stage {
    /// The stage of one object.
    pub fn of(object: &Object, custom: &BTreeSet<GroupKind>) -> Self {
        let kind = object.kind();
        let definition = object.is_custom_resource_definition()
            || (kind.eq_ignore_ascii_case("namespace") && object.api_version() == "v1")
            || (kind.eq_ignore_ascii_case("clusterrole")
                && object.group() == "rbac.authorization.k8s.io");
        if definition {
            Self::Definitions
        } else if kind.ends_with("Class") {
            Self::Classes
        } else if custom.contains(&GroupKind::new(object.group(), kind)) {
            Self::Custom
        } else {
            Self::Rest
        }
    }

    /// Whether the next stage starts only once this one is healthy.
    pub fn is_waited_for(self) -> bool {
        matches!(self, Self::Definitions | Self::Classes)
    }
}

/// Sorts objects into stages, and each stage by K14.3. Empty stages are left out.
pub fn split(objects: Vec<Object>, custom: &BTreeSet<GroupKind>) -> Vec<(Stage, Vec<Object>)> {
    let mut stages: Vec<(Stage, Vec<Object>)> = [
        Stage::Definitions,
        Stage::Classes,
        Stage::Custom,
        Stage::Rest,
    ]
    .map(|stage| (stage, Vec::new()))
    .into();
    for object in objects {
        let stage = Stage::of(&object, custom);
        stages[stage as usize].1.push(object);
    }
    stages.retain(|(_, objects)| !objects.is_empty());
    for (_, objects) in &mut stages {
        objects.sort_by_cached_key(|object| SortKey(object.id()));
    }
    stages
}

/// An id that sorts by K14.3.
#[derive(PartialEq, Eq)]
struct SortKey(crate::id::ObjectId);

impl Ord for SortKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        order::compare(&self.0, &other.0)
    }
}

impl PartialOrd for SortKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Reads the flag `--custom-apply-stage-kinds`: `group/Kind` or `Kind`, separated by commas.
pub fn parse_kinds(flag: &str) -> BTreeSet<GroupKind> {
    flag.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| item.split_once('/').unwrap_or(("", item)))
        .map(|(group, kind)| GroupKind::new(group, kind))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(api_version: &str, kind: &str, name: &str) -> Object {
        Object::new(json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}}))
            .unwrap()
    }

    #[test]
    fn k14_2_objects_fall_into_four_stages_in_order() {
        let custom = parse_kinds("example.com/Tenant, Widget");
        let stages = split(
            vec![
                object("v1", "ConfigMap", "b"),
                object("v1", "ConfigMap", "a"),
                object("example.com/v1", "Tenant", "t"),
                object("storage.k8s.io/v1", "StorageClass", "s"),
                object("v1", "Namespace", "n"),
                object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "c"),
            ],
            &custom,
        );
        let names: Vec<(Stage, Vec<&str>)> = stages
            .iter()
            .map(|(stage, objects)| (*stage, objects.iter().map(Object::name).collect()))
            .collect();
        assert_eq!(
            names,
            [
                (Stage::Definitions, vec!["c", "n"]),
                (Stage::Classes, vec!["s"]),
                (Stage::Custom, vec!["t"]),
                (Stage::Rest, vec!["a", "b"]),
            ]
        );
    }

    #[test]
    fn k14_2_a_namespace_of_another_group_is_no_definition() {
        let custom = BTreeSet::new();
        assert_eq!(
            Stage::of(&object("example.com/v1", "Namespace", "n"), &custom),
            Stage::Rest
        );
        assert_eq!(
            Stage::of(&object("v1", "Namespace", "n"), &custom),
            Stage::Definitions
        );
        assert_eq!(
            Stage::of(&object("example.com/v1", "MyClass", "n"), &custom),
            Stage::Classes
        );
    }

    #[test]
    fn k21_the_flag_takes_kinds_with_and_without_group() {
        let kinds = parse_kinds(" a.com/X,Y,");
        assert!(kinds.contains(&GroupKind::new("a.com", "X")));
        assert!(kinds.contains(&GroupKind::new("", "Y")));
        assert_eq!(kinds.len(), 2);
    }
}
