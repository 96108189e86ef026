//! Kustomizations as they come out.

use kustomize::MemoryView;
use serde_json::{Value as Json, json};

use super::*;

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

#[track_caller]
fn check(files: &[(&str, &str)], fields: Json, expected: &str) -> Generated {
    let generated = generate(&view(files), Path::new("/app"), &spec(fields)).unwrap();
    assert_eq!(generated.content, expected);
    generated
}

#[track_caller]
fn fails(files: &[(&str, &str)], fields: Json) -> String {
    generate(&view(files), Path::new("/app"), &spec(fields))
        .unwrap_err()
        .to_string()
}

const OBJECT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
const HEAD: &str = "apiVersion: kustomize.config.k8s.io/v1beta1\n";
const KIND: &str = "kind: Kustomization\n";

#[test]
fn k10_2_manifests_below_become_resources_in_order() {
    let generated = check(
        &[
            ("app/b.yml", OBJECT),
            ("app/a.yaml", OBJECT),
            ("app/sub/deep/c.yaml", OBJECT),
            ("app/README.md", "text"),
            ("app/script.yaml.sh", "text"),
            ("elsewhere/d.yaml", OBJECT),
        ],
        json!({}),
        &format!("{HEAD}{KIND}resources:\n- ./a.yaml\n- ./b.yml\n- ./sub/deep/c.yaml\n"),
    );
    assert_eq!(generated.path, Path::new("/app/kustomization.yaml"));
}

#[test]
fn k23_12_a_kustomization_below_is_one_resource() {
    check(
        &[
            ("app/a.yaml", OBJECT),
            ("app/sub/Kustomization", ""),
            ("app/sub/b.yaml", "not: read"),
            ("app/sub/x/c.yaml", OBJECT),
        ],
        json!({}),
        &format!("{HEAD}{KIND}resources:\n- ./a.yaml\n- ./sub\n"),
    );
}

#[test]
fn k10_3_no_manifest_leaves_a_placeholder() {
    check(
        &[("app/notes.txt", "")],
        json!({}),
        &format!("{HEAD}{KIND}namespace: _placeholder\n"),
    );
    check(
        &[("app/notes.txt", "")],
        json!({"targetNamespace": "ns"}),
        &format!("{HEAD}{KIND}namespace: ns\n"),
    );
}

#[test]
fn k10_2_what_is_no_manifest_is_refused_with_its_file() {
    let of = |text: &str| fails(&[("app/sub/x.yaml", text)], json!({}));
    let start = "failed to decode Kubernetes YAML from app/sub/x.yaml: ";
    assert_eq!(
        of("a: 1"),
        format!("{start}missing kind in object (document 1)")
    );
    assert_eq!(
        of(&format!(
            "{OBJECT}---\nkind: Secret\nstringData: {{password: hunter2}}\n"
        )),
        format!("{start}missing metadata.name in object of kind Secret (document 2)")
    );
    assert_eq!(
        of("- a\n"),
        format!("{start}expected an object, found list (document 1)")
    );
    let syntax = of("a: 1\nb: {\n");
    assert!(
        syntax.starts_with(&format!("{start}yaml: ")) && syntax.contains("line "),
        "{syntax}"
    );
}

#[test]
fn k10_2_lists_need_no_name_and_empty_documents_are_fine() {
    check(
        &[(
            "app/a.yaml",
            "---\n---\n# nothing\n---\nkind: List\napiVersion: v1\nitems: []\n",
        )],
        json!({}),
        &format!("{HEAD}{KIND}resources:\n- ./a.yaml\n"),
    );
}

#[test]
fn k10_1_all_names_are_recognized_and_kept() {
    for name in NAMES {
        let path = format!("app/{name}");
        let generated = check(
            &[(&path, "resources: [x.yaml]")],
            json!({}),
            &format!("{HEAD}{KIND}resources:\n- x.yaml\n"),
        );
        assert_eq!(generated.path, Path::new("/").join(path));
    }
}

#[test]
fn k10_4_unknown_fields_vanish_and_deprecated_ones_stay() {
    check(
        &[(
            "app/kustomization.yaml",
            "unknown: 1\nbases: [../base]\ncommonLabels: {a: b}\nresources: [x.yaml]\n---\nresources: [y]\n",
        )],
        json!({}),
        &format!("{HEAD}bases:\n- ../base\ncommonLabels:\n  a: b\n{KIND}resources:\n- x.yaml\n"),
    );
}

#[test]
fn k10_4_its_own_identity_stays() {
    check(
        &[(
            "app/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [x]\n",
        )],
        json!({}),
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources:\n- x\n",
    );
}

