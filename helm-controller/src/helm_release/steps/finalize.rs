//! Deletion (section 20).

use std::sync::Arc;

use apply::{Cluster as _, Gvk, ObjectRef};
use common::access::{Identity, TargetError};
use common::cluster::KubeCluster;
use common::reconcile::{Class, Notice, Pass, Stop};
use jiff::Timestamp;

use super::identity;
use crate::action::{self, ActionError, Env, Log, ReleaseId, Uninstalled};
use crate::helm_release::{HelmReleases, reasons};
use crate::report::{message, outcome, summary};
use crate::snapshot::{self, Action as Made, history};
use crate::storage::{History, Secrets};

impl HelmReleases {
    /// Uninstalls the release, then deletes the HelmChart. A suspended object leaves both (H20.1).
    pub(in crate::helm_release) async fn undo(&self, pass: &mut Pass<Self>) -> Result<(), Stop> {
        if pass.object.spec.suspend {
            return Ok(());
        }
        self.undo_release(pass).await?;
        if let Some(made) = pass.object.status.helm_chart.clone() {
            self.delete_chart(pass, &made).await?;
        }
        Ok(())
    }

    /// H20.2 to H20.4.
    async fn undo_release(&self, pass: &mut Pass<Self>) -> Result<(), Stop> {
        if pass.object.status.storage_namespace.is_none() {
            return Ok(());
        }
        let cluster = match self.cluster(pass).await {
            Ok(cluster) => cluster,
            Err(TargetError::Secret {
                missing: true,
                secret,
                ..
            }) => {
                tracing::error!(
                    secret,
                    "skipping Helm release uninstallation: the kubeconfig is gone"
                );
                return Ok(());
            }
            Err(error) => {
                let text = format!(
                    "failed to build REST client getter to uninstall release: {}",
                    identity::text(&error)
                );
                return Err(Self::stays(&text));
            }
        };
        if pass.object.spec.kube_config.is_none() && !self.has_account(pass).await? {
            return Ok(());
        }
        // Expressions that are wrong must not keep the object.
        if let Err(error) = Self::read_expressions(pass) {
            tracing::error!(%error, "health expressions are not used");
        }
        self.uninstall_recorded(pass, cluster).await?;
        pass.object.status.history.clear();
        pass.object.status.storage_namespace = None;
        Ok(())
    }

    /// Whether the account to act as is there. Without it the release cannot be uninstalled, and its namespace must not be
    /// held up (H26.24).
    async fn has_account(&self, pass: &Pass<Self>) -> Result<bool, Stop> {
        let namespace = pass.key().namespace;
        let account = pass.object.spec.service_account_name.as_deref();
        let default = self.settings.default_service_account.as_deref();
        let identity = Identity::of(&namespace, account, default)
            .map_err(|error| Self::stays(&error.to_string()))?;
        let Identity::ServiceAccount(user) = identity else {
            return Ok(true);
        };
        let name = user.rsplit(':').next().unwrap_or_default();
        let account = ObjectRef {
            gvk: Gvk::new("v1", "ServiceAccount"),
            namespace: namespace.to_string(),
            name: name.to_owned(),
        };
        match self.settings.identities.own().get(&account).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => {
                tracing::error!(%error, "skipping Helm release uninstallation");
                Ok(false)
            }
            Err(error) => Err(Self::stays(&format!(
                "failed to confirm ServiceAccount '{name}' can be used to uninstall release: {error}"
            ))),
        }
    }

    /// The object stays until this is over.
    fn stays(text: &str) -> Stop {
        Stop::new(Class::Backoff, reasons::UNINSTALL_FAILED, text).with_notice(Notice::None)
    }

    /// Uninstalls the release that the status knows, where it does; a release that it does not know is left alone.
    pub(super) async fn uninstall_recorded(
        &self,
        pass: &mut Pass<Self>,
        cluster: Arc<KubeCluster>,
    ) -> Result<(), Stop> {
        let Some(latest) = history::latest(&pass.object.status.history).cloned() else {
            return Ok(());
        };
        let key = pass.key();
        let env = Env {
            release: ReleaseId {
                name: latest.name.clone(),
                namespace: latest.namespace.clone(),
            },
            cluster: Arc::clone(&cluster),
            bench: pass.bench(),
            readers: pass.state.readers.clone(),
            hook_readers: pass.state.hook_readers.clone(),
            custom_kinds: pass.state.custom_kinds.clone(),
            object: (key.namespace.to_string(), key.name.to_string()),
            log: Log::default(),
        };
        let storage = pass.object.status.storage_namespace.clone();
        let records = Arc::new(Secrets::new(cluster, storage.unwrap_or_default()));
        let mut stored = History::list(records, &latest.name)
            .await
            .map_err(|error| Self::stays(&error.to_string()))?;
        let options = self.uninstall_options(&pass.object.spec);
        let (uninstalled, result) = action::uninstall(&env, &mut stored, &options).await;
        let written = stored.take_written();
        self.observe_uninstall(pass, written.values(), Made::Uninstall);
        let result = match uninstalled {
            Uninstalled::Revision(version) if version != latest.version => {
                Err(ActionError::Mismatch(format!(
                    "uninstalled release {}/{}.v{version} != current release {}",
                    latest.namespace,
                    latest.name,
                    snapshot::full_name(&latest)
                )))
            }
            _ => result,
        };
        let now = Timestamp::now();
        let object = &mut pass.object;
        match (uninstalled, result) {
            (Uninstalled::NotFound, _) => {
                outcome::was_uninstalled(object, &message::not_found(&latest), now);
            }
            (_, Err(ActionError::AlreadyUninstalled(_))) => {
                outcome::was_uninstalled(object, &message::already_uninstalled(&latest), now);
            }
            (_, Ok(())) => {
                let event = outcome::uninstalled(object, now);
                Self::tell(pass, event);
            }
            (_, Err(error)) => {
                let text = error.to_string();
                let event = outcome::uninstall_failed(object, &text, &env.log.tail(), now);
                summary::summarize(object, self.settings.algorithm, now);
                Self::tell(pass, event);
                return Err(Stop::new(Class::Backoff, reasons::UNINSTALL_FAILED, text)
                    .with_notice(Notice::None)
                    .keeping_ready());
            }
        }
        Ok(())
    }
}
