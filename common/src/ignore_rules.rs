//! Ignore rules of a spec as the planner has them (kustomize-controller.md K14.12, helm-controller.md H18.3).

use apply::{IgnoreRule, Selector};

/// The rules, in their order.
pub fn of(rules: &[crds::kustomize::IgnoreRule]) -> Vec<IgnoreRule> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let rule = |rule: &crds::kustomize::IgnoreRule| IgnoreRule {
        paths: rule.paths.clone(),
        target: rule.target.as_ref().map(|target| Selector {
            group: text(&target.group),
            version: text(&target.version),
            kind: text(&target.kind),
            namespace: text(&target.namespace),
            name: text(&target.name),
            label_selector: text(&target.label_selector),
            annotation_selector: text(&target.annotation_selector),
        }),
    };
    rules.iter().map(rule).collect()
}
