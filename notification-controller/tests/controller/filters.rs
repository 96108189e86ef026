//! Which events an Alert wants.

use serde_json::json;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn e16_names_severities_namespaces_and_suspension_decide() {
    let world = World::new().await;
    world.generic("all", json!({})).await;
    world
        .generic("errors", json!({"eventSeverity": "error"}))
        .await;
    world
        .generic(
            "named",
            json!({"eventSources": [{"kind": "GitRepository", "name": "a"}]}),
        )
        .await;
    let elsewhere =
        json!({"eventSources": [{"kind": "GitRepository", "name": "*", "namespace": "elsewhere"}]});
    world.generic("elsewhere", elsewhere).await;
    world.generic("off", json!({"suspend": true})).await;
    world.post(&world.event("a", json!({"message": "a"}))).await;
    let failure = world.event("b", json!({"message": "b", "severity": "error"}));
    world.post(&failure).await;
    let got = world.messages_until_last(4).await;
    let got: Vec<(&str, &str)> = got.iter().map(|(path, text)| (&**path, &**text)).collect();
    assert_eq!(
        got,
        [
            ("/all", "a"),
            ("/all", "b"),
            ("/errors", "b"),
            ("/named", "a")
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e18_lists_of_expressions_decide_and_broken_ones_are_told_on_the_alert() {
    let world = World::new().await;
    world.generic("all", json!({})).await;
    world
        .generic(
            "included",
            json!({"inclusionList": ["^stored .*artifact", "("]}),
        )
        .await;
    world
        .generic("excluded", json!({"exclusionList": ["waiting.*socket"]}))
        .await;
    for message in ["stored artifact", "waiting for socket"] {
        world
            .post(&world.event("a", json!({"message": message})))
            .await;
    }
    let told = world.recorded("included", "InvalidConfig").await;
    assert_eq!(told.message, "failed to compile inclusion regex: (");
    assert_eq!(
        (&*told.involved.kind, &*told.involved.api_version),
        ("Alert", "notification.toolkit.fluxcd.io/v1beta3")
    );
    let got = world.messages_until_last(4).await;
    assert!(
        got.contains(&("/included".to_owned(), "stored artifact".to_owned())),
        "{got:?}"
    );
    assert!(
        !got.contains(&("/included".to_owned(), "waiting for socket".to_owned())),
        "{got:?}"
    );
    assert!(
        !got.contains(&("/excluded".to_owned(), "waiting for socket".to_owned())),
        "{got:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e17_labels_are_those_of_the_object_and_an_object_that_is_gone_is_told() {
    let world = World::new().await;
    world.generic("all", json!({})).await;
    let source = |labels: serde_json::Value| json!({"eventSources": [{"kind": "GitRepository", "name": "*", "matchLabels": labels}]});
    world.generic("web", source(json!({"team": "web"}))).await;
    world.generic("any", source(json!({}))).await;
    world.generic("broken", source(json!({"a b": "c"}))).await;
    world.repository("web", json!({"team": "web"})).await;
    world.repository("db", json!({"team": "db"})).await;
    for name in ["web", "db", "gone"] {
        world
            .post(&world.event(name, json!({"message": name})))
            .await;
    }
    let told = world.recorded("web", "SourceFetchFailed").await;
    assert_eq!(
        told.message,
        format!(
            "error getting source object GitRepository/{}/gone",
            world.namespace
        )
    );
    let told = world.recorded("broken", "InvalidConfig").await;
    assert!(
        told.message
            .starts_with("error using matchLabels from event source GitRepository/")
    );
    let got = world.messages_until_last(6).await;
    let of = |path: &str| -> Vec<&str> {
        let all = got.iter().filter(|(found, _)| found == path);
        all.map(|(_, text)| text.as_str()).collect()
    };
    assert_eq!(of("/web"), ["web"]);
    assert_eq!(of("/any"), ["db", "web"]);
    assert_eq!(of("/broken"), Vec::<&str>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn e19_events_of_other_namespaces_are_refused_where_that_is_blocked() {
    let world = World::with_flags(&["--no-cross-namespace-refs"]).await;
    let source =
        json!({"eventSources": [{"kind": "GitRepository", "name": "*", "namespace": "elsewhere"}]});
    world.generic("foreign", source).await;
    world.generic("own", json!({})).await;
    let involved = json!({"kind": "GitRepository", "name": "a", "namespace": "elsewhere"});
    let foreign = world.event("a", json!({"involvedObject": involved}));
    assert_eq!(world.post(&foreign).await.status(), 202);
    let told = world
        .recorded("foreign", "NotificationDispatchFailed")
        .await;
    assert!(
        told.message
            .contains("cross-namespace references have been blocked"),
        "{}",
        told.message
    );
    assert!(world.messages_until_last(0).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn e26_conflicting_metadata_is_told_and_sent_all_the_same() {
    let world = World::new().await;
    world
        .generic("all", json!({"eventMetadata": {"revision": "mine"}}))
        .await;
    world.post(&world.event("a", json!({}))).await;
    assert_eq!(
        world.arrived("/all").await["metadata"]["revision"],
        "main@sha1:abc"
    );
    let told = world.recorded("all", "MetadataAppendFailed").await;
    assert_eq!(
        told.metadata["revision"],
        "Alert object .spec.eventMetadata, involved object controller metadata"
    );
}