#[test]
fn k10_4_a_kustomization_that_is_no_mapping_is_refused_with_its_file() {
    let list = fails(&[("app/kustomization.yaml", "- a\n")], json!({}));
    assert_eq!(
        list,
        "failed to decode app/kustomization.yaml: expected a mapping, found list"
    );
    let syntax = fails(&[("app/kustomization.yaml", "a: {\n")], json!({}));
    assert!(
        syntax.starts_with("failed to decode app/kustomization.yaml: yaml: "),
        "{syntax}"
    );
}

#[test]
fn k10_5_without_resources_the_build_metadata_is_set() {
    let files = [(
        "app/kustomization.yaml",
        "components: [./c]\nbuildMetadata: [managedByLabel]\n",
    )];
    check(
        &files,
        json!({}),
        &format!("{HEAD}buildMetadata:\n- originAnnotations\ncomponents:\n- ./c\n{KIND}"),
    );
    check(
        &files,
        json!({"buildMetadata": ["transformerAnnotations"]}),
        &format!("{HEAD}buildMetadata:\n- transformerAnnotations\ncomponents:\n- ./c\n{KIND}"),
    );
}

#[test]
fn k10_6_names_and_namespace_overwrite_and_patches_append() {
    check(
        &[(
            "app/kustomization.yaml",
            "namespace: old\nnamePrefix: old-\nnameSuffix: -old\nresources: [x]\npatches: [{path: p.yaml}]\n",
        )],
        json!({
            "targetNamespace": "ns", "namePrefix": "pre-", "nameSuffix": "-suf",
            "patches": [{"patch": "- op: remove\n  path: /a\n", "target": {"kind": "Deployment", "labelSelector": "a=b"}}],
        }),
        &format!(
            "{HEAD}{KIND}namePrefix: pre-\nnameSuffix: -suf\nnamespace: ns\npatches:\n- path: p.yaml\n- patch: |\n    - op: remove\n      \
             path: /a\n  target:\n    kind: Deployment\n    labelSelector: a=b\nresources:\n- x\n"
        ),
    );
}

#[test]
fn k23_11_images_merge_by_name_and_tag_and_digest_are_one() {
    let image = |fields: &str| format!("resources: [x]\nimages:\n- name: app\n{fields}");
    let merged = |file: &str, fields: Json| {
        let mut image = json!({"name": "app"});
        image
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let files = [("app/kustomization.yaml", file)];
        let generated = generate(
            &view(&files),
            Path::new("/app"),
            &spec(json!({"images": [image]})),
        )
        .unwrap();
        let start = generated.content.find("images:\n").unwrap() + "images:\n".len();
        let end = generated.content.find(KIND).unwrap();
        generated.content[start..end].to_owned()
    };
    let digest = image("  digest: sha256:old\n  newName: here\n");
    assert_eq!(
        merged(&digest, json!({"newTag": "v2"})),
        "- name: app\n  newName: here\n  newTag: v2\n"
    );
    let tag = image("  newTag: v1\n");
    assert_eq!(
        merged(&tag, json!({"digest": "sha256:new"})),
        "- digest: sha256:new\n  name: app\n"
    );
    assert_eq!(
        merged(&tag, json!({"newName": "there"})),
        "- name: app\n  newName: there\n  newTag: v1\n"
    );
    let other = "resources: [x]\nimages:\n- name: other\n  newTag: v1\n";
    assert_eq!(
        merged(other, json!({"newTag": "v2"})),
        "- name: other\n  newTag: v1\n- name: app\n  newTag: v2\n"
    );
    assert_eq!(
        merged("resources: [x]\n", json!({"newTag": "v2"})),
        "- name: app\n  newTag: v2\n"
    );
}

#[test]
fn k10_7_components_must_be_local() {
    for remote in [
        "https://example.com/c",
        "git@github.com:a/b",
        "github.com/a/b",
        "GH:a/b",
        "ssh://x/y",
        "/abs",
        "file:///abs",
    ] {
        assert_eq!(
            fails(&[("app/a.yaml", OBJECT)], json!({"components": [remote]})),
            format!("component path '{remote}' must be local and relative")
        );
    }
}

#[test]
fn k10_7_missing_components_are_left_out_only_where_the_spec_says_so() {
    let files = [
        (
            "app/kustomization.yaml",
            "resources: [x]\ncomponents: [own]\n",
        ),
        ("c/kustomization.yaml", ""),
    ];
    let components = json!(["../c", "../missing"]);
    check(
        &files,
        json!({"components": components, "ignoreMissingComponents": true}),
        &format!("{HEAD}components:\n- own\n- ../c\n{KIND}resources:\n- x\n"),
    );
    check(
        &files,
        json!({ "components": components }),
        &format!("{HEAD}components:\n- own\n- ../c\n- ../missing\n{KIND}resources:\n- x\n"),
    );
}

#[test]
fn a_file_is_no_directory() {
    let error = generate(
        &view(&[("app", OBJECT)]),
        Path::new("/app"),
        &spec(json!({})),
    )
    .unwrap_err()
    .to_string();
    assert!(error.starts_with("failed to read app: "), "{error}");
}
