//! Which tags policies choose, and what they say of it (L6 to L16).

use common::object::Object as _;
use common::reconcile::Notice;
use crds::image::{ImagePolicy, ImageRepository};
use serde_json::json;

use crate::world::{World, condition};

async fn failure(world: &World, name: &str, reason: &str) -> String {
    world.wait_failed::<ImagePolicy>(name, reason).await.1
}

#[tokio::test]
async fn l1_l9_l10_l11_a_new_tag_wakes_the_policy() {
    let world = World::new().await;
    let image = world.image("app");
    world
        .push("app", &["1.0.0", "1.1.0", "2.0.0-rc.1"], "a")
        .await;
    let policy = json!({"policy": {"semver": {"range": ">=1.0.0"}}});
    // There is nothing to choose from yet.
    world.policy("early", policy.clone()).await;
    failure(&world, "early", "DependencyNotReady").await;
    world.repository("app", json!({})).await;
    world.policy("late", policy).await;
    world.wait_tag("early", "1.1.0").await;
    let object = world.wait_ready::<ImagePolicy>("late").await;
    let latest = object.status.latest_ref.clone().unwrap();
    assert_eq!(
        (&latest.name, &*latest.tag, latest.digest),
        (&image, "1.1.0", None)
    );
    assert_eq!(object.status.observed_previous_ref, None);
    let message = format!("Latest image tag for {image} resolved to 1.1.0");
    assert_eq!(condition(&object, "Ready").2, message);
    assert!(object.has_finalizer());
    world
        .told("late", Notice::Info, "Succeeded", &message)
        .await;

    world.push("app", &["1.2.0"], "b").await;
    world.reconcile::<ImageRepository>("app", "1").await;
    let object = world.wait_tag("late", "1.2.0").await;
    let previous = object.status.observed_previous_ref.clone().unwrap();
    assert_eq!(previous.tag, "1.1.0");
    let message =
        format!("Latest image tag for {image} resolved to 1.2.0 (previously {image}:1.1.0)");
    assert_eq!(condition(&object, "Ready").2, message);
    world
        .told("late", Notice::Info, "Succeeded", &message)
        .await;
    world.wait_tag("early", "1.2.0").await;

    // Its own annotation works too, and brings no news.
    world.reconcile::<ImagePolicy>("late", "1").await;
    world
        .told("late", Notice::Trace, "Succeeded", &message)
        .await;
    world.delete::<ImagePolicy>("late").await;
}

#[tokio::test]
async fn l6_l14_l15_l16_orders_and_filters() {
    let world = World::new().await;
    let tags = ["main-aa-100", "main-bb-90", "dev-cc-200", "7", "10"];
    world.push("app", &tags, "a").await;
    world.repository("app", json!({})).await;
    let numbers = json!({"pattern": "^[0-9]+$"});
    let stamps = json!({"pattern": r"^main-[a-f]+-(?P<ts>\d+)$", "extract": "$ts"});
    for (name, spec, tag) in [
        (
            "text",
            json!({"policy": {"alphabetical": {}}}),
            "main-bb-90",
        ),
        (
            "text-down",
            json!({"policy": {"alphabetical": {"order": "desc"}}}),
            "10",
        ),
        (
            "number",
            json!({"policy": {"numerical": {}}, "filterTags": numbers}),
            "10",
        ),
        (
            "number-down",
            json!({"policy": {"numerical": {"order": "desc"}}, "filterTags": numbers}),
            "7",
        ),
        (
            "stamp",
            json!({"policy": {"numerical": {"order": "asc"}}, "filterTags": stamps}),
            "main-aa-100",
        ),
    ] {
        world.policy(name, spec).await;
        world.wait_tag(name, tag).await;
    }
}

#[tokio::test]
async fn l6_l8_what_cannot_be_chosen_is_said() {
    let world = World::new().await;
    world.push("app", &["1.0.0", "x"], "a").await;
    world.repository("app", json!({})).await;
    world.wait_ready::<ImageRepository>("app").await;
    let semver = json!({"semver": {"range": "*"}});
    for (name, spec, reason, says) in [
        (
            "none",
            json!({"policy": {}}),
            "InvalidPolicy",
            "invalid policy: given ImagePolicyChoice object is invalid",
        ),
        (
            "range",
            json!({"policy": {"semver": {"range": "*-*"}}}),
            "InvalidPolicy",
            "invalid policy: improper constraint: \"*-*\"",
        ),
        (
            "pattern",
            json!({"policy": semver, "filterTags": {"pattern": "("}}),
            "InvalidPolicy",
            "failed to filter tags: invalid regular expression pattern '(': error parsing regexp: missing closing ): `(`",
        ),
        (
            "no-match",
            json!({"policy": {"semver": {"range": ">=2"}}}),
            "Failure",
            "unable to determine latest version from provided list",
        ),
        (
            "no-number",
            json!({"policy": {"numerical": {}}}),
            "Failure",
            "failed to parse invalid numeric value 'x'",
        ),
        (
            "filtered",
            json!({"policy": semver, "filterTags": {"pattern": "^z"}}),
            "Failure",
            "version list argument cannot be empty",
        ),
    ] {
        world.policy(name, spec).await;
        let (object, message) = world.wait_failed::<ImagePolicy>(name, reason).await;
        assert_eq!(message, says, "{name}");
        let is_stalled = condition(&object, "Stalled").0 == "True";
        assert_eq!(is_stalled, reason == "InvalidPolicy", "{name}");
        assert_eq!(object.status.latest_ref, None);
        world.told(name, Notice::Error, reason, says).await;
    }
    // A spec that is put right helps.
    let range = json!({"policy": {"semver": {"range": "*"}}});
    world.change::<ImagePolicy>("range", range).await;
    world.wait_tag("range", "1.0.0").await;
}

