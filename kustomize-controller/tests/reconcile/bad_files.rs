//! Files of an artifact that make no objects (sections 10 and 11).

use crate::support::{Fixture, config_map};
use crate::table::{row, run};

const BUILD: &str = "BuildFailed";

#[tokio::test(flavor = "multi_thread")]
async fn k10_files_that_make_no_kustomization() {
    let fixture = Fixture::new("bad-files").await;
    let root = "kustomization.yaml";
    let rows = vec![
        row("two-kustomizations")
            .file(root, "resources: [witness.yaml]\n")
            .file("kustomization.yml", "resources: [witness.yaml]\n")
            .fails(BUILD, "…Found multiple kustomization files…"),
        row("broken-yaml")
            .file("x.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\n data: {\n")
            .fails(BUILD, "failed to decode Kubernetes YAML from x.yaml: …line 5…"),
        row("no-kind")
            .file("x.yaml", "apiVersion: v1\nmetadata: {name: x}\n")
            .fails(BUILD, "failed to decode Kubernetes YAML from x.yaml: …kind…"),
        row("no-name")
            .file("x.yaml", "apiVersion: v1\nkind: ConfigMap\n")
            .fails(BUILD, "failed to decode Kubernetes YAML from x.yaml: missing metadata.name in object of kind ConfigMap (document 1)"),
        row("no-mapping")
            .file("x.yaml", "- a\n- b\n")
            .fails(BUILD, "failed to decode Kubernetes YAML from x.yaml: expected an object, found list (document 1)"),
        row("key-twice")
            .file("x.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: b}\ndata: {a: c}\n")
            .fails(BUILD, "failed to decode Kubernetes YAML from x.yaml: …line 5: mapping key \"data\" already defined at line 4…"),
        row("control-characters")
            .file("x.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"x\u{1}\"}\n\u{1}\u{2}")
            .fails(BUILD, "failed to decode Kubernetes YAML from x.yaml: …"),
        row("aliases")
            .file("x.yaml", billion_laughs())
            .fails(BUILD, "failed to decode Kubernetes YAML from x.yaml: yaml: document contains excessive aliasing…"),
        row("root-no-mapping")
            .file(root, "- a\n")
            .fails(BUILD, "failed to decode kustomization.yaml: …"),
        row("root-broken")
            .file(root, "resources: [\n")
            .fails(BUILD, "failed to decode kustomization.yaml: …"),
        row("nested-unknown-field")
            .file(root, "resources: [below]\n")
            .file("below/kustomization.yaml", "resource: [x.yaml]\n")
            .fails(BUILD, "kustomize build failed: …unknown field \"resource\"…"),
    ];
    run(&fixture, rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k11_kustomizations_that_do_not_build() {
    let fixture = Fixture::new("bad-build").await;
    let root = "kustomization.yaml";
    let twice = format!("{}---\n{}", config_map("x", "a"), config_map("x", "b"));
    let rows = vec![
        row("resource-missing")
            .file(root, "resources: [nowhere.yaml]\n")
            .fails(BUILD, "kustomize build failed: …nowhere.yaml…"),
        row("resource-outside")
            .file(root, "resources: [../../../../etc/hostname]\n")
            .fails(BUILD, "kustomize build failed: …/etc/hostname: no such file or directory"),
        row("resource-remote")
            .file(root, "resources: ['https://example.com/org/repo//base?ref=v1']\n")
            .fails(BUILD, "kustomize build failed: …remote resource \'https://example.com/org/repo//base\' is refused: …"),
        row("resource-cycle")
            .file(root, "resources: [a]\n")
            .file("a/kustomization.yaml", "resources: [../b]\n")
            .file("b/kustomization.yaml", "resources: [../a]\n")
            .fails(BUILD, "kustomize build failed: …cycle…"),
        row("resource-twice")
            .file(root, "resources: [x.yaml]\n")
            .file("x.yaml", twice)
            .fails(BUILD, "kustomize build failed: …may not add resource with an already registered id: ConfigMap.v1.[noGrp]/x.[noNs]…"),
        row("result-without-name")
            .file(root, "resources: [x.yaml]\n")
            .file("x.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {a: b}}\n")
            .fails(BUILD, "kustomize build failed: …missing metadata.name…"),
        row("helm-charts")
            .file(root, "helmCharts: [{name: x, repo: 'https://example.com', version: 1.0.0}]\nresources: [witness.yaml]\n")
            .fails(BUILD, "kustomize build failed: helmCharts is refused: …"),
        row("exec-plugin")
            .file(root, "generators: [g.yaml]\nresources: [witness.yaml]\n")
            .file("g.yaml", "apiVersion: x/v1\nkind: G\nmetadata: {name: g, annotations: {config.kubernetes.io/function: 'exec: {path: /bin/true}'}}\n")
            .fails(BUILD, "kustomize build failed: …external plugins disabled; unable to load external plugin 'G'"),
        row("generator-file-missing")
            .file(root, "configMapGenerator: [{name: g, files: [nowhere.txt]}]\n")
            .fails(BUILD, "kustomize build failed: …nowhere.txt…"),
        row("generator-env-broken")
            .file(root, "configMapGenerator: [{name: g, literals: [no-equals-sign]}]\n")
            .fails(BUILD, "kustomize build failed: …no-equals-sign…"),
        row("patch-file-missing")
            .file(root, "resources: [witness.yaml]\npatches: [{path: nowhere.yaml}]\n")
            .fails(BUILD, "kustomize build failed: …nowhere.yaml…"),
        row("replacement-without-source")
            .file(root, "resources: [witness.yaml]\nreplacements: [{source: {kind: Service, name: none}, targets: [{select: {kind: ConfigMap}, fieldPaths: [data.key]}]}]\n")
            .fails(BUILD, "kustomize build failed: …nothing selected by Service…none…"),
        row("configuration-broken")
            .file(root, "resources: [witness.yaml]\nconfigurations: [c.yaml]\n")
            .file("c.yaml", "nameReference: 1\n")
            .fails(BUILD, "kustomize build failed: c.yaml: …cannot unmarshal number into Go struct field TransformerConfig.nameReference…"),
        row("openapi-missing")
            .file(root, "resources: [witness.yaml]\nopenapi: {path: nowhere.json}\n")
            .fails(BUILD, "kustomize build failed: …nowhere.json…"),
    ];
    run(&fixture, rows).await;
}

/// Nine levels of nine aliases each.
fn billion_laughs() -> String {
    let levels = (1..9).map(|level| {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        format!("a{level}: &a{level} [{aliases}]\n")
    });
    let first = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    let levels: String = std::iter::once(first).chain(levels).collect();
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\n{levels}")
}
