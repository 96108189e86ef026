//! The cluster: a local control plane, or the user's own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::ListParams;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config, ResourceExt};
use testing::binaries::{Binaries, KUBERNETES_VERSION};
use testing::control_plane::{crds_dir, install_crds};
use testing::{ControlPlane, Parts};

use crate::component::Components;
use crate::consent;

/// A cluster that the demo may use.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) kubeconfig: PathBuf,
    /// A sentence on what it is.
    pub(crate) title: String,
    plane: Option<ControlPlane>,
}

impl Cluster {
    /// Starts a local control plane with a node whose pods only pretend to run.
    pub(crate) async fn local(binaries: &Binaries) -> anyhow::Result<Self> {
        let plane = ControlPlane::start_with(binaries, Parts::Pods).await?;
        install_crds(&plane.client().await, &crds_dir()).await?;
        Ok(Self {
            kubeconfig: plane.kubeconfig_path().to_owned(),
            title: format!("local control plane, Kubernetes {KUBERNETES_VERSION}"),
            plane: Some(plane),
        })
    }

    /// Takes the cluster of the current context, after the user agreed.
    pub(crate) async fn own(
        kubeconfig: &Path,
        request: &consent::Request<'_>,
    ) -> anyhow::Result<Self> {
        let parsed = Kubeconfig::read_from(kubeconfig)
            .with_context(|| format!("cannot read KUBECONFIG={}", kubeconfig.display()))?;
        let context = parsed
            .current_context
            .clone()
            .context("the kubeconfig has no current context")?;
        let client = client(kubeconfig).await?;
        let version = client.apiserver_version().await;
        let version = version.with_context(|| format!("cannot reach the cluster of {context}"))?;
        refuse_second_toolkit(&client, request.args.components()).await?;
        request.ask(&context, &client).await?;
        install_crds(&client, &crds_dir()).await?;
        Ok(Self {
            kubeconfig: kubeconfig.to_owned(),
            title: format!(
                "cluster of context {context}, Kubernetes {}",
                version.git_version
            ),
            plane: None,
        })
    }

    /// A client with all rights of the kubeconfig.
    pub(crate) async fn client(&self) -> anyhow::Result<Client> {
        client(&self.kubeconfig).await
    }

    /// Whether it goes away with the demo.
    pub(crate) fn is_local(&self) -> bool {
        self.plane.is_some()
    }

    /// An error if a program of a local control plane has ended.
    pub(crate) fn check_running(&mut self) -> anyhow::Result<()> {
        self.plane
            .as_mut()
            .map_or(Ok(()), ControlPlane::check_running)
    }

    /// The logs of a local control plane.
    pub(crate) fn logs(&self) -> Option<PathBuf> {
        self.plane.as_ref().map(ControlPlane::logs)
    }

    /// How long a local API server took to answer.
    pub(crate) fn start_time(&self) -> Option<Duration> {
        self.plane.as_ref().map(ControlPlane::start_time)
    }
}

async fn client(kubeconfig: &Path) -> anyhow::Result<Client> {
    let parsed = Kubeconfig::read_from(kubeconfig)?;
    let config = Config::from_custom_kubeconfig(parsed, &KubeConfigOptions::default()).await?;
    Ok(Client::try_from(config)?)
}

/// Two controllers of a kind would work against each other.
async fn refuse_second_toolkit(client: &Client, components: &Components) -> anyhow::Result<()> {
    let deployments: Api<Deployment> = Api::all(client.clone());
    for deployment in deployments.list(&ListParams::default()).await?.items {
        let name = deployment.name_any();
        let running = deployment.spec.as_ref().and_then(|spec| spec.replicas) != Some(0);
        if running && components.iter().any(|component| component.name() == name) {
            let namespace = deployment.namespace().unwrap_or_default();
            bail!(
                "the cluster runs {name} already; to go on, pause it: \
                 kubectl --namespace {namespace} scale deployment {name} --replicas=0"
            );
        }
    }
    Ok(())
}
