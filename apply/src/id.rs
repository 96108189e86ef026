//! Names of kinds and of objects, and the ids under which an inventory keeps them (compat K15.1, K15.2).

use health::GroupKind;
use std::fmt;
use std::str::FromStr;

/// A kind with its group and version.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Gvk {
    pub group: String,
    pub version: String,
    pub kind: String,
}

impl Gvk {
    /// From the `apiVersion` (`v1`, `apps/v1`) and `kind` of an object.
    pub fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
        }
    }

    /// `version` in the core group, else `group/version`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    pub fn group_kind(&self) -> GroupKind {
        GroupKind::new(&self.group, &self.kind)
    }
}

/// What an object is, whatever its version: the unit of inventories and of health waits.
///
/// As text it is the inventory id `<namespace>_<name>_<group>_<kind>` (K15.1): the namespace is empty for a
/// cluster-scoped object, the group for the core group. In names of RBAC objects `:` is written `__` (K15.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId {
    pub namespace: String,
    pub name: String,
    pub kind: GroupKind,
}

/// The kinds whose names may hold a colon.
const RBAC_KINDS: [&str; 4] = ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"];

impl ObjectId {
    pub fn new(
        namespace: impl Into<String>,
        name: impl Into<String>,
        group: impl Into<String>,
        kind: impl Into<String>,
    ) -> Self {
        Self {
            namespace: namespace.into(),
            name: name.into(),
            kind: GroupKind::new(group, kind),
        }
    }

    /// `Kind/namespace/name`, or `Kind/name` for a cluster-scoped object: the form of messages and events.
    pub fn subject(&self) -> String {
        if self.namespace.is_empty() {
            format!("{}/{}", self.kind.kind, self.name)
        } else {
            format!("{}/{}/{}", self.kind.kind, self.namespace, self.name)
        }
    }

    fn is_rbac(&self) -> bool {
        self.kind.group == "rbac.authorization.k8s.io"
            && RBAC_KINDS.contains(&self.kind.kind.as_str())
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            namespace,
            name,
            kind,
        } = self;
        let name = if self.is_rbac() {
            name.replace(':', "__")
        } else {
            name.clone()
        };
        write!(f, "{namespace}_{name}_{}_{}", kind.group, kind.kind)
    }
}

/// An inventory entry that no rule can read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unable to parse stored object metadata: {0}")]
pub struct ParseIdError(pub String);

impl FromStr for ObjectId {
    type Err = ParseIdError;

    /// The first `_` ends the namespace, the last starts the kind, the one before it the group (K15.2).
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let parts = || {
            let (namespace, rest) = text.split_once('_')?;
            let (rest, kind) = rest.rsplit_once('_')?;
            let (name, group) = rest.rsplit_once('_')?;
            Some(Self::new(namespace, name.replace("__", ":"), group, kind))
        };
        parts().ok_or_else(|| ParseIdError(text.to_owned()))
    }
}

/// One object of one version: what a request names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectRef {
    pub gvk: Gvk,
    /// Empty for a cluster-scoped object.
    pub namespace: String,
    pub name: String,
}

impl ObjectRef {
    pub fn id(&self) -> ObjectId {
        ObjectId {
            namespace: self.namespace.clone(),
            name: self.name.clone(),
            kind: self.gvk.group_kind(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn k15_1_ids_have_the_form_of_the_sheet() {
        let service = ObjectId::new("default", "podinfo", "", "Service");
        assert_eq!(service.to_string(), "default_podinfo__Service");
        assert_eq!(service.subject(), "Service/default/podinfo");
        let namespace = ObjectId::new("", "apps", "", "Namespace");
        assert_eq!(namespace.to_string(), "_apps__Namespace");
        assert_eq!(namespace.subject(), "Namespace/apps");
        let deployment = ObjectId::new("a", "b", "apps", "Deployment");
        assert_eq!(deployment.to_string(), "a_b_apps_Deployment");
    }

    #[test]
    fn k15_2_colons_of_rbac_names_become_two_underscores_and_come_back() {
        let group = "rbac.authorization.k8s.io";
        let role = ObjectId::new("", "system:controller:x", group, "ClusterRole");
        assert_eq!(
            role.to_string(),
            "_system__controller__x_rbac.authorization.k8s.io_ClusterRole"
        );
        assert_eq!(role.to_string().parse(), Ok(role));
        // Only the four kinds of the group are rewritten.
        let other = ObjectId::new("", "a:b", group, "Other");
        assert_eq!(other.to_string(), "_a:b_rbac.authorization.k8s.io_Other");
    }

    #[test]
    fn k15_2_an_id_with_too_few_parts_is_refused_with_its_text() {
        for bad in ["", "a", "a_b", "a_b_c"] {
            let error = bad.parse::<ObjectId>().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("unable to parse stored object metadata: {bad}")
            );
        }
    }

    proptest! {
        #[test]
        fn k15_1_every_id_reads_back(
            namespace in "[a-z0-9-]{0,12}",
            name in "[a-z0-9]([a-z0-9.:-]{0,20}[a-z0-9])?",
            group in "([a-z0-9]+(\\.[a-z0-9]+){0,3})?",
            kind in "[A-Z][A-Za-z]{0,15}",
            rbac in 0..8usize,
        ) {
            let id = match RBAC_KINDS.get(rbac) {
                Some(kind) => ObjectId::new(namespace, name, "rbac.authorization.k8s.io", *kind),
                None => ObjectId::new(namespace, name, group, kind),
            };
            prop_assert_eq!(id.to_string().parse::<ObjectId>(), Ok(id));
        }

        #[test]
        fn k15_2_no_text_makes_the_parser_panic(text in ".{0,40}") {
            if let Ok(id) = text.parse::<ObjectId>() {
                prop_assert!(!id.namespace.contains('_'));
            }
        }
    }
}
