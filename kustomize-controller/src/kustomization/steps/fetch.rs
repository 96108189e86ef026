//! The files of the artifact (section 9), and the path in them.

use common::artifact_client::{FetchError, Tree};
use common::queue::Interrupted;
use common::reconcile::{Class, Flow, Notice, Pass, Stop};
use std::sync::Arc;
use std::time::Duration;

use crate::build::build_path;
use crate::kustomization::progress::FETCHING;
use crate::kustomization::state::Fetched;
use crate::kustomization::{Kustomizations, reasons};

impl Kustomizations {
    /// Brings the tree here, unless it is, and finds the path in it. Downloads, and the pauses between tries, hold no worker.
    pub(in crate::kustomization) async fn fetch(
        &self,
        pass: &mut Pass<Self>,
    ) -> Result<Flow, Stop> {
        Self::begin(pass);
        let artifact = pass.state.source().reference();
        let outcome = if let Some(tree) = self.settings.artifacts.cached(&artifact) {
            Ok(tree)
        } else {
            if pass.state.announced.is_some() {
                self.say(pass, FETCHING).await?;
            }
            let artifacts = self.settings.artifacts.clone();
            let fetching = async move { artifacts.tree(&artifact).await };
            match pass.park(fetching).await {
                Ok(outcome) => outcome,
                Err(interrupted) => return Err(again(&interrupted)),
            }
        };
        let tree = match outcome {
            Ok(tree) => tree,
            Err(error) => return Err(self.fetch_failed(pass, &error).await?),
        };
        Self::find_path(pass, tree)?;
        let revision = pass.state.source().artifact.revision.clone();
        pass.object.status.last_attempted_revision = Some(revision);
        Ok(Flow::Next)
    }

    fn find_path(pass: &mut Pass<Self>, tree: Arc<Tree>) -> Result<(), Stop> {
        let directory = build_path(pass.object.spec.path.as_deref().unwrap_or_default());
        let inside = directory.strip_prefix("/").unwrap_or(&directory);
        let missing = match tree.root().kind(inside) {
            Ok(Some(_)) => None,
            Ok(None) => Some("no such file or directory".to_owned()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(cause) = missing {
            let message = format!(
                "kustomization path not found: stat {}: {cause}",
                inside.display()
            );
            return Err(pass
                .state
                .stop(Class::Retry, reasons::ARTIFACT_FAILED, message));
        }
        pass.state.fetched = Some(Fetched { tree, directory });
        Ok(())
    }

    /// What follows from a failed fetch. Where the source has something newer by now, that comes first (T6).
    async fn fetch_failed(&self, pass: &Pass<Self>, error: &FetchError) -> Result<Stop, Stop> {
        if error.is_stale() {
            let now = self.find_source(pass).await?;
            if now.is_some_and(|now| now != *pass.state.source()) {
                return Ok(Stop::new(
                    Class::Wait(Duration::ZERO),
                    reasons::ARTIFACT_FAILED,
                    error.to_string(),
                )
                .with_notice(Notice::None)
                .keeping_ready());
            }
        }
        Ok(match error {
            FetchError::NotFound => {
                let delay = self.settings.requeue_dependency;
                let message = format!(
                    "Source is not ready, artifact not found, retrying in {}",
                    common::duration::format(delay)
                );
                let stop = pass
                    .state
                    .stop(Class::Wait(delay), reasons::ARTIFACT_FAILED, message);
                stop.with_notice(Notice::None)
            }
            FetchError::Disk(_) => {
                let reason = reasons::DIR_CREATION_FAILED;
                pass.state.stop(Class::Retry, reason, error.to_string())
            }
            other => pass
                .state
                .stop(Class::Retry, reasons::ARTIFACT_FAILED, other.to_string()),
        })
    }
}

/// A pass that something newer has overtaken before it changed anything.
fn again(interrupted: &Interrupted) -> Stop {
    match interrupted {
        Interrupted::Shutdown => Stop::abandon(),
        Interrupted::Changed(_) => Stop::new(
            Class::Wait(Duration::ZERO),
            reasons::ARTIFACT_FAILED,
            interrupted.to_string(),
        )
        .with_notice(Notice::None)
        .keeping_ready(),
    }
}
