//! Which objects there are.

use serde_json::{Value, json};

use super::{NAME, images, notifications, releases, sync};
use crate::component::{Component, Components};
use crate::kinds::{GIT_REPOSITORY, HELM_REPOSITORY, IMAGE_REPOSITORY, OCI_REPOSITORY};
use crate::repository::Repository;
use crate::row::Key;
use crate::servers::Places;

/// An object of the toolkit in [`NAMESPACE`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Object {
    pub(crate) kind: &'static str,
    pub(crate) name: &'static str,
    pub(crate) spec: Value,
}

impl Object {
    pub(crate) fn new(kind: &'static str, name: &'static str, spec: Value) -> Self {
        Self { kind, name, spec }
    }

    /// The row of it.
    pub(crate) fn key(&self) -> Key {
        Key::of(self.kind, self.name)
    }
}

/// A Secret in [`NAMESPACE`].
#[derive(Debug, Clone)]
pub(crate) struct Secret {
    pub(crate) name: &'static str,
    pub(crate) entries: Value,
}

/// All that the demo creates.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) secrets: Vec<Secret>,
    /// What an object refers to comes before it.
    pub(crate) objects: Vec<Object>,
    /// What webhooks are signed with.
    pub(crate) token: String,
}

impl Plan {
    /// What these controllers serve of a repository; with the servers of the demo, also what makes the circle.
    pub(crate) fn new(
        components: &Components,
        repository: &Repository,
        places: Option<&Places>,
        token: String,
    ) -> Self {
        let mut secrets = Vec::new();
        let mut objects = sync::objects(components, repository);
        if let Some((user, password)) = repository.credentials()
            && components.has(Component::Source)
        {
            secrets.push(Secret {
                name: NAME,
                entries: json!({ "username": user, "password": password }),
            });
        }
        if let Some(places) = places {
            if components.has(Component::Notification) {
                secrets.push(Secret {
                    name: notifications::TOKEN,
                    entries: json!({ "token": token }),
                });
            }
            objects.extend(notifications::objects(components, places));
            objects.extend(releases::objects(components, places));
            objects.extend(images::objects(components, places));
        }
        Self {
            secrets,
            objects,
            token,
        }
    }

    /// The objects by kind and name, for a sentence.
    pub(crate) fn names(&self) -> String {
        let names = self.objects.iter();
        let names: Vec<String> = names
            .map(|object| format!("{}/{}", object.kind, object.name))
            .collect();
        names.join(", ")
    }
}

/// The row of the source.
pub(crate) fn source() -> Key {
    Key::of(GIT_REPOSITORY, NAME)
}

