//! What is about to be tried, in the status (H8.8).

use common::reconcile::{Flow, Pass};
use crds::helm::HelmRelease;

use crate::helm_release::HelmReleases;
use crate::names;
use crate::report::outcome;
use crate::snapshot::digest;
use crate::state::must_reset;

impl HelmReleases {
    /// Forgets failures of something else than what is wanted now, and notes what that is.
    pub(in crate::helm_release) fn attempt(&self, pass: &mut Pass<Self>) -> Flow {
        let storage = names::storage_namespace(&pass.object).to_owned();
        pass.object.status.storage_namespace = Some(storage);
        let version = pass.state.chart().metadata.version.clone();
        let values = &pass.state.values;
        if let Some(reset) = must_reset(&mut pass.object, &version, values) {
            tracing::debug!("resetting failure count ({})", reset.as_str());
            outcome::clear_failures(&mut pass.object);
        }
        let config_digest = digest::of_values(values, self.settings.algorithm);
        let oci_digest = pass.state.oci_digest.clone();
        let HelmRelease {
            metadata, status, ..
        } = &mut pass.object;
        status.last_attempted_generation = metadata.generation.unwrap_or_default();
        status.last_attempted_revision = Some(version);
        status.last_attempted_revision_digest = oci_digest;
        status.last_attempted_config_digest = Some(config_digest);
        status.last_attempted_values_checksum = None;
        status.last_release_revision = 0;
        Flow::Next
    }
}
