//! How an apply behaves: owner, opt-outs, cleanup, stages (compat K8.1, K8.2, K8.5, K14.8).

use crate::object::Object;
use health::{GroupKind, Readers};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::time::Duration;

/// Who applies: the field manager of the requests and the group of the owner labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Such as `kustomize-controller`.
    pub field_manager: String,
    /// Such as `kustomize.toolkit.fluxcd.io`.
    pub group: String,
}

impl Owner {
    /// The two owner labels of the unit `name` in `namespace` (K8.1), as key and value.
    pub fn labels(&self, name: &str, namespace: &str) -> [(String, String); 2] {
        [
            (format!("{}/name", self.group), name.to_owned()),
            (format!("{}/namespace", self.group), namespace.to_owned()),
        ]
    }

    /// Sets the owner labels on an object (K8.1).
    pub fn mark(&self, object: &mut Object, name: &str, namespace: &str) {
        for (key, value) in self.labels(name, namespace) {
            object.set_label(&key, &value);
        }
    }
}

/// A user's opt-out: a label or an annotation with a value that is compared without regard to case (K8.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub key: String,
    pub value: String,
}

impl Mark {
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
        }
    }

    fn is_on(&self, object: &Object) -> bool {
        let matches = |text: Option<&str>| {
            text.is_some_and(|text| !text.is_empty() && text.eq_ignore_ascii_case(&self.value))
        };
        matches(object.label(&self.key)) || matches(object.annotation(&self.key))
    }
}

/// Whether any of the marks is on the object.
pub(crate) fn any_mark(marks: &[Mark], object: &Object) -> bool {
    marks.iter().any(|mark| mark.is_on(object))
}

/// What the API server records of how a field came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Apply,
    Update,
}

impl Operation {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Apply => "Apply",
            Self::Update => "Update",
        }
    }
}

/// A field manager whose entries are taken over: all managers whose name starts with `prefix` (K14.8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldManager {
    pub prefix: String,
    pub operation: Operation,
}

impl FieldManager {
    pub fn new(prefix: impl Into<String>, operation: Operation) -> Self {
        Self {
            prefix: prefix.into(),
            operation,
        }
    }
}

/// What is removed from live objects before they are applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleanup {
    pub annotations: Vec<String>,
    pub labels: Vec<String>,
    pub managers: Vec<FieldManager>,
    /// Objects with one of these marks are left as they are (`ssa: Merge`).
    pub unless: Vec<Mark>,
}

/// How objects that cannot be changed in place are treated (K14.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Force {
    /// Only objects with a mark of [`ApplyOptions::force_marks`] are made anew.
    #[default]
    Marked,
    /// All are (`spec.force`).
    All,
}

/// Whether managed fields are moved to the applied version before the dry-run (K14.13).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ApiVersions {
    #[default]
    Keep,
    Migrate,
}

/// How [`crate::apply_all`] behaves.
#[derive(Clone, Debug)]
pub struct ApplyOptions {
    pub field_manager: String,
    pub force: Force,
    pub force_marks: Vec<Mark>,
    /// Neither applied nor deleted, whether the desired or the live object carries it.
    pub skip_marks: Vec<Mark>,
    /// Applied only where nothing is there; read on the desired object.
    pub if_not_present_marks: Vec<Mark>,
    pub cleanup: Cleanup,
    /// The kinds of the third stage (`--custom-apply-stage-kinds`).
    pub custom_stage_kinds: BTreeSet<GroupKind>,
    pub api_versions: ApiVersions,
    /// `spec.ignore` (K14.12), compiled.
    pub ignore: crate::IgnoreRules,
    /// How many objects are read, dry-run or applied at a time (`--concurrent-ssa`).
    pub concurrency: usize,
    /// How long a stage may take to become healthy.
    pub stage_timeout: Duration,
    /// How often to look where the cluster cannot be watched.
    pub poll_interval: Duration,
    /// Who tells whether a stage is healthy.
    pub readers: Readers,
    /// When an apply began that was cut off before it could tell what it had changed: what the field manager has applied since
    /// counts as changed, although it is as it should be.
    pub untold_since: Option<Timestamp>,
}

