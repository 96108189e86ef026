//! Whole builds in memory.

use kustomize::MemoryView;
use serde_json::{Value as Json, json};
use substitute::Mode;

use super::*;
use crate::build::substitute::{Strategy, Variables};

/// A build that shares nothing with others.
fn build(
    view: &dyn FileView,
    directory: &Path,
    spec: &KustomizationSpec,
    substitution: Option<&Substitution>,
) -> Result<Manifest, BuildError> {
    super::build(view, directory, spec, substitution, None)
}

fn view(files: &[(&str, &str)]) -> MemoryView {
    files
        .iter()
        .fold(MemoryView::new(), |view, (path, content)| {
            view.with(path, content)
        })
}

fn spec(fields: Json) -> KustomizationSpec {
    serde_json::from_value(fields).unwrap()
}

fn config_map(name: &str, value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  key: {value}\n")
}

fn subjects(manifest: &Manifest) -> Vec<String> {
    manifest.objects.iter().map(Object::subject).collect()
}

fn substitution(variables: &[(&str, &str)], mode: Mode, strategy: Strategy) -> Substitution {
    let mut all = Variables::default();
    all.extend(
        variables
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned())),
    );
    Substitution {
        variables: all,
        mode,
        strategy,
    }
}

fn strict(variables: &[(&str, &str)]) -> Substitution {
    substitution(variables, Mode::Strict, Strategy::WithVariables)
}

#[test]
fn files_without_a_kustomization_are_built() {
    let files = view(&[
        ("apps/b.yaml", &config_map("b", "1")),
        ("apps/a.yml", &config_map("a", "1")),
    ]);
    let manifest = build(
        &files,
        Path::new("/apps"),
        &spec(json!({"targetNamespace": "ns"})),
        None,
    )
    .unwrap();
    assert_eq!(subjects(&manifest), ["ConfigMap/ns/a", "ConfigMap/ns/b"]);
    assert!(manifest.digest.starts_with("sha256:") && manifest.digest.len() == 71);
}

#[test]
fn k23_13_nothing_is_valid() {
    let manifest = build(
        &view(&[("apps/README.md", "")]),
        Path::new("/apps"),
        &spec(json!({})),
        None,
    )
    .unwrap();
    assert!(manifest.objects.is_empty());
    // The digest of nothing.
    assert_eq!(
        manifest.digest,
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

#[test]
fn k11_1_bases_elsewhere_in_the_artifact_are_read_and_nothing_outside() {
    let files = view(&[
        ("base/kustomization.yaml", "resources: [a.yaml]"),
        ("base/a.yaml", &config_map("a", "1")),
        (
            "overlays/prod/kustomization.yaml",
            "namePrefix: prod-\nresources: [../../base]",
        ),
        (
            "overlays/out/kustomization.yaml",
            "resources: [../../../etc]",
        ),
    ]);
    let manifest = build(&files, Path::new("/overlays/prod"), &spec(json!({})), None).unwrap();
    assert_eq!(subjects(&manifest), ["ConfigMap/prod-a"]);
    let error = build(&files, Path::new("/overlays/out"), &spec(json!({})), None)
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("kustomize build failed: "), "{error}");
}

#[test]
fn k11_2_remote_bases_are_refused() {
    let files = view(&[(
        "kustomization.yaml",
        "resources: ['https://example.com/base?ref=main']",
    )]);
    let error = build(&files, Path::new("/"), &spec(json!({})), None)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("kustomize build failed: ") && error.contains("https://example.com/base"),
        "{error}"
    );
}

#[test]
fn k5_2_lists_are_taken_apart_and_kustomizations_dropped() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n\
                - {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n";
    let manifest = build(
        &view(&[("list.yaml", list)]),
        Path::new("/"),
        &spec(json!({})),
        None,
    )
    .unwrap();
    assert_eq!(subjects(&manifest), ["ConfigMap/a", "ConfigMap/b"]);
}

