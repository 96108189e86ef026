//! The labels of the object of an event, read when an alert first asks for them (E17).

use std::collections::BTreeMap;

use common::kube::Client;
use common::kube::api::{Api, ApiResource, DynamicObject, GroupVersionKind};
use common::kube::core::PartialObjectMeta;
use tokio::sync::OnceCell;

use crate::alert::filter;
use crate::event::Event;
use crate::kinds::fits_a_path;

/// Why labels decide nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LabelsError {
    /// The object cannot be read.
    Fetch,
    /// No object can have such labels.
    Invalid,
}

/// The labels of one object.
pub(super) struct Labels<'a> {
    client: &'a Client,
    event: &'a Event,
    found: OnceCell<Option<BTreeMap<String, String>>>,
}

impl<'a> Labels<'a> {
    pub(super) fn of(client: &'a Client, event: &'a Event) -> Self {
        Self {
            client,
            event,
            found: OnceCell::new(),
        }
    }

    /// Whether the object has all of these.
    pub(super) async fn have(
        &self,
        wanted: &BTreeMap<String, String>,
    ) -> Result<bool, LabelsError> {
        let found = self.found.get_or_init(|| self.fetch()).await;
        let found = found.as_ref().ok_or(LabelsError::Fetch)?;
        if !filter::labels_are_valid(wanted) {
            return Err(LabelsError::Invalid);
        }
        Ok(wanted
            .iter()
            .all(|(key, value)| found.get(key) == Some(value)))
    }

    async fn fetch(&self) -> Option<BTreeMap<String, String>> {
        let involved = &self.event.involved_object;
        let version = involved.api_version.rsplit('/').next().unwrap_or_default();
        // Anyone in the cluster may post events, so what they name is looked at before it goes into a path.
        let segments = [version, &involved.kind, &involved.namespace, &involved.name];
        if !segments.into_iter().all(fits_a_path) || !fits_a_path(self.event.group()) {
            tracing::error!(object = %involved, "error getting the involved object: no object has such names");
            return None;
        }
        let kind = GroupVersionKind::gvk(self.event.group(), version, &involved.kind);
        let resource =
            ApiResource::from_gvk_with_plural(&kind, &crate::kinds::plural(&involved.kind));
        let objects: Api<DynamicObject> =
            Api::namespaced_with(self.client.clone(), &involved.namespace, &resource);
        let found: Result<PartialObjectMeta<DynamicObject>, _> =
            objects.get_metadata(&involved.name).await;
        found
            .inspect_err(|error| tracing::error!(object = %involved, %error, "error getting the involved object"))
            .ok()
            .map(|object| object.metadata.labels.unwrap_or_default())
    }
}
