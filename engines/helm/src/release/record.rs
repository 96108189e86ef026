//! The parts of a record.

use std::collections::BTreeMap;
use std::sync::Arc;

use yaml::Map;

use super::{ApplyMethod, HookPhase, Status, Time};
use crate::chart::{self, Chart, Lock, Metadata};
use crate::output;

/// One revision of a release.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Release {
    /// The name.
    pub name: String,
    /// How far it got and when.
    pub info: Info,
    /// The chart it was rendered from, without its subcharts.
    pub chart: Option<RecordedChart>,
    /// The values that the user gave, over those of the chart.
    pub config: Map,
    /// What was rendered, but for the hooks.
    pub manifest: String,
    /// The hooks that were rendered.
    pub hooks: Vec<Hook>,
    /// The revision, from 1 on.
    pub version: i64,
    /// The namespace that it was installed to.
    pub namespace: String,
    /// Labels that the user gave. They are kept beside the record, not in it.
    pub labels: BTreeMap<String, String>,
    /// How its objects were applied.
    pub apply_method: ApplyMethod,
}

/// How far a revision got and when.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Info {
    /// When the first revision was applied.
    pub first_deployed: Option<Time>,
    /// When this revision was applied.
    pub last_deployed: Option<Time>,
    /// When it was uninstalled.
    pub deleted: Option<Time>,
    /// What happened, for humans.
    pub description: String,
    /// How far it got.
    pub status: Status,
    /// The revision that this one was rolled back to, or zero.
    pub rollback_revision: i64,
    /// The rendered `NOTES.txt`.
    pub notes: String,
}

/// A chart as a record holds it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordedChart {
    /// What `Chart.yaml` says.
    pub metadata: Option<Metadata>,
    /// What `Chart.lock` says.
    pub lock: Option<Lock>,
    /// The templates.
    pub templates: Vec<File>,
    /// The default values; none without a `values.yaml`.
    pub values: Option<Map>,
    /// `values.schema.json`.
    pub schema: Option<Arc<[u8]>>,
    /// When the schema was last changed. Helm 4 notes it.
    pub schema_modified: Option<Time>,
    /// The other files.
    pub files: Vec<File>,
    /// When the metadata was last changed. Helm 4 notes it.
    pub modified: Option<Time>,
}

/// A file of a chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Its path in the chart.
    pub name: String,
    /// Its bytes.
    pub data: Arc<[u8]>,
    /// When it was last changed. Helm 4 notes it.
    pub modified: Option<Time>,
}

/// A hook with its last run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hook {
    /// The name of the object.
    pub name: String,
    /// The kind of the object.
    pub kind: String,
    /// The template it comes from.
    pub path: String,
    /// The text.
    pub manifest: String,
    /// When it runs: `pre-install` and so on.
    pub events: Vec<String>,
    /// Its last run.
    pub last_run: HookRun,
    /// Hooks of an event run by weight, the lightest first.
    pub weight: i64,
    /// When its object is deleted: `hook-succeeded`, `hook-failed`, `before-hook-creation`.
    pub delete_policies: Vec<String>,
    /// When its logs are shown: `hook-succeeded`, `hook-failed`.
    pub output_log_policies: Vec<String>,
}

/// A run of a hook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookRun {
    /// When it began.
    pub started_at: Option<Time>,
    /// When it ended.
    pub completed_at: Option<Time>,
    /// How far it got.
    pub phase: HookPhase,
}

impl Hook {
    /// Whether it is a test.
    pub fn is_test(&self) -> bool {
        self.events.iter().any(|event| event == "test")
    }
}

impl From<&output::Hook> for Hook {
    /// A hook that has not run.
    fn from(hook: &output::Hook) -> Self {
        Self {
            name: hook.name.clone(),
            kind: hook.kind.clone(),
            path: hook.path.clone(),
            manifest: hook.manifest.clone(),
            events: hook
                .events
                .iter()
                .map(|event| event.name().to_owned())
                .collect(),
            last_run: HookRun::default(),
            weight: hook.weight,
            delete_policies: hook.delete_policies.clone(),
            output_log_policies: hook.output_log_policies.clone(),
        }
    }
}

impl From<&chart::File> for File {
    fn from(file: &chart::File) -> Self {
        Self {
            name: file.name.clone(),
            data: file.data.shared(),
            modified: file.modified.map(Time::from),
        }
    }
}

impl From<&Chart> for RecordedChart {
    /// The chart itself; subcharts do not enter the record.
    fn from(chart: &Chart) -> Self {
        Self {
            metadata: Some(chart.metadata.clone()),
            lock: chart.lock.clone(),
            templates: chart.templates.iter().map(File::from).collect(),
            values: chart.values.as_map().cloned(),
            schema: chart.schema.clone(),
            schema_modified: chart.schema_modified.map(Time::from),
            files: chart.files.iter().map(File::from).collect(),
            modified: chart.modified.map(Time::from),
        }
    }
}
