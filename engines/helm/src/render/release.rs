//! A chart with a user's values to the manifests and hooks of a release.

use std::sync::Arc;

use gotemplate::value::{Map, Numbers, Value};

use super::{Capabilities, Error, Release, World, templates};
use crate::chart::Chart;
use crate::diagnostic::{Diagnostic, Level};
use crate::output::{self, Hook, INSTALL_ORDER, Manifest};
use crate::schema::{self, ChartSchemas, Schema, SchemaError};
use crate::values::{self, Mismatch, Nulls};

/// Values nested deeper than this are not held against a schema.
const MAX_DEPTH: usize = 1000;

/// Longest name of a release.
const MAX_NAME: usize = 53;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The release.
    pub release: Release,
    /// The cluster.
    pub capabilities: Capabilities,
    /// Whether values must meet the schemas of the charts.
    pub schema: SchemaCheck,
    /// What the chart in the result is for.
    pub purpose: Purpose,
}

/// What the chart of a [`Rendered`] is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To be kept in the record of a release: its default values are what came of `import-values`.
    Record,
    /// Only its manifests are wanted: its default values are those that it was loaded with.
    Manifests,
}

/// Whether values are held against `values.schema.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaCheck {
    /// A violation is an error.
    Enforced,
    /// Schemas are not looked at.
    Skipped,
}

/// What a chart gives.
#[derive(Debug)]
pub struct Rendered {
    /// The chart as it was rendered: without the subcharts that are switched off.
    pub chart: Chart,
    /// What is applied, in the order of installation.
    pub manifests: Vec<Manifest>,
    /// What is applied at events.
    pub hooks: Vec<Hook>,
    /// What the chart tells its user.
    pub notes: String,
}

/// Why there is no release.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The name is no name.
    #[error("release name check failed: {0}")]
    Name(String),
    /// The dependencies make no sense with these values.
    #[error("chart dependencies processing failed: {0}")]
    Dependencies(Mismatch),
    /// The values do not fit the subcharts.
    #[error("{0}")]
    Values(Mismatch),
    /// The values break a schema.
    #[error("{0}")]
    Schema(#[from] SchemaError),
    /// The chart is for other versions of Kubernetes.
    #[error("chart requires kubeVersion: {range} which is incompatible with Kubernetes {version}")]
    KubeVersion {
        /// What the chart asks for.
        range: String,
        /// What there is.
        version: String,
    },
    /// A template fails.
    #[error("{0}")]
    Template(#[from] Error),
    /// What a template prints is no manifest.
    #[error("{0}")]
    Manifest(#[from] output::Error),
}

impl Failure {
    /// Whether the failure lies in what templates do or print, so that Helm points to its flag for
    /// showing invalid output.
    pub fn is_in_rendering(&self) -> bool {
        matches!(
            self,
            Self::KubeVersion { .. } | Self::Template(_) | Self::Manifest(_)
        )
    }
}

/// Renders `chart` with a user's `values`. What is worth telling beside the result, or before the
/// failure, goes to `diagnostics`.
pub fn release(
    chart: &Chart,
    values: &yaml::Value,
    request: &Request,
    world: &World,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Rendered, Failure> {
    let name = &request.release.name;
    if let Err(problem) = check_name(name) {
        let failure = Failure::Name(problem.clone());
        let line = Diagnostic::new(Level::Error, "release name check failed");
        diagnostics.push(line.with("error", problem));
        return Err(failure);
    }
    let mut chart = chart.clone();
    let values = match Value::from_yaml(values, Numbers::Kept) {
        Value::Map(map) => map,
        _ => Map::new(),
    };
    let imported = match values::settle_dependencies(&mut chart, &values, diagnostics) {
        Ok(imported) => imported,
        Err(problem) => {
            let line = Diagnostic::new(Level::Error, "chart dependencies processing failed");
            diagnostics.push(line.with("error", problem.to_string()));
            return Err(Failure::Dependencies(problem));
        }
    };
    let values = values::coalesce_imported(&chart, &imported, &values, Nulls::Applied, diagnostics)
        .map_err(Failure::Values)?;
    if request.purpose == Purpose::Record {
        imported.store(&mut chart);
    }
    if request.schema == SchemaCheck::Enforced {
        check_schemas(&chart, &values)?;
    }
    let kube = &request.capabilities.kube_version;
    let range = &chart.metadata.kube_version;
    if !range.is_empty() && !values::is_compatible(range, &kube.normalized) {
        return Err(Failure::KubeVersion {
            range: range.clone(),
            version: kube.version.clone(),
        });
    }
    let mut files = templates(
        &chart,
        &values,
        &request.release,
        &request.capabilities,
        world,
    )?;
    let notes = files
        .remove(&format!("{}/templates/NOTES.txt", chart.name()))
        .map(text)
        .unwrap_or_default();
    files.retain(|path, _| !path.ends_with("NOTES.txt"));
    let sorted = output::sort(files, &INSTALL_ORDER, diagnostics)?;
    Ok(Rendered {
        chart,
        manifests: sorted.manifests,
        hooks: sorted.hooks,
        notes,
    })
}

/// Bytes as text, with U+FFFD where they are no UTF-8.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn check_schemas(chart: &Chart, values: &Map) -> Result<(), SchemaError> {
    let compiled = Compiled::of(chart);
    if !compiled.any() {
        return Ok(());
    }
    match Value::Map(values.clone()).to_yaml(MAX_DEPTH) {
        Some(yaml::Value::Map(tree)) => schema::validate(&compiled.view(), &tree),
        _ => Ok(()),
    }
}

/// The schemas of a chart and its subcharts.
struct Compiled<'a> {
    name: &'a str,
    schema: Option<Arc<Schema>>,
    below: Vec<Self>,
}

impl<'a> Compiled<'a> {
    fn of(chart: &'a Chart) -> Self {
        Self {
            name: chart.name(),
            schema: chart.schema.as_ref().map(|text| chart.made.schema(text)),
            below: chart.dependencies.iter().map(Self::of).collect(),
        }
    }

    fn any(&self) -> bool {
        self.schema.is_some() || self.below.iter().any(Self::any)
    }

    fn view(&self) -> ChartSchemas<'_> {
        ChartSchemas {
            name: self.name,
            schema: self.schema.as_deref(),
            dependencies: self.below.iter().map(Self::view).collect(),
        }
    }
}

fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("release name \"\": no name provided".to_owned());
    }
    let ends = |part: &str| {
        let edge = |byte: Option<&u8>| {
            byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        edge(part.as_bytes().first()) && edge(part.as_bytes().last())
    };
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let valid = name.len() <= MAX_NAME
        && name
            .split('.')
            .all(|part| ends(part) && part.bytes().all(inner));
    if valid {
        return Ok(());
    }
    Err(format!(
        "release name {name:?}: invalid release name, must match regex \
         ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must \
         not be longer than 53"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_releases_are_names_of_kubernetes() {
        for name in ["a", "a-b.c0", "0"] {
            check_name(name).unwrap();
        }
        for name in ["", "A", "-a", "a-", "a..b", "a_b", "a".repeat(54).as_str()] {
            check_name(name).unwrap_err();
        }
    }
}
