//! One action, and what it leaves in the status (section 12).

use std::sync::Arc;

use apply::Object;
use common::inventory;
use common::reconcile::{Pass, Stop};
use crds::helm::{AttemptedAction, HelmRelease, ReleaseSnapshot};
use crds::meta::Duration;
use helm::release::Release;
use jiff::Timestamp;
use tokio::time::Instant;

use crate::action::{self, ActionError, Env, Log, Plan, ReleaseId, Uninstalled, inventory_of};
use crate::drift::DiffSet;
use crate::helm_release::HelmReleases;
use crate::names;
use crate::report::outcome::{self, Attempt, Storage};
use crate::report::summary;
use crate::snapshot::{self, Action as Made, history, observe, tests};
use crate::state::Action;
use crate::storage::History;

/// How an action went, as far as the loop is concerned.
pub(super) enum Ran {
    /// Well, or with a failure that the status tells of and the next look deals with.
    Recorded,
    /// It could not be run: the storage is as it was.
    Failed(String),
}

impl HelmReleases {
    /// Runs an action.
    pub(super) async fn run(
        &self,
        pass: &mut Pass<Self>,
        history: &mut History,
        action: Action,
        target: Option<&ReleaseSnapshot>,
        drift: &DiffSet,
    ) -> Result<Ran, Stop> {
        history.take_written();
        let env = Self::env(pass, Log::default());
        let ran = match action {
            Action::Install | Action::Upgrade => self.release(pass, history, &env, action).await,
            Action::RollBack => self.roll_back(pass, history, &env, target).await,
            Action::UninstallRemediation => self.remediate(pass, history, &env).await,
            Action::Test => self.test(pass, history, &env).await,
            Action::Unlock => Ok(self.unlock(pass, history).await),
            Action::CorrectDrift => {
                self.correct_drift(pass, drift).await;
                return Ok(Ran::Recorded);
            }
        };
        // Uninstalling leaves Ready as it was (H12.7).
        if action != Action::UninstallRemediation {
            let now = Timestamp::now();
            summary::summarize(&mut pass.object, self.settings.algorithm, now);
        }
        match ran? {
            Some(error) => Ok(Ran::Failed(error)),
            None => Ok(Ran::Recorded),
        }
    }

    /// The surroundings of an action.
    pub(super) fn env(pass: &Pass<Self>, log: Log) -> Env {
        let key = pass.key();
        Env {
            release: ReleaseId {
                name: names::release_name(&pass.object),
                namespace: names::release_namespace(&pass.object).to_owned(),
            },
            cluster: pass.state.cluster(),
            bench: pass.bench(),
            readers: pass.state.readers.clone(),
            hook_readers: pass.state.hook_readers.clone(),
            custom_kinds: pass.state.custom_kinds.clone(),
            object: (key.namespace.to_string(), key.name.to_string()),
            log,
        }
    }

    /// Install and upgrade.
    async fn release(
        &self,
        pass: &mut Pass<Self>,
        history: &mut History,
        env: &Env,
        action: Action,
    ) -> Result<Option<String>, Stop> {
        let (attempted, made) = if action == Action::Install {
            (AttemptedAction::Install, Made::Install)
        } else {
            (AttemptedAction::Upgrade, Made::Upgrade)
        };
        outcome::begin_release(&mut pass.object, &attempted, Timestamp::now());
        let plan = Plan {
            chart: pass.state.chart().clone(),
            values: pass.state.values.clone(),
            object: Arc::new(pass.object.clone()),
            post_render: self.post_render_default(),
        };
        let started = Instant::now();
        let mut seen = Vec::new();
        let result = if action == Action::Install {
            let options = self.install_options(&pass.object.spec);
            action::install(env, history, &plan, &options, &mut seen).await
        } else {
            let options = self.upgrade_options(&pass.object.spec);
            action::upgrade(env, history, &plan, &options, &mut seen).await
        };
        let took = Duration::from(started.elapsed());
        pass.object.status.last_attempted_release_action_duration = Some(took);
        let written = history.take_written();
        observe::released(&mut pass.object, &written, made, self.settings.algorithm);
        if !written.is_empty() {
            Self::keep_inventory(&mut pass.object, &seen, &plan);
        }
        let Err(error) = result else {
            let default = self.settings.default_strategy;
            let now = Timestamp::now();
            let event = outcome::released(&mut pass.object, &attempted, default, now);
            Self::tell(pass, event);
            return Ok(None);
        };
        let storage = if written.is_empty() {
            Storage::Untouched
        } else {
            Storage::Changed
        };
        let text = error.to_string();
        let attempt = Attempt {
            action: &attempted,
            chart: &plan.chart.metadata,
            values: &plan.values,
            algorithm: self.settings.algorithm,
        };
        let event = outcome::release_failed(
            &mut pass.object,
            &attempt,
            storage,
            &text,
            &env.log.tail(),
            Timestamp::now(),
        );
        Self::tell(pass, Some(event));
        give_up(error)?;
        Ok((storage == Storage::Untouched).then_some(text))
    }

