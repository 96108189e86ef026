//! Objects to the cluster (section 14), and the record of them (section 15).

use std::collections::BTreeMap;

use apply::{Action, ApiVersions, ApplyOptions, ChangeSet, Force, IgnoreRules, Inventory};
use common::conditions::{self, RECONCILING, reasons::PROGRESSING};
use common::inventory;
use common::reconcile::{Class, Flow, Pass, Stop};
use crds::kustomize::{Kustomization, KustomizationSpec};
use jiff::Timestamp;

use crate::args::gates::{GROUP_CHANGE_LOG, MIGRATE_API_VERSION};
use crate::build::{guard, metadata};
use crate::kustomization::memories::Trust;
use crate::kustomization::{Kustomizations, reasons};

impl Kustomizations {
    /// Applies in stages; where that fails the inventory stays as it was (K15.4).
    pub(in crate::kustomization) async fn apply(
        &self,
        pass: &mut Pass<Self>,
    ) -> Result<Flow, Stop> {
        let phase = "Detecting drift";
        self.phase(pass, phase).await?;
        let objects = match &mut pass.state.built {
            Some(built) => std::mem::take(&mut built.objects),
            None => Vec::new(),
        };
        if let Err(encrypted) = guard::check(&objects) {
            return Err(Self::apply_failed(pass, encrypted.to_string()));
        }
        let mut options = match self.options(&pass.object.spec, pass.state.readers.clone()) {
            Ok(options) => options,
            Err(error) => return Err(Self::apply_failed(pass, error.to_string())),
        };
        options.untold_since = cut_off(pass.original());
        let cluster = pass.state.cluster();
        let (key, target) = (pass.key(), pass.state.target());
        let trust = if pass.is_new() {
            Trust::Unmoved
        } else {
            Trust::Known
        };
        let mut memory = self.settings.memories.take(&key, &target, trust);
        let applying =
            apply::apply_all_remembering(cluster.as_ref(), objects, &options, &mut memory);
        let outcome = self.patiently(pass, phase, applying).await;
        self.settings.memories.keep(key, target, memory);
        let changes = match outcome {
            Ok(changes) => changes,
            Err(failure) => return Err(Self::apply_failed(pass, failure.to_string())),
        };
        self.log(pass, &changes);
        if changes.has_changes() {
            Self::tell(pass, &changes.changed_lines());
        }
        let old = inventory::from_status(pass.object.status.inventory.as_ref());
        let new = Inventory::of(&changes);
        let stale = old.stale(&new);
        pass.state.changes = changes;
        match stale {
            Ok(stale) => {
                pass.object.status.inventory = Some(inventory::to_status(new));
                pass.state.stale = stale;
                Ok(Flow::Next)
            }
            Err(error) => Err(Self::apply_failed(pass, error.to_string())),
        }
    }

    fn apply_failed(pass: &mut Pass<Self>, message: String) -> Stop {
        Self::remember(pass, reasons::RECONCILIATION_FAILED);
        pass.state
            .stop(Class::Retry, reasons::RECONCILIATION_FAILED, message)
    }

    fn options(
        &self,
        spec: &KustomizationSpec,
        readers: health::Readers,
    ) -> Result<ApplyOptions, apply::SelectorError> {
        let settings = &self.settings;
        let mut options = ApplyOptions::for_owner(&metadata::owner(), &settings.override_managers);
        options.force = if spec.force {
            Force::All
        } else {
            Force::Marked
        };
        options
            .custom_stage_kinds
            .clone_from(&settings.custom_stage_kinds);
        options.concurrency = settings.concurrent_ssa;
        options.readers = readers;
        if settings.gates.enabled(MIGRATE_API_VERSION) {
            options.api_versions = ApiVersions::Migrate;
        }
        options.ignore = IgnoreRules::compile(&common::ignore_rules::of(&spec.ignore))?;
        Ok(options)
    }

    /// One line with what every object came to.
    fn log(&self, pass: &Pass<Self>, changes: &ChangeSet) {
        if changes.is_empty() {
            return;
        }
        let revision = &pass.state.source().artifact.revision;
        let output = if self.settings.gates.enabled(GROUP_CHANGE_LOG) {
            let mut by_action: BTreeMap<Action, Vec<String>> = BTreeMap::new();
            for change in &changes.changes {
                by_action
                    .entry(change.action)
                    .or_default()
                    .push(change.id.subject());
            }
            by_action
                .iter()
                .map(|(action, subjects)| (action.to_string(), subjects.join(", ")))
                .collect()
        } else {
            let line = |change: &apply::Change| (change.id.subject(), change.action.to_string());
            changes.changes.iter().map(line).collect::<BTreeMap<_, _>>()
        };
        tracing::info!(?output, revision, "server-side apply completed");
    }
}

/// Phases that are said before an apply; those after it are said when its changes have been told.
const BEFORE: &[&str] = &[
    "Fetching manifests",
    "Building manifests",
    "Detecting drift",
];

/// Since when a pass may have applied that a killed process left behind: every other pass ends with another reason, or without
/// the condition.
fn cut_off(object: &Kustomization) -> Option<Timestamp> {
    let found = conditions::find(&object.status.conditions, RECONCILING)?;
    let is_left = found.is_true() && found.reason == PROGRESSING;
    let is_before = BEFORE.iter().any(|phase| found.message.starts_with(phase));
    (is_left && is_before).then_some(found.last_transition_time.0)
}