/// The sources of what the demo publishes: those that are looked at when something new is there.
pub(crate) fn published(components: &Components) -> Vec<Key> {
    let mut keys = Vec::new();
    if components.has(Component::Helm) {
        keys.push(Key::of(HELM_REPOSITORY, releases::CHARTS));
        keys.push(Key::of(OCI_REPOSITORY, crate::servers::REGISTRY_CHART));
    }
    if components.has(Component::ImageReflector) {
        keys.push(Key::of(IMAGE_REPOSITORY, images::POLICY));
    }
    keys
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::Args;
    use crate::kinds::{PROVIDER, RECEIVER};

    const URL: &str = "https://me:secret@git.example.dev/fleet.git";

    async fn plan(components: &str, places: Option<&Places>) -> Plan {
        let args = Args::parse_from(["demo", "--repo", URL, "--repo-path=clusters/one"]);
        let repository = Repository::open(&args).await.unwrap();
        Plan::new(
            &components.parse().unwrap(),
            &repository,
            places,
            "t0ken".to_owned(),
        )
    }

    fn places() -> Places {
        Places {
            charts: Some("http://127.0.0.1:1".to_owned()),
            registry: Some("127.0.0.1:2".to_owned()),
            sink: Some("http://127.0.0.1:3".to_owned()),
        }
    }

    async fn names(components: &str) -> String {
        plan(components, Some(&places())).await.names()
    }

    #[tokio::test]
    async fn a_repository_of_ones_own_gets_a_source_and_a_kustomization() {
        let plan = plan("", None).await;
        assert_eq!(plan.names(), "GitRepository/demo, Kustomization/demo");
        let [source, unit] = &plan.objects[..] else {
            panic!("{plan:?}")
        };
        assert_eq!(source.spec["url"], "https://git.example.dev/fleet.git");
        assert_eq!(source.spec["secretRef"]["name"], "demo");
        assert_eq!(unit.spec["path"], "./clusters/one");
        assert_eq!(plan.secrets.len(), 1);
        assert_eq!(plan.secrets[0].entries["password"], "secret");
    }

    #[tokio::test]
    async fn a_subset_gets_only_what_it_serves() {
        assert_eq!(
            names("source,kustomize").await,
            "GitRepository/demo, Kustomization/demo"
        );
        assert_eq!(names("source").await, "GitRepository/demo");
        assert_eq!(
            names("source,helm").await,
            "GitRepository/demo, HelmRepository/charts, HelmRelease/cache, OCIRepository/queue, \
             HelmRelease/queue"
        );
        assert_eq!(
            names("image-reflector").await,
            "ImageRepository/storefront, ImagePolicy/storefront"
        );
        assert_eq!(
            names("source,image-reflector,image-automation").await,
            "GitRepository/demo, ImageRepository/storefront, ImagePolicy/storefront, \
             ImageUpdateAutomation/demo"
        );
        assert_eq!(names("notification").await, "Provider/sink, Alert/sink");
        assert_eq!(
            names("source,notification").await,
            "GitRepository/demo, Provider/sink, Alert/sink, Receiver/push"
        );
    }

    #[tokio::test]
    async fn what_is_planned_is_served_by_a_controller_that_runs() {
        for text in [
            "",
            "source",
            "notification",
            "image-reflector",
            "source,helm,notification",
        ] {
            let components: Components = text.parse().unwrap();
            let served = crate::kinds::served(&components);
            let plan = plan(text, Some(&places())).await;
            for object in &plan.objects {
                assert!(served.contains(&object.kind), "{text}: {object:?}");
            }
            for key in published(&components) {
                assert!(
                    plan.objects.iter().any(|object| object.key() == key),
                    "{text}: {key:?}"
                );
            }
        }
    }

    #[tokio::test]
    async fn webhooks_are_signed_with_the_token_and_wake_what_was_published() {
        let plan = plan("", Some(&places())).await;
        let token = plan.secrets.iter().find(|secret| secret.name == "webhook");
        assert_eq!(token.unwrap().entries["token"], "t0ken");
        let woken = |name: &str| {
            let hook = |object: &&Object| object.kind == RECEIVER && object.name == name;
            let hook = plan.objects.iter().find(hook).unwrap();
            assert_eq!(hook.spec["type"], "generic-hmac");
            let resources = hook.spec["resources"].as_array().unwrap();
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let pair = |one: &Value| (text(&one["kind"]), text(&one["name"]));
            resources.iter().map(pair).collect::<Vec<_>>()
        };
        let pair = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
        assert_eq!(woken("push"), [pair("GitRepository", "demo")]);
        assert_eq!(
            woken("registry"),
            [
                pair("HelmRepository", "charts"),
                pair("OCIRepository", "queue"),
                pair("ImageRepository", "storefront"),
            ]
        );
    }

    #[tokio::test]
    async fn addresses_are_those_of_the_servers() {
        let plan = plan("", Some(&places())).await;
        let spec = |kind: &str| {
            let found = plan.objects.iter().find(|object| object.kind == kind);
            found.unwrap().spec.clone()
        };
        assert_eq!(spec(HELM_REPOSITORY)["url"], "http://127.0.0.1:1");
        assert_eq!(
            spec(OCI_REPOSITORY)["url"],
            "oci://127.0.0.1:2/charts/queue"
        );
        assert_eq!(
            spec(IMAGE_REPOSITORY)["image"],
            "127.0.0.1:2/shop/storefront"
        );
        assert_eq!(spec(PROVIDER)["address"], "http://127.0.0.1:3");
    }
}
