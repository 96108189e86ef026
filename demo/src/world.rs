//! All that runs until the end: servers, cluster, controllers.

use anyhow::bail;
use kube::Client;
use ring::rand::{SecureRandom, SystemRandom};
use testing::binaries::Binaries;

use crate::charts::hex;
use crate::cluster::Cluster;
use crate::controllers::Controllers;
use crate::repository::Repository;
use crate::screen::{Screen, seconds};
use crate::servers::Servers;
use crate::{Args, consent, objects};

/// What runs until the end.
pub(crate) struct World {
    pub(crate) repository: Repository,
    /// Those of the demo; a repository of the user's own brings no charts and no images.
    pub(crate) servers: Option<Servers>,
    pub(crate) plan: objects::Plan,
    pub(crate) cluster: Cluster,
    pub(crate) client: Client,
    pub(crate) controllers: Controllers,
}

impl World {
    /// Starts all parts; nothing is created on the cluster yet.
    pub(crate) async fn start(
        args: &Args,
        binaries: &Binaries,
        screen: &mut Screen,
    ) -> anyhow::Result<Self> {
        let components = args.components();
        let repository = Repository::open(args).await?;
        let servers = if repository.is_demo() {
            Some(Servers::start(components).await?)
        } else {
            None
        };
        let places = servers.as_ref().map(Servers::places);
        let plan = objects::Plan::new(components, &repository, places.as_ref(), token()?);
        if plan.objects.is_empty() {
            bail!("nothing in a repository is work for {components}: add source-controller");
        }
        let cluster = match args.own_cluster() {
            None => Cluster::local(binaries).await?,
            Some(kubeconfig) => {
                let request = consent::Request {
                    args,
                    repository: &repository,
                    plan: &plan,
                };
                Cluster::own(kubeconfig, &request).await?
            }
        };
        let time = cluster
            .start_time()
            .map(|time| format!(" (up in {})", seconds(time)));
        screen.say(&(cluster.title.clone() + &time.unwrap_or_default()));
        let controllers = Controllers::start(&cluster.kubeconfig, components).await?;
        let verb = if components.iter().count() == 1 {
            "is"
        } else {
            "are"
        };
        screen.say(&format!("{components} {verb} ready"));
        Ok(Self {
            client: cluster.client().await?,
            repository,
            servers,
            plan,
            cluster,
            controllers,
        })
    }
}

/// What webhooks are signed with: another one for each run.
fn token() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| anyhow::anyhow!("the system has no random numbers"))?;
    Ok(hex(bytes))
}
