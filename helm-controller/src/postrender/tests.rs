//! Renderings that Flux's own code has changed (`data/changed.json`).

use serde::Deserialize;
use serde_json::{Value, json};

use std::collections::BTreeMap;

use crds::helm::{HelmRelease, PostRenderStrategy};
use helm::output::{self, INSTALL_ORDER};

use super::run;

#[derive(Deserialize)]
struct Case {
    name: String,
    spec: Value,
    files: BTreeMap<String, String>,
    #[serde(default)]
    manifest: String,
    #[serde(default)]
    hooks: Vec<Value>,
    #[serde(default)]
    error: String,
}

impl Case {
    fn hooks(&self) -> Vec<Value> {
        let trim = |hook: &Value| {
            let mut hook = hook.clone();
            hook["manifest"] = json!(trimmed(hook["manifest"].as_str().unwrap_or_default()));
            hook
        };
        self.hooks.iter().map(trim).collect()
    }
}

/// Flux is built with Helm 4.2, which drops the line feeds at the end of a document that another one follows; since
/// 4.3 Helm keeps them.
fn trimmed(text: &str) -> String {
    let documents = text.split("\n---\n").map(str::trim_end);
    documents.collect::<Vec<_>>().join("\n---\n")
}

fn changed(case: &Case) -> Result<(String, Vec<Value>), String> {
    let mut object = HelmRelease::new("web", serde_json::from_value(case.spec.clone()).unwrap());
    object.metadata.namespace = Some("team".to_owned());
    let files: BTreeMap<String, &String> = case
        .files
        .iter()
        .map(|(name, text)| (format!("app/templates/{name}"), text))
        .collect();
    let files = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_bytes()));
    let sorted =
        output::sort(files, &INSTALL_ORDER, &mut Vec::new()).map_err(|error| error.to_string())?;
    let changed = run(
        &object,
        &PostRenderStrategy::Combined,
        &sorted.manifests,
        &sorted.hooks,
    )
    .map_err(|error| error.to_string())?;
    let hooks = changed.hooks.iter();
    let hooks = hooks.map(
        |hook| json!({"path": hook.path, "name": hook.name, "manifest": trimmed(&hook.manifest)}),
    );
    Ok((
        output::join_manifests(&[], &changed.manifests),
        hooks.collect(),
    ))
}

#[test]
fn h14_renderings_are_changed_as_flux_changes_them() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("data/changed.json")).unwrap();
    assert!(cases.len() > 20);
    let mut wrong = Vec::new();
    for case in &cases {
        let found = changed(case).map(|(manifest, hooks)| (trimmed(&manifest), hooks));
        let same = match &found {
            Ok((manifest, hooks)) => {
                case.error.is_empty()
                    && *manifest == trimmed(&case.manifest)
                    && *hooks == case.hooks()
            }
            // The words of kustomize differ in what they say of the place.
            Err(error) => case.error.split(": ").next() == error.split(": ").next(),
        };
        if !same {
            wrong.push(format!("{}: {}\n{found:#?}", case.name, case.error));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
