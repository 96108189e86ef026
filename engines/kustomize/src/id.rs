//! What objects are called: group, version, kind, name, namespace (`kyaml/resid`).

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::LazyLock;

use yaml::Str;

/// Group, version and kind. Empty parts of a selector match everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Gvk {
    pub(crate) group: Str,
    pub(crate) version: Str,
    pub(crate) kind: Str,
}

impl Gvk {
    pub(crate) fn new(
        group: impl Into<Str>,
        version: impl Into<Str>,
        kind: impl Into<Str>,
    ) -> Self {
        Self {
            group: group.into(),
            version: version.into(),
            kind: kind.into(),
        }
    }

    /// From `apiVersion` and kind.
    pub(crate) fn from_api_version(api_version: &str, kind: impl Into<Str>) -> Self {
        let (group, version) = split_api_version(api_version);
        Self::new(group, version, kind)
    }

    /// [`Gvk::from_api_version`], sharing the text where it can.
    pub(crate) fn of(api_version: &Str, kind: Str) -> Self {
        if api_version.contains('/') {
            Self::from_api_version(api_version, kind)
        } else {
            Self::new("", api_version, kind)
        }
    }

    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// Whether every part of `selector` that is set equals ours.
    pub(crate) fn is_selected(&self, selector: &Self) -> bool {
        let matches = |wanted: &Str, ours: &Str| wanted.is_empty() || wanted == ours;
        matches(&selector.group, &self.group)
            && matches(&selector.version, &self.version)
            && matches(&selector.kind, &self.kind)
    }

    /// The rank of the kind, then the text that kinds of one rank are sorted by.
    pub(crate) fn sort_key(&self) -> (i32, String) {
        (kind_rank(&self.kind), self.sort_text())
    }

    /// Group, version and kind as sorted by name.
    fn sort_text(&self) -> String {
        self.sort_parts().concat()
    }

    fn sort_parts(&self) -> [&str; 5] {
        let group = or(&self.group, "~G");
        let version = or(&self.version, "~V");
        [group, "_", version, "_", or(&self.kind, "~K")]
    }

    /// The order of kinds of one rank.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        compare_joined(&self.sort_parts(), &other.sort_parts())
    }
}

fn or<'a>(text: &'a str, default: &'a str) -> &'a str {
    if text.is_empty() { default } else { text }
}

/// Compares what the parts are when they are put together.
fn compare_joined(a: &[&str], b: &[&str]) -> Ordering {
    let bytes = |parts: &[&str]| -> Vec<u8> { parts.concat().into_bytes() };
    // What both start with decides nothing.
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    match (&a[same..], &b[same..]) {
        ([a], [b]) => a.cmp(b),
        (a, b) => bytes(a).cmp(&bytes(b)),
    }
}

/// Group and version of an `apiVersion`.
pub(crate) fn split_api_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

/// Kinds that come first in the legacy order, in this order.
pub(crate) const ORDER_FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// Kinds that come last in the legacy order.
pub(crate) const ORDER_LAST: [&str; 2] = [
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// The place of a kind in the legacy order; 0 for kinds that it does not name.
pub(crate) fn kind_rank(kind: &str) -> i32 {
    rank(kind, &ORDER_FIRST, &ORDER_LAST)
}

/// The place of a kind between those that come first and those that come last.
pub(crate) fn rank<S: AsRef<str>>(kind: &str, first: &[S], last: &[S]) -> i32 {
    let position = |list: &[S]| {
        list.iter()
            .rposition(|name| name.as_ref() == kind)
            .and_then(|at| i32::try_from(at).ok())
    };
    if let Some(at) = position(last) {
        return at + 1;
    }
    let len = i32::try_from(first.len()).unwrap_or(i32::MAX);
    position(first).map_or(0, |at| at - len)
}

impl fmt::Display for Gvk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or = |part: &'_ Str, default: &'static str| -> String {
            if part.is_empty() {
                default.into()
            } else {
                part.to_string()
            }
        };
        write!(
            f,
            "{}.{}.{}",
            or(&self.kind, "[noKind]"),
            or(&self.version, "[noVer]"),
            or(&self.group, "[noGrp]")
        )
    }
}

/// The namespace that objects outside of namespaces count as being in.
pub(crate) const NO_NAMESPACE: &str = "_non_namespaceable_";
/// The namespace of objects that name none.
pub(crate) const DEFAULT_NAMESPACE: &str = "default";

static NO_NAMESPACE_TEXT: LazyLock<Str> = LazyLock::new(|| NO_NAMESPACE.into());
static DEFAULT_NAMESPACE_TEXT: LazyLock<Str> = LazyLock::new(|| DEFAULT_NAMESPACE.into());

