//! A release that was finished when the process ended, before the status could say so.

use common::conditions::{self, RECONCILING, reasons::PROGRESSING};
use common::reconcile::{Pass, Stop};
use crds::helm::{AttemptedAction, HelmRelease};
use helm::release::{Release, Status};
use jiff::Timestamp;

use crate::action::{definitions_of, inventory_of, objects};
use crate::helm_release::HelmReleases;
use crate::names;
use crate::report::{message, outcome, summary};
use crate::snapshot::{self, Action as Made, digest, history, observe};
use crate::state::Action;
use crate::storage::History;

/// An action as the status names it, and as snapshots do.
type Interrupted = (AttemptedAction, Made);

/// The install or upgrade that was under way when this status was written last.
pub(super) fn interrupted(object: &HelmRelease) -> Option<Interrupted> {
    let found = conditions::find(&object.status.conditions, RECONCILING)?;
    if !found.is_true() || found.reason != PROGRESSING {
        return None;
    }
    let says = |action| message::is_running(&found.message, action);
    if says(Action::Install) {
        Some((AttemptedAction::Install, Made::Install))
    } else if says(Action::Upgrade) {
        Some((AttemptedAction::Upgrade, Made::Upgrade))
    } else {
        None
    }
}

impl HelmReleases {
    /// Notes and tells what the action came to, where the newest revision is the one that is wanted: it is not made again.
    pub(super) async fn take_up(
        &self,
        pass: &mut Pass<Self>,
        (attempted, made): Interrupted,
        history: &mut History,
    ) -> Result<(), Stop> {
        let Some(last) = history.last() else {
            return Ok(());
        };
        if !is_wanted(pass, &attempted, &last) {
            return Ok(());
        }
        let cluster = pass.state.cluster();
        let namespace = names::release_namespace(&pass.object);
        let what = "release manifest";
        // What cannot be listed now is upgraded as if somebody else had made it, which says what is wrong.
        let Ok(seen) = objects(cluster.as_ref(), &last.manifest, namespace, what).await else {
            return Ok(());
        };
        tracing::info!(
            version = last.version,
            "release was finished before, taking it up"
        );
        let now = Timestamp::now();
        outcome::begin_release(&mut pass.object, &attempted, now);
        history.take_written();
        history.note(&last);
        if let Some(before) = history.get(last.version - 1) {
            history.note(&before);
        }
        let written = history.take_written();
        observe::released(&mut pass.object, &written, made, self.settings.algorithm);
        let definitions = definitions_of(pass.state.chart());
        let inventory = inventory_of(&seen, &definitions);
        pass.object.status.inventory = Some(common::inventory::to_status(inventory));
        let default = self.settings.default_strategy;
        let event = outcome::released(&mut pass.object, &attempted, default, now);
        Self::tell(pass, event);
        summary::summarize(&mut pass.object, self.settings.algorithm, now);
        pass.patch().await
    }
}

/// Whether a revision is deployed, new, and made of the chart and the values that are wanted.
fn is_wanted(pass: &Pass<HelmReleases>, attempted: &AttemptedAction, last: &Release) -> bool {
    if last.info.status != Status::Deployed {
        return false;
    }
    let status = &pass.object.status;
    let is_new = match history::latest(&status.history) {
        Some(latest) if *attempted == AttemptedAction::Upgrade => {
            last.version > latest.version && latest.name == last.name
        }
        Some(latest) => !snapshot::targets(latest, last),
        None => true,
    };
    let chart = &pass.state.chart().metadata;
    let made = last.chart.as_ref().and_then(|made| made.metadata.as_ref());
    let of_chart =
        made.is_some_and(|made| made.name == chart.name && made.version == chart.version);
    let config = status.last_attempted_config_digest.as_deref();
    is_new && of_chart && config.is_some_and(|config| digest::values_match(config, &last.config))
}
