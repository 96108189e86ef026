//! Publishes the chart (S1, C5, E5).

use common::reconcile::{Flow, Notice, Pass, Stop};
use crds::source::well_known::reason;

use super::super::conditions::{IN_STORAGE, OUTDATED, STORAGE_FAILED};
use super::super::{Error, HelmCharts};
use crate::source::archive::Destination;
use crate::source::{self, NEXT, Published as _, StorageError, background};

/// Runs the step.
pub async fn run(charts: &HelmCharts, pass: &mut Pass<HelmCharts>) -> Result<Flow, Stop> {
    let Some(build) = &mut pass.state.build else {
        return NEXT;
    };
    let (reason, summary) = (build.reason(), build.to_string());
    if let Some(archive) = build.archive.take() {
        let (name, version) = (build.name.clone(), build.version.clone());
        let values_files = build.values_files.clone();
        let file = format!("{name}-{version}.tgz");
        let path = pass
            .object
            .directory()?
            .file(&file)
            .map_err(StorageError::Path)?;
        let destination = Destination {
            storage: charts.storage.clone(),
            path: path.clone(),
            revision: version,
        };
        let artifact = background(move || -> Result<_, Error> {
            let stored =
                destination.locked(|destination| destination.copy(&mut archive.as_slice()));
            Ok(stored?)
        })
        .await?;
        let spec_ignores = pass.object.spec.ignore_missing_values_files;
        let status = &mut pass.object.status;
        status.artifact = Some(artifact);
        status.observed_chart_name = Some(name);
        status.observed_values_files = if spec_ignores {
            values_files
        } else {
            Vec::new()
        };
        source::link(charts, pass, &path);
        pass.remove(STORAGE_FAILED);
    } else {
        let message = format!(
            "artifact up-to-date with remote revision: '{}'",
            build.version
        );
        pass.event(Notice::Trace, reason::ARTIFACT_UP_TO_DATE, &message, &[]);
    }
    pass.remove(OUTDATED);
    pass.mark(IN_STORAGE, true, reason, &summary);
    NEXT
}
