//! A unit that remembers, against a real API server: what moves is found, what stands still costs one list.

use crate::fixture::{Fixture, owner};
use apply::testing::Verb;
use apply::{Memory, Object};
use serde_json::{Value, json};
use std::time::Duration;

async fn lines(fixture: &Fixture, memory: &mut Memory, set: Vec<Object>) -> Vec<String> {
    let changes =
        apply::apply_all_remembering(&fixture.cluster, set, &fixture.options, memory).await;
    let changes = changes.unwrap_or_else(|failure| panic!("{failure}"));
    changes
        .changes
        .iter()
        .map(|change| fixture.short(&change.to_string()))
        .collect()
}

fn deployment(fixture: &Fixture) -> Object {
    fixture.object(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {
            "replicas": 2, "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "nginx", "ports": [{"containerPort": 80}]}]},
            },
        },
    }))
}

#[tokio::test]
async fn every_kind_of_edit_is_found_and_corrected() {
    let fixture = Fixture::new("memory").await;
    let mut memory = Memory::new(
        &owner(),
        "unit",
        &fixture.namespace,
        Duration::from_hours(1),
    );
    let service = || {
        fixture.object(json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
            "spec": {"ports": [{"port": 80}], "selector": {"app": "web"}},
        }))
    };
    let set = || {
        let configs = ["a", "b"].map(|name| fixture.config(name, json!({"k": "v"})));
        [configs.into(), vec![service(), deployment(&fixture)]].concat()
    };
    lines(&fixture, &mut memory, set()).await;
    assert_eq!(memory.len(), 4, "defaults of built-in kinds do not hinder");
    fixture.counts();

    let edits: [(&str, &str, &str, &str, Value, &str); 5] = [
        (
            "v1",
            "ConfigMap",
            "a",
            "somebody",
            json!({"data": {"k": "x"}}),
            "ConfigMap/ns/a",
        ),
        (
            "v1",
            "ConfigMap",
            "b",
            "kubectl-edit",
            json!({"data": {"new": "x"}}),
            "ConfigMap/ns/b",
        ),
        (
            "v1",
            "Service",
            "web",
            "somebody",
            json!({"spec": {"selector": {"app": "x"}}}),
            "Service/ns/web",
        ),
        (
            "v1",
            "Service",
            "web",
            "somebody",
            json!({"metadata": {"labels": {"kustomize.toolkit.fluxcd.io/name": "other"}}}),
            "Service/ns/web",
        ),
        (
            "apps/v1",
            "Deployment",
            "web",
            "somebody",
            json!({"spec": {"replicas": 5}}),
            "Deployment/ns/web",
        ),
    ];
    for (api_version, kind, name, manager, patch, subject) in edits {
        fixture.edit(api_version, kind, name, manager, patch).await;
        let changed: Vec<String> = lines(&fixture, &mut memory, set())
            .await
            .into_iter()
            .filter(|line| line.ends_with("configured"))
            .collect();
        assert_eq!(changed, [format!("{subject} configured")]);
    }
    let live = fixture.get("apps/v1", "Deployment", "web").await;
    assert_eq!(live.as_value()["spec"]["replicas"], 2);
}

#[tokio::test]
async fn objects_that_stand_still_cost_one_list_for_each_kind() {
    let fixture = Fixture::new("memory-still").await;
    let mut memory = Memory::new(
        &owner(),
        "unit",
        &fixture.namespace,
        Duration::from_hours(1),
    );
    let set = || {
        ["a", "b", "c"]
            .map(|name| fixture.config(name, json!({"k": "v"})))
            .to_vec()
    };
    lines(&fixture, &mut memory, set()).await;
    fixture.counts();
    assert!(
        lines(&fixture, &mut memory, set())
            .await
            .iter()
            .all(|line| line.ends_with("unchanged"))
    );
    assert_eq!(fixture.counts(), [(Verb::ListMetadata, 1)]);
}

#[tokio::test]
async fn the_scale_subresource_is_no_hiding_place() {
    use kube::api::{Patch, PatchParams};
    let fixture = Fixture::new("memory-scale").await;
    let mut memory = Memory::new(
        &owner(),
        "unit",
        &fixture.namespace,
        Duration::from_hours(1),
    );
    lines(&fixture, &mut memory, vec![deployment(&fixture)]).await;
    let scale = json!({"spec": {"replicas": 7}});
    let api = fixture.api("apps/v1", "Deployment");
    api.patch_scale("web", &PatchParams::default(), &Patch::Merge(scale))
        .await
        .unwrap();
    assert_eq!(
        lines(&fixture, &mut memory, vec![deployment(&fixture)]).await,
        ["Deployment/ns/web configured"]
    );
}
