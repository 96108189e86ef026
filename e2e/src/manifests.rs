//! The small YAML files that the stories are made of.

use std::fmt::Write;

use serde_json::Value;

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

/// The image of the first container of a Deployment.
pub fn image_of(deployment: &Value) -> &str {
    let containers = &deployment["spec"]["template"]["spec"]["containers"];
    containers[0]["image"].as_str().unwrap_or_default()
}

/// A Deployment of one pod whose image an automation keeps at the choice of `ImagePolicy/app` of the namespace.
pub fn marked_deployment(name: &str, image: &str, tag: &str, namespace: &str) -> String {
    let marked = format!("{image}:{tag} # {{\"$imagepolicy\": \"{namespace}:app\"}}");
    deployment(name, 1).replace(&format!("example/{name}:1.0.0"), &marked)
}

/// The files of a chart `web`: a Deployment of the image with the tag that the values say.
pub fn web_chart(image: &str) -> [(&'static str, String); 2] {
    let image = format!("{image}:{{{{ .Values.tag }}}}");
    let deployment = deployment("web", 1).replace("example/web:1.0.0", &image);
    [
        ("templates/deployment.yaml", deployment),
        ("values.yaml", "tag: none\n".to_owned()),
    ]
}

/// A HelmRelease `web` of that chart, in whose values an automation keeps the tag.
pub fn web_release(tag: &str, namespace: &str) -> String {
    format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: web\nspec:\n  interval: 1h\n  \
         timeout: 5m\n  chart:\n    spec:\n      chart: web\n      version: 1.0.0\n      sourceRef:\n        \
         kind: HelmRepository\n        name: charts\n  values:\n    \
         tag: {tag} # {{\"$imagepolicy\": \"{namespace}:app:tag\"}}\n"
    )
}
