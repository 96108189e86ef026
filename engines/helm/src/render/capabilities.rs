//! `.Capabilities`: what the cluster, and the renderer itself, can do.

mod object;

use std::fmt;

pub(super) use object::object;

/// A version of Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeVersion {
    /// As it was given, with a `v` before it.
    pub version: String,
    /// Its numbers alone, with a `v` before them: what constraints are compared with.
    pub normalized: String,
    /// The first number.
    pub major: String,
    /// The second number.
    pub minor: String,
}

/// The text is no version of Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid kube version '{text}': {problem}")]
pub struct KubeVersionError {
    /// What was given.
    pub text: String,
    /// What is wrong with it.
    pub problem: String,
}

impl KubeVersion {
    /// Reads `[v]MAJOR.MINOR[.MORE]` with anything behind it, such as `v1.33.4-gke.1245000`.
    pub fn parse(text: &str) -> Result<Self, KubeVersionError> {
        let failed = |problem| KubeVersionError {
            text: text.to_owned(),
            problem,
        };
        let quoted = format!("{text:?}");
        let rest = text.trim_start();
        let rest = rest.strip_prefix('v').unwrap_or(rest);
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let mut numbers = &rest[..end];
        // Only whole `.number` parts belong to the version.
        while numbers.ends_with('.') {
            numbers = &numbers[..numbers.len() - 1];
        }
        if let Some(at) = numbers.find("..") {
            numbers = &numbers[..at];
        }
        if numbers.is_empty() || numbers.starts_with('.') {
            return Err(failed(format!("could not parse {quoted} as version")));
        }
        let parts: Vec<&str> = numbers.split('.').collect();
        let [major, minor, ..] = parts[..] else {
            return Err(failed(format!("illegal version string {quoted}")));
        };
        if major.starts_with('0') && major != "0" {
            return Err(failed(format!(
                "illegal zero-prefixed version component {major:?} in {quoted}"
            )));
        }
        let mut values = Vec::with_capacity(parts.len());
        for part in &parts {
            let Ok(value) = part.parse::<u64>() else {
                return Err(failed(format!(
                    "illegal non-numeric version component {part:?} in {quoted}: \
                     strconv.ParseUint: parsing {part:?}: value out of range"
                )));
            };
            values.push(value.to_string());
        }
        let minor = minor
            .parse::<u64>()
            .map_or_else(|_| minor.to_owned(), |it| it.to_string());
        Ok(Self {
            version: if text.starts_with('v') {
                text.to_owned()
            } else {
                format!("v{text}")
            },
            normalized: format!("v{}", values.join(".")),
            major: major.to_owned(),
            minor,
        })
    }
}

impl KubeVersion {
    fn with_exported_alone(&self) -> Self {
        Self {
            normalized: String::new(),
            ..self.clone()
        }
    }

    /// What its `String` method gives.
    fn shown(&self) -> &String {
        if self.normalized.is_empty() {
            &self.version
        } else {
            &self.normalized
        }
    }
}

impl fmt::Display for KubeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown())
    }
}

/// What templates may know of the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The version of Kubernetes.
    pub kube_version: KubeVersion,
    /// The groups and versions that are served, and `group/version/Kind` of kinds.
    pub api_versions: Vec<String>,
}

impl Default for Capabilities {
    /// What Helm 4.3 takes for granted without a cluster: Kubernetes 1.37 with the groups its client knows.
    fn default() -> Self {
        let version = "v1.37.0".to_owned();
        Self {
            kube_version: KubeVersion {
                normalized: version.clone(),
                version,
                major: "1".to_owned(),
                minor: "37".to_owned(),
            },
            api_versions: KNOWN_VERSIONS.iter().map(|it| (*it).to_owned()).collect(),
        }
    }
}

/// The groups and versions that a client for Kubernetes 1.37 knows, in its order.
const KNOWN_VERSIONS: [&str; 57] = [
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "lifecycle.k8s.io/v1alpha1",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_keep_their_text_and_compare_by_their_numbers() {
        let version = KubeVersion::parse("1.29.3-gke.100").unwrap();
        assert_eq!(version.version, "v1.29.3-gke.100");
        assert_eq!(version.to_string(), "v1.29.3");
        assert_eq!(
            (version.major.as_str(), version.minor.as_str()),
            ("1", "29")
        );
        assert_eq!(KubeVersion::parse("v1.30").unwrap().to_string(), "v1.30");
        for (text, problem) in [
            (
                "1",
                "invalid kube version '1': illegal version string \"1\"",
            ),
            (
                "x",
                "invalid kube version 'x': could not parse \"x\" as version",
            ),
            (
                "01.2",
                "invalid kube version '01.2': illegal zero-prefixed version component \"01\" in \"01.2\"",
            ),
        ] {
            assert_eq!(KubeVersion::parse(text).unwrap_err().to_string(), problem);
        }
    }
}
