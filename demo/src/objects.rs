//! The objects that the demo creates: a source, and the Kustomization that applies it.

use std::time::Duration;

use anyhow::Context;
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::{Api, Client, ResourceExt};
use serde_json::{Value, json};
use testing::wait_for;

use crate::board::Key;
use crate::events::{GIT_REPOSITORY, KUSTOMIZATION, resource};
use crate::repository::Repository;

/// Where the demo's objects are, and what the controllers take for their own namespace.
pub(crate) const NAMESPACE: &str = "flux-system";

/// The name of the source and of the first Kustomization.
pub(crate) const NAME: &str = "demo";

const FIELD_MANAGER: &str = "sluice-demo";

/// How long the controllers may take to remove what they have applied.
const REMOVAL: Duration = Duration::from_secs(90);

/// The row of the source.
pub(crate) fn source_key() -> Key {
    Key {
        kind: GIT_REPOSITORY,
        namespace: NAMESPACE.to_owned(),
        name: NAME.to_owned(),
    }
}

/// Creates namespace, credentials, source and Kustomization.
pub(crate) async fn create(client: &Client, repository: &Repository) -> anyhow::Result<()> {
    let namespaces: Api<Namespace> = Api::all(client.clone());
    if namespaces.get_opt(NAMESPACE).await?.is_none() {
        let namespace: Namespace =
            serde_json::from_value(json!({ "metadata": { "name": NAMESPACE } }))?;
        namespaces
            .create(&PostParams::default(), &namespace)
            .await?;
    }
    let mut spec = json!({
        "interval": "30s",
        "timeout": "60s",
        "url": repository.url(),
        "ref": { "branch": repository.branch() },
    });
    if let Some((user, password)) = repository.credentials() {
        let secrets: Api<Secret> = Api::namespaced(client.clone(), NAMESPACE);
        let secret = json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": { "name": NAME },
            "stringData": { "username": user, "password": password },
        });
        secrets
            .patch(NAME, &parameters(), &Patch::Apply(&secret))
            .await?;
        spec["secretRef"] = json!({ "name": NAME });
    }
    apply(client, GIT_REPOSITORY, spec).await?;
    let spec = json!({
        "interval": "10m",
        "retryInterval": "15s",
        "timeout": "3m",
        "sourceRef": { "kind": GIT_REPOSITORY, "name": NAME },
        "path": format!("./{}", repository.path()),
        "prune": true,
        "wait": true,
    });
    apply(client, KUSTOMIZATION, spec).await
}

/// Asks for a reconcile of the source now; `token` has to differ from the last one.
pub(crate) async fn request_reconcile(client: &Client, token: &str) -> anyhow::Result<()> {
    let annotation = json!({ "metadata": { "annotations": {
        "reconcile.fluxcd.io/requestedAt": token,
    }}});
    api(client, GIT_REPOSITORY)
        .patch(NAME, &PatchParams::default(), &Patch::Merge(&annotation))
        .await?;
    Ok(())
}

/// The sources and Kustomizations that a cluster has, by kind.
pub(crate) async fn existing(client: &Client) -> anyhow::Result<(usize, usize)> {
    let count = async |kind| match Api::<DynamicObject>::all_with(client.clone(), &resource(kind))
        .list_metadata(&ListParams::default())
        .await
    {
        Ok(list) => Ok(list.items.len()),
        // The definition is not installed yet.
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(0),
        Err(error) => Err(error),
    };
    Ok((count(GIT_REPOSITORY).await?, count(KUSTOMIZATION).await?))
}

/// Deletes what [`create`] made, and waits until the controllers have removed what they applied.
pub(crate) async fn remove(client: &Client) -> anyhow::Result<()> {
    let kustomizations = api(client, KUSTOMIZATION);
    let applied = kustomizations
        .list(&ListParams::default().labels(&format!(
            "kustomize.toolkit.fluxcd.io/name={NAME},kustomize.toolkit.fluxcd.io/namespace={NAMESPACE}"
        )))
        .await?;
    let children: Vec<String> = applied.items.iter().map(ResourceExt::name_any).collect();
    delete(&kustomizations, NAME).await?;
    for name in children.iter().map(String::as_str).chain([NAME]) {
        wait_for(&kustomizations, name, "removed", REMOVAL, |object| {
            object.is_none()
        })
        .await
        .with_context(|| format!("Kustomization {NAMESPACE}/{name} stays behind"))?;
    }
    delete(&api(client, GIT_REPOSITORY), NAME).await?;
    let secrets: Api<Secret> = Api::namespaced(client.clone(), NAMESPACE);
    match secrets.delete(NAME, &DeleteParams::default()).await {
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
        result => Ok(result.map(drop)?),
    }
}

async fn delete(api: &Api<DynamicObject>, name: &str) -> anyhow::Result<()> {
    match api.delete(name, &DeleteParams::default()).await {
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
        result => Ok(result.map(drop)?),
    }
}

async fn apply(client: &Client, kind: &str, spec: Value) -> anyhow::Result<()> {
    let resource = resource(kind);
    let object = json!({
        "apiVersion": resource.api_version,
        "kind": kind,
        "metadata": { "name": NAME },
        "spec": spec,
    });
    let applied = api(client, kind)
        .patch(NAME, &parameters(), &Patch::Apply(&object))
        .await;
    applied.with_context(|| format!("cannot create {kind} {NAMESPACE}/{NAME}"))?;
    Ok(())
}

fn api(client: &Client, kind: &str) -> Api<DynamicObject> {
    Api::namespaced_with(client.clone(), NAMESPACE, &resource(kind))
}

fn parameters() -> PatchParams {
    PatchParams::apply(FIELD_MANAGER).force()
}
