//! Publishes the chart (S1, C5, E5).

use common::reconcile::{Flow, Pass, Stop};

use super::super::conditions::STORAGE_FAILED;
use super::super::{Error, HelmCharts};
use crate::source::announce;
use crate::source::archive::Destination;
use crate::source::{NEXT, background, storage};

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
        let destination = Destination::new(&charts.storage, &pass.object, &file, version)?;
        let path = destination.path.clone();
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
        storage::link(charts, pass, &path);
        pass.remove(STORAGE_FAILED);
    } else {
        let version = build.version.clone();
        announce::up_to_date(pass, &version);
    }
    announce::stored(pass, reason, &summary);
    NEXT
}
