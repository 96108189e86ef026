//! The loop: what is the matter with the release, what follows, again (H10, H11).

use std::sync::Arc;

use common::conditions::{self, READY, Status, reasons::PROGRESSING};
use common::reconcile::{Class, Flow, Notice, Pass, Stop};
use jiff::Timestamp;

use super::run_action::Ran;
use super::take_up::interrupted;
use crate::drift::{DiffSet, report as drift_report};
use crate::helm_release::state::Sight;
use crate::helm_release::{HelmReleases, reasons};
use crate::names;
use crate::policy;
use crate::report::message;
use crate::snapshot::{self, Mismatch};
use crate::state::{
    self, Facts, Force, Kind, State, Step, Verdict, determine, force_requested, next, roll_back,
};
use crate::storage::{History, Records, Secrets};

/// What the loop knows of the storage.
enum Storage {
    /// Nothing was read.
    Unread,
    /// The labels alone: nothing has moved since the release was in sync.
    Unmoved,
    /// The revisions.
    Read(Box<History>),
}

impl HelmReleases {
    /// Does what the release needs until it needs nothing, or has to wait.
    pub(in crate::helm_release) async fn act(&self, pass: &mut Pass<Self>) -> Result<Flow, Stop> {
        clear_stale_ready(pass);
        let namespace = names::storage_namespace(&pass.object).to_owned();
        let records: Arc<dyn Records> = Arc::new(Secrets::new(pass.state.cluster(), namespace));
        let mut storage = Storage::Unread;
        let mut performed: Vec<Kind> = Vec::new();
        let default = self.settings.default_strategy;
        if let Some(action) = interrupted(pass.original()) {
            let history = Self::history(pass, &records, &mut storage).await?;
            self.take_up(pass, action, history).await?;
        }
        let verdict = loop {
            let now = Timestamp::now();
            let state = self.determine(pass, &records, &mut storage).await?;
            let (state, drift) = self.with_drift(pass, state, &mut storage).await?;
            tracing::debug!(?state, "state of the release");
            if let Some(set) = &drift {
                let event = drift_report::detected(&mut pass.object, set, now);
                Self::tell(pass, Some(event));
            }
            let force = if force_requested(&mut pass.object) {
                Force::Requested
            } else {
                Force::No
            };
            let step = match next(&mut pass.object, &state, force, default, now) {
                Ok(step) => step,
                Err(refusal) => {
                    tracing::error!("{refusal}");
                    break state::refused(&mut pass.object, &refusal, now);
                }
            };
            let (action, target) = match step {
                Step::Done => {
                    self.summarize(pass);
                    self.remember(pass, &state, &storage);
                    break Verdict::Done;
                }
                Step::Run(action) => (action, None),
                Step::RollBackTo(target) => {
                    let history = Self::history(pass, &records, &mut storage).await?;
                    let record = history.get(target.version);
                    let verified = record.map_or(Err(Mismatch::Disappeared), |record| {
                        snapshot::verify(&target, &record)
                    });
                    (roll_back(verified), Some(*target))
                }
            };
            self.settings.seen.forget(&pass.key());
            if let Some(verdict) = state::before(&mut pass.object, action, &performed, default, now)
            {
                break verdict;
            }
            tracing::info!(
                "{}",
                message::running(action, action.timeout(&pass.object.spec))
            );
            pass.patch().await?;
            let history = Self::history(pass, &records, &mut storage).await?;
            let set = drift.unwrap_or_default();
            match self
                .run(pass, history, action, target.as_ref(), &set)
                .await?
            {
                Ran::Recorded => {}
                Ran::Failed(error) => {
                    tracing::error!(error, "failed to run '{}' action", action.name());
                    break state::failed(&mut pass.object, &error, default, Timestamp::now());
                }
            }
            if let Some(verdict) = state::after(&mut pass.object, action, default, Timestamp::now())
            {
                break verdict;
            }
            performed.push(action.kind());
        };
        self.conclude_with(pass, verdict)
    }

