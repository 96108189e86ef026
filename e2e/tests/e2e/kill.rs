//! Killed at any moment, the controllers converge again and lose nothing.

use std::time::Duration;

use e2e::manifests::config_map;
use e2e::toolkit::Moments;
use e2e::{Component, Scenario, Toolkit};
use serde_json::json;

const ROUNDS: u64 = 20;

#[tokio::test]
async fn controllers_killed_at_random_moments_converge_in_each_of_twenty_rounds() {
    let mut toolkit = Toolkit::sharded("kill", &[]).await;
    let story = Scenario::on(&toolkit, "kill").await;
    let mut moments = Moments::of(20_261_121);
    let first = story.push(&[("app/anchor.yaml", Some(&config_map("anchor", "round", "0")))]);
    story.source().await;
    story.unit("app", "./app", json!({ "wait": true })).await;
    story.ready("Kustomization", "app", &first).await;
    let anchor = story.get("ConfigMap", "anchor").await.unwrap().metadata.uid;

    for round in 1..=ROUNDS {
        let value = round.to_string();
        let added = format!("app/round-{round}.yaml");
        let removed = format!("app/round-{}.yaml", round - 1);
        let name = format!("round-{round}");
        let mut files = vec![(added, Some(config_map(&name, "round", &value)))];
        files.push((
            "app/anchor.yaml".to_owned(),
            Some(config_map("anchor", "round", &value)),
        ));
        if round > 1 {
            files.push((removed, None));
        }
        let files: Vec<_> = files
            .iter()
            .map(|(p, t)| (p.as_str(), t.as_deref()))
            .collect();
        let revision = story.push(&files);
        story.sync(&format!("round-{round}")).await;
        // The moment of the kill is what varies; nothing is waited for here.
        tokio::time::sleep(Duration::from_millis(moments.next(400))).await;
        let (source, kustomize) = (Component::Source, Component::Kustomize);
        let killed: &[Component] = match moments.next(3) {
            0 => &[source],
            1 => &[kustomize],
            _ => &[source, kustomize],
        };
        toolkit.kill_and_restart(killed).await;
        let unit = story.ready("Kustomization", "app", &revision).await;
        let added = story.get("ConfigMap", &name).await.unwrap();
        assert_eq!(added.data["data"]["round"], value.as_str(), "round {round}");
        if round > 1 {
            story
                .gone("ConfigMap", &format!("round-{}", round - 1))
                .await;
        }
        assert_eq!(
            unit["status"]["inventory"]["entries"]
                .as_array()
                .unwrap()
                .len(),
            2,
            "round {round}"
        );
    }
    let still = story.get("ConfigMap", "anchor").await.unwrap().metadata.uid;
    assert_eq!(still, anchor, "what is wanted throughout was never deleted");
}