impl ApplyOptions {
    /// Stage waits as in K14.2, no opt-outs, no cleanup.
    pub fn new(field_manager: impl Into<String>) -> Self {
        Self {
            field_manager: field_manager.into(),
            force: Force::default(),
            force_marks: Vec::new(),
            skip_marks: Vec::new(),
            if_not_present_marks: Vec::new(),
            cleanup: Cleanup::default(),
            custom_stage_kinds: BTreeSet::new(),
            api_versions: ApiVersions::default(),
            ignore: crate::IgnoreRules::default(),
            concurrency: 4,
            stage_timeout: Duration::from_mins(1),
            poll_interval: Duration::from_secs(2),
            readers: Readers::default(),
            untold_since: None,
        }
    }

    /// The options of a Kustomization: opt-outs under the owner's group (K8.2), legacy metadata (K8.5), and
    /// managers that are taken over (K14.8), `overridden` (`--override-manager`) among them.
    pub fn for_owner(owner: &Owner, overridden: &[String]) -> Self {
        let mark = |key: &str, value: &str| Mark::new(format!("{}/{key}", owner.group), value);
        let kubectl = "kubectl";
        let mut managers = vec![
            FieldManager::new(kubectl, Operation::Apply),
            FieldManager::new(kubectl, Operation::Update),
            FieldManager::new("before-first-apply", Operation::Update),
            FieldManager::new(&owner.field_manager, Operation::Update),
        ];
        for manager in overridden {
            managers.push(FieldManager::new(manager, Operation::Apply));
            managers.push(FieldManager::new(manager, Operation::Update));
        }
        Self {
            force_marks: vec![mark("force", "enabled")],
            skip_marks: vec![mark("reconcile", "disabled"), mark("ssa", "Ignore")],
            if_not_present_marks: vec![mark("ssa", "IfNotPresent")],
            cleanup: Cleanup {
                annotations: vec![
                    "kubectl.kubernetes.io/last-applied-configuration".to_owned(),
                    format!("{}/checksum", owner.group),
                    "fluxcd.io/sync-checksum".to_owned(),
                ],
                labels: vec!["fluxcd.io/sync-gc-mark".to_owned()],
                managers,
                unless: vec![mark("ssa", "Merge")],
            },
            ..Self::new(&owner.field_manager)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(labels: &serde_json::Value, annotations: &serde_json::Value) -> Object {
        Object::from_response(json!({"metadata": {"labels": labels, "annotations": annotations}}))
    }

    #[test]
    fn k8_2_a_mark_counts_as_label_or_annotation_in_any_case() {
        let mark = [Mark::new("x.io/reconcile", "disabled")];
        assert!(any_mark(
            &mark,
            &object(&json!({"x.io/reconcile": "Disabled"}), &json!(null))
        ));
        assert!(any_mark(
            &mark,
            &object(&json!(null), &json!({"x.io/reconcile": "DISABLED"}))
        ));
        assert!(!any_mark(
            &mark,
            &object(&json!({"x.io/reconcile": "enabled"}), &json!({}))
        ));
        assert!(!any_mark(
            &mark,
            &object(&json!({"x.io/reconcile": true}), &json!({}))
        ));
        assert!(!any_mark(
            &[Mark::new("a", "")],
            &object(&json!({"a": ""}), &json!({}))
        ));
    }

    #[test]
    fn k8_1_owner_labels_name_the_unit() {
        let owner = Owner {
            field_manager: "m".into(),
            group: "g.io".into(),
        };
        let mut marked = object(&json!(null), &json!(null));
        owner.mark(&mut marked, "apps", "team");
        assert_eq!(marked.label("g.io/name"), Some("apps"));
        assert_eq!(marked.label("g.io/namespace"), Some("team"));
    }
}