#[tokio::test]
async fn l11_a_choice_outlives_its_tag() {
    let world = World::new().await;
    world.push("app", &["other"], "a").await;
    let digest = world.push("app", &["1.0.0"], "b").await;
    world.repository("app", json!({})).await;
    let policy = json!({"policy": {"semver": {"range": "1.x"}}});
    world.policy("app", policy).await;
    world.wait_tag("app", "1.0.0").await;
    world.registry.delete("app", &digest).await.unwrap();
    world.reconcile::<ImageRepository>("app", "1").await;
    failure(&world, "app", "Failure").await;
    let object = world.wait_tag("app", "1.0.0").await;
    assert_eq!(object.status.observed_previous_ref, None);
    world.push("app", &["1.0.1"], "c").await;
    world.reconcile::<ImageRepository>("app", "2").await;
    world.wait_tag("app", "1.0.1").await;
}

#[tokio::test]
async fn l12_digests_are_looked_up_as_the_policy_says() {
    let world = World::new().await;
    let image = world.image("app");
    let first = world.push("app", &["1.0.0"], "a").await;
    world.repository("app", json!({})).await;
    let policy = |reflection: &str, interval: serde_json::Value| {
        json!({
            "policy": {"semver": {"range": "*"}}, "digestReflectionPolicy": reflection, "interval": interval,
        })
    };
    world
        .policy("once", policy("IfNotPresent", json!(null)))
        .await;
    world.policy("always", policy("Always", json!("1h"))).await;
    world.policy("never", policy("Never", json!(null))).await;
    for name in ["once", "always"] {
        let object = world.wait_ready::<ImagePolicy>(name).await;
        let latest = object.status.latest_ref.clone().unwrap();
        assert_eq!(latest.digest.as_ref(), Some(&first));
        let message = format!("Latest image tag for {image} resolved to 1.0.0 with digest {first}");
        assert_eq!(condition(&object, "Ready").2, message);
    }

    // The tag moves.
    let second = world.push("app", &["1.0.0"], "b").await;
    let digest = |policy: ImagePolicy| policy.status.latest_ref.unwrap().digest;
    let object = world.reconcile::<ImagePolicy>("always", "1").await;
    let previous = object.status.observed_previous_ref.clone().unwrap();
    assert_eq!(
        (previous.tag.as_str(), previous.digest),
        ("1.0.0", Some(first.clone()))
    );
    assert_eq!(digest(object), Some(second));
    assert_eq!(digest(world.reconcile("once", "1").await), Some(first));
    assert_eq!(digest(world.reconcile("never", "1").await), None);
}

#[tokio::test]
async fn l12_s3_a_digest_that_cannot_be_had_fails() {
    let world = World::new().await;
    let digest = world.push("app", &["1.0.0"], "a").await;
    world.push("app", &["other"], "b").await;
    world.repository("app", json!({})).await;
    world.wait_ready::<ImageRepository>("app").await;
    world.registry.delete("app", &digest).await.unwrap();
    let policy =
        json!({"policy": {"semver": {"range": "*"}}, "digestReflectionPolicy": "IfNotPresent"});
    world.policy("app", policy).await;
    let message = failure(&world, "app", "Failed").await;
    let starts = format!(
        "failed fetching digest of {}:1.0.0: failed fetching descriptor for ",
        world.image("app")
    );
    assert!(message.starts_with(&starts), "{message}");
}

#[tokio::test]
async fn s1_suspended_policies_rest() {
    let world = World::new().await;
    world.push("app", &["1.0.0"], "a").await;
    world.repository("app", json!({})).await;
    let policy = json!({"policy": {"semver": {"range": "*"}}, "suspend": true});
    world.policy("app", policy).await;
    let object = world.reconcile::<ImagePolicy>("app", "1").await;
    assert_eq!(object.status.latest_ref, None);
    world
        .change::<ImagePolicy>("app", json!({"suspend": false}))
        .await;
    world.wait_tag("app", "1.0.0").await;
}
