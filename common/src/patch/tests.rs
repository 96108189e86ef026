use crds::source::{GitRepository, GitRepositorySpec};
use jiff::Timestamp;
use serde_json::{Value, json};
use testing::api::{Expected, Script};

use super::*;
use crate::conditions::{READY, Status, set};
use crate::object::Object as _;

const PATH: &str = "/apis/source.toolkit.fluxcd.io/v1/namespaces/ns/gitrepositories/repo";
const STATUS: &str = "/apis/source.toolkit.fluxcd.io/v1/namespaces/ns/gitrepositories/repo/status";

fn object() -> GitRepository {
    let mut object = GitRepository::new("repo", GitRepositorySpec::default());
    object.metadata.namespace = Some("ns".into());
    object.metadata.resource_version = Some("10".into());
    object.metadata.generation = Some(1);
    object
}

fn mark(object: &mut GitRepository, kind: &str, reason: &str) {
    set(
        &mut object.status.conditions,
        kind,
        Status::True,
        reason,
        "m",
        1,
        Timestamp::UNIX_EPOCH,
    );
}

fn patcher(script: &Script, object: &GitRepository) -> Patcher<GitRepository> {
    Patcher::new(script.client(), "source-controller", vec![READY], object).unwrap()
}

fn answer(version: &str) -> Value {
    json!({"metadata": {"name": "repo", "namespace": "ns", "resourceVersion": version}})
}

#[tokio::test]
async fn nothing_changed_sends_nothing() {
    let script = Script::new([]);
    let mut object = object();
    let mut patcher = patcher(&script, &object);
    assert_eq!(
        patcher.patch(&mut object).await.unwrap(),
        Written::Unchanged
    );
    script.finish();
}

#[tokio::test]
async fn r10_changed_conditions_are_locked_by_resource_version_and_carry_the_field_manager() {
    let script = Script::new([Expected::patch(STATUS)
        .query("fieldManager", "source-controller")
        .body(|body| {
            body["metadata"] == json!({"resourceVersion": "10"})
                && body["status"]["conditions"][0]["reason"] == "Succeeded"
                && body.get("spec").is_none()
        })
        .reply(200, answer("11"))]);
    let mut object = object();
    let mut patcher = patcher(&script, &object);
    mark(&mut object, READY, "Succeeded");
    assert_eq!(patcher.patch(&mut object).await.unwrap(), Written::Patched);
    assert_eq!(object.metadata.resource_version.as_deref(), Some("11"));
    assert_eq!(
        patcher.patch(&mut object).await.unwrap(),
        Written::Unchanged,
        "and only once"
    );
    script.finish();
}

#[tokio::test]
async fn other_status_fields_alone_need_no_lock() {
    let script = Script::new([Expected::patch(STATUS)
        .body(|body| *body == json!({"status": {"observedGeneration": 1}}))
        .reply(200, answer("11"))]);
    let mut object = object();
    mark(&mut object, READY, "Succeeded");
    let mut patcher = patcher(&script, &object);
    object.set_observed_generation(1);
    patcher.patch(&mut object).await.unwrap();
    script.finish();
}

