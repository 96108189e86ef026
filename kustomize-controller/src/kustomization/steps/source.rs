//! The source and its artifact.

use common::access::{AccessDenied, check_reference};
use common::kube::{self, Client};
use common::object::{self, ObjectReference};
use common::reconcile::{Class, Flow, Notice, Pass, Policy as _, Stop};
use crds::kustomize::{CrossNamespaceSourceReference, SourceKind};
use crds::meta::Artifact;
use crds::source::{Bucket, ExternalArtifact, GitRepository, OciRepository};

use crate::args::gates::EXTERNAL_ARTIFACT;
use crate::kustomization::state::Source;
use crate::kustomization::{Kustomizations, reasons};

impl Kustomizations {
    /// Reads the source, and waits until it has published something (section 6).
    pub(in crate::kustomization) async fn source(
        &self,
        pass: &mut Pass<Self>,
    ) -> Result<Flow, Stop> {
        if let Some(source) = self.find_source(pass).await? {
            self.settings
                .under_way
                .begin(pass.key(), source.artifact.revision.clone());
            pass.state.set_source(source);
            return Ok(Flow::Next);
        }
        let delay = self.settings.requeue_dependency;
        let message = format!(
            "Source artifact not found, retrying in {}",
            common::duration::format(delay)
        );
        let stop = Stop::new(Class::Wait(delay), reasons::ARTIFACT_FAILED, message);
        Err(stop.with_notice(Notice::None))
    }

    /// The source as it is now; none when it has published nothing.
    pub(super) async fn find_source(&self, pass: &Pass<Self>) -> Result<Option<Source>, Stop> {
        let reference = &pass.object.spec.source_ref;
        let own = pass.key().namespace;
        let namespace = reference.namespace_or(&own);
        self.may_use(reference, &own, namespace)
            .map_err(|denied| Stop::new(denied.class(), denied.reason(), denied.to_string()))?;
        let artifact = read(
            &pass.context.client,
            &reference.kind,
            namespace,
            &reference.name,
        )
        .await;
        match artifact {
            Ok(artifact) => Ok(artifact.map(|artifact| Source { artifact })),
            Err(kube::Error::Api(status)) if status.code == 404 => Err(not_found(reference)),
            Err(error) => {
                let message = format!(
                    "unable to get source '{namespace}/{}': {error}",
                    reference.name
                );
                Err(Stop::new(Class::Backoff, reasons::ARTIFACT_FAILED, message)
                    .with_notice(Notice::None))
            }
        }
    }

    fn may_use(
        &self,
        reference: &CrossNamespaceSourceReference,
        own: &str,
        namespace: &str,
    ) -> Result<(), AccessDenied> {
        let target = ObjectReference {
            kind: reference.kind.as_str().to_owned(),
            namespace: namespace.to_owned(),
            name: reference.name.clone(),
            ..ObjectReference::default()
        };
        check_reference(self.settings.cross_namespace, own, &target)?;
        if reference.kind == SourceKind::ExternalArtifact
            && !self.settings.gates.enabled(EXTERNAL_ARTIFACT)
        {
            return Err(AccessDenied::GateDisabled {
                target: target.to_string(),
                gate: EXTERNAL_ARTIFACT,
            });
        }
        Ok(())
    }
}

fn not_found(reference: &CrossNamespaceSourceReference) -> Stop {
    let (kind, name) = (reference.kind.as_str(), &reference.name);
    let message = format!("{kind}.{} \"{name}\" not found", crds::source::GROUP);
    Stop::new(Class::Retry, reasons::ARTIFACT_FAILED, message).with_notice(Notice::None)
}

/// The artifact in the status of a source of any kind.
async fn read(
    client: &Client,
    kind: &SourceKind,
    namespace: &str,
    name: &str,
) -> Result<Option<Artifact>, kube::Error> {
    Ok(match kind {
        SourceKind::GitRepository => {
            object::read::<GitRepository>(client, namespace, name)
                .await?
                .status
                .artifact
        }
        SourceKind::OciRepository => {
            object::read::<OciRepository>(client, namespace, name)
                .await?
                .status
                .artifact
        }
        SourceKind::Bucket => {
            object::read::<Bucket>(client, namespace, name)
                .await?
                .status
                .artifact
        }
        SourceKind::ExternalArtifact => {
            object::read::<ExternalArtifact>(client, namespace, name)
                .await?
                .status
                .artifact
        }
        // The API server admits no other kind.
        SourceKind::Other(_) => None,
    })
}
