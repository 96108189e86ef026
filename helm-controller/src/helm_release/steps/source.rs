//! The source of the chart, and its artifact (H8.3, H8.4).

use std::time::Duration;

use common::kube;
use common::object::ObjectKey;
use common::reconcile::{Class, Flow, Notice, Pass, Stop};

use crate::args::gates::EXTERNAL_ARTIFACT;
use crate::helm_release::chart_objects::was_looked_at;
use crate::helm_release::source::{self, Found, Kind, Source};
use crate::helm_release::{HelmReleases, reasons};

/// How long source-controller is given to look at a HelmChart that is new to it, before the status says that it is waited for.
const FIRST_LOOK: Duration = Duration::from_secs(10);

impl HelmReleases {
    /// Reads the source, and waits until it has published something.
    pub(in crate::helm_release) async fn source(
        &self,
        pass: &mut Pass<Self>,
    ) -> Result<Flow, Stop> {
        let Some((kind, key)) = source::reference(&pass.object) else {
            tracing::error!("invalid Chart reference");
            return Err(Stop::abandon());
        };
        self.may_use(pass, kind.as_str(), &key).map_err(denied)?;
        if kind == Kind::ExternalArtifact && !self.settings.gates.enabled(EXTERNAL_ARTIFACT) {
            let text = format!(
                "can't access '{}/{key}', {EXTERNAL_ARTIFACT} feature gate is disabled",
                kind.as_str()
            );
            return Err(denied(text));
        }
        self.await_first_look(pass, &key).await;
        match self.find(pass, kind, &key).await? {
            Ok(artifact) => {
                let revision = artifact.revision.clone();
                self.settings.under_way.begin(pass.key(), revision);
                pass.state.set_source(Source {
                    kind,
                    key,
                    artifact,
                });
                Ok(Flow::Next)
            }
            Err(why) => {
                let delay = self.settings.jitter.apply(self.settings.requeue_dependency);
                let stop = Stop::new(Class::Wait(delay), reasons::SOURCE_NOT_READY, why);
                Err(stop.with_notice(Notice::None))
            }
        }
    }

    /// Waits a moment for the HelmChart of the template where it has just been written: a status of that moment would be
    /// out of date before anybody has read it.
    async fn await_first_look(&self, pass: &mut Pass<Self>, key: &ObjectKey) {
        let Some(chart) = pass.state.helm_chart.as_ref() else {
            return;
        };
        if was_looked_at(chart) {
            return;
        }
        let generation = chart.metadata.generation;
        let awaited = self.settings.chart_objects.wait(key.clone());
        let interrupt = pass.interrupt();
        let looking = async {
            tokio::select! {
                chart = awaited.looked_at(generation) => Some(chart),
                () = tokio::time::sleep(FIRST_LOOK) => None,
                _ = interrupt.overruled() => None,
            }
        };
        let found = pass.bench().rest(looking).await;
        if let Some(chart) = &found {
            let artifact = chart.status.artifact.as_ref();
            let revision = artifact.map_or(String::new(), |artifact| artifact.revision.clone());
            self.settings.under_way.begin(pass.key(), revision);
        }
        drop(awaited);
        // What came between the end of the patience and that of the wait has woken nobody.
        let found = found.or_else(|| self.settings.chart_objects.get(key));
        if let Some(chart) = found.filter(|chart| chart.metadata.generation >= generation) {
            pass.state.helm_chart = Some((*chart).clone());
        }
    }

    /// A HelmChart that was looked at a moment ago is not read again.
    pub(super) async fn find(
        &self,
        pass: &Pass<Self>,
        kind: Kind,
        key: &ObjectKey,
    ) -> Result<Found, Stop> {
        if let Some(chart) = &pass.state.helm_chart {
            return Ok(source::usable(chart, chart.status.artifact.as_ref()));
        }
        let found = source::read(&pass.context.client, kind, key).await;
        found.map_err(|error| {
            let cause = match error {
                kube::Error::Api(status) if status.code == 404 => not_found(kind, key),
                kube::Error::Api(status) => status.message.clone(),
                other => other.to_string(),
            };
            let text = format!("could not get Source object: {cause}");
            Stop::new(Class::Backoff, reasons::ARTIFACT_FAILED, text).with_notice(Notice::None)
        })
    }
}

/// As the clients of the field say it, which name the kind and not the resource.
fn not_found(kind: Kind, key: &ObjectKey) -> String {
    let (kind, name) = (kind.as_str(), &key.name);
    format!("{kind}.{} \"{name}\" not found", crds::source::GROUP)
}

/// Only another spec or other flags can help.
fn denied(text: String) -> Stop {
    Stop::new(Class::Stall, reasons::ACCESS_DENIED, text)
}
