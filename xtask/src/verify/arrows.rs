//! Which crate may depend on which, as ARCHITECTURE.md draws it.

use anyhow::{Context, Result};

use super::graph::{Crate, Graph};
use crate::program;
use crate::workspace::Workspace;

/// What a crate is for, by its folder. The order is that of the drawing, the top first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Tests, demos and tools: a leaf that nothing shipped depends on.
    Tooling,
    /// A program that runs in a cluster.
    Controller,
    /// The command line.
    Cli,
    /// What every controller needs.
    Common,
    /// The types of the custom resources.
    Crds,
    /// The planner over JSON values.
    Apply,
    /// The readiness rules over JSON values.
    Health,
    /// A pure library.
    Engine,
    /// A library that fetches over the network, and is otherwise pure.
    Fetcher,
}

/// Engines that fetch.
const FETCHERS: &[&str] = &[
    "engines/git",
    "engines/oci",
    "engines/bucket",
    "engines/helm-repo",
    "engines/transport",
];

/// Everything that the types of the custom resources may name.
const CRDS_MAY_USE: &[&str] = &[
    "jiff",
    "k8s-openapi",
    "kube-core",
    "kube-derive",
    "schemars",
    "serde",
    "serde_json",
    "thiserror",
];

/// Packages that speak over a network or run the tasks that do.
const NETWORK: &[&str] = &["hyper", "reqwest", "tokio", "tower", "axum"];

impl Role {
    fn of(folder: &str) -> Option<Self> {
        Some(match folder {
            "testing" | "e2e" | "demo" | "benches" | "fuzz" | "xtask" => Self::Tooling,
            "source-watcher" => Self::Controller,
            "cli" => Self::Cli,
            "common" => Self::Common,
            "crds" => Self::Crds,
            "apply" => Self::Apply,
            "health" => Self::Health,
            folder if FETCHERS.contains(&folder) => Self::Fetcher,
            folder if folder.starts_with("engines/") => Self::Engine,
            folder if folder.ends_with("-controller") => Self::Controller,
            _ => return None,
        })
    }

    /// Whether a crate of this role may name a workspace crate of the other.
    fn may_use(self, other: Self) -> bool {
        use Role::{Apply, Cli, Common, Controller, Crds, Engine, Fetcher, Health, Tooling};
        match self {
            Tooling => true,
            Controller | Cli => !matches!(other, Controller | Cli | Tooling),
            Common => matches!(other, Crds | Apply | Health | Engine | Fetcher),
            Crds => false,
            Apply => matches!(other, Health | Engine),
            Health | Engine => matches!(other, Engine),
            Fetcher => matches!(other, Engine | Fetcher),
        }
    }

    /// Whether a Kubernetes package may end up in a crate of this role.
    fn may_reach_kubernetes(self) -> bool {
        !matches!(
            self,
            Self::Apply | Self::Health | Self::Engine | Self::Fetcher
        )
    }
}

/// Names every arrow that the drawing does not have.
pub fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let output = program::output(workspace, "cargo", &["metadata", "--format-version", "1"])?;
    let metadata = serde_json::from_str(&output).context("read cargo metadata")?;
    Ok(problems(&Graph::from_metadata(
        &metadata,
        workspace.root(),
    )?))
}

fn problems(graph: &Graph) -> Vec<String> {
    let mut problems = Vec::new();
    for one in &graph.crates {
        let Some(role) = Role::of(&one.folder) else {
            problems.push(format!(
                "{} has no role, give it one in xtask/src/verify/arrows.rs",
                one.folder
            ));
            continue;
        };
        problems.extend(forbidden_crates(one, role));
        problems.extend(forbidden_packages(one, role));
        if one.name.ends_with("utils") || one.name.ends_with("helpers") {
            problems.push(format!(
                "{}: a crate is named by what it holds, not {}",
                one.folder, one.name
            ));
        }
    }
    problems
}

fn forbidden_crates(one: &Crate, role: Role) -> impl Iterator<Item = String> {
    one.internal.iter().filter_map(move |folder| {
        let other = Role::of(folder)?;
        (!role.may_use(other)).then(|| {
            format!(
                "{} must not depend on {folder} ({role:?} on {other:?})",
                one.folder
            )
        })
    })
}

