//! A chart and values to what is applied.

use std::sync::Arc;

use crds::helm::{HelmRelease, PostRenderStrategy};
use gotemplate::value::{Map as Tree, Numbers, Value};
use helm::chart::Chart;
use helm::output;
use helm::release::{Hook, RecordedChart, Release};
use helm::render::{self, Capabilities, KubeVersion, Operation, Purpose, Request, SchemaCheck};
use helm::values::{Nulls, coalesce, process_dependencies};
use tokio::runtime::Handle;
use yaml::Map;

use super::{ActionError, Env, world};
use crate::postrender;

/// Values nested deeper than this are cut off.
const MAX_DEPTH: usize = 1000;

/// What is to be released.
#[derive(Clone)]
pub struct Plan {
    /// The chart, with the version that its source says.
    pub chart: Chart,
    /// The values.
    pub values: Map,
    /// The object, for the changes to the rendering.
    pub object: Arc<HelmRelease>,
    /// What these are made to where the spec does not say.
    pub post_render: PostRenderStrategy,
}

/// What a plan comes to.
pub(super) struct Rendered {
    /// The chart as it is recorded.
    pub chart: RecordedChart,
    /// The values as they are recorded.
    pub config: Map,
    /// The manifest.
    pub manifest: String,
    /// The hooks.
    pub hooks: Vec<Hook>,
    /// The notes.
    pub notes: String,
}

/// Which release it is rendered for.
pub(super) struct Occasion<'a> {
    pub operation: Operation,
    pub revision: i64,
    pub schema: SchemaCheck,
    /// The release whose values are kept beneath the new ones (`preserveValues`).
    pub keeping: Option<&'a Release>,
}

/// Renders a plan. Templates may look into the cluster, so this runs on a thread that may block.
pub(super) async fn render(
    env: &Env,
    plan: &Plan,
    occasion: Occasion<'_>,
) -> Result<Rendered, ActionError> {
    let served = env.served().await.map_err(|error| {
        ActionError::Render(format!(
            "could not get server version from Kubernetes: {error}"
        ))
    })?;
    let kube_version = KubeVersion::parse(&served.version)
        .map_err(|error| ActionError::Render(error.to_string()))?;
    let request = Request {
        release: render::Release {
            name: env.release.name.clone(),
            namespace: env.release.namespace.clone(),
            revision: occasion.revision,
            operation: occasion.operation,
        },
        capabilities: Capabilities {
            kube_version,
            api_versions: served.api_versions.clone(),
        },
        schema: occasion.schema,
        purpose: Purpose::Record,
    };
    let mut plan = plan.clone();
    if let Some(old) = occasion.keeping {
        keep_values(&mut plan, old)?;
    }
    let (cluster, runtime) = (Arc::clone(&env.cluster), Handle::current());
    let log = env.log.clone();
    let work = move || {
        let values = yaml::Value::from(plan.values.clone());
        let mut diagnostics = Vec::new();
        let world = world::of(cluster, runtime);
        let outcome = render::release(&plan.chart, &values, &request, &world, &mut diagnostics);
        for diagnostic in diagnostics {
            log.line(diagnostic.to_string());
        }
        let rendered = outcome.map_err(|error| ActionError::Render(error.to_string()))?;
        let changed = postrender::run(
            &plan.object,
            &plan.post_render,
            &rendered.manifests,
            &rendered.hooks,
        )
        .map_err(|error| ActionError::Render(error.to_string()))?;
        Ok(Rendered {
            chart: RecordedChart::from(&rendered.chart),
            config: plan.values,
            manifest: output::join_manifests(&[], &changed.manifests),
            hooks: changed.hooks.iter().map(Hook::from).collect(),
            notes: rendered.notes,
        })
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| ActionError::Interrupted(error.to_string()))?
}

/// The chart with those subcharts alone that the values switch on.
pub(super) async fn with_dependencies(plan: &Plan) -> Result<Chart, ActionError> {
    let plan = plan.clone();
    let work = move || {
        let mut chart = plan.chart;
        let values = tree(&plan.values);
        process_dependencies(&mut chart, &values, &mut Vec::new())
            .map(|()| chart)
            .map_err(|error| {
                ActionError::Definitions(format!("failed to process chart dependencies: {error}"))
            })
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| ActionError::Interrupted(error.to_string()))?
}

/// Puts the new values over those of the release before, and its defaults in the place of the chart's (Helm's
/// `--reuse-values`).
fn keep_values(plan: &mut Plan, old: &Release) -> Result<(), ActionError> {
    let mut chart = Chart::default();
    if let Some(recorded) = &old.chart {
        chart.metadata = recorded.metadata.clone().unwrap_or_default();
        chart.values = recorded
            .values
            .clone()
            .map_or(yaml::Value::Null, yaml::Value::from);
    }
    let before = coalesce(&chart, &tree(&old.config), Nulls::Applied, &mut Vec::new())
        .map_err(|error| ActionError::Render(format!("failed to rebuild old values: {error}")))?;
    plan.chart.values = Value::Map(before)
        .to_yaml(MAX_DEPTH)
        .unwrap_or(yaml::Value::Null);
    over(&mut plan.values, &old.config);
    Ok(())
}

fn tree(values: &Map) -> Tree {
    match Value::from_yaml(&yaml::Value::from(values.clone()), Numbers::Kept) {
        Value::Map(map) => map,
        _ => Tree::new(),
    }
}

/// Adds what only the old values have; a null among the new ones takes its entry out.
fn over(new: &mut Map, old: &Map) {
    for (key, was) in old {
        let Some(is) = new.get_mut(key) else {
            new.insert(key.clone(), was.clone());
            continue;
        };
        if matches!(is, yaml::Value::Null) {
            new.remove(key);
        } else if let (Some(is), Some(was)) = (is.as_map_mut(), was.as_map()) {
            over(is, was);
        }
    }
}