/// [`NO_NAMESPACE`], to keep.
pub(crate) fn no_namespace() -> Str {
    NO_NAMESPACE_TEXT.clone()
}

/// [`DEFAULT_NAMESPACE`], to keep.
pub(crate) fn default_namespace() -> Str {
    DEFAULT_NAMESPACE_TEXT.clone()
}

/// The identity of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ResId {
    pub(crate) gvk: Gvk,
    pub(crate) name: Str,
    pub(crate) namespace: Str,
    /// Surely outside of namespaces; false when nobody looked.
    pub(crate) cluster_scoped: bool,
}

/// What two ids agree on when they mean the same object, to look it up by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IdKey {
    gvk: Gvk,
    name: Str,
    namespace: Str,
}

/// Groups and versions seldom tell objects apart.
impl Hash for IdKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.namespace.hash(state);
        self.gvk.kind.hash(state);
    }
}

impl ResId {
    /// The namespace with its default.
    pub(crate) fn effective_namespace(&self) -> &str {
        if self.cluster_scoped {
            NO_NAMESPACE
        } else if self.namespace.is_empty() {
            DEFAULT_NAMESPACE
        } else {
            &self.namespace
        }
    }

    /// [`ResId::effective_namespace`], to keep.
    pub(crate) fn effective_namespace_text(&self) -> Str {
        if self.cluster_scoped {
            no_namespace()
        } else if self.namespace.is_empty() {
            default_namespace()
        } else {
            self.namespace.clone()
        }
    }

    /// The order of objects of one kind.
    pub(crate) fn compare_in_kind(&self, other: &Self) -> Ordering {
        compare_joined(
            &[or(&self.namespace, "~X"), "|", or(&self.name, "~N")],
            &[or(&other.namespace, "~X"), "|", or(&other.name, "~N")],
        )
    }

    pub(crate) fn is_same_namespace(&self, other: &Self) -> bool {
        self.effective_namespace() == other.effective_namespace()
    }

    /// The key under which equal ids are found.
    pub(crate) fn key(&self) -> IdKey {
        IdKey {
            gvk: self.gvk.clone(),
            name: self.name.clone(),
            namespace: self.effective_namespace_text(),
        }
    }

    /// Whether the parts of `selector` that are set equal ours.
    pub(crate) fn is_selected_by(&self, selector: &Self) -> bool {
        (selector.name.is_empty() || selector.name == self.name)
            && (selector.namespace.is_empty() || selector.is_same_namespace(self))
            && self.gvk.is_selected(&selector.gvk)
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for ResId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() {
            "[noName]"
        } else {
            &self.name
        };
        let namespace = if self.namespace.is_empty() {
            "[noNs]"
        } else {
            &self.namespace
        };
        write!(f, "{}/{name}.{namespace}", self.gvk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_print_with_placeholders() {
        let id = ResId {
            gvk: Gvk::from_api_version("apps/v1", "Deployment"),
            name: "a".into(),
            ..ResId::default()
        };
        assert_eq!(id.to_string(), "Deployment.v1.apps/a.[noNs]");
        assert_eq!(
            ResId::default().to_string(),
            "[noKind].[noVer].[noGrp]/[noName].[noNs]"
        );
    }

    #[test]
    fn ids_compare_as_their_texts_do() {
        let words = ["", "a", "a-b", "a|b", "b", "~", "z_y"];
        let id = |namespace: &str, name: &str| ResId {
            name: name.into(),
            namespace: namespace.into(),
            ..ResId::default()
        };
        let text = |id: &ResId| format!("{}|{}", or(&id.namespace, "~X"), or(&id.name, "~N"));
        let ids: Vec<ResId> = words
            .iter()
            .flat_map(|namespace| words.iter().map(|name| id(namespace, name)))
            .collect();
        for a in &ids {
            for b in &ids {
                assert_eq!(a.compare_in_kind(b), text(a).cmp(&text(b)), "{a} {b}");
                let (a, b) = (
                    Gvk::new(&a.name, &a.namespace, "K"),
                    Gvk::new(&b.name, &b.namespace, "K"),
                );
                assert_eq!(a.compare(&b), a.sort_text().cmp(&b.sort_text()), "{a} {b}");
            }
        }
    }

    #[test]
    fn ranks_put_namespaces_first_and_webhooks_last() {
        assert!(kind_rank("Namespace") < kind_rank("ResourceQuota"));
        assert!(kind_rank("PodDisruptionBudget") < kind_rank("Pod"));
        assert!(kind_rank("Pod") < kind_rank("MutatingWebhookConfiguration"));
    }
}
