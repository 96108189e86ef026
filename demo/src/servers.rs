//! The servers beside the git server: a Helm repository, a registry, and a sink for messages; and what they serve.

use anyhow::Context;
use testing::http::{Files, Sink};
use testing::registry::{Artifact, Registry};

use crate::charts::{Chart, index};
use crate::component::{Component, Components};

/// The image that gets a new tag: its repository in the registry.
pub(crate) const IMAGE: &str = "shop/storefront";

/// The tag that the demo repository runs, and the one that is pushed once all is Ready.
pub(crate) const TAGS: [&str; 2] = ["4.2.0", "4.3.0"];

/// The chart in the Helm repository.
pub(crate) const REPOSITORY_CHART: &str = "cache";

/// The chart in the registry, and its repository there.
pub(crate) const REGISTRY_CHART: &str = "queue";
pub(crate) const REGISTRY_CHARTS: &str = "charts/queue";

/// The version of both charts that is there at first, and the one that comes once all is Ready.
pub(crate) const VERSIONS: [&str; 2] = ["1.0.0", "1.1.0"];

/// The servers that the chosen controllers have a use for.
#[derive(Debug)]
pub(crate) struct Servers {
    charts: Option<Files>,
    registry: Option<Registry>,
    sink: Option<Sink>,
    components: Components,
}

/// Where they are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    /// `http://127.0.0.1:<port>` of the Helm repository.
    pub(crate) charts: Option<String>,
    /// `127.0.0.1:<port>` of the registry.
    pub(crate) registry: Option<String>,
    /// `http://127.0.0.1:<port>` of the sink.
    pub(crate) sink: Option<String>,
}

/// Whether a registry is needed.
pub(crate) fn need_registry(components: &Components) -> bool {
    components.has(Component::Helm) || components.has(Component::ImageReflector)
}

impl Servers {
    /// Starts them with the first tag and the first versions.
    pub(crate) async fn start(components: &Components) -> anyhow::Result<Self> {
        let mut servers = Self {
            charts: None,
            registry: None,
            sink: None,
            components: components.clone(),
        };
        if need_registry(components) {
            let registry = Registry::start().await;
            servers.registry = Some(registry.context("the registry did not start")?);
        }
        if components.has(Component::Helm) {
            servers.charts = Some(Files::start().await?);
        }
        if components.has(Component::Notification) {
            servers.sink = Some(Sink::start().await?);
        }
        servers.publish(1).await?;
        Ok(servers)
    }

    pub(crate) fn places(&self) -> Places {
        Places {
            charts: self.charts.as_ref().map(|charts| charts.url().to_owned()),
            registry: self.registry.as_ref().map(|one| one.host().to_owned()),
            sink: self.sink.as_ref().map(|sink| sink.url().to_owned()),
        }
    }

    pub(crate) fn sink(&self) -> Option<&Sink> {
        self.sink.as_ref()
    }

    /// Pushes the second tag, and publishes the second versions of the charts.
    pub(crate) async fn publish_next(&self) -> anyhow::Result<()> {
        self.publish(2).await
    }

    /// Publishes the first `count` tags and versions.
    async fn publish(&self, count: usize) -> anyhow::Result<()> {
        let newest = count - 1;
        if let Some(charts) = &self.charts {
            let versions = VERSIONS[..count].iter();
            let packed = versions.map(|version| Chart::pack(REPOSITORY_CHART, version));
            let packed = packed.collect::<anyhow::Result<Vec<_>>>()?;
            // What the index names has to be there.
            for chart in &packed {
                charts.put(&format!("/{}", chart.file_name()), chart.bytes.clone());
            }
            charts.put("/index.yaml", index(REPOSITORY_CHART, &packed));
            let registry = self.registry.as_ref().context("no registry for charts")?;
            let version = VERSIONS[newest];
            let artifact = Chart::pack(REGISTRY_CHART, version)?.artifact();
            registry.push(REGISTRY_CHARTS, version, &artifact).await?;
        }
        if let Some(registry) = &self.registry
            && self.components.has(Component::ImageReflector)
        {
            let tag = TAGS[newest];
            let layer = format!("storefront {tag}").into_bytes();
            let image = Artifact::of("application/vnd.oci.image.layer.v1.tar", layer);
            registry.push(IMAGE, tag, &image).await?;
        }
        Ok(())
    }
}
