//! Whether a dependency is ready (section 18).

use common::conditions::{self, READY};
use common::object::{Object as _, ObjectKey};
use crds::kustomize::Kustomization;
use crds::meta::DependencyReference;
use expr::Program;
use serde_json::{Map, Value, json};

/// What `readyExpr` may name.
const VARIABLES: [&str; 2] = ["self", "dep"];

/// Whether an expression replaces the built-in checks or joins them (gate `AdditiveCELDependencyCheck`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expressions {
    Replace,
    Join,
}

/// Why a Kustomization must wait, or cannot go on at all.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum Unmet {
    /// Not there, or not readable.
    #[error("dependency '{key}' not found: {cause}")]
    NotFound { key: ObjectKey, cause: String },
    #[error("dependency '{0}' is not ready")]
    NotReady(ObjectKey),
    #[error("dependency '{0}' is not ready according to readyExpr eval")]
    Expression(ObjectKey),
    /// It has not applied the revision that is about to be applied here.
    #[error("dependency '{0}' revision is not up to date")]
    Revision(ObjectKey),
    /// The expression gave no answer on these objects.
    #[error("{0}")]
    Eval(#[from] expr::EvalError),
    /// The expression itself is wrong: waiting does not help.
    #[error("failed to evaluate dependency {name}: {source}")]
    Invalid {
        name: String,
        source: expr::CompileError,
    },
}

/// The key of a dependency of an object in `namespace`. Namespaces may differ, whatever the flags say (K18.1).
pub(super) fn key(reference: &DependencyReference, namespace: &str) -> ObjectKey {
    let given = reference
        .namespace
        .as_deref()
        .filter(|namespace| !namespace.is_empty());
    ObjectKey::new(given.unwrap_or(namespace), &reference.name)
}

/// Checks one dependency, `dependency`, of `object`, which is about to apply `revision`.
pub(super) fn check(
    object: &Kustomization,
    reference: &DependencyReference,
    dependency: &Kustomization,
    revision: &str,
    expressions: Expressions,
) -> Result<(), Unmet> {
    let key = dependency.key();
    if let Some(source) = reference
        .ready_expr
        .as_deref()
        .filter(|source| !source.is_empty())
    {
        if !evaluate(source, object, dependency)? {
            return Err(Unmet::Expression(key));
        }
        if expressions == Expressions::Replace {
            return Ok(());
        }
    }
    if !is_ready(dependency) {
        return Err(Unmet::NotReady(key));
    }
    if same_source(object, dependency)
        && dependency.status.last_applied_revision.as_deref() != Some(revision)
    {
        return Err(Unmet::Revision(key));
    }
    Ok(())
}

/// Ready for the spec that it has now (K18.2).
pub(super) fn is_ready(dependency: &Kustomization) -> bool {
    dependency.generation() == dependency.observed_generation()
        && conditions::is_true(dependency.conditions(), READY)
}

fn same_source(a: &Kustomization, b: &Kustomization) -> bool {
    let source = |object: &Kustomization| {
        let reference = &object.spec.source_ref;
        let namespace = reference.namespace_or(&object.key().namespace).to_owned();
        (reference.kind.clone(), reference.name.clone(), namespace)
    };
    source(a) == source(b)
}

