//! What the sources of these stories publish: four objects, that a unit applies.

use e2e::manifests::{config_map, deployment};
use testing::charts::Charts;

/// Four objects with this name: configuration, identity, a Service, and a Deployment that is ready without any node.
pub fn objects(name: &str, value: &str) -> [(&'static str, String); 4] {
    let account = format!("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {name}\n");
    let service = format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\nspec:\n  selector:\n    app: {name}\n  ports:\n    - port: 80\n"
    );
    [
        ("config.yaml", config_map(name, "value", value)),
        ("account.yaml", account),
        ("service.yaml", service),
        ("deployment.yaml", deployment(name, 0)),
    ]
}

/// Publishes a version of the chart `app`: the four objects, named after the release.
pub fn publish(charts: &Charts, version: &str) {
    let objects = objects("{{ .Release.Name }}", version);
    let files: Vec<(String, &str)> = objects
        .iter()
        .map(|(file, text)| (format!("templates/{file}"), text.as_str()))
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(file, text)| (file.as_str(), *text))
        .collect();
    charts.publish("app", version, &files).unwrap();
}
