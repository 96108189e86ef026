//! What a test puts into the control plane before it begins: namespaces, custom resource definitions.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use futures::future::try_join_all;
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::PostParams;
use kube::{Api, Client, ResourceExt};

use super::ControlPlane;
use crate::wait::wait_for;

/// How long a custom resource may take to be served.
const ESTABLISHED: Duration = Duration::from_mins(2);

impl ControlPlane {
    /// A new namespace whose name begins with `prefix`.
    ///
    /// # Panics
    /// When the API server refuses it.
    pub async fn namespace(&self, prefix: &str) -> String {
        let namespaces: Api<Namespace> = Api::all(self.client().await);
        let mut namespace = Namespace::default();
        namespace.metadata.generate_name = Some(format!("{prefix}-"));
        match namespaces.create(&PostParams::default(), &namespace).await {
            Ok(created) => created.name_any(),
            Err(error) => panic!("no namespace {prefix}-*: {error}"),
        }
    }

    /// Installs the custom resource definitions of `crds/*.yaml` and waits until they are served.
    pub async fn install_crds(&self) -> anyhow::Result<()> {
        let dir = crds_dir();
        install_crds(&self.client().await, &dir).await
    }
}

/// The folder of the generated definitions.
pub fn crds_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crds")
}

/// Applies every definition in the YAML files of `dir`, server-side, and waits until all are served.
pub async fn install_crds(client: &Client, dir: &Path) -> anyhow::Result<()> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).with_context(|| format!("no folder {}", dir.display()))? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            files.push(path);
        }
    }
    files.sort();
    let applies = files.iter().map(|file| apply_file(client, file));
    let names = try_join_all(applies).await?.concat();
    let definitions: Api<CustomResourceDefinition> = Api::all(client.clone());
    let established = names.iter().map(|name| {
        wait_for(&definitions, name, "served", ESTABLISHED, |definition| {
            definition
                .and_then(|definition| definition.status.as_ref())
                .is_some_and(|status| {
                    let conditions = status.conditions.iter().flatten();
                    conditions
                        .into_iter()
                        .any(|c| c.type_ == "Established" && c.status == "True")
                })
        })
    });
    try_join_all(established).await?;
    Ok(())
}

async fn apply_file(client: &Client, file: &Path) -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(file)?;
    try_join_all(documents(&text).map(|document| apply(client, file, document))).await
}

/// The API server reads YAML itself; only the name is needed for the path.
async fn apply(client: &Client, file: &Path, document: &str) -> anyhow::Result<String> {
    let context = || format!("cannot apply {}", file.display());
    let name = name(document).with_context(context)?;
    let path = format!(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}\
         ?fieldManager=control-plane&force=true"
    );
    let request = http::Request::patch(path)
        .header("content-type", "application/apply-patch+yaml")
        .body(document.as_bytes().to_vec())?;
    client.request_text(request).await.with_context(context)?;
    Ok(name.to_owned())
}

fn documents(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n---")
        .map(|document| document.trim_start_matches("---"))
        .filter(|document| {
            document
                .lines()
                .any(|line| !line.trim().is_empty() && !line.starts_with('#'))
        })
}

/// `metadata.name` of a definition as `xtask generate` writes it.
fn name(document: &str) -> anyhow::Result<&str> {
    let mut metadata = document
        .lines()
        .skip_while(|line| *line != "metadata:")
        .skip(1);
    let mut inside = metadata.by_ref().take_while(|line| line.starts_with(' '));
    match inside.find_map(|line| line.strip_prefix("  name:")) {
        Some(name) => Ok(name.trim().trim_matches('"')),
        None => bail!("no metadata.name in this document"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "---\n# generated\napiVersion: apiextensions.k8s.io/v1\nmetadata:\n  annotations:\n    name: no\n  \
        name: things.example.dev\nspec:\n  name: no\n---\nmetadata:\n  name: others.example.dev\n---\n# nothing\n";

    #[test]
    fn the_name_is_that_of_the_metadata() {
        let names: Vec<&str> = documents(TWO)
            .map(|document| name(document).unwrap())
            .collect();
        assert_eq!(names, ["things.example.dev", "others.example.dev"]);
    }

    #[test]
    fn a_document_without_a_name_is_an_error() {
        assert!(name("metadata:\n  labels: {}\nspec:\n  name: no\n").is_err());
    }
}
