//! The state of a release (H10).

use artifact::Algorithm;
use crds::helm::HelmRelease;
use helm::chart::Metadata;
use helm::release::{Release, Status};
use yaml::Map;

use crate::policy::{self, Remediation, TestFailures};
use crate::snapshot::{self, Mismatch, digest, history, tests};

/// What is the matter with a release. The texts are reasons, for logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is as it should be, as far as can be told without the objects in the cluster.
    InSync,
    /// It is not installed.
    Absent(&'static str),
    /// Somebody else made or changed it.
    Unmanaged(String),
    /// Chart, values or the changes to the rendering are not those of the release.
    OutOfSync(&'static str),
    /// The cluster differs from it.
    Drifted,
    /// An action died while it was under way.
    Locked(Status),
    /// Its tests are still to run.
    Untested,
    /// It failed.
    Failed(&'static str),
}

/// All that the state depends on, but for the cluster.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The object.
    pub object: &'a HelmRelease,
    /// The record of the highest revision in the storage.
    pub last: Option<&'a Release>,
    /// The chart that is wanted.
    pub chart: &'a Metadata,
    /// The values that are wanted.
    pub values: &'a Map,
    /// The digest algorithm of this process.
    pub algorithm: Algorithm,
}

/// The state cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoState {
    /// The record is in a state that no finished action leaves.
    #[error("unable to determine state for release with status '{0}'")]
    Status(Status),
}

const UNINSTALLED: State = State::Absent("found uninstalled release in storage");

/// The state of a release by its record, its status and its spec.
///
/// Where this is [`State::InSync`] and the spec wants it, the caller compares with the cluster, and goes on
/// with [`State::Drifted`] when something has changed.
///
/// # Errors
///
/// When the last record is superseded, being uninstalled, or unknown.
pub fn determine(facts: &Facts<'_>) -> Result<State, NoState> {
    let Some(last) = facts.last else {
        return Ok(State::Absent("no release in storage for object"));
    };
    let status = &last.info.status;
    if status.is_pending() {
        return Ok(State::Locked(status.clone()));
    }
    let Some(latest) = history::latest(&facts.object.status.history) else {
        return Ok(if *status == Status::Uninstalled {
            UNINSTALLED
        } else {
            State::Unmanaged("found existing release in storage".to_owned())
        });
    };
    if let Err(mismatch) = snapshot::verify(latest, last) {
        debug_assert_ne!(mismatch, Mismatch::Disappeared);
        return Ok(State::Unmanaged(mismatch.to_string()));
    }
    match status {
        Status::Failed => return Ok(State::Failed("")),
        Status::Uninstalled => return Ok(UNINSTALLED),
        Status::Deployed => {}
        other => return Err(NoState::Status(other.clone())),
    }
    if is_another_chart(last, facts.chart) {
        return Ok(State::OutOfSync("release chart changed"));
    }
    if !digest::values_match(&latest.config_digest, facts.values) {
        return Ok(State::OutOfSync("release config values changed"));
    }
    if let Some(reason) = changed_rendering(facts) {
        return Ok(State::OutOfSync(reason));
    }
    if policy::test(&facts.object.spec).is_some() {
        if !tests::has_been_tested(latest) {
            return Ok(State::Untested);
        }
        let counted = Remediation::active(facts.object).is_some_and(|remediation| {
            remediation.test_failures(&facts.object.spec) == TestFailures::Counted
        });
        if counted && tests::any_failed(latest) {
            return Ok(State::Failed("release has test in failed phase"));
        }
    }
    Ok(State::InSync)
}

fn is_another_chart(last: &Release, wanted: &Metadata) -> bool {
    let made = last
        .chart
        .as_ref()
        .and_then(|chart| chart.metadata.as_ref());
    made.is_none_or(|made| made.name != wanted.name || made.version != wanted.version)
}

/// Changes to the rendering count for a generation that was not observed yet; the digests in the status are
/// renewed by every summary (H26.12, H26.20).
fn changed_rendering(facts: &Facts<'_>) -> Option<&'static str> {
    let HelmRelease {
        metadata,
        spec,
        status,
    } = facts.object;
    if metadata.generation.unwrap_or_default() == status.observed_generation {
        return None;
    }
    if digest::of_post_renderers(spec, facts.algorithm) != status.observed_post_renderers_digest {
        return Some("postrenderers digest has changed");
    }
    if digest::of_common_metadata(spec, facts.algorithm) != status.observed_common_metadata_digest {
        return Some("common metadata digest has changed");
    }
    None
}
