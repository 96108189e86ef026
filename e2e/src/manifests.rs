//! The small YAML files that the stories are made of.

use std::fmt::Write;

/// A ConfigMap without a namespace (`targetNamespace` sets it) with one entry.
pub fn config_map(name: &str, key: &str, value: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  {key}: \"{value}\"\n"
    )
}

/// A Deployment: with no replicas it becomes ready without any node, with some it never does here.
pub fn deployment(name: &str, replicas: u32) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  replicas: {replicas}\n  \
         selector:\n    matchLabels:\n      app: {name}\n  template:\n    metadata:\n      labels:\n        \
         app: {name}\n    spec:\n      containers:\n        - name: main\n          image: example/{name}:1.0.0\n"
    )
}

/// A `kustomization.yaml` with these resources.
pub fn kustomization(resources: &[&str]) -> String {
    let mut text =
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n".to_owned();
    for resource in resources {
        let _ = writeln!(text, "  - {resource}");
    }
    text
}