fn evaluate(
    source: &str,
    object: &Kustomization,
    dependency: &Kustomization,
) -> Result<bool, Unmet> {
    let program = Program::compile(source, &VARIABLES).map_err(|source| Unmet::Invalid {
        name: dependency.key().name.to_string(),
        source,
    })?;
    let variables = VARIABLES.iter().zip([object, dependency]);
    let variables: Map<String, Value> = variables
        .map(|(name, object)| ((*name).to_owned(), json!(object)))
        .collect();
    Ok(program.eval(&variables)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kustomization(name: &str, status: Value) -> Kustomization {
        let object = json!({
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
            "metadata": {"name": name, "namespace": "ns", "generation": 2},
            "spec": {"interval": "1m", "prune": true, "sourceRef": {"kind": "GitRepository", "name": "repo"}},
            "status": status,
        });
        serde_json::from_value(object).unwrap()
    }

    fn ready(revision: &str) -> Value {
        json!({
            "observedGeneration": 2, "lastAppliedRevision": revision,
            "conditions": [{
                "type": "Ready", "status": "True", "reason": "R", "message": "",
                "lastTransitionTime": "2026-01-01T00:00:00Z",
            }],
        })
    }

    fn reference(expression: Option<&str>) -> DependencyReference {
        DependencyReference {
            name: "base".to_owned(),
            namespace: None,
            ready_expr: expression.map(str::to_owned),
        }
    }

    fn text(status: Value, expression: Option<&str>, expressions: Expressions) -> String {
        let (app, base) = (
            kustomization("app", json!({})),
            kustomization("base", status),
        );
        match check(
            &app,
            &reference(expression),
            &base,
            "main@sha1:b",
            expressions,
        ) {
            Ok(()) => "ready".to_owned(),
            Err(unmet) => unmet.to_string(),
        }
    }

    #[test]
    fn k18_2_built_in_checks() {
        let of = |status| text(status, None, Expressions::Replace);
        assert_eq!(of(ready("main@sha1:b")), "ready");
        assert_eq!(of(json!({})), "dependency 'ns/base' is not ready");
        assert_eq!(
            of(json!({"observedGeneration": 2})),
            "dependency 'ns/base' is not ready"
        );
        let mut old = ready("main@sha1:b");
        old["observedGeneration"] = json!(1);
        assert_eq!(of(old), "dependency 'ns/base' is not ready");
        let mut failed = ready("main@sha1:b");
        failed["conditions"][0]["status"] = json!("False");
        assert_eq!(of(failed), "dependency 'ns/base' is not ready");
        assert_eq!(
            of(ready("main@sha1:a")),
            "dependency 'ns/base' revision is not up to date"
        );
    }

    #[test]
    fn k23_18_the_revision_counts_only_with_a_shared_source() {
        let app = kustomization("app", json!({}));
        let mut base = kustomization("base", ready("main@sha1:a"));
        base.spec.source_ref.name = "other".to_owned();
        assert_eq!(
            check(
                &app,
                &reference(None),
                &base,
                "main@sha1:b",
                Expressions::Replace
            ),
            Ok(())
        );
        base.spec.source_ref.name = "repo".to_owned();
        base.spec.source_ref.namespace = Some("elsewhere".to_owned());
        assert_eq!(
            check(
                &app,
                &reference(None),
                &base,
                "main@sha1:b",
                Expressions::Replace
            ),
            Ok(())
        );
        base.spec.source_ref.namespace = Some("ns".to_owned());
        assert!(
            check(
                &app,
                &reference(None),
                &base,
                "main@sha1:b",
                Expressions::Replace
            )
            .is_err()
        );
    }

    #[test]
    fn k18_4_an_expression_replaces_the_checks_or_joins_them() {
        let passes = Some("dep.metadata.name == 'base' && self.metadata.name == 'app'");
        assert_eq!(text(json!({}), passes, Expressions::Replace), "ready");
        assert_eq!(
            text(json!({}), passes, Expressions::Join),
            "dependency 'ns/base' is not ready"
        );
        assert_eq!(
            text(
                ready("main@sha1:b"),
                Some("dep.metadata.name == 'x'"),
                Expressions::Replace
            ),
            "dependency 'ns/base' is not ready according to readyExpr eval"
        );
    }

    #[test]
    fn k18_4_what_cannot_compile_is_told_apart_from_what_fails_now() {
        let (app, base) = (
            kustomization("app", json!({})),
            kustomization("base", json!({})),
        );
        let of = |source| {
            check(
                &app,
                &reference(Some(source)),
                &base,
                "r",
                Expressions::Replace,
            )
            .unwrap_err()
        };
        assert!(matches!(of("dep.status.ready"), Unmet::Invalid { .. }));
        assert!(matches!(of("status.ready == true"), Unmet::Invalid { .. }));
        assert!(matches!(of("dep.status.nothing == 1"), Unmet::Eval(_)));
        assert!(
            of("dep.status.x")
                .to_string()
                .starts_with("failed to evaluate dependency base: CEL expression output type")
        );
    }

    #[test]
    fn k18_1_dependencies_may_be_in_other_namespaces() {
        let mut reference = reference(None);
        assert_eq!(key(&reference, "ns").to_string(), "ns/base");
        reference.namespace = Some("other".to_owned());
        assert_eq!(key(&reference, "ns").to_string(), "other/base");
    }
}
