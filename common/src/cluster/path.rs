//! Paths of the Kubernetes API.

use apply::cluster::{Mapping, Scope};

/// The path of a resource, in a namespace or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path(String);

impl Path {
    /// The collection of a kind. A namespace is left out for a cluster-scoped kind. Without one, a namespaced kind
    /// gives the collection over all namespaces.
    pub fn of(mapping: &Mapping, namespace: &str) -> Self {
        let mut path = group_version(&mapping.gvk.group, &mapping.gvk.version);
        if mapping.scope == Scope::Namespaced && !namespace.is_empty() {
            path.push_str("/namespaces/");
            path.push_str(&encode(namespace));
        }
        path.push('/');
        path.push_str(&mapping.plural);
        Self(path)
    }

    /// One object of the collection.
    pub fn object(&self, name: &str) -> Self {
        Self(format!("{}/{}", self.0, encode(name)))
    }

    /// The path with parameters. Those without a value are left out.
    pub fn with(&self, parameters: &[(&str, &str)]) -> String {
        let mut uri = self.0.clone();
        let mut separator = '?';
        for (key, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
            uri.push(separator);
            uri.push_str(key);
            uri.push('=');
            uri.push_str(&encode(value));
            separator = '&';
        }
        uri
    }
}

/// The path of a group and version.
pub(super) fn group_version(group: &str, version: &str) -> String {
    if group.is_empty() {
        format!("/api/{}", encode(version))
    } else {
        format!("/apis/{}/{}", encode(group), encode(version))
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986 and the colon of RBAC names.
pub(super) fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut encoded, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                // Writing to a string cannot fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
            encoded
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use apply::Gvk;

    fn mapping(api_version: &str, plural: &str, scope: Scope) -> Mapping {
        Mapping {
            gvk: Gvk::new(api_version, "Any"),
            plural: plural.to_owned(),
            scope,
        }
    }

    #[track_caller]
    fn check(path: &Path, want: &str) {
        assert_eq!(path.with(&[]), want);
    }

    #[test]
    fn paths_follow_group_and_scope() {
        let deployments = mapping("apps/v1", "deployments", Scope::Namespaced);
        check(
            &Path::of(&deployments, "a"),
            "/apis/apps/v1/namespaces/a/deployments",
        );
        check(&Path::of(&deployments, ""), "/apis/apps/v1/deployments");
        let namespaces = mapping("v1", "namespaces", Scope::Cluster);
        check(
            &Path::of(&namespaces, "ignored").object("x"),
            "/api/v1/namespaces/x",
        );
    }

    #[test]
    fn names_cannot_leave_their_place_in_the_path() {
        let roles = mapping(
            "rbac.authorization.k8s.io/v1",
            "clusterroles",
            Scope::Cluster,
        );
        let path = Path::of(&roles, "").object("system:a/../b?c=d#e%");
        check(
            &path,
            "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:a%2F..%2Fb%3Fc%3Dd%23e%25",
        );
    }

    #[test]
    fn parameters_without_a_value_are_left_out() {
        let pods = Path::of(&mapping("v1", "pods", Scope::Namespaced), "a");
        let uri = pods.with(&[("labelSelector", "a=b,c"), ("continue", ""), ("limit", "5")]);
        assert_eq!(
            uri,
            "/api/v1/namespaces/a/pods?labelSelector=a%3Db%2Cc&limit=5"
        );
    }
}
