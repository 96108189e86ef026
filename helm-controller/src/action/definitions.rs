//! The definitions of a chart (H13).

use std::time::Duration;

use apply::{Cluster as _, Object};
use common::cluster::{Conflicts, Validation, Writing};
use crds::helm::CrdsPolicy;
use helm::chart::Chart;
use serde_json::json;

use super::objects::parse;
use super::wait::{self, Strategy};
use super::write::Method;
use super::{ActionError, Env};
use crate::FIELD_MANAGER;

/// How long new definitions may take to be established (H13.3).
const TIMEOUT: Duration = Duration::from_mins(1);

/// Writes the definitions of a chart whose dependencies are processed, before anything else of the release.
///
/// # Errors
/// The first definition that fails. The storage has not been touched then.
pub(super) async fn apply(
    env: &Env,
    chart: &Chart,
    policy: Option<&CrdsPolicy>,
    method: Method,
    strategy: Strategy,
) -> Result<(), ActionError> {
    let replaces = match policy {
        Some(CrdsPolicy::Skip) => return Ok(()),
        None | Some(CrdsPolicy::Create) => false,
        Some(CrdsPolicy::CreateReplace) => true,
        Some(other) => {
            return Err(ActionError::Definitions(format!(
                "invalid CRD upgrade policy '{}', valid values are 'Skip', 'Create' or 'CreateReplace'",
                other.as_str()
            )));
        }
    };
    let mut definitions = of_chart(chart).map_err(ActionError::Definitions)?;
    if definitions.is_empty() {
        return Ok(());
    }
    let (namespace, name) = &env.object;
    for definition in &mut definitions {
        Env::owner().mark(definition, name, namespace);
    }
    let mut live = Vec::with_capacity(definitions.len());
    for definition in &definitions {
        let written = match method {
            Method::ServerSide => env
                .cluster
                .apply_strictly(definition, WRITING, Conflicts::Force)
                .await
                .map(Some),
            Method::ClientSide { .. } if replaces => replace(env, definition).await.map(Some),
            Method::ClientSide { .. } => create(env, definition).await,
        };
        let written = written.map_err(|error| {
            let verb = if replaces { "update" } else { "create" };
            ActionError::Definitions(format!(
                "failed to {verb} CustomResourceDefinition {}: {error}",
                definition.name()
            ))
        })?;
        live.extend(written);
        let group = definition.as_value()["spec"]["group"].as_str();
        env.cluster.forget(group.unwrap_or_default());
    }
    env.log.line(format!(
        "applied {} CustomResourceDefinition(s)",
        live.len()
    ));
    if strategy == Strategy::HooksOnly || live.is_empty() {
        return Ok(());
    }
    wait::established(env, &live, TIMEOUT)
        .await
        .map_err(|error| {
            ActionError::Definitions(format!(
                "failed to wait for CustomResourceDefinition(s): {error}"
            ))
        })
}

const WRITING: Writing<'_> = Writing {
    manager: FIELD_MANAGER,
    validation: Validation::Strict,
};

/// One that is there already is left alone.
async fn create(env: &Env, definition: &Object) -> Result<Option<Object>, apply::ApiError> {
    match env.cluster.create(definition, WRITING).await {
        Err(error) if error.reason() == "AlreadyExists" => Ok(None),
        answer => answer.map(Some),
    }
}

async fn replace(env: &Env, definition: &Object) -> Result<Object, apply::ApiError> {
    let current = match env.cluster.get(&definition.object_ref()).await {
        Ok(current) => current,
        Err(error) if error.is_not_found() => {
            return env.cluster.create(definition, WRITING).await;
        }
        Err(error) => return Err(error),
    };
    let mut wanted = definition.clone();
    wanted.value_mut()["metadata"]["resourceVersion"] = json!(current.resource_version());
    env.cluster.replace(&wanted, WRITING).await
}

/// The definitions of a chart, as far as they can be read.
pub fn definitions_of(chart: &Chart) -> Vec<Object> {
    of_chart(chart).unwrap_or_default()
}

/// The definitions in `crds/` of a chart and its subcharts; whatever else lies there is left out, with a word in the log.
fn of_chart(chart: &Chart) -> Result<Vec<Object>, String> {
    let mut definitions = Vec::new();
    for (path, file) in chart.crds() {
        let text = String::from_utf8_lossy(&file.data);
        let objects = parse(&text).map_err(|error| {
            format!("failed to parse CustomResourceDefinitions from {path}: {error}")
        })?;
        for object in objects {
            let is_definition = object.kind() == "CustomResourceDefinition"
                && object.group() == "apiextensions.k8s.io";
            if is_definition {
                definitions.push(object);
            } else {
                tracing::warn!(
                    path,
                    object = object.subject(),
                    "ignoring an object in the chart's crds/ directory that is no CustomResourceDefinition: move it to templates/"
                );
            }
        }
    }
    Ok(definitions)
}
