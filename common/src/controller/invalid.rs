//! Telling the owner of an object that it does not decode.

use std::sync::Arc;

use jiff::Timestamp;
use kube::Resource as _;
use kube::api::{GetParams, Patch, PatchParams};
use kube::core::Request;
use serde_json::{Value, json};

use crate::conditions::{self, Condition, READY, Status, reasons};
use crate::context::Context;
use crate::object::ObjectKey;
use crate::reconcile::Reconciler;

/// Logs the error and writes it into the object's conditions, in the background and once.
pub(super) fn report<R: Reconciler>(context: &Arc<Context>, key: &ObjectKey, error: String) {
    let kind = R::Object::kind(&());
    tracing::error!(controllerKind = %kind, object = %key, error, "the object does not decode, it is skipped");
    let (context, key) = (context.clone(), key.clone());
    tokio::spawn(async move {
        if let Err(failure) = write::<R>(&context, &key, &error).await {
            tracing::error!(object = %key, error = %failure, "failed to report an object that does not decode");
        }
    });
}

async fn write<R: Reconciler>(
    context: &Context,
    key: &ObjectKey,
    error: &str,
) -> Result<(), kube::Error> {
    let path = R::Object::url_path(&(), Some(&key.namespace));
    let get = Request::new(&path)
        .get(&key.name, &GetParams::default())
        .map_err(kube::Error::BuildRequest)?;
    let object: Value = context.client.request(get).await?;
    let generation = object
        .pointer("/metadata/generation")
        .and_then(Value::as_i64)
        .unwrap_or(0);
    // Conditions that do not decode either are replaced.
    let before: Vec<Condition> = object
        .pointer("/status/conditions")
        .and_then(|list| serde_json::from_value(list.clone()).ok())
        .unwrap_or_default();
    let message = format!("the object does not decode: {error}");
    let (mut after, now) = (before.clone(), Timestamp::now());
    conditions::mark_stalled(
        &mut after,
        reasons::INVALID_OBJECT,
        &message,
        generation,
        now,
    );
    conditions::set(
        &mut after,
        READY,
        Status::False,
        reasons::INVALID_OBJECT,
        &message,
        generation,
        now,
    );
    if before == after {
        return Ok(());
    }
    let body = json!({
        "metadata": {"resourceVersion": object.pointer("/metadata/resourceVersion")},
        "status": {"conditions": after},
    });
    let params = PatchParams {
        field_manager: Some(R::PROFILE.manager.to_owned()),
        ..PatchParams::default()
    };
    let patch = Request::new(&path)
        .patch_subresource("status", &key.name, &params, &Patch::Merge(body))
        .map_err(kube::Error::BuildRequest)?;
    context.client.request::<Value>(patch).await.map(drop)
}
