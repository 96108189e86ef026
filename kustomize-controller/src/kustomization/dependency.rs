//! Whether a dependency is ready (section 18): what all appliers ask, and that it has applied the revision of a shared source.

use common::dependency::{self, Expressions, Met};
use common::object::{Object as _, ObjectKey};
use crds::kustomize::Kustomization;
use crds::meta::DependencyReference;

/// Why a Kustomization must wait, or cannot go on at all.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum Unmet {
    /// Not there, or not readable.
    #[error("dependency '{key}' not found: {cause}")]
    NotFound { key: ObjectKey, cause: String },
    #[error(transparent)]
    Common(#[from] dependency::Unmet),
    /// It has not applied the revision that is about to be applied here.
    #[error("dependency '{0}' revision is not up to date")]
    Revision(ObjectKey),
}

/// Checks one dependency, `dependency`, of `object`, which is about to apply `revision`.
pub(super) fn check(
    object: &Kustomization,
    reference: &DependencyReference,
    dependency: &Kustomization,
    revision: &str,
    expressions: Expressions,
) -> Result<(), Unmet> {
    let met = dependency::check(object, reference, dependency, expressions)?;
    if met == Met::Ready
        && same_source(object, dependency)
        && dependency.status.last_applied_revision.as_deref() != Some(revision)
    {
        return Err(Unmet::Revision(dependency.key()));
    }
    Ok(())
}

fn same_source(a: &Kustomization, b: &Kustomization) -> bool {
    let source = |object: &Kustomization| {
        let reference = &object.spec.source_ref;
        let namespace = reference.namespace_or(&object.key().namespace).to_owned();
        (reference.kind.clone(), reference.name.clone(), namespace)
    };
    source(a) == source(b)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

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
        let invalid = |unmet| matches!(unmet, Unmet::Common(dependency::Unmet::Invalid { .. }));
        assert!(invalid(of("dep.status.ready")));
        assert!(invalid(of("status.ready == true")));
        let eval = of("dep.status.nothing == 1");
        assert!(matches!(eval, Unmet::Common(dependency::Unmet::Eval(_))));
        assert!(
            of("dep.status.x")
                .to_string()
                .starts_with("failed to evaluate dependency base: CEL expression output type")
        );
    }

    #[test]
    fn k18_1_dependencies_may_be_in_other_namespaces() {
        let mut reference = reference(None);
        assert_eq!(dependency::key(&reference, "ns").to_string(), "ns/base");
        reference.namespace = Some("other".to_owned());
        assert_eq!(dependency::key(&reference, "ns").to_string(), "other/base");
    }
}
