//! Decoding an object as the server sends it, without letting a bad one end the watch that it is in.

use std::borrow::Cow;
use std::marker::PhantomData;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{ObjectKey, text};

/// An object of the server: its metadata, and a text that may or may not decode.
///
/// The text is read when somebody wants the object, which is not always: what a watch tells has often been told before by the
/// answer to a write. `managedFields` are passed over; nothing here reads them.
#[derive(Debug, Clone)]
pub(crate) struct Lenient<K> {
    meta: ObjectMeta,
    /// The object with empty metadata.
    rest: String,
    kind: PhantomData<fn() -> K>,
}

impl<K: Resource<DynamicType = ()> + DeserializeOwned> Lenient<K> {
    pub(crate) fn key(&self) -> ObjectKey {
        ObjectKey::of(&self.meta)
    }

    pub(crate) fn uid(&self) -> Option<&str> {
        self.meta.uid.as_deref()
    }

    /// Whether this is the version of the object that somebody has.
    pub(crate) fn is(&self, known: &K) -> bool {
        let known = known.meta();
        self.meta.resource_version.is_some()
            && self.meta.resource_version == known.resource_version
            && self.meta.uid == known.uid
    }

    /// The object, or what is wrong with it.
    pub(crate) fn into_object(self) -> Result<K, String> {
        let mut object: K = match serde_json::from_str(&self.rest) {
            Ok(object) => object,
            // Lines and columns of what was on the wire tell nobody anything.
            Err(_) => serde_json::from_str::<Value>(&self.rest)
                .and_then(K::deserialize)
                .map_err(|error| error.to_string())?,
        };
        *object.meta_mut() = self.meta;
        Ok(object)
    }

    /// The object, or a line in the log.
    pub(crate) fn decoded(self) -> Option<K> {
        let key = self.key();
        self.into_object()
            .inspect_err(|error| {
                tracing::error!(kind = %K::kind(&()), object = %key, error, "the object does not decode, it is skipped");
            })
            .ok()
    }
}

impl<'de, K> Deserialize<'de> for Lenient<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let text = text.get();
        if !text.starts_with('{') {
            return Err(D::Error::custom("not an object"));
        }
        // Without readable metadata there is no telling which object this is: the server does not send such.
        let (meta, rest) = match text::member(text, "metadata") {
            Some(place) => {
                let meta = metadata(&text[place.clone()]).map_err(D::Error::custom)?;
                (meta, text::replaced(text, &place, "{}"))
            }
            None => (ObjectMeta::default(), text.to_owned()),
        };
        Ok(Self {
            meta,
            rest,
            kind: PhantomData,
        })
    }
}

/// Reads metadata without their `managedFields`, which cost more to read than all the rest.
fn metadata(text: &str) -> Result<ObjectMeta, serde_json::Error> {
    match text::member(text, "managedFields") {
        Some(place) => serde_json::from_str(&text::replaced(text, &place, "null")),
        None => serde_json::from_str(text),
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
        assert_eq!(lenient.key().to_string(), "b/a");
        let error = lenient.into_object().unwrap_err();
        assert!(
            error.contains("invalid type: integer `7`, expected a string"),
            "{error}"
        );
        assert!(!error.contains("column"), "{error}");
    }

    #[test]
    fn the_fields_of_managers_are_passed_over_wherever_they_stand() {
        let object = |metadata: &str| {
            format!(
                r#"{{"metadata": {metadata}, "spec": {{"url": "u", "metadata": {{"managedFields": [1]}}}}}}"#
            )
        };
        let managers = r#""managedFields": [{"manager": "x", "fieldsV1": {"f:a": {}}}]"#;
        for metadata in [
            format!(r#"{{{managers}, "name": "a"}}"#),
            format!(r#"{{"name": "a", {managers}}}"#),
            r#"{"name": "a", "managedFields": null}"#.to_owned(),
            r#"{"name": "a"}"#.to_owned(),
        ] {
            let text = object(&metadata);
            let read: Lenient<GitRepository> = serde_json::from_str(&text).unwrap();
            let read = read.into_object().unwrap();
            assert_eq!(read.metadata.name.as_deref(), Some("a"), "{text}");
            assert!(read.metadata.managed_fields.is_none(), "{text}");
            assert_eq!(read.spec.url, "u", "{text}");
        }
        for text in ["7", "[]", r#"{"metadata": 7}"#] {
            let read = serde_json::from_str::<Lenient<GitRepository>>(text);
            assert!(read.is_err(), "{text}");
        }
    }

    #[test]
    fn a_version_is_known_by_its_number_and_identity() {
        let read = |version: &str, uid: &str| -> Lenient<GitRepository> {
            let value = json!({
                "metadata": {"name": "a", "namespace": "b", "resourceVersion": version, "uid": uid},
                "spec": {"url": "u", "interval": "1m"},
            });
            serde_json::from_value(value).unwrap()
        };
        let known = read("7", "x").into_object().unwrap();
        assert!(read("7", "x").is(&known));
        assert!(!read("8", "x").is(&known));
        assert!(!read("7", "y").is(&known));
    }
}