fn forbidden_packages(one: &Crate, role: Role) -> Vec<String> {
    let folder = &one.folder;
    let mut problems = Vec::new();
    for package in &one.reaches {
        let kubernetes =
            package == "kube" || package.starts_with("kube-") || package.starts_with("k8s-");
        if kubernetes && !role.may_reach_kubernetes() {
            problems.push(format!(
                "{folder} must know no Kubernetes crate, but {package} ends up in it"
            ));
        }
    }
    for package in &one.external {
        if role == Role::Engine && NETWORK.contains(&package.as_str()) {
            problems.push(format!(
                "{folder} must know no network, but depends on {package}"
            ));
        }
        if role == Role::Crds && !CRDS_MAY_USE.contains(&package.as_str()) {
            problems.push(format!(
                "{folder} holds types and nothing else, but depends on {package}"
            ));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// A crate in `folder` that names these crates and packages.
    fn krate(folder: &str, internal: &[&str], external: &[&str]) -> Crate {
        Crate {
            name: folder.replace('/', "-"),
            folder: folder.to_owned(),
            internal: set(internal),
            external: set(external),
            reaches: set(external),
        }
    }

    fn check(crates: Vec<Crate>) -> Vec<String> {
        problems(&Graph { crates })
    }

    #[test]
    fn the_drawing_itself_is_allowed() {
        let problems = check(vec![
            krate(
                "source-controller",
                &["common", "crds", "engines/git"],
                &["tokio"],
            ),
            krate(
                "kustomize-controller",
                &["common", "apply", "engines/kustomize"],
                &["kube"],
            ),
            krate("cli", &["common", "apply", "engines/kustomize"], &[]),
            krate("common", &["crds", "apply", "engines/artifact"], &["kube"]),
            krate("crds", &[], &["serde", "schemars", "kube-core"]),
            krate("apply", &["health"], &["tokio"]),
            krate("health", &["engines/expr"], &[]),
            krate("engines/git", &["engines/artifact"], &["reqwest"]),
            krate("engines/kustomize", &["engines/yaml"], &["regex"]),
            krate("testing", &[], &["kube"]),
            krate("e2e", &["testing", "crds"], &["kube"]),
        ]);
        assert_eq!(problems, Vec::<String>::new());
    }

    #[test]
    fn every_forbidden_arrow_is_named() {
        let cases: &[(&str, &str)] = &[
            ("source-controller", "kustomize-controller"),
            ("source-controller", "testing"),
            ("common", "source-controller"),
            ("common", "testing"),
            ("crds", "engines/yaml"),
            ("apply", "common"),
            ("apply", "crds"),
            ("health", "apply"),
            ("engines/yaml", "common"),
            ("engines/yaml", "engines/git"),
            ("engines/git", "crds"),
        ];
        for (from, to) in cases {
            let problems = check(vec![krate(from, &[to], &[])]);
            assert_eq!(problems.len(), 1, "{from} on {to}: {problems:?}");
            assert!(problems[0].starts_with(&format!("{from} must not depend on {to}")));
        }
    }

    #[test]
    fn a_kubernetes_package_is_found_however_it_gets_into_an_engine() {
        let mut engine = krate("engines/expr", &[], &["harmless"]);
        engine.reaches.insert("kube-core".to_owned());
        assert_eq!(
            check(vec![engine]),
            ["engines/expr must know no Kubernetes crate, but kube-core ends up in it"]
        );
        let problems = check(vec![krate("apply", &[], &["k8s-openapi"])]);
        assert_eq!(problems.len(), 1, "{problems:?}");
    }

    #[test]
    fn engines_know_no_network_and_types_no_client() {
        assert_eq!(
            check(vec![krate("engines/yaml", &[], &["reqwest"])]),
            ["engines/yaml must know no network, but depends on reqwest"]
        );
        assert_eq!(
            check(vec![krate("crds", &[], &["kube"])]),
            ["crds holds types and nothing else, but depends on kube"]
        );
    }

    #[test]
    fn a_crate_needs_a_role_and_a_name_that_says_something() {
        let problems = check(vec![krate("misc", &[], &[])]);
        assert!(problems[0].starts_with("misc has no role"), "{problems:?}");
        let mut vague = krate("engines/text", &[], &[]);
        vague.name = "sluice-utils".to_owned();
        let problems = check(vec![vague]);
        assert!(problems[0].contains("not sluice-utils"), "{problems:?}");
    }
}
