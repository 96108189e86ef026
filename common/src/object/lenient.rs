//! Decoding an object as the server sends it, without letting a bad one end the watch that it is in.

use std::borrow::Cow;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{ObjectKey, Trimmed};

/// An object of the server: decoded, or the reason why not.
///
/// `managedFields` are passed over; nothing here reads them.
#[derive(Debug, Clone)]
pub(crate) struct Lenient<K>(Result<K, Unreadable>);

/// What is known of an object that does not decode.
#[derive(Debug, Clone)]
struct Unreadable {
    meta: ObjectMeta,
    error: String,
}

impl<K: Resource<DynamicType = ()>> Lenient<K> {
    pub(crate) fn key(&self) -> ObjectKey {
        ObjectKey::of(self.meta())
    }

    /// The object, or what is wrong with it.
    pub(crate) fn into_object(self) -> Result<K, String> {
        self.0.map_err(|unreadable| unreadable.error)
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

impl<'de, K: DeserializeOwned> Deserialize<'de> for Lenient<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let is_map = text.get().starts_with('{');
        if is_map && let Ok(object) = serde_json::from_str(&unmanaged(text.get())) {
            return Ok(Self(Ok(object)));
        }
        let Trimmed(value) = serde_json::from_str(text.get()).map_err(D::Error::custom)?;
        // Without readable metadata there is no telling which object this is: the server does not send such.
        let meta = match value.get("metadata") {
            Some(metadata) => ObjectMeta::deserialize(metadata).map_err(D::Error::custom)?,
            None => ObjectMeta::default(),
        };
        let object = K::deserialize(value).map_err(|error| Unreadable {
            meta,
            error: error.to_string(),
        });
        Ok(Self(object))
    }
}

/// The text of an object with null for its `metadata.managedFields`, which cost more to read than all the rest.
fn unmanaged(text: &str) -> Cow<'_, str> {
    #[derive(Deserialize)]
    struct Object<'a> {
        #[serde(borrow)]
        metadata: &'a RawValue,
    }

    #[derive(Deserialize)]
    struct Metadata<'a> {
        #[serde(borrow, rename = "managedFields")]
        managed_fields: &'a RawValue,
    }

    let managed = serde_json::from_str::<Object<'_>>(text)
        .and_then(|object| serde_json::from_str::<Metadata<'_>>(object.metadata.get()));
    let Ok(Metadata { managed_fields }) = managed else {
        return Cow::Borrowed(text);
    };
    // It is a piece of the text, so it begins as far behind it as its address says.
    let start = managed_fields.get().as_ptr().addr() - text.as_ptr().addr();
    let end = start + managed_fields.get().len();
    Cow::Owned([&text[..start], "null", &text[end..]].concat())
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
        match &self.0 {
            Ok(object) => object.meta(),
            Err(unreadable) => &unreadable.meta,
        }
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        match &mut self.0 {
            Ok(object) => object.meta_mut(),
            Err(unreadable) => &mut unreadable.meta,
        }
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
        let error = lenient.into_object().unwrap_err();
        assert!(
            error.contains("invalid type: integer `7`, expected a string"),
            "{error}"
        );
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
}
