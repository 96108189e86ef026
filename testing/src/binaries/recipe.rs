//! What is built: the pinned modules of `e2e/control-plane`, compiled into this crate.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The Kubernetes release of the control plane.
pub const KUBERNETES_VERSION: &str = "v1.36.3";

/// The folder of kwok's life cycle files, beside the programs.
pub(super) const STAGES: &str = "kwok-stages";

/// Link flags of all programs: no symbol table, which halves them.
const STRIP: &str = "-s -w";

/// The API server reports its version from link flags; without them it says v0.0.0 and clients refuse it.
const KUBERNETES: &str = "-s -w \
    -X k8s.io/component-base/version.gitVersion=v1.36.3 \
    -X k8s.io/component-base/version.gitMajor=1 \
    -X k8s.io/component-base/version.gitMinor=36";

/// Modules that are built together and cached in one folder.
pub(super) struct Kit {
    /// Folder of the cache.
    pub(super) name: &'static str,
    /// What its version begins with.
    release: &'static str,
    pub(super) modules: &'static [Module],
}

/// A Go module and the programs that are built from it.
pub(super) struct Module {
    pub(super) name: &'static str,
    pub(super) go_mod: &'static str,
    pub(super) go_sum: &'static str,
    pub(super) ldflags: &'static str,
    /// File name and import path.
    pub(super) programs: &'static [(&'static str, &'static str)],
    /// Folders of another module whose YAML files are kept beside the programs, in [`STAGES`].
    pub(super) stages: Option<(&'static str, &'static [&'static str])>,
}

macro_rules! pinned {
    ($name:literal) => {
        (
            include_str!(concat!("../../../e2e/control-plane/", $name, "/go.mod")),
            include_str!(concat!("../../../e2e/control-plane/", $name, "/go.sum")),
        )
    };
}

const ETCD_FILES: (&str, &str) = pinned!("etcd");
const KUBERNETES_FILES: (&str, &str) = pinned!("kubernetes");
const KWOK_FILES: (&str, &str) = pinned!("kwok");
const REGISTRY_FILES: (&str, &str) = pinned!("registry");
const HELM_FILES: (&str, &str) = pinned!("helm");

/// What can be asked for.
pub(super) const KITS: [&Kit; 3] = [&CONTROL_PLANE, &REGISTRY, &HELM];

/// etcd, Kubernetes and kwok.
pub(super) const CONTROL_PLANE: Kit = Kit {
    name: "control-plane",
    release: KUBERNETES_VERSION,
    modules: MODULES,
};

/// An OCI registry, in a folder of its own: it has nothing to do with the release of Kubernetes.
pub(super) const REGISTRY: Kit = Kit {
    name: "registry",
    release: "v3.0.0",
    modules: &[Module {
        name: "registry",
        go_mod: REGISTRY_FILES.0,
        go_sum: REGISTRY_FILES.1,
        ldflags: STRIP,
        programs: &[(
            "registry",
            "github.com/distribution/distribution/v3/cmd/registry",
        )],
        stages: None,
    }],
};

/// Helm's own command line, for the tests that stand beside it.
pub(super) const HELM: Kit = Kit {
    name: "helm",
    release: "v4.3.1",
    modules: &[Module {
        name: "helm",
        go_mod: HELM_FILES.0,
        go_sum: HELM_FILES.1,
        ldflags: STRIP,
        programs: &[("helm", "helm.sh/helm/v4/cmd/helm")],
        stages: None,
    }],
};

/// Three modules, because their requirements exclude each other.
const MODULES: &[Module] = &[
    Module {
        name: "etcd",
        go_mod: ETCD_FILES.0,
        go_sum: ETCD_FILES.1,
        ldflags: STRIP,
        programs: &[("etcd", "go.etcd.io/etcd/server/v3")],
        stages: None,
    },
    Module {
        name: "kubernetes",
        go_mod: KUBERNETES_FILES.0,
        go_sum: KUBERNETES_FILES.1,
        ldflags: KUBERNETES,
        programs: &[
            ("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
            (
                "kube-controller-manager",
                "k8s.io/kubernetes/cmd/kube-controller-manager",
            ),
            ("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler"),
        ],
        stages: None,
    },
    Module {
        name: "kwok",
        go_mod: KWOK_FILES.0,
        go_sum: KWOK_FILES.1,
        ldflags: STRIP,
        programs: &[("kwok", "sigs.k8s.io/kwok/cmd/kwok")],
        stages: Some((
            "sigs.k8s.io/kwok",
            &["kustomize/stage/node/fast", "kustomize/stage/pod/fast"],
        )),
    },
];

impl Kit {
    /// The name of the cache folder: the release, and a digest of everything that goes into the build.
    pub(super) fn version(&self) -> String {
        let mut digest = Sha256::new();
        for module in self.modules {
            for part in [module.name, module.go_mod, module.go_sum, module.ldflags] {
                digest.update(part.len().to_le_bytes());
                digest.update(part);
            }
            for (name, package) in module.programs {
                digest.update(name);
                digest.update(package);
            }
        }
        let mut version = format!("{}-", self.release);
        for byte in &digest.finalize()[..4] {
            let _ = write!(version, "{byte:02x}");
        }
        version
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_is_a_pinned_tool_of_its_module() {
        for module in KITS.iter().flat_map(|kit| kit.modules) {
            for (_, package) in module.programs {
                assert!(
                    module.go_mod.contains(package),
                    "{package} is no tool of module {}",
                    module.name
                );
            }
            assert!(
                module.go_sum.lines().count() > 100,
                "go.sum of {} is incomplete",
                module.name
            );
        }
    }

    #[test]
    fn the_reported_version_is_the_pinned_version() {
        assert!(KUBERNETES.contains(&format!("gitVersion={KUBERNETES_VERSION}")));
        let kubernetes = &MODULES[1];
        assert!(
            kubernetes
                .go_mod
                .contains(&format!("k8s.io/kubernetes {KUBERNETES_VERSION}"))
        );
        let staging = KUBERNETES_VERSION.replacen("v1.", "v0.", 1);
        for line in kubernetes
            .go_mod
            .lines()
            .filter(|line| line.contains(" => "))
        {
            assert!(line.ends_with(&staging), "{line}");
        }
    }

    #[test]
    fn registry_and_helm_are_of_the_pinned_releases() {
        for (kit, module) in [
            (&REGISTRY, "github.com/distribution/distribution/v3"),
            (&HELM, "helm.sh/helm/v4"),
        ] {
            let line = format!("{module} {}", kit.release);
            assert!(kit.modules[0].go_mod.contains(&line), "{line}");
        }
    }

    #[test]
    fn the_cache_folder_is_named_after_release_and_content() {
        let version = CONTROL_PLANE.version();
        let (release, digest) = version.rsplit_once('-').unwrap();
        assert_eq!(release, KUBERNETES_VERSION);
        assert!(digest.len() == 8 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