    async fn roll_back(
        &self,
        pass: &mut Pass<Self>,
        history: &mut History,
        env: &Env,
        target: Option<&ReleaseSnapshot>,
    ) -> Result<Option<String>, Stop> {
        let Some(target) = target else {
            return Ok(Some("missing target release for rollback".to_owned()));
        };
        let latest = history::latest(&pass.object.status.history);
        if let Some(latest) = latest
            && (latest.name != target.name || latest.namespace != target.namespace)
        {
            return Ok(Some(format!(
                "release mismatch: previous release name or namespace {} does not match current {}",
                snapshot::full_name(target),
                snapshot::full_name(latest)
            )));
        }
        let options = self.rollback_options(&pass.object.spec, target.version);
        let mut seen = Vec::new();
        let result = action::roll_back(env, history, &options, &mut seen).await;
        let written = history.take_written();
        for release in written.values() {
            observe::rolled_back(&mut pass.object, release, self.settings.algorithm);
        }
        if !seen.is_empty() {
            let inventory = inventory_of(&seen, &[]);
            pass.object.status.inventory = Some(inventory::to_status(inventory));
        }
        let config_digest = pass.object.status.last_attempted_config_digest.clone();
        let config_digest = config_digest.unwrap_or_default();
        let now = Timestamp::now();
        let Err(error) = result else {
            let event = outcome::rolled_back(&mut pass.object, target, &config_digest, now);
            Self::tell(pass, Some(event));
            return Ok(None);
        };
        let text = error.to_string();
        let (object, log) = (&mut pass.object, env.log.tail());
        let event = outcome::rollback_failed(object, target, &config_digest, &text, &log, now);
        Self::tell(pass, Some(event));
        give_up(error)?;
        Ok(written.is_empty().then_some(text))
    }

    /// Uninstalls what failed.
    async fn remediate(
        &self,
        pass: &mut Pass<Self>,
        history: &mut History,
        env: &Env,
    ) -> Result<Option<String>, Stop> {
        let options = self.uninstall_options(&pass.object.spec);
        let (uninstalled, result) = action::uninstall(env, history, &options).await;
        let written = history.take_written();
        let made = Made::UninstallRemediation;
        self.observe_uninstall(pass, written.values(), made);
        let result = mismatch(&pass.object, uninstalled).and(result);
        let now = Timestamp::now();
        let Err(error) = result else {
            let event = outcome::remediated_by_uninstall(&mut pass.object, now);
            Self::tell(pass, event);
            return Ok(None);
        };
        let text = error.to_string();
        let (object, log) = (&mut pass.object, env.log.tail());
        let event = outcome::uninstall_remediation_failed(object, &text, &log, now);
        Self::tell(pass, event);
        give_up(error)?;
        Ok(written.is_empty().then_some(text))
    }

    /// Notes what an uninstall wrote.
    pub(super) fn observe_uninstall<'a>(
        &self,
        pass: &mut Pass<Self>,
        written: impl Iterator<Item = &'a Release>,
        made: Made,
    ) {
        for release in written {
            observe::uninstalled(&mut pass.object, release, made, self.settings.algorithm);
        }
    }

    async fn test(
        &self,
        pass: &mut Pass<Self>,
        history: &mut History,
        env: &Env,
    ) -> Result<Option<String>, Stop> {
        let options = Self::test_options(&pass.object.spec);
        let result = action::test(env, history, &options).await;
        for release in history.take_written().values() {
            let (object, filters) = (&mut pass.object, &options.filters);
            observe::tested(object, release, filters, self.settings.algorithm);
        }
        let result =
            result.and_then(|version| mismatch(&pass.object, Uninstalled::Revision(version)));
        let now = Timestamp::now();
        let Err(error) = result else {
            let event = outcome::tests_passed(&mut pass.object, now);
            Self::tell(pass, event);
            return Ok(None);
        };
        let text = error.to_string();
        let event = outcome::tests_failed(&mut pass.object, &text, now);
        Self::tell(pass, event);
        give_up(error)?;
        let latest = history::latest(&pass.object.status.history);
        let was_tested = latest.is_some_and(tests::has_been_tested);
        Ok((!was_tested).then_some(text))
    }

    async fn unlock(&self, pass: &mut Pass<Self>, history: &mut History) -> Option<String> {
        let algorithm = self.settings.algorithm;
        let locked = history.last()?;
        let status = locked.info.status.clone();
        let known = pass.object.status.history.iter();
        let mut known = known.filter(|known| snapshot::targets(known, &locked));
        let oci_digest = known.find_map(|known| known.oci_digest.clone());
        let snapshot = snapshot::of(&locked, &oci_digest.unwrap_or_default(), algorithm);
        let result = action::unlock(history).await;
        for release in history.take_written().values() {
            observe::unlocked(&mut pass.object, release, algorithm);
        }
        let now = Timestamp::now();
        match result {
            Ok(None) => None,
            Ok(Some((_, was))) => {
                let event = outcome::unlocked(&mut pass.object, &snapshot, &was, now);
                Self::tell(pass, Some(event));
                None
            }
            Err(error) => {
                let text = error.to_string();
                let object = &mut pass.object;
                let event = outcome::unlock_failed(object, &snapshot, &status, &text, now);
                Self::tell(pass, Some(event));
                Some(text)
            }
        }
    }

    /// What the release has made, its objects and the definitions of its chart (H13.4).
    fn keep_inventory(object: &mut HelmRelease, seen: &[Object], plan: &Plan) {
        let definitions = action::definitions_of(&plan.chart);
        let inventory = inventory_of(seen, &definitions);
        object.status.inventory = Some(inventory::to_status(inventory));
    }
}

/// The newest stored revision must be the one that the status knows as such.
fn mismatch(object: &HelmRelease, found: Uninstalled) -> Result<(), ActionError> {
    let latest = history::latest(&object.status.history);
    match (latest, found) {
        (Some(latest), Uninstalled::Revision(version)) if latest.version != version => {
            Err(ActionError::Mismatch(format!(
                "release {}/{}.v{version} != current release {}",
                latest.namespace,
                latest.name,
                snapshot::full_name(latest)
            )))
        }
        _ => Ok(()),
    }
}

/// Errors that end the pass rather than the action.
fn give_up(error: ActionError) -> Result<(), Stop> {
    match error {
        ActionError::Overtaken(origin) => Err(HelmReleases::overtaken(&origin)),
        _ => Ok(()),
    }
}
