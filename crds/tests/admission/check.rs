//! A kind with a good spec, and variations of it put to the API server.

use crds::CustomResource;
use kube::Client;
use kube::api::{Api, ApiResource, DynamicObject, PostParams};
use serde_json::{Value, json};
use testing::ControlPlane;

/// A kind, and a spec of it that is admitted.
pub struct Kind {
    api: Api<DynamicObject>,
    resource: ApiResource,
    good: Value,
}

impl Kind {
    /// `good` holds what is required and no more.
    pub async fn new<K: CustomResource>(good: Value) -> Self {
        let client: Client = ControlPlane::shared().await.client().await;
        let resource = ApiResource::erase::<K>(&());
        let kind = Self {
            api: Api::default_namespaced_with(client, &resource),
            resource,
            good,
        };
        kind.admits(&[("what is required and no more", json!({}))])
            .await;
        kind
    }

    /// Each variation, a JSON merge patch on the good spec, is admitted.
    pub async fn admits(&self, variations: &[(&str, Value)]) {
        for (what, patch) in variations {
            if let Err(error) = self.create(patch).await {
                panic!("{}: {what}: refused: {error}", self.resource.kind);
            }
        }
    }

    /// Each variation is refused, and the message holds the words.
    pub async fn refuses(&self, variations: &[(&str, Value, &str)]) {
        for (what, patch, words) in variations {
            let Err(error) = self.create(patch).await else {
                panic!("{}: {what}: admitted", self.resource.kind);
            };
            let message = error.to_string();
            assert!(
                message.contains(words),
                "{}: {what}: {message}",
                self.resource.kind
            );
        }
    }

    /// Without any of these fields the spec is refused.
    pub async fn requires(&self, fields: &[&str]) {
        for field in fields {
            let words = format!("spec.{field}: Required value");
            self.refuses(&[(
                "a required field is missing",
                json!({ *field: null }),
                &words,
            )])
            .await;
        }
    }

    /// The variation is stored with these fields, a JSON merge patch that changes nothing.
    pub async fn stores(&self, what: &str, patch: Value, fields: Value) {
        let stored = self.create(&patch).await.unwrap();
        let spec = &stored.data["spec"];
        let mut expected = spec.clone();
        merge(&mut expected, &fields);
        assert_eq!(*spec, expected, "{}: {what}", self.resource.kind);
    }

    /// The object as it would be stored; nothing is.
    pub async fn create(&self, patch: &Value) -> Result<DynamicObject, kube::Error> {
        let mut spec = self.good.clone();
        merge(&mut spec, patch);
        let object = DynamicObject::new("one", &self.resource).data(json!({ "spec": spec }));
        self.api
            .create(
                &PostParams {
                    dry_run: true,
                    ..PostParams::default()
                },
                &object,
            )
            .await
    }
}

/// RFC 7396: objects merge, null removes, anything else replaces.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (key, value) in patch {
        if value.is_null() {
            target.as_object_mut().unwrap().remove(key);
        } else {
            merge(&mut target[key], value);
        }
    }
}