#[tokio::test]
async fn r10_metadata_follow_the_status_in_a_patch_of_their_own() {
    let script = Script::new([
        Expected::patch(STATUS).reply(200, answer("11")),
        Expected::patch(PATH)
            .body(|body| {
                *body == json!({"metadata": {"finalizers": ["f"], "resourceVersion": "11"}})
            })
            .reply(200, answer("12")),
    ]);
    let mut object = object();
    let mut patcher = patcher(&script, &object);
    object.metadata.finalizers = Some(vec!["f".into()]);
    mark(&mut object, READY, "Succeeded");
    patcher.patch(&mut object).await.unwrap();
    assert_eq!(object.metadata.resource_version.as_deref(), Some("12"));
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn r10_on_a_conflict_the_latest_conditions_are_folded_in_and_ours_win() {
    let mut latest = object();
    mark(&mut latest, "Foreign", "Theirs");
    mark(&mut latest, READY, "Theirs");
    latest.metadata.resource_version = Some("20".into());
    let script = Script::new([
        Expected::patch(STATUS).reply(409, json!({"reason": "Conflict"})),
        Expected::get(PATH).reply(200, serde_json::to_value(&latest).unwrap()),
        Expected::patch(STATUS)
            .body(|body| {
                let conditions = body["status"]["conditions"].as_array().unwrap();
                let reasons: Vec<_> = conditions
                    .iter()
                    .map(|c| (&c["type"], &c["reason"]))
                    .collect();
                body["metadata"]["resourceVersion"] == "20"
                    && reasons
                        == [
                            (&json!("Ready"), &json!("Ours")),
                            (&json!("Foreign"), &json!("Theirs")),
                        ]
            })
            .reply(200, answer("21")),
    ]);
    let mut object = object();
    let mut patcher = patcher(&script, &object);
    mark(&mut object, READY, "Ours");
    patcher.patch(&mut object).await.unwrap();
    let kinds: Vec<_> = object
        .conditions()
        .iter()
        .map(|condition| condition.r#type.as_str())
        .collect();
    assert_eq!(
        kinds,
        ["Ready", "Foreign"],
        "the conditions of others are taken over"
    );
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn r10_five_conflicts_are_an_error() {
    let mut requests = Vec::new();
    for attempt in 1..=TRIES {
        requests.push(Expected::patch(STATUS).reply(409, json!({"reason": "Conflict"})));
        if attempt < TRIES {
            requests.push(Expected::get(PATH).reply(200, serde_json::to_value(object()).unwrap()));
        }
    }
    let script = Script::new(requests);
    let mut object = object();
    let mut patcher = patcher(&script, &object);
    mark(&mut object, READY, "Ours");
    let error = patcher.patch(&mut object).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "failed to patch GitRepository/ns/repo: still in conflict with another writer after 5 tries"
    );
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn a_foreign_finalizer_survives_the_removal_of_ours() {
    let mut before = object();
    before.metadata.finalizers = Some(vec!["ours".into()]);
    let mut latest = before.clone();
    latest.metadata.finalizers = Some(vec!["ours".into(), "theirs".into()]);
    latest.metadata.resource_version = Some("20".into());
    let script = Script::new([
        Expected::patch(PATH).reply(409, json!({"reason": "Conflict"})),
        Expected::get(PATH).reply(200, serde_json::to_value(&latest).unwrap()),
        Expected::patch(PATH)
            .body(|body| {
                *body == json!({"metadata": {"finalizers": ["theirs"], "resourceVersion": "20"}})
            })
            .reply(200, answer("21")),
    ]);
    let mut object = before.clone();
    let mut patcher = patcher(&script, &before);
    object.metadata.finalizers = Some(vec![]);
    patcher.patch(&mut object).await.unwrap();
    script.finish();
}

#[tokio::test]
async fn an_object_that_is_gone_is_no_error() {
    let script = Script::new([Expected::patch(STATUS).reply(404, json!({"reason": "NotFound"}))]);
    let mut object = object();
    let mut patcher = patcher(&script, &object);
    mark(&mut object, READY, "Succeeded");
    assert_eq!(patcher.patch(&mut object).await.unwrap(), Written::Gone);
    script.finish();
}

#[tokio::test]
async fn a_refusal_names_the_object() {
    let script = Script::new([
        Expected::patch(STATUS).reply(403, json!({"reason": "Forbidden", "message": "no"}))
    ]);
    let mut object = object();
    let mut patcher = patcher(&script, &object);
    mark(&mut object, READY, "Succeeded");
    let error = patcher.patch(&mut object).await.unwrap_err().to_string();
    assert!(
        error.starts_with("failed to patch GitRepository/ns/repo: "),
        "{error}"
    );
    script.finish();
}