    /// The state by the storage and the status. Where nothing has moved since the release was in sync, only labels are
    /// read. They may be some moments old, which shows: what this process has written since would be missing.
    async fn determine(
        &self,
        pass: &mut Pass<Self>,
        records: &Arc<dyn Records>,
        storage: &mut Storage,
    ) -> Result<State, Stop> {
        if matches!(storage, Storage::Unread)
            && let Some(seen) = self.settings.seen.get(&pass.key())
            && seen.wanted == Self::wanted(pass)
            && !policy::detects_drift(&pass.object.spec)
        {
            let name = names::release_name(&pass.object);
            let labels = records.list_labels(&name).await;
            if labels.is_ok_and(|labels| versions(&labels) == seen.stored) {
                *storage = Storage::Unmoved;
                return Ok(State::InSync);
            }
        }
        let history = Self::history(pass, records, storage).await?;
        let last = history.last();
        let facts = Facts {
            object: &pass.object,
            last: last.as_deref(),
            chart: &pass.state.chart().metadata,
            values: &pass.state.values,
            algorithm: self.settings.algorithm,
        };
        determine(&facts).map_err(|error| state_error(&error.to_string()))
    }

    /// The revisions, listed when they are first needed.
    async fn history<'a>(
        pass: &Pass<Self>,
        records: &Arc<dyn Records>,
        storage: &'a mut Storage,
    ) -> Result<&'a mut History, Stop> {
        if !matches!(storage, Storage::Read(_)) {
            let name = names::release_name(&pass.object);
            let history = History::list(Arc::clone(records), &name).await;
            let history = history.map_err(|error| {
                state_error(&format!(
                    "failed to retrieve last release from storage: {error}"
                ))
            })?;
            *storage = Storage::Read(Box::new(history));
        }
        match storage {
            Storage::Read(history) => Ok(history),
            Storage::Unread | Storage::Unmoved => Err(state_error("the storage was not read")),
        }
    }

    /// A release that is in sync by its record may have drifted.
    async fn with_drift(
        &self,
        pass: &mut Pass<Self>,
        state: State,
        storage: &mut Storage,
    ) -> Result<(State, Option<DiffSet>), Stop> {
        let (State::InSync, Storage::Read(history)) = (&state, storage) else {
            return Ok((state, None));
        };
        if !policy::detects_drift(&pass.object.spec) {
            return Ok((state, None));
        }
        let Some(last) = history.last() else {
            return Ok((state, None));
        };
        let set = self.detect_drift(pass, &last).await;
        let set = set
            .map_err(|error| state_error(&format!("unable to determine cluster state: {error}")))?;
        if set.has_changes() {
            Ok((State::Drifted, Some(set)))
        } else {
            Ok((state, None))
        }
    }

    /// Notes that a release is in sync, so that the next pass can tell at a glance.
    fn remember(&self, pass: &Pass<Self>, state: &State, storage: &Storage) {
        let key = pass.key();
        match (state, storage) {
            (State::InSync, Storage::Unmoved) => {}
            (State::InSync, Storage::Read(history)) => {
                let (wanted, stored) = (Self::wanted(pass), history.sight());
                self.settings.seen.keep(key, Sight { wanted, stored });
            }
            _ => self.settings.seen.forget(&key),
        }
    }

    /// All that the state depends on beside the storage and the cluster, as a text.
    fn wanted(pass: &Pass<Self>) -> String {
        let status = &pass.object.status;
        let chart = &pass.state.chart().metadata;
        let latest = snapshot::history::latest(&status.history);
        let latest = latest.and_then(|latest| serde_json::to_string(latest).ok());
        format!(
            "{:?} {}@{} {:?} {:?} {:?}",
            pass.object.metadata.generation,
            chart.name,
            chart.version,
            status.last_attempted_config_digest,
            status.last_attempted_release_action,
            latest
        )
    }
}

fn versions(records: &[crate::storage::Record]) -> Vec<(i64, String)> {
    let mut versions: Vec<(i64, String)> = records
        .iter()
        .filter_map(|record| Some((record.version()?, record.resource_version.clone())))
        .collect();
    versions.sort_unstable();
    versions
}

fn state_error(text: &str) -> Stop {
    let text = format!("Could not determine release state: {text}");
    Stop::new(Class::Backoff, reasons::STATE_ERROR, text).with_notice(Notice::None)
}

/// What Ready says of a prerequisite is over once all are fulfilled (H6.2).
fn clear_stale_ready(pass: &mut Pass<HelmReleases>) {
    let list = &pass.object.status.conditions;
    let stale = conditions::find(list, READY).is_some_and(|ready| {
        ready.is_false() && reasons::OF_PREREQUISITES.contains(&ready.reason.as_str())
    });
    if stale {
        let generation = pass.object.metadata.generation.unwrap_or_default();
        conditions::set(
            &mut pass.object.status.conditions,
            READY,
            Status::Unknown,
            PROGRESSING,
            "reconciliation in progress",
            generation,
            Timestamp::now(),
        );
    }
}
