//! Decoding an object of a watch without letting a bad one end the watch.

use std::borrow::Cow;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

use crate::object::{ObjectKey, Trimmed};

/// An object of a watch: decoded, or the reason why not.
///
/// `managedFields` are passed over; nothing here reads them.
#[derive(Debug, Clone)]
pub(super) struct Lenient<K> {
    meta: ObjectMeta,
    pub(super) object: Result<K, String>,
}

impl<K: Resource<DynamicType = ()>> Lenient<K> {
    pub(super) fn key(&self) -> ObjectKey {
        ObjectKey::of(&self.meta)
    }

    /// The object, or a line in the log.
    pub(super) fn decoded(self) -> Option<K> {
        let key = self.key();
        self.object
            .inspect_err(|error| {
                tracing::error!(kind = %K::kind(&()), object = %key, error, "the object does not decode, it is skipped");
            })
            .ok()
    }
}

impl<'de, K: DeserializeOwned> Deserialize<'de> for Lenient<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Trimmed(value) = Trimmed::deserialize(deserializer)?;
        // Without readable metadata there is no telling which object this is: the server does not send such.
        let meta = match value.get("metadata") {
            Some(metadata) => ObjectMeta::deserialize(metadata).map_err(D::Error::custom)?,
            None => ObjectMeta::default(),
        };
        let object = K::deserialize(value).map_err(|error| error.to_string());
        Ok(Self { meta, object })
    }
}

impl<K: Resource> Resource for Lenient<K> {
    type DynamicType = K::DynamicType;
    type Scope = K::Scope;

    fn metadata_api() -> bool {
        K::metadata_api()
    }

    fn kind(dt: &Self::DynamicType) -> Cow<'_, str> {
        K::kind(dt)
    }

    fn group(dt: &Self::DynamicType) -> Cow<'_, str> {
        K::group(dt)
    }

    fn version(dt: &Self::DynamicType) -> Cow<'_, str> {
        K::version(dt)
    }

    fn plural(dt: &Self::DynamicType) -> Cow<'_, str> {
        K::plural(dt)
    }

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }
}

#[cfg(test)]
mod tests {
    use crds::source::GitRepository;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_malformed_object_keeps_its_name_and_says_what_is_wrong() {
        let value = json!({
            "metadata": {"name": "a", "namespace": "b", "managedFields": [{"manager": "x"}]},
            "spec": {"url": 7},
        });
        let lenient: Lenient<GitRepository> = serde_json::from_value(value).unwrap();
        assert_eq!(lenient.meta().name.as_deref(), Some("a"));
        assert!(lenient.meta().managed_fields.is_none());
        let error = lenient.object.unwrap_err();
        assert!(
            error.contains("invalid type: integer `7`, expected a string"),
            "{error}"
        );
    }
}
