//! Two charts, one in a Helm repository and one in a registry, and a release of each.

use serde_json::{Value, json};

use super::SERVICES;
use super::plan::Object;
use crate::charts::CONTENT;
use crate::component::{Component, Components};
use crate::kinds::{HELM_RELEASE, HELM_REPOSITORY, OCI_REPOSITORY};
use crate::servers::{Places, REGISTRY_CHART, REGISTRY_CHARTS, REPOSITORY_CHART};

/// The name of the Helm repository.
pub(super) const CHARTS: &str = "charts";

/// The releases.
pub(crate) const RELEASES: [&str; 2] = [REPOSITORY_CHART, REGISTRY_CHART];

/// The versions that the releases take.
const RANGE: &str = "1.x";

/// Both charts and their releases.
pub(super) fn objects(components: &Components, places: &Places) -> Vec<Object> {
    let (true, Some(charts), Some(registry)) = (
        components.has(Component::Helm),
        &places.charts,
        &places.registry,
    ) else {
        return Vec::new();
    };
    let repository = json!({ "interval": "1h", "url": charts });
    let chart = json!({ "chart": { "spec": {
        "interval": "1h",
        "chart": REPOSITORY_CHART,
        "version": RANGE,
        "sourceRef": { "kind": HELM_REPOSITORY, "name": CHARTS },
    }}});
    let artifact = json!({
        "interval": "1h",
        "url": format!("oci://{registry}/{REGISTRY_CHARTS}"),
        "insecure": true,
        "ref": { "semver": RANGE },
        "layerSelector": { "mediaType": CONTENT, "operation": "copy" },
    });
    let reference = json!({ "chartRef": { "kind": OCI_REPOSITORY, "name": REGISTRY_CHART } });
    vec![
        Object::new(HELM_REPOSITORY, CHARTS, repository),
        Object::new(
            HELM_RELEASE,
            REPOSITORY_CHART,
            release(REPOSITORY_CHART, chart),
        ),
        Object::new(OCI_REPOSITORY, REGISTRY_CHART, artifact),
        Object::new(
            HELM_RELEASE,
            REGISTRY_CHART,
            release(REGISTRY_CHART, reference),
        ),
    ]
}

/// A release that is tested after each install and upgrade.
fn release(name: &str, chart: Value) -> Value {
    let mut spec = json!({
        "interval": "10m",
        "timeout": "2m",
        "releaseName": name,
        "targetNamespace": SERVICES,
        "install": { "createNamespace": true },
        "test": { "enable": true },
        "values": { "replicas": 2 },
    });
    if let (Value::Object(spec), Value::Object(chart)) = (&mut spec, chart) {
        spec.extend(chart);
    }
    spec
}
