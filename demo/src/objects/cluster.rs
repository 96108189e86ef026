//! Creating, reading and removing objects.

use std::time::Duration;

use anyhow::Context;
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::{Api, Client, ResourceExt};
use serde_json::json;
use testing::wait_for;

use super::plan::Plan;
use super::{NAME, NAMESPACE};
use crate::component::Components;
use crate::kinds::{self, KUSTOMIZATION};
use crate::row::Key;

const FIELD_MANAGER: &str = "sluice-demo";

/// How long the controllers may take to remove what they have applied.
const REMOVAL: Duration = Duration::from_secs(90);

/// Creates namespace, Secrets and objects.
pub(crate) async fn create(client: &Client, plan: &Plan) -> anyhow::Result<()> {
    let namespaces: Api<Namespace> = Api::all(client.clone());
    if namespaces.get_opt(NAMESPACE).await?.is_none() {
        let namespace: Namespace =
            serde_json::from_value(json!({ "metadata": { "name": NAMESPACE } }))?;
        namespaces
            .create(&PostParams::default(), &namespace)
            .await?;
    }
    let parameters = PatchParams::apply(FIELD_MANAGER).force();
    let secrets: Api<Secret> = Api::namespaced(client.clone(), NAMESPACE);
    for secret in &plan.secrets {
        let object = json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": { "name": secret.name },
            "stringData": secret.entries,
        });
        secrets
            .patch(secret.name, &parameters, &Patch::Apply(&object))
            .await?;
    }
    for object in &plan.objects {
        let (kind, name) = (object.kind, object.name);
        let whole = json!({
            "apiVersion": kinds::resource(kind).api_version,
            "kind": kind,
            "metadata": { "name": name },
            "spec": object.spec,
        });
        let applied = api(client, kind)
            .patch(name, &parameters, &Patch::Apply(&whole))
            .await;
        applied.with_context(|| format!("cannot create {kind} {NAMESPACE}/{name}"))?;
    }
    Ok(())
}

/// Asks for a reconcile of an object now; `token` has to differ from the last one.
pub(crate) async fn request_reconcile(
    client: &Client,
    key: &Key,
    token: &str,
) -> anyhow::Result<()> {
    let annotation = json!({ "metadata": { "annotations": {
        "reconcile.fluxcd.io/requestedAt": token,
    }}});
    api(client, key.kind)
        .patch(
            &key.name,
            &PatchParams::default(),
            &Patch::Merge(&annotation),
        )
        .await?;
    Ok(())
}

/// How many objects a cluster has that these controllers would look after, by kind; kinds without one are left out.
pub(crate) async fn existing(
    client: &Client,
    components: &Components,
) -> anyhow::Result<Vec<(&'static str, usize)>> {
    let mut counts = Vec::new();
    for kind in kinds::served(components) {
        let all = Api::<DynamicObject>::all_with(client.clone(), &kinds::resource(kind));
        match all.list_metadata(&ListParams::default()).await {
            Ok(list) if list.items.is_empty() => {}
            Ok(list) => counts.push((kind, list.items.len())),
            // The definition is not installed yet.
            Err(kube::Error::Api(status)) if status.code == 404 => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(counts)
}

/// Deletes what [`create`] made, the last first, and waits until the controllers have removed what they applied.
pub(crate) async fn remove(client: &Client, plan: &Plan) -> anyhow::Result<()> {
    for object in plan.objects.iter().rev() {
        let children = if object.kind == KUSTOMIZATION {
            applied_kustomizations(client).await?
        } else {
            Vec::new()
        };
        let api = api(client, object.kind);
        gone(api.delete(object.name, &DeleteParams::default()).await)?;
        for name in children.iter().map(String::as_str).chain([object.name]) {
            let absent = |object: Option<&DynamicObject>| object.is_none();
            wait_for(&api, name, "removed", REMOVAL, absent)
                .await
                .with_context(|| format!("{} {NAMESPACE}/{name} stays behind", object.kind))?;
        }
    }
    let secrets: Api<Secret> = Api::namespaced(client.clone(), NAMESPACE);
    for secret in &plan.secrets {
        gone(secrets.delete(secret.name, &DeleteParams::default()).await)?;
    }
    Ok(())
}

/// The Kustomizations that the first one has applied.
async fn applied_kustomizations(client: &Client) -> anyhow::Result<Vec<String>> {
    let group = "kustomize.toolkit.fluxcd.io";
    let labels = format!("{group}/name={NAME},{group}/namespace={NAMESPACE}");
    let applied = api(client, KUSTOMIZATION)
        .list(&ListParams::default().labels(&labels))
        .await?;
    Ok(applied.items.iter().map(ResourceExt::name_any).collect())
}

/// What was gone before it was deleted is as good.
fn gone<T>(deleted: kube::Result<T>) -> anyhow::Result<()> {
    match deleted {
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
        result => Ok(result.map(drop)?),
    }
}

fn api(client: &Client, kind: &str) -> Api<DynamicObject> {
    Api::namespaced_with(client.clone(), NAMESPACE, &kinds::resource(kind))
}
