//! Every field of every definition has its place in the types, and none is lost or renamed.

use crds::CustomResource;
use serde_json::{Value, json};

use crate::sample::fill;
use crate::{expected_dir, read_yaml};

/// Reads an object with every field of the expected definition, and writes it again.
fn check<K: CustomResource>() {
    let definition = K::DEFINITION;
    let name = format!("{}_{}.yaml", definition.group, definition.plural);
    let expected = read_yaml(&expected_dir().join(&name));
    let schema = &expected["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"];
    let mut object = json!({
        "apiVersion": format!("{}/{}", definition.group, definition.version),
        "kind": definition.kind,
        "metadata": { "name": "full" },
        "spec": fill(&schema["spec"]),
    });
    if schema["status"].is_object() {
        object["status"] = fill(&schema["status"]);
        // Durations in a status have no pattern to tell them by.
        for duration in [
            "/status/history/0/lastReconciledDuration",
            "/status/lastAttemptedReleaseActionDuration",
        ] {
            if let Some(value) = object.pointer_mut(duration) {
                *value = "1.234567891s".into();
            }
        }
    }
    let typed: K = serde_json::from_value(object.clone())
        .unwrap_or_else(|error| panic!("{name}: {error}\n{object:#}"));
    let written = serde_json::to_value(&typed).unwrap();
    let lost: Vec<String> = crate::difference::differences(&written, &object)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(lost.is_empty(), "{name}: {lost:#?}");
    assert_eq!(typed, serde_json::from_value(written).unwrap(), "{name}");
}

/// An empty object decodes, and what is written of it is what the definition requires.
fn check_required<K: CustomResource>() {
    let written: Value = serde_json::to_value(K::default()).unwrap();
    let file = crds::definition::all()
        .into_iter()
        .find(|file| {
            file.name
                .ends_with(&format!("_{}.yaml", K::DEFINITION.plural))
        })
        .unwrap();
    let spec =
        &file.document["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"];
    for (field, _) in written["spec"].as_object().unwrap() {
        let required = spec["required"].as_array().unwrap();
        assert!(
            required.contains(&json!(field)),
            "{}: {field} is written",
            K::DEFINITION.kind
        );
    }
}

macro_rules! every_kind {
    ($($test:ident: $kind:ty,)+) => { $(
        #[test]
        fn $test() {
            check::<$kind>();
            check_required::<$kind>();
        }
    )+ };
}

every_kind! {
    alert: crds::notification::Alert,
    artifact_generator: crds::source_extensions::ArtifactGenerator,
    bucket: crds::source::Bucket,
    external_artifact: crds::source::ExternalArtifact,
    git_repository: crds::source::GitRepository,
    helm_chart: crds::source::HelmChart,
    helm_release: crds::helm::HelmRelease,
    helm_repository: crds::source::HelmRepository,
    image_policy: crds::image::ImagePolicy,
    image_repository: crds::image::ImageRepository,
    image_update_automation: crds::image::ImageUpdateAutomation,
    kustomization: crds::kustomize::Kustomization,
    oci_repository: crds::source::OciRepository,
    provider: crds::notification::Provider,
    receiver: crds::notification::Receiver,
}
