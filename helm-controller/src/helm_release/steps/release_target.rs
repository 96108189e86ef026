//! A release that the object does not mean any more is uninstalled first (H8.7).

use common::reconcile::{Class, Flow, Notice, Pass, Stop};

use crate::helm_release::HelmReleases;
use crate::report::outcome;
use crate::state::changed_target;

impl HelmReleases {
    /// Uninstalls the release of another name, namespace, storage or chart, and begins anew.
    pub(in crate::helm_release) async fn release_target(
        &self,
        pass: &mut Pass<Self>,
    ) -> Result<Flow, Stop> {
        let chart = pass.state.chart().name().to_owned();
        let Some(changed) = changed_target(&pass.object, &chart) else {
            return Ok(Flow::Next);
        };
        tracing::info!(
            "release target configuration changed ({}): running uninstall for current release",
            changed.as_str()
        );
        let cluster = pass.state.cluster();
        self.uninstall_recorded(pass, cluster).await?;
        pass.object.status.history.clear();
        outcome::clear_failures(&mut pass.object);
        pass.object.status.storage_namespace = None;
        Err(Stop::new(Class::Requeue, "", "")
            .with_notice(Notice::None)
            .keeping_ready())
    }
}
