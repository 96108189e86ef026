//! Finds or makes the chart, and says so (C3 to C9, E6).

use common::reconcile::{Flow, Notice, Pass, Stop};
use crds::source::well_known::reason;

use super::super::conditions::{BUILD_FAILED, FETCH_FAILED, OUTDATED, VERIFIED};
use super::super::error::BuildError;
use super::super::{Error, HelmCharts};
use super::source::Source;
use super::{local, registry, repository};
use crate::source::{NEXT, announce};

/// The reason of the condition that a newer chart is known (C12).
const NEW_CHART: &str = "NewChart";

/// The reason of the event that charts were found which this one needs (E8).
const RESOLVED: &str = "ResolvedDependencies";

/// Runs the step.
pub async fn run(charts: &HelmCharts, pass: &mut Pass<HelmCharts>) -> Result<Flow, Stop> {
    let Some(source) = pass.state.source.take() else {
        return NEXT;
    };
    let interrupt = pass.interrupt();
    let built = tokio::select! {
        built = build(charts, pass, source) => built,
        interrupted = interrupt.overruled() => return Err(interrupted.into()),
    };
    let build = match built {
        Ok(build) => build,
        Err(error) => return Err(failed(pass, error)),
    };
    pass.remove(FETCH_FAILED);
    pass.remove(BUILD_FAILED);
    if pass.object.spec.verify.is_some() {
        let message = format!("verified signature of version {}", build.version);
        pass.mark(VERIFIED, true, "Succeeded", &message);
    }
    if build.resolved > 0 {
        let message = format!("resolved {} chart dependencies", build.resolved);
        pass.event(Notice::Trace, RESOLVED, &message, &[]);
    }
    let status = &pass.object.status;
    let is_new = status.observed_chart_name.as_ref() != Some(&build.name)
        || status
            .artifact
            .as_ref()
            .is_none_or(|artifact| artifact.revision != build.version);
    if is_new {
        let message = build.to_string();
        if status.artifact.is_some() {
            pass.mark(OUTDATED, true, NEW_CHART, &message);
        }
        announce::building(pass, &message).await?;
    }
    pass.state.build = Some(build);
    NEXT
}

async fn build(
    charts: &HelmCharts,
    pass: &Pass<HelmCharts>,
    source: Source,
) -> Result<super::super::build::Build, Error> {
    match source {
        Source::Index(repository, artifact) => {
            repository::build(charts, pass, &repository, &artifact).await
        }
        Source::Registry(repository) => registry::build(charts, pass, &repository).await,
        Source::Tarball(artifact) => local::build(charts, pass, artifact).await,
    }
}

/// A chart that cannot be built was fetched, and one that cannot be fetched says nothing of building (C10).
fn failed(pass: &mut Pass<HelmCharts>, error: Error) -> Stop {
    match &error {
        Error::Build(BuildError::Reference(_) | BuildError::Pull(_)) => pass.remove(BUILD_FAILED),
        Error::Build(BuildError::Verification(_)) => {
            pass.remove(FETCH_FAILED);
            let message = error.to_string();
            pass.mark(VERIFIED, false, reason::VERIFICATION_ERROR, &message);
        }
        Error::Build(_) => pass.remove(FETCH_FAILED),
        _ => {}
    }
    error.into()
}