#[test]
fn k13_3_values_change_type_and_keys_are_sorted() {
    let files = view(&[("a.yaml", &config_map("a", "\"${n}\""))]);
    let manifest = build(
        &files,
        Path::new("/"),
        &spec(json!({})),
        Some(&strict(&[("n", "5")])),
    )
    .unwrap();
    assert_eq!(manifest.objects[0].as_value()["data"]["key"], json!(5));
    let quoted = strict(&[("n", "\"5\"")]);
    let manifest = build(&files, Path::new("/"), &spec(json!({})), Some(&quoted)).unwrap();
    assert_eq!(manifest.objects[0].as_value()["data"]["key"], json!("5"));
}

#[test]
fn k13_3_without_variables_nothing_runs_unless_always() {
    let files = view(&[("a.yaml", &config_map("a", "${n:=d}"))]);
    let value = |strategy| {
        let substitution = substitution(&[], Mode::Strict, strategy);
        let manifest = build(
            &files,
            Path::new("/"),
            &spec(json!({})),
            Some(&substitution),
        )
        .unwrap();
        manifest.objects[0].as_value()["data"]["key"].clone()
    };
    assert_eq!(value(Strategy::WithVariables), json!("${n:=d}"));
    assert_eq!(value(Strategy::Always), json!("d"));
}

#[test]
fn k8_2_marked_resources_are_not_substituted_and_case_matters() {
    let marked = |mark: &str, place: &str| {
        config_map("a", "${n}").replace(
            "metadata:\n",
            &format!("metadata:\n  {place}:\n    kustomize.toolkit.fluxcd.io/substitute: {mark}\n"),
        )
    };
    let build = |text: &str| {
        build(
            &view(&[("a.yaml", text)]),
            Path::new("/"),
            &spec(json!({})),
            Some(&strict(&[("other", "1")])),
        )
    };
    for place in ["labels", "annotations"] {
        let manifest = build(&marked("disabled", place)).unwrap();
        assert_eq!(manifest.objects[0].as_value()["data"]["key"], json!("${n}"));
        assert!(build(&marked("Disabled", place)).is_err());
    }
}

#[test]
fn k13_8_errors_name_the_resource() {
    let files = view(&[("a.yaml", &config_map("a", "${n-d}"))]);
    let text = |substitution: &Substitution| {
        build(&files, Path::new("/"), &spec(json!({})), Some(substitution))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        text(&strict(&[("n", "1")])),
        "post build failed for 'ConfigMap.v1.[noGrp]/a': envsubst error: variable substitution failed: missing closing \
         brace at line 3, column 8"
    );
    assert!(
        text(&strict(&[("1n", "1")]))
            .contains("'1n' var name is invalid, must match '^[_[:alpha:]]")
    );
}

#[test]
fn k13_7_secret_data_is_not_expanded_and_string_data_is() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  a: JHtufQ==\nstringData:\n  b: ${n}x\n";
    let files = view(&[("s.yaml", secret)]);
    let manifest = build(
        &files,
        Path::new("/"),
        &spec(json!({})),
        Some(&strict(&[("n", "1")])),
    )
    .unwrap();
    let value = manifest.objects[0].as_value();
    assert_eq!(
        (&value["data"]["a"], &value["stringData"]["b"]),
        (&json!("JHtufQ=="), &json!("1x"))
    );
}

#[test]
fn what_breaks_the_yaml_is_an_error_of_that_resource() {
    let files = view(&[("a.yaml", &config_map("a", "${n}"))]);
    let error = build(
        &files,
        Path::new("/"),
        &spec(json!({})),
        Some(&strict(&[("n", "{ [")])),
    )
    .unwrap_err()
    .to_string();
    assert!(
        error.starts_with(
            "post build failed for 'ConfigMap.v1.[noGrp]/a': envsubst error: YAMLToJSON: "
        ),
        "{error}"
    );
}

#[test]
fn k3_6_the_digest_is_of_the_text_before_owner_labels() {
    let files = view(&[
        ("a.yaml", &config_map("a", "one")),
        ("b.yaml", &config_map("b", "one")),
    ]);
    let manifest = build(&files, Path::new("/"), &spec(json!({})), None).unwrap();
    let text = "apiVersion: v1\ndata:\n  key: one\nkind: ConfigMap\nmetadata:\n  name: a\n---\n\
                apiVersion: v1\ndata:\n  key: one\nkind: ConfigMap\nmetadata:\n  name: b\n";
    assert_eq!(
        manifest.digest,
        Algorithm::Sha256.digest(text.as_bytes()).to_string()
    );
}
